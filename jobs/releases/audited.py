"""The proof that a publication leans on: a passed audit of exactly this warehouse file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jobs.catalog import Catalog
from jobs.errors import PrivacyRefused
from jobs.privacy.report import PASSED, Report, TableReport, policy_digest
from jobs.privacy.signature import fault, require_trusted_key
from jobs.settings import Settings

AUDIT = "audit.json"


def passed_audit(settings: Settings, catalog: Catalog, proof: dict[str, Any]) -> dict[str, Any]:
    """Give the audit of a warehouse file (`proof`: its fingerprint): signed, passed, of today's rules.

    Raises PrivacyRefused (66) where any of that is not so.
    """
    path = settings.warehouse_dir / AUDIT
    cure = "run `zlv audit`, then publish"
    try:
        audit: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PrivacyRefused(f"the warehouse file was never audited; {cure}") from None
    except (OSError, ValueError, RecursionError):
        raise PrivacyRefused(f"{path} cannot be read; {cure}") from None
    wrong = fault(audit, require_trusted_key(settings)) if isinstance(audit, dict) else "is no audit"
    if wrong:
        raise PrivacyRefused(f"{path} {wrong}; {cure}")
    if audit.get("warehouse") != proof:
        raise PrivacyRefused(f"the last audit was of another warehouse file; {cure}")
    if audit.get("verdict") != PASSED:
        raise PrivacyRefused(
            "the audit refused this warehouse file; see its report, mend the marts, build and audit again"
        )
    if audit.get("policy") != policy_digest(settings.catalog_dirs):
        raise PrivacyRefused(f"the privacy policy was changed since the last audit; {cure}")
    if audit.get("publications") != publications_digest(catalog):
        raise PrivacyRefused(f"the publication list was changed since the last audit; {cure}")
    return audit


def last_inputs(settings: Settings) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Give the last audit that passed and what it was of, by name; two empty ones where none can be believed.

    Raises SettingsError (64) where no key is known that must have signed it.
    """
    trusted = require_trusted_key(settings)
    try:
        audit = json.loads((settings.warehouse_dir / AUDIT).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}, {}
    if not isinstance(audit, dict) or fault(audit, trusted) or audit.get("verdict") != PASSED:
        return {}, {}
    inputs = audit.get("inputs")
    return (audit, inputs) if isinstance(inputs, dict) else ({}, {})


def report_of(audit: Mapping[str, Any]) -> Report:
    """Tell the report of an audit that passed again."""
    return Report([TableReport(**table) for table in audit["tables"]], stands=True)


def publications_digest(catalog: Catalog) -> str:
    """Name the publication list that was audited: public names and descriptions are published too."""
    listed = [publication.model_dump(mode="json") for publication in catalog.publications]
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()
