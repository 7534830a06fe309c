"""Say what a run's and a step's name may be: they become folders, files and labels."""

from __future__ import annotations

import re

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")
STEP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
