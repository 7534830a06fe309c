"""A release holds the listed marts and nothing else, only after the audit, and a rollback copies nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from bases import LISTED, base, marks, publish, write_audit, write_warehouse, zlv

from jobs.catalog import Catalog, Publication, load_catalog
from jobs.errors import DataRefused, PrivacyRefused, SettingsError, Temporary
from jobs.releases.audited import publications_digest
from jobs.releases.release import current_release, publishing, release_file, release_names
from jobs.releases.rollback import roll_back
from jobs.settings import project_dir
from jobs.storage.files import read_certificate
from jobs.telemetry.records import read_step


def test_the_clean_file_holds_the_listed_marts_under_their_public_names_and_nothing_else(
    tmp_path: Path,
) -> None:
    settings = base(tmp_path)
    write_warehouse(settings)
    done = publish(settings, "daily-1")
    assert done.rows == {"cities_zonage_2024": 1000, "marts_production_housing": 1000}
    assert settings.clean_file.readlink() == Path("releases/daily-1.duckdb")
    with duckdb.connect(str(settings.clean_file), read_only=True) as connection:
        tables = connection.execute(
            "SELECT DISTINCT schema_name, table_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        assert set(tables) == {
            ("main", "_zlv"),
            ("main", "cities_zonage_2024"),
            ("main", "marts_production_housing"),
        }
        assert (
            connection.execute("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal").fetchall() == []
        )
        comments = connection.execute(
            "SELECT comment FROM duckdb_tables() WHERE table_name <> '_zlv' ORDER BY table_name"
        ).fetchall()
        assert comments == [("Communes",), ("One row per dwelling",)]
        column = "SELECT comment FROM duckdb_columns() WHERE comment IS NOT NULL"
        assert connection.execute(column).fetchall() == [("Code de l'Insee",)]
        first = connection.execute("FROM cities_zonage_2024 LIMIT 1").fetchone()
        assert first is not None and first[0] == "00000"
    assert (read_certificate(settings.clean_file) or {})["rows"] == done.rows
    assert (
        b"private" not in settings.clean_file.read_bytes()
        and b"not listed" not in settings.clean_file.read_bytes()
    )


def test_two_publications_of_the_same_marts_are_equal_row_for_row(tmp_path: Path) -> None:
    settings = base(tmp_path, DUCKDB_THREAD_NUMBER="4")
    write_warehouse(settings, rows=300_000)
    tables = []
    for run_id in ("first", "second"):
        write_audit(settings, run_id=run_id)  # else the first one stands
        path = publish(settings, run_id).path
        with duckdb.connect(str(path), read_only=True) as connection:
            tables.append(connection.execute("SELECT geo_code FROM cities_zonage_2024").fetchall())
    assert tables[0] == tables[1] and release_names(settings.clean_dir) == ["second", "first"]


@pytest.mark.parametrize("verdict", [None, "refused"])
def test_a_warehouse_without_a_passed_audit_is_refused(tmp_path: Path, verdict: str | None) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, audited=False)
    if verdict:
        write_audit(settings, verdict)
    with pytest.raises(PrivacyRefused, match="audit"):
        publish(settings, "daily-1")
    assert not settings.clean_file.exists()


def test_an_audit_of_another_warehouse_file_is_refused_with_66(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings)
    write_warehouse(settings, mark=1, audited=False)
    done = zlv(settings, "publish")
    assert done.returncode == 66
    assert "the last audit was of another warehouse file; run `zlv audit`" in done.stderr


@pytest.mark.parametrize("seen", [["marts_common_cities"], None])
def test_a_mart_that_the_audit_did_not_look_at_is_refused(tmp_path: Path, seen: list[str] | None) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, rows=10)
    write_audit(settings, marts=seen)
    with pytest.raises(PrivacyRefused, match=r"did not look at .*marts_production_housing"):
        publish(settings, "daily-1")


@pytest.mark.parametrize("policy", ["of last year", None])
def test_an_audit_under_another_policy_is_refused(tmp_path: Path, policy: str | None) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, rows=10)
    write_audit(settings, policy=policy)
    with pytest.raises(PrivacyRefused, match="policy was changed"):
        publish(settings, "daily-1")


def test_a_listed_mart_that_is_missing_is_named_and_the_release_before_stands(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, mark=1)
    publish(settings, "good")
    more = Catalog(
        sources=(),
        publications=(*LISTED.publications, Publication(mart="marts_admin_epci", public_name="admin_epci")),
    )
    write_audit(settings, publications=publications_digest(more))
    with pytest.raises(DataRefused, match="no marts_admin_epci"):
        publish(settings, "bad", more)
    assert marks(settings) == {(1, 1)} and release_names(settings.clean_dir) == ["good"]
    assert sorted(path.name for path in (settings.clean_dir / "releases").iterdir()) == [
        "good.duckdb",
        "good.json",
    ]


def test_a_rollback_shows_the_release_before_and_copies_nothing(tmp_path: Path) -> None:
    settings = base(tmp_path)
    for mark in (1, 2, 3):
        write_warehouse(settings, mark)
        publish(settings, f"run-{mark}")
    inodes = {
        name: release_file(settings.clean_dir, name).stat().st_ino
        for name in release_names(settings.clean_dir)
    }
    done = zlv(settings, "publish", "--rollback", ZLV_RUN_ID="back")
    assert done.returncode == 0, done.stderr
    assert "release run-2 again (was run-3)" in done.stderr
    assert marks(settings) == {(2, 2)} and settings.clean_file.stat().st_ino == inodes["run-2"]
    record = read_step(settings.runs_dir, "back", "publish")
    assert record is not None and record.seconds is not None and record.seconds < 1
    # A new release replaces run-2: going back from it must not lead to run-3.
    write_warehouse(settings, 4)
    publish(settings, "run-4")
    assert roll_back(settings) == ("run-4", "run-2")
    assert roll_back(settings, "run-3") == ("run-2", "run-3")
    assert {name: release_file(settings.clean_dir, name).stat().st_ino for name in inodes} == inodes
    with pytest.raises(SettingsError, match="release nine is not on the clean volume; kept are: run-4"):
        roll_back(settings, "nine")


def test_a_rollback_without_an_earlier_release_says_so(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings)
    publish(settings, "only")
    with pytest.raises(DataRefused, match="no earlier release"):
        roll_back(settings)


def test_the_newest_releases_are_kept_and_always_the_current_one_and_its_way_back(tmp_path: Path) -> None:
    settings = base(tmp_path)
    for mark in range(5):
        write_warehouse(settings, mark, rows=10)
        publish(settings, f"run-{mark}", keep=3)
    assert release_names(settings.clean_dir) == ["run-4", "run-3", "run-2"]
    roll_back(settings, "run-2")
    write_warehouse(settings, 5, rows=10)
    publish(settings, "run-5", keep=1)
    assert release_names(settings.clean_dir) == ["run-5", "run-2"]


def test_a_retry_shows_the_finished_release_again_and_a_changed_warehouse_gets_a_name_of_its_own(
    tmp_path: Path,
) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, 1, rows=10)
    first = publish(settings, "daily-1")
    again = publish(settings, "daily-1")
    assert (again.name, again.fresh, again.rows) == ("daily-1", False, first.rows)
    with duckdb.connect(str(settings.clean_file), read_only=True) as reader:
        write_warehouse(settings, 2, rows=10)
        assert publish(settings, "daily-1").name == "daily-1-2"
        assert reader.execute("SELECT DISTINCT mark FROM cities_zonage_2024").fetchall() == [(1,)]
        # New connections of the same process see the new release.
        assert marks(settings) == {(2, 2)}
    assert roll_back(settings) == ("daily-1-2", "daily-1")


def test_a_second_publication_at_the_same_time_is_told_to_wait(tmp_path: Path) -> None:
    settings = base(tmp_path)
    write_warehouse(settings, rows=10)
    with publishing(settings), pytest.raises(Temporary, match="another publication is at work"):
        publish(settings, "daily-1")
    publish(settings, "daily-1")
    assert current_release(settings) == "daily-1"


def test_the_publication_list_names_each_mart_once_under_one_public_name() -> None:
    publications = load_catalog([project_dir("catalog")]).publications
    names = {publication.mart: publication.public_name for publication in publications}
    assert len(set(names.values())) == len(names)
    assert names["marts_common_cities"] == "cities_zonage_2024" and names["marts_admin_epci"] == "admin_epci"
    assert all(publication.description for publication in publications)
