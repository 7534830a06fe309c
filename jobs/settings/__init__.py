"""Settings: the environment, typed. Its only reader is `environment`."""

from jobs.settings.environment import (
    child_environment,
    forget_ambient,
    hidden,
    put_in_environment,
    read_settings,
)
from jobs.settings.faults import SECRETS
from jobs.settings.model import Settings
from jobs.settings.place import PROJECT, project_dir

__all__ = [
    "PROJECT",
    "SECRETS",
    "Settings",
    "child_environment",
    "forget_ambient",
    "hidden",
    "project_dir",
    "put_in_environment",
    "read_settings",
]
