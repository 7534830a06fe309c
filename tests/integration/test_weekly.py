"""The weekly run builds everything, and publishes nothing where the builds of changes made it otherwise."""

from __future__ import annotations

import json

from chain import Chain
from local_runs import record

from jobs.transform.graph import digest

OTHER = "model.zlv.marts_lovac_flows"


def test_a_weekly_run_fails_with_the_table_that_the_builds_of_changes_made_otherwise(
    own_chain: Chain,
) -> None:
    """Issue 14"""
    file = own_chain.home / "warehouse" / "dbt" / "state.json"
    facts = json.loads(file.read_text(encoding="utf-8"))["facts"]
    facts["nodes"][OTHER]["content"]["rows"] = "of another build"
    file.write_text(json.dumps({"digest": digest(facts), "facts": facts}), encoding="utf-8")
    shown = own_chain.clean_file.resolve()

    done = own_chain.zlv("run", "weekly", "--from", "build", "--run-id", "weekly-1", code=65)

    run, build = record(own_chain, "weekly-1"), record(own_chain, "weekly-1", "build")
    assert (run["pipeline"], run["status"], run["exit_code"]) == ("weekly", "failed", 65)
    assert (build["attempt"], build["exit_code"]) == (1, 65)
    assert "marts_lovac_flows" in run["message"] and run["message"] in done.stdout
    assert not (own_chain.home / "runs" / "weekly-1" / "steps" / "publish.json").exists()
    assert own_chain.clean_file.resolve() == shown
    assert not file.exists(), "the next build makes everything anew"
