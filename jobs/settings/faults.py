"""Say what is missing or wrong among the settings: one table, a cure on each line, no value."""

from __future__ import annotations

from jobs.errors import SettingsError

SECRETS = (
    "POSTGRES_PRODUCTION_READONLY_PASSWORD",
    "CELLAR_ACCESS_KEY_ID",
    "CELLAR_SECRET_ACCESS_KEY",
    "ZLV_PSEUDONYM_KEY",
    "ZLV_ENCRYPTION_KEY",
    "ZLV_SIGNING_KEY",
    "METABASE_API_KEY",
    "ZLV_ALERT_URL",
)


def refused(faults: list[tuple[str, str, str]]) -> SettingsError:
    """Make the error that tells every fault: (setting, what is wrong, cure)."""
    width = max(len(name) for name, _, _ in faults)
    rows = [f"  {name.ljust(width)}  {fault}; {cure}" for name, fault, cure in faults]
    return SettingsError("settings are missing or wrong:\n" + "\n".join(rows))


def cure(name: str, description: str | None = None) -> str:
    """Say how a setting is set."""
    if name in SECRETS:
        return f"set {name} or {name}_FILE (a path), from the deployment's Secret"
    return f"set {name} in the environment" + (f": {description}" if description else "")
