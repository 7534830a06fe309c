"""dbt's unit tests try each rule with a branch on rows of their own."""

from __future__ import annotations

import json

from chain import Chain


def test_every_dbt_unit_test_passes(own_chain: Chain) -> None:
    manifest = json.loads((own_chain.home / "warehouse" / "dbt" / "manifest.json").read_text())
    tests = manifest["unit_tests"].values()
    # They are run with their models, so the models that have some are built again.
    models = [part for name in sorted({test["model"] for test in tests}) for part in ("--only", name)]
    own_chain.zlv("build", "--unit-tests", *models, ZLV_RUN_ID="unit-tests")
    spans = [
        json.loads(line)
        for line in (own_chain.home / "runs" / "unit-tests" / "spans.jsonl").read_text().splitlines()
    ]
    ran = [span for span in spans if span["attributes"].get("zlv.resource") == "unit_test"]
    assert len(ran) == len(tests) >= 20
    assert {span["attributes"]["zlv.status"] for span in ran} <= {"pass", "success"}
