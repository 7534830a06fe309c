"""What a site sets for every pod, or for Metabase alone."""

from __future__ import annotations

from typing import Any

import pytest
from chart import identity, objects, pods, render, typed
from chart_variants import VARIANTS

SPREAD = [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}]
EVERYWHERE: dict[str, Any] = {
    "runtimeClassName": "gvisor",
    "hostUsers": False,
    "dnsConfig": {"options": [{"name": "ndots", "value": "1"}]},
    "topologySpreadConstraints": SPREAD,
    "metabase": {"enabled": True},
    "dev": {"enabled": True},
}


@pytest.mark.parametrize("more", [{}, {"argo": {"enabled": True}}], ids=["jobs", "argo"])
def test_what_is_said_for_every_pod_reaches_every_pod(more: dict[str, Any]) -> None:
    """K17: steps too, by the one field that a workflow has for it."""
    found = pods(objects(render({**EVERYWHERE, **more})))
    assert len(found) > 5
    for pod in found:
        spec = pod.spec
        assert (spec.runtime_class_name, spec.host_users) == ("gvisor", False), pod.name
        assert [(each.name, each.value) for each in spec.dns_config.options] == [("ndots", "1")], pod.name
        assert [each.topology_key for each in spec.topology_spread_constraints] == [SPREAD[0]["topologyKey"]]


def test_a_spread_counts_the_release_s_own_pods_unless_it_says_else() -> None:
    """K17: without a selector a constraint counts no pod, and holds for none."""
    other = {"matchLabels": {"app": "other"}}
    values = {"topologySpreadConstraints": [*SPREAD, {**SPREAD[0], "labelSelector": other}]}
    for pod in pods(objects(render(values))):
        own, given = (each.label_selector.match_labels for each in pod.spec.topology_spread_constraints)
        assert own.items() <= pod.labels.items() and len(own) == 2
        assert given == {"app": "other"}


def test_nothing_is_said_where_nothing_was_asked() -> None:
    for pod in pods(objects(render({"metabase": {"enabled": True}, "dev": {"enabled": True}}))):
        spec = pod.spec
        assert (spec.runtime_class_name, spec.host_users, spec.dns_config) == (None, None, None)
        assert spec.topology_spread_constraints is None


@pytest.mark.parametrize("variant", VARIANTS)
def test_another_namespace_takes_everything(variant: str) -> None:
    """K17: namespaceOverride, in each object and in what they say of it."""
    things = objects(render({**VARIANTS[variant], "namespaceOverride": "elsewhere"}))
    assert {thing["metadata"].get("namespace") for thing in things if thing["kind"] != "PriorityClass"} == {
        "elsewhere"
    }
    for thing in things:
        for subject in thing.get("subjects", []):
            assert subject["namespace"] == "elsewhere"


@pytest.mark.parametrize("registry", ["registry.example.org", "registry.example.org:5000/mirror"])
def test_one_registry_stands_for_all(registry: str) -> None:
    """K17: global.imageRegistry, in place of each repository's own."""
    values = {"global": {"imageRegistry": registry}, "metabase": {"enabled": True}, "dev": {"enabled": True}}
    images = {
        container.image
        for pod in pods(objects(render(values)))
        for container in pod.containers
        if "{{" not in container.image
    }
    names = ("warehouse", "warehouse-trial", "metabase")
    assert images == {f"{registry}/mtes-mct/zlv-{name}:0.1.0" for name in names}


def test_a_repository_without_a_registry_is_kept_whole() -> None:
    """K17: its first part is a registry only when it looks like one."""
    values = {"global": {"imageRegistry": "r.example.org"}, "image": {"repository": "team/zlv"}}
    (shell,) = (pod for pod in pods(objects(render(values))) if pod.name.endswith("-shell"))
    assert shell.spec.containers[0].image == "r.example.org/team/zlv:0.1.0"


def test_old_versions_of_a_deployment_are_few() -> None:
    """K17: revisionHistoryLimit, of every Deployment."""
    values = {"revisionHistoryLimit": 1, "metabase": {"enabled": True}, "dev": {"enabled": True}}
    found = [typed(thing) for thing in objects(render(values)) if thing["kind"] == "Deployment"]
    assert {each.spec.revision_history_limit for each in found} == {1} and len(found) == 3


def test_objects_of_the_site_go_with_the_release() -> None:
    """K17: extraObjects, whose texts are templates."""
    extra = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "{{ .Release.Name }}-more"},
        "data": {"a": "b"},
    }
    things = {identity(thing): thing for thing in objects(render({"extraObjects": [extra]}))}
    assert things["ConfigMap", "zlv-warehouse-more"]["data"] == {"a": "b"}
