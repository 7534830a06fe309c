"""Settings: the environment, typed. Its only reader is `environment`."""

from jobs.settings.environment import (
    child_environment,
    forget_ambient,
    hidden,
    put_in_environment,
    read_settings,
)
from jobs.settings.faults import SECRETS, refused
from jobs.settings.model import Settings
from jobs.settings.place import PROJECT, project_dir
from jobs.settings.trust import tls_context, trusted_certificates

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
    "refused",
    "tls_context",
    "trusted_certificates",
]
