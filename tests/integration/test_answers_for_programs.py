"""What a command shows to a person it gives to a program as JSON (N14)."""

from __future__ import annotations

import json
from pathlib import Path

from bases import base, zlv
from two_releases import damaged, two_releases

from jobs.releases.manifest import manifest_file
from jobs.releases.release import release_file
from jobs.settings import project_dir


def test_verify_prints_the_manifest_that_it_has_compared(tmp_path: Path) -> None:
    """N14"""
    settings = two_releases(tmp_path)
    for words, name in ((("previous",), "daily-1"), (("last",), "daily-2"), ((), "daily-2")):
        done = zlv(settings, "verify", *words, "--json")
        assert done.returncode == 0, done.stderr
        written = json.loads(manifest_file(release_file(settings.clean_dir, name)).read_text())
        assert json.loads(done.stdout).items() <= written.items()
        assert json.loads(done.stdout)["release"] == name
    damaged(settings, "daily-2")
    refused = zlv(settings, "verify", "--json")
    assert (refused.returncode, refused.stdout) == (65, "")


def test_a_check_of_the_catalog_gives_its_figures_or_all_faults(tmp_path: Path) -> None:
    """N14"""
    whole = base(tmp_path).model_copy(update={"ZLV_CATALOG_DIR": str(project_dir("catalog"))})
    done = zlv(whole, "catalog", "check", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["faults"] == [] and told["sources"] > 10 and told["raw_columns"] > told["sources"]
    (tmp_path / "catalog" / "lovac.yml").write_text("domain: lovac\nsources: {a: {colums: {}}, b: 1}\n")
    refused = zlv(base(tmp_path), "catalog", "check", "--json")
    assert refused.returncode == 64
    faults = json.loads(refused.stdout)["faults"]
    assert [fault.split(": ")[1] for fault in faults] == ["sources.a", "sources.b"]
    assert all(fault in refused.stderr for fault in faults)
