"""An audit that passed stands while nothing changed, and whatever changes is looked at anew."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from planted import MART, home, settings_of, write_raw_files, write_warehouse
from two_releases import flipped, rewrite

import jobs
from jobs.catalog import load_catalog
from jobs.errors import DataRefused, SettingsError, ZlvError
from jobs.privacy.report import Report
from jobs.releases.proving import prove
from jobs.settings import Settings
from jobs.storage.files import read_certificate, write_certificate
from jobs.telemetry import stage
from jobs.telemetry.records import StepRecord

SELECT = "SELECT '80688' AS geo_code, 'V' AS occupancy"
CLASSES: dict[str, str | None] = {"geo_code": "none", "occupancy": "none"}
OTHER_KEY = "another key of the tests, long enough too"


def audit(settings: Settings) -> tuple[Report, StepRecord]:
    with stage(settings, "audit") as run:
        return prove(settings, load_catalog(settings.catalog_dirs), run), run.record


def verdict_file(settings: Settings) -> Path:
    return settings.warehouse_dir / "audit.json"


def extra(settings: Settings) -> Path:
    """Give the folder of the catalog that is the test's own."""
    return settings.catalog_dirs[-1]


@pytest.fixture(scope="module")
def audited_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audited")
    settings = home(folder)
    write_raw_files(settings)
    write_warehouse(settings, SELECT, CLASSES)
    audit(settings)
    return folder


@pytest.fixture
def audited(audited_home: Path, tmp_path: Path) -> Settings:
    """Give a home of one test's own whose warehouse has just passed the audit."""
    return settings_of(Path(shutil.copytree(audited_home, tmp_path / "home")))


def raw_content(settings: Settings) -> None:
    """Write a raw file anew, with one more row."""
    path = settings.raw_file("external", "cog_communes_2024")
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO cog_communes_2024 BY NAME SELECT '01001' AS com")


def raw_fingerprint(settings: Settings) -> None:
    """Load what has another content, by what its certificate says."""
    path = settings.raw_file("lovac", "lovac_2025")
    facts = read_certificate(path) or {}
    with duckdb.connect(str(path)) as connection:
        write_certificate(connection, path.stem, {**facts, "fingerprint": "2-00-00"})


def raw_file_gone(settings: Settings) -> None:
    settings.raw_file("lovac", "lovac_2025").unlink()


def policy_line(settings: Settings) -> None:
    (extra(settings) / "policy").mkdir()
    (extra(settings) / "policy" / "public_values.yml").write_text("labels: [Rue]\n", encoding="utf-8")


def publication(settings: Settings) -> None:
    listed = extra(settings) / "publication.yml"
    listed.write_text(listed.read_text().replace("logements", "dwellings"), encoding="utf-8")


def documented_class(settings: Settings) -> None:
    path = settings.warehouse_dir / "dbt" / "manifest.json"
    path.write_text(path.read_text().replace('"none"', '"indirect"', 1), encoding="utf-8")


def warehouse_content(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        connection.execute(f"UPDATE marts.{MART} SET occupancy = 'L'")


def verdict_byte(settings: Settings) -> None:
    path = verdict_file(settings)
    rewrite(path, path.read_bytes().replace(b'"values": 2', b'"values": 3'))


def verdict_gone(settings: Settings) -> None:
    verdict_file(settings).unlink()


def engine(settings: Settings) -> None:
    del settings
    duckdb.__version__ += ".1"


def program(settings: Settings) -> None:
    """Run a copy of the program in which one line is another."""
    copied = settings.ZLV_HOME / "jobs"
    shutil.copytree(Path(jobs.__file__).parent, copied, ignore=shutil.ignore_patterns("__pycache__"))
    gate = copied / "privacy" / "patterns.py"
    gate.write_text(gate.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    jobs.__file__ = str(copied / "__init__.py")


CHANGES: dict[Callable[[Settings], None], list[str] | None] = {
    raw_content: ["raw files"],
    raw_fingerprint: ["raw files"],
    raw_file_gone: ["raw files"],
    policy_line: ["policy"],
    publication: ["publication list"],
    documented_class: ["documented classes"],
    warehouse_content: ["warehouse file"],
    engine: ["program"],
    program: ["program"],
    # An audit that cannot be believed is none: nothing is known of what changed.
    verdict_byte: None,
    verdict_gone: None,
}


def test_an_audit_stands_while_nothing_changed(audited: Settings) -> None:
    """Nothing is scanned, the file stays byte for byte, and the report is told again."""
    written = verdict_file(audited).read_bytes()
    report, record = audit(audited)
    assert report.stands and report.verdict == "passed" and "changed" not in record.facts
    assert report.as_dict()["tables"] == json.loads(written)["tables"]
    assert verdict_file(audited).read_bytes() == written


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_changes_is_looked_at_anew(
    audited: Settings, change: Callable[[Settings], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb, "__version__", duckdb.__version__)
    monkeypatch.setattr(jobs, "__file__", jobs.__file__)
    change(audited)
    report, record = audit(audited)
    assert not report.stands and report.verdict == "passed"
    assert record.facts.get("changed") == CHANGES[change]
    assert audit(audited)[0].stands


def test_the_same_rows_in_a_new_raw_file_are_no_change(audited: Settings) -> None:
    """A night's snapshot has another moment and the same rows."""
    path = audited.production_file
    key = (read_certificate(path) or {})["key"]
    for moment in ("2026-11-22", "2026-11-23"):
        with duckdb.connect(str(path)) as connection:
            tables = {"owners": {"fingerprint": "2-1-1"}, "users": {"fingerprint": "1-1-1"}}
            write_certificate(connection, path.stem, {"key": key, "tables": tables, "snapshot_at": moment})
        report, _ = audit(audited)
        assert report.stands == (moment == "2026-11-23")


def test_a_refused_audit_is_never_reused(audited: Settings) -> None:
    path = audited.warehouse_dir / "dbt" / "manifest.json"
    path.write_text(path.read_text().replace('"none"', '"direct"', 1), encoding="utf-8")
    for _ in range(2):
        report, _ = audit(audited)
        assert report.verdict == "refused" and not report.stands


def test_another_key_or_a_damaged_raw_file_is_told_though_an_audit_passed(audited: Settings) -> None:
    other = settings_of(audited.ZLV_HOME, ZLV_PSEUDONYM_KEY=OTHER_KEY)
    with pytest.raises(SettingsError, match="another ZLV_PSEUDONYM_KEY"):
        audit(other)
    path = audited.raw_file("lovac", "lovac_2025")
    rewrite(path, path.read_bytes()[:4096])
    with pytest.raises(DataRefused, match="was cut short"):
        audit(audited)


def test_an_audit_of_another_signer_is_no_proof_here(audited: Settings) -> None:
    assert not audit(settings_of(audited.ZLV_HOME, ZLV_SIGNING_KEY=OTHER_KEY))[0].stands


def test_a_flipped_byte_of_the_warehouse_is_seen(audited: Settings) -> None:
    """It is looked at anew, and refused where DuckDB finds the byte."""
    rewrite(audited.warehouse_file, flipped(audited.warehouse_file))
    with contextlib.suppress(ZlvError, duckdb.Error):
        assert not audit(audited)[0].stands
