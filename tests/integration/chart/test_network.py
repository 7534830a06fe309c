"""All is denied, and each way out is one that is needed: a policy per step, ports as pods have them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from chart import CHART, objects, render, typed
from chart_texts import steps
from kubernetes import client

CLOSED = ("build", "audit", "publish")
DNS = [("UDP", 53), ("TCP", 53), ("UDP", 5353), ("TCP", 5353)]


def policies(values: dict[str, Any] | None = None) -> dict[str, client.V1NetworkPolicySpec]:
    """Give the policies by the name of what they are for."""
    return {
        thing["metadata"]["name"].removeprefix("zlv-warehouse-"): typed(thing).spec
        for thing in objects(render(values))
        if thing["kind"] == "NetworkPolicy"
    }


def ways(spec: client.V1NetworkPolicySpec) -> list[tuple[str, int]]:
    """List protocol and port of every way out."""
    return [(port.protocol, port.port) for rule in spec.egress or [] for port in rule.ports]


def test_all_is_denied_and_each_way_out_is_one_that_is_needed() -> None:
    """S5: each step has a policy of its own, by its label."""
    found = policies()
    assert found.pop("default-deny").pod_selector.match_labels.keys() == {
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
    }
    https, postgresql = ("TCP", 443), ("TCP", 5432)
    assert {name: ways(spec) for name, spec in found.items()} == {
        "step-prepare": [*DNS, postgresql, https],
        "step-sync-production": [*DNS, postgresql],
        "step-list-sources": [],
        "step-load-lake": [*DNS, https, https],
        "step-build": [],
        "step-audit": [],
        "step-publish": [],
        "step-upload": [*DNS, https],
        "step-export": [*DNS, https],
        "step-verify": [*DNS, https],
        "step-import": [*DNS, https],
        "step-record": [*DNS, https],
        "executor": [*DNS, https, ("TCP", 6443), https],
        "shell": [],
    }
    for step in steps():
        assert found[f"step-{step}"].pod_selector.match_labels["zlv.fr/stage"] == step
    assert not policies({"networkPolicy": {"enabled": False}})


@pytest.mark.parametrize("step", CLOSED)
def test_a_step_that_holds_everything_reaches_nothing(step: str) -> None:
    """S5: no way out of build, audit and publish, a collector's neither, unless it is named."""
    collector = {"otlp": {"endpoint": "http://collector:4318"}}
    for values in ({}, {"dev": {"enabled": True}}, collector):
        spec = policies(values)[f"step-{step}"]
        assert spec.policy_types == ["Egress"] and not spec.egress
    named = collector | {"networkPolicy": {"otlp": [{"podSelector": {"matchLabels": {"app": "collector"}}}]}}
    rules = policies(named)[f"step-{step}"].egress
    assert [(port.port, bool(rule.to)) for rule in rules[1:] for port in rule.ports] == [(4318, True)]


def test_a_trial_s_steps_reach_the_trial_s_servers_and_no_others() -> None:
    found = policies({"dev": {"enabled": True}, "s3": {"endpoint": "s3.example.org:8443"}})
    (rule,) = found["step-sync-production"].egress[1:]
    assert rule.ports[0].port == 5432
    assert rule.to[0].pod_selector.match_labels["app.kubernetes.io/component"] == "dev"
    assert 8443 not in [port for _, port in ways(found["step-load-lake"])]


def test_dns_answers_where_the_cluster_has_it() -> None:
    """K9: OpenShift's DNS is at 5353."""
    assert set(DNS) <= set(ways(policies()["executor"]))
    only = policies({"networkPolicy": {"dnsPorts": [8053]}})["executor"]
    assert ways(only)[:2] == [("UDP", 8053), ("TCP", 8053)]


@pytest.mark.parametrize(
    ("destination", "policy", "service"),
    [
        ("postgresql", "step-sync-production", 5432),
        ("s3", "step-upload", 443),
        ("otlp", "step-upload", 4318),
        ("metabaseDatabase", "metabase", 5432),
    ],
)
def test_a_policy_sees_the_ports_of_the_pods_behind_a_service(
    destination: str, policy: str, service: int
) -> None:
    """K9: a Service may have another port than its pods."""
    values = {
        "networkPolicy": {"targetPorts": {destination: [16432]}},
        "otlp": {"endpoint": "http://collector:4318"},
        "metabase": {"enabled": True},
    }
    rules = [[port.port for port in rule.ports] for rule in policies(values)[policy].egress]
    assert [service, 16432] in rules


@pytest.mark.parametrize(
    ("component", "policy"),
    [("executor", "executor"), ("shell", "shell"), ("metabase", "metabase"), ("steps", "step-load-lake")],
)
def test_further_rules_are_those_of_one_component(component: str, policy: str) -> None:
    """K9: a proxy for one is no way out for the others."""
    rules: Any = [{"ports": [{"protocol": "TCP", "port": 3128}]}]
    values = {
        "metabase": {"enabled": True},
        "networkPolicy": {
            "extraEgress": {component: {"load-lake": rules} if component == "steps" else rules}
        },
    }
    opened = {name for name, spec in policies(values).items() if ("TCP", 3128) in ways(spec)}
    assert opened == {policy}
    assert ("UDP", 53) in ways(policies(values)[policy])


def test_metabase_sends_mail_and_asks_ldap_as_the_readme_shows() -> None:
    """K9: its way to SMTP, LDAP and webhooks."""
    text = (CHART / "README.md").read_text(encoding="utf-8")
    example = re.search(
        r"(?m)^    networkPolicy:\n      extraEgress:\n        metabase:\n(      .*\n)+", text
    )
    assert example
    values = yaml.safe_load(example[0])
    found = policies({"metabase": {"enabled": True}, **values})["metabase"]
    assert {587, 636, 443} <= {port for _, port in ways(found)}
    assert not {587, 636, 443} & {
        port for _, port in ways(policies({"metabase": {"enabled": True}})["metabase"])
    }


def test_argo_s_container_beside_a_step_reaches_the_api_server_and_no_name() -> None:
    spec = policies({"argo": {"enabled": True}})["argo"]
    assert ways(spec) == [("TCP", 443), ("TCP", 6443)]
