"""The same objects each time, each known to its model, each pod within the rules."""

from __future__ import annotations

import json

import pytest
from chart import CHART, FOREIGN, helm, objects, pods, render, typed
from chart_variants import VARIANTS
from pod_rules import RULES, broken


@pytest.mark.parametrize("variant", VARIANTS)
def test_two_renders_are_equal_and_an_upgrade_renders_what_an_install_does(variant: str) -> None:
    values = VARIANTS[variant]
    first = render(values)
    again = helm(
        "template",
        "zlv-warehouse",
        str(CHART),
        "--namespace",
        "zlv-warehouse",
        "--values",
        "-",
        text=json.dumps(values),
    )
    assert first == again.stdout
    upgrade = helm(
        "template",
        "zlv-warehouse",
        str(CHART),
        "--namespace",
        "zlv-warehouse",
        "--is-upgrade",
        "--values",
        "-",
        text=json.dumps(values),
    )
    assert first == upgrade.stdout


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_object_is_what_its_model_knows(variant: str) -> None:
    for thing in objects(render(VARIANTS[variant])):
        if thing["kind"] not in FOREIGN:
            typed(thing)


@pytest.mark.parametrize("rule", RULES)
def test_every_pod_of_every_variant_keeps_the_rule(rule: str) -> None:
    for variant, values in VARIANTS.items():
        if variant == "any user" and rule == "non_root":
            continue  # The cluster chooses the user there; that it is not root stays demanded.
        assert broken(rule, pods(objects(render(values)))) == [], variant


def test_nothing_but_the_test_is_a_hook_and_names_stay_short() -> None:
    for values in VARIANTS.values():
        for thing in objects(render(values, release="a-release-with-quite-a-long-name-indeed-it-is")):
            hook = thing["metadata"].get("annotations", {}).get("helm.sh/hook")
            assert hook is None or (hook == "test" and thing["kind"] == "Pod")
            if thing["kind"] in ("CronJob", "CronWorkflow"):
                assert len(thing["metadata"]["name"]) <= 52
