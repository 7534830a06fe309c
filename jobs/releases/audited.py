"""The proof that a publication leans on: a passed audit of exactly this warehouse file."""

from __future__ import annotations

import json
from typing import Any

from jobs.errors import PrivacyRefused
from jobs.privacy.report import policy_digest
from jobs.settings import Settings

AUDIT = "audit.json"


def passed_audit(settings: Settings, proof: dict[str, Any]) -> dict[str, Any]:
    path = settings.warehouse_dir / AUDIT
    cure = "run `zlv audit`, then publish"
    try:
        audit: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PrivacyRefused(f"the warehouse file was never audited; {cure}") from None
    except (OSError, ValueError):
        raise PrivacyRefused(f"{path} cannot be read; {cure}") from None
    if audit.get("warehouse") != proof:
        raise PrivacyRefused(f"the last audit was of another warehouse file; {cure}")
    if audit.get("verdict") != "passed":
        raise PrivacyRefused(
            "the audit refused this warehouse file; see its report, mend the marts, build and audit again"
        )
    if audit.get("policy", policy_digest(settings.catalog_dirs)) != policy_digest(settings.catalog_dirs):
        raise PrivacyRefused(f"the privacy policy was changed since the last audit; {cure}")
    return audit
