"""The audit looks at every mart, tells its verdict by an exit code and a file, and is never blind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from planted import KEY, MART, audit, home, raw_dir, write_warehouse

from jobs.errors import SettingsError
from jobs.releases.release import warehouse_fingerprint
from jobs.settings import Settings
from jobs.storage.files import write_certificate
from jobs.telemetry.records import read_step

__all__ = ["raw_dir"]

# Of nobody in the raw files, so that one rule alone applies.
EMAIL = "nobody@example.net"
GOOD = ("SELECT '80688' AS geo_code, 'V' AS occupancy", {"geo_code": "none", "occupancy": "none"})


def _zlv(settings: Settings, *arguments: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "ZLV_HOME": str(settings.ZLV_HOME),
        "ZLV_RAW_DIR": str(settings.raw_dir),
        "ZLV_CATALOG_DIR": str(settings.ZLV_CATALOG_DIR),
        "ZLV_PSEUDONYM_KEY": key,
        "ZLV_SIGNING_KEY": KEY[::-1],
        "ZLV_RUN_ID": "daily-1",
    }
    zlv = Path(sys.executable).with_name("zlv")
    return subprocess.run(
        [str(zlv), *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_refusal_ends_with_66_and_a_sentence_per_finding_and_is_written_too(
    tmp_path: Path, raw_dir: Path
) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(
        settings, f"SELECT '{EMAIL}' AS contact, 'x' AS passed", {"contact": "none", "gone": "none"}
    )
    done = _zlv(settings, "audit", "--json")
    assert done.returncode == 66
    for sentence in (
        f"{MART}.contact: 1 distinct value(s) look like e-mail",
        f"{MART}.passed: the column is in the table",
        f"{MART}.gone: ",
    ):
        assert sentence in done.stderr
    written = json.loads((settings.warehouse_dir / "audit.json").read_text(encoding="utf-8"))
    assert (written["verdict"], written["run_id"], len(written["policy"])) == ("refused", "daily-1", 64)
    assert json.loads(done.stdout)["findings"] == written["findings"]
    assert EMAIL not in done.stdout + done.stderr + json.dumps(written)
    record = read_step(settings.runs_dir, "daily-1", "audit")
    assert record is not None and record.exit_code == 66 and record.facts["verdict"] == "refused"


def test_a_pass_names_the_warehouse_file_and_each_mart(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD)
    done = _zlv(settings, "audit")
    assert (done.returncode, done.stdout) == (0, "")
    written = json.loads((settings.warehouse_dir / "audit.json").read_text(encoding="utf-8"))
    assert written["verdict"] == "passed" and written["findings"] == []
    assert written["warehouse"] == warehouse_fingerprint(settings.warehouse_file)
    assert written["tables"] == [{"table": MART, "rows": 1, "columns": 2, "values": 2, "findings": 0}]


def test_an_audit_that_stands_prints_its_report_again_and_its_record_says_so(
    tmp_path: Path, raw_dir: Path
) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD)
    first, again = _zlv(settings, "audit", "--json"), _zlv(settings, "audit", "--json")
    assert (first.returncode, again.returncode, again.stdout) == (0, 0, first.stdout)
    assert "the last audit stands: nothing changed since it passed" in again.stderr
    record = read_step(settings.runs_dir, "daily-1", "audit")
    assert record is not None and record.unchanged and record.rows == 0
    assert record.facts == {"verdict": "passed", "tables": 1, "findings": 0, "unchanged": True}


def test_a_mart_that_is_not_published_is_examined_too(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD, marts_other=(f"SELECT '{EMAIL}' AS contact", {"contact": "none"}))
    assert [(f.table, f.rule) for f in audit(settings).findings] == [("marts_other", "email")]


def test_a_view_in_the_marts_is_refused_whatever_it_shows(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD)
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        connection.execute(f"CREATE VIEW marts.seen AS SELECT '{EMAIL}' AS contact")
    assert {(f.table, f.rule) for f in audit(settings).findings} == {("seen", "view")}


def test_a_listed_mart_that_is_absent_is_refused(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD)
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        connection.execute(f"ALTER TABLE marts.{MART} RENAME TO another")
    assert (MART, "absent") in {(f.table, f.rule) for f in audit(settings).findings}


def test_every_row_is_looked_at(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(
        settings,
        f"SELECT CASE WHEN i = 49999 THEN '{EMAIL}' ELSE 'label ' || i END AS x FROM range(50000) t(i)",
        {"x": "none"},
    )
    (finding,) = audit(settings).findings
    assert (finding.column, finding.rule, finding.values) == ("x", "email", 1)


def test_raw_files_of_another_key_are_told_because_the_gate_would_be_blind(
    tmp_path: Path, raw_dir: Path
) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD)
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        write_certificate(connection, settings.warehouse_file.stem, {"key": "0123456789abcdef"})
    with pytest.raises(SettingsError, match="another ZLV_PSEUDONYM_KEY"):
        audit(settings)


def test_a_warehouse_that_does_not_say_its_key_is_no_proof(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD)
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        write_certificate(connection, settings.warehouse_file.stem, {"rows": 1})
    with pytest.raises(SettingsError, match="does not say of which key"):
        audit(settings)


def test_without_a_manifest_there_is_no_proof(tmp_path: Path, raw_dir: Path) -> None:
    settings = home(tmp_path, raw_dir)
    write_warehouse(settings, *GOOD)
    (settings.warehouse_dir / "dbt" / "manifest.json").unlink()
    with pytest.raises(SettingsError, match=r"manifest\.json is missing"):
        audit(settings)
