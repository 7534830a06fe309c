"""A release stands while nothing changed, and whatever changes makes another one, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bases import base, marks, publish, write_audit, write_warehouse, zlv
from two_releases import damaged, flipped, rewrite, two_releases

from jobs.catalog import load_catalog
from jobs.releases import publication
from jobs.releases.manifest import manifest_file
from jobs.releases.publication import Published, publish_marts
from jobs.releases.release import current_release, release_file, release_names
from jobs.releases.rollback import roll_back
from jobs.settings import Settings
from jobs.telemetry import stage
from jobs.telemetry.records import read_step


@pytest.fixture
def published(tmp_path: Path) -> Settings:
    settings = base(tmp_path)
    write_warehouse(settings, mark=1, rows=10)
    again(settings, "first")
    return settings


def again(settings: Settings, run_id: str = "second", keep: int = 5) -> Published:
    """Publish by the list that lies in the catalog folder, as the command does."""
    with stage(settings.model_copy(update={"ZLV_RUN_ID": run_id}), "publish") as run:
        return publish_marts(settings, load_catalog(settings.catalog_dirs), run, keep)


def state(settings: Settings) -> dict[str, tuple[int, int, bytes]]:
    """Tell of each file of the clean volume which one it is, when it was written, and what it holds."""
    files = [path for path in settings.clean_dir.rglob("*") if path.is_file() and path.suffix != ".lock"]
    stats = {path: path.lstat() for path in files}
    return {str(path): (at.st_ino, at.st_mtime_ns, path.read_bytes()) for path, at in stats.items()}


def warehouse(settings: Settings) -> None:
    write_warehouse(settings, mark=2, rows=10)


def audited_again(settings: Settings) -> None:
    write_audit(settings, run_id="another audit")


def audit_of_other_inputs(settings: Settings) -> None:
    write_audit(settings, inputs={"program": "another"})


def public_name(settings: Settings) -> None:
    path = settings.catalog_dirs[0] / "publication.yml"
    path.write_text(path.read_text().replace("cities_zonage_2024", "cities"))
    write_audit(settings)


def description(settings: Settings) -> None:
    path = settings.catalog_dirs[0] / "publication.yml"
    path.write_text(path.read_text().replace("Communes", "Towns"))
    write_audit(settings)


def policy(settings: Settings) -> None:
    (settings.catalog_dirs[0] / "policy").mkdir()
    (settings.catalog_dirs[0] / "policy" / "public_values.yml").write_text("labels: [Rue]\n")
    write_audit(settings)


def byte_of_the_release(settings: Settings) -> None:
    damaged(settings, "first")


def manifest_of_the_release(settings: Settings) -> None:
    path = manifest_file(release_file(settings.clean_dir, "first"))
    rewrite(path, path.read_bytes().replace(b'"format": 1', b'"format": 2'))


def no_manifest(settings: Settings) -> None:
    manifest_file(release_file(settings.clean_dir, "first")).unlink()


def version(settings: Settings) -> None:
    del settings
    publication.__version__ = "9.9.9"


CHANGES = (
    warehouse,
    audited_again,
    audit_of_other_inputs,
    public_name,
    description,
    policy,
    byte_of_the_release,
    manifest_of_the_release,
    no_manifest,
    version,
)


def test_a_release_stands_while_nothing_changed(published: Settings) -> None:
    """No file is written, and the record says so."""
    before = state(published)
    done = zlv(published, "publish", ZLV_RUN_ID="second")
    assert done.returncode == 0, done.stderr
    assert "release first stands: nothing changed since it was published" in done.stderr
    accepted = zlv(published, "publish", "--accept-rows", "all is well", ZLV_RUN_ID="third")
    assert accepted.returncode == 0 and "release first stands" in accepted.stderr
    assert state(published) == before
    record = read_step(published.runs_dir, "second", "publish")
    assert record is not None and record.unchanged and record.rows == 0
    assert (record.facts["release"], set(record.facts["tables"].values())) == ("first", {10})


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_changes_is_published_anew(
    published: Settings, change: Callable[[Settings], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "__version__", publication.__version__)
    change(published)
    done = again(published)
    assert (done.name, done.fresh, done.stands) == ("second", True, False)
    assert current_release(published) == "second"
    assert again(published, "third").stands


@pytest.mark.parametrize("what", ["warehouse", "audit", "policy", "list"])
def test_what_the_audit_did_not_see_is_refused_though_a_release_of_it_stands(
    published: Settings, what: str
) -> None:
    catalog, audit = published.catalog_dirs[0], published.warehouse_dir / "audit.json"
    if what == "warehouse":
        rewrite(published.warehouse_file, flipped(published.warehouse_file))
    elif what == "audit":
        rewrite(audit, audit.read_bytes().replace(b"audit", b"Audit", 1))
    elif what == "policy":
        (catalog / "policy").mkdir()
        (catalog / "policy" / "public_values.yml").write_text("labels: [Rue]\n")
    else:
        (catalog / "publication.yml").write_text("publish: {marts_common_cities: {}}\n")
    assert zlv(published, "publish").returncode == 66
    assert current_release(published) == "first"


def test_old_releases_are_removed_as_asked_though_the_last_one_stands(published: Settings) -> None:
    for mark in (2, 3, 4):
        write_warehouse(published, mark, rows=10)
        publish(published, f"run-{mark}")
    assert again(published, keep=1).stands
    assert release_names(published.clean_dir) == ["run-4", "run-3"]


def test_a_release_that_was_taken_back_does_not_come_back_by_itself(tmp_path: Path) -> None:
    """The nightly run after a rollback, on a warehouse that is as it was, would have shown it again."""
    settings = two_releases(tmp_path)
    assert roll_back(settings) == ("daily-2", "daily-1")
    done = zlv(settings, "publish", ZLV_RUN_ID="night")
    assert done.returncode == 0 and marks(settings) == {(1, 1)}
    sentence = "release daily-1 stands: daily-2, made of this very warehouse, was taken back"
    assert f"{sentence}; show it with: zlv publish --to daily-2" in done.stderr
    record = read_step(settings.runs_dir, "night", "publish")
    assert record is not None and record.unchanged and record.facts["taken_back"] == "daily-2"
    write_warehouse(settings, mark=3, rows=10)
    assert publish(settings, "mended").fresh and marks(settings) == {(3, 3)}


def test_a_damaged_release_is_not_kept_for_the_sake_of_one_taken_back(tmp_path: Path) -> None:
    settings = two_releases(tmp_path)
    roll_back(settings)
    damaged(settings, "daily-1")
    done = publish(settings, "night")
    assert done.fresh and marks(settings) == {(2, 2)}


def test_a_release_that_is_shown_again_by_hand_is_no_longer_taken_back(tmp_path: Path) -> None:
    settings = two_releases(tmp_path)
    roll_back(settings)
    assert roll_back(settings, "daily-2") == ("daily-1", "daily-2")
    done = publish(settings, "night")
    assert done.stands and (done.name, done.taken_back) == ("daily-2", None)
