"""Alerts: each stands alone in a chat, and none misses a run that a person started."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chart import ROOT, objects, render

WITH_RULES: dict[str, Any] = {
    "monitoring": {"prometheusRule": {"enabled": True}},
    "metabase": {"enabled": True},
}


def rules(**more: Any) -> dict[str, dict[str, Any]]:
    """Give the alerts by their name."""
    (rule,) = (
        thing for thing in objects(render({**WITH_RULES, **more})) if thing["kind"] == "PrometheusRule"
    )
    return {each["alert"]: each for each in rule["spec"]["groups"][0]["rules"]}


@pytest.mark.parametrize("more", [{}, {"argo": {"enabled": True}}], ids=["jobs", "argo"])
def test_each_alert_says_where_it_is_from_what_is_wrong_and_what_to_do(more: dict[str, Any]) -> None:
    """K18: a chat has no table above, and no page around."""
    for name, rule in rules(**more).items():
        told = rule["annotations"]
        assert told["summary"].startswith("ZLV warehouse, namespace zlv-warehouse: "), name
        assert not re.search(r"\b(above|below the|see the table)\b", " ".join(told.values()).lower()), name
        assert re.search(r"zlv \w+|kubectl|argo|values", told["description"]), name


def test_a_run_that_a_person_started_from_a_cron_job_is_alerted_too() -> None:
    """K18: `kubectl create job` names a Job as the person likes; its owner is the CronJob."""
    guide = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    by_hand = re.findall(r"(?m)^    kubectl .* create job --from=cronjob/\S+ (\S+)$", guide)
    assert set(by_hand) == {"first-run", "lovac-2027"}
    expression = " ".join(rules()["ZlvRunFailed"]["expr"].split())
    assert "job_name=~" not in expression
    assert "* on (namespace, job_name) group_left (owner_name) kube_job_owner{" in expression
    (owners,) = re.findall(r'owner_kind="CronJob", owner_name=~"([^"]+)"', expression)
    things = objects(render(WITH_RULES))
    names = {thing["metadata"]["name"] for thing in things if thing["kind"] == "CronJob"}
    assert len(names) == 5 and all(re.fullmatch(owners, name) for name in names)
    # Jobs of steps have another owner: each would raise an alert of its own.
    assert not re.fullmatch(owners, "zlv-warehouse-daily-29401234")
