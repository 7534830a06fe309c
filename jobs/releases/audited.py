"""The proof that a publication leans on: a passed audit of exactly this warehouse file."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from jobs.catalog import Catalog
from jobs.errors import PrivacyRefused
from jobs.privacy.report import policy_digest
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
    if audit.get("verdict") != "passed":
        raise PrivacyRefused(
            "the audit refused this warehouse file; see its report, mend the marts, build and audit again"
        )
    if audit.get("policy") != policy_digest(settings.catalog_dirs):
        raise PrivacyRefused(f"the privacy policy was changed since the last audit; {cure}")
    if audit.get("publications") != publications_digest(catalog):
        raise PrivacyRefused(f"the publication list was changed since the last audit; {cure}")
    return audit


def publications_digest(catalog: Catalog) -> str:
    """Name the publication list that was audited: public names and descriptions are published too."""
    listed = [publication.model_dump(mode="json") for publication in catalog.publications]
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()
