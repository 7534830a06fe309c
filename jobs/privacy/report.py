"""Hold what the gate found, and tell it: tables, columns, rules and counts, never a value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PASSED, REFUSED = "passed", "refused"


@dataclass(frozen=True, order=True)
class Finding:
    """One reason to refuse: `values` counts the distinct values seen, 0 for what is not about values."""

    table: str
    column: str
    rule: str
    values: int
    what: str
    cure: str

    @property
    def sentence(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        return f"{where}: {self.what} [{self.rule}]; {self.cure}"


@dataclass
class TableReport:
    """What was looked at in one mart."""

    table: str
    rows: int = 0
    columns: int = 0
    values: int = 0
    findings: int = 0


@dataclass
class Report:
    """The gate's proof for one warehouse file; `stands` when it is that of an earlier audit."""

    tables: list[TableReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stands: bool = False

    @property
    def verdict(self) -> str:
        return REFUSED if self.findings else PASSED

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep findings and count them for their table."""
        by_name = {table.table: table for table in self.tables}
        for finding in findings:
            self.findings.append(finding)
            if finding.table in by_name:
                by_name[finding.table].findings += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "marts": [table.table for table in self.tables],
            "tables": [asdict(table) for table in self.tables],
            "findings": [asdict(finding) for finding in sorted(self.findings)],
        }

    def refusal(self) -> str:
        """Tell every finding, a sentence each."""
        lines = [f"  {finding.sentence}" for finding in sorted(self.findings)]
        return (
            f"the privacy gate refused the marts: {len(lines)} finding(s); nothing is published\n"
            + "\n".join(lines)
        )


def policy_digest(folders: Iterable[Path]) -> str:
    """Name the policy that was applied: one SHA-256 over all its files, in order."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((folder / "policy").glob("*.yml")):
            content = path.read_bytes()
            digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
