"""Ask the API server as a person does."""

from __future__ import annotations

import subprocess


def kubectl(*arguments: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run kubectl; its errors are the test's."""
    done = subprocess.run(["kubectl", *arguments], input=text, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done
