"""Plain manifests and pipelines as they are checked in: typed, restricted, and the chart's copies their
equals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from chart import CHART, FOREIGN, ROOT, WORKFLOWS, Object, identity, objects, pods, step_pods, typed
from chart_texts import values_table
from hera.workflows.models import CronWorkflow
from pod_rules import RULES, broken

from jobs.pipelines.manifest.manifest import find_manifest, read_pipeline

K8S = ROOT / "k8s"
FILES = sorted(
    path for folder in ("base", "components", "overlays", "gitops") for path in (K8S / folder).rglob("*.y*ml")
)
PIPELINES = ("daily", "weekly", "yearly", "backup", "restore")


def _objects(folder: str) -> list[Object]:
    files = [
        path
        for path in sorted((K8S / folder).glob("*.yml"))
        if path.name not in ("taken-away.yml", "changed.yml")
    ]
    return [thing for path in files for thing in objects(path.read_text(encoding="utf-8"))]


FOLDERS = ("base", "components/argo", "components/metabase", "components/trial")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_is_what_its_model_knows(folder: str) -> None:
    for thing in _objects(folder):
        if thing["kind"] not in FOREIGN:
            typed(thing)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_pod_keeps_the_rule(folder: str, rule: str) -> None:
    found = pods(_objects(folder))
    assert found
    assert broken(rule, found) == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", PIPELINES)
def test_every_step_keeps_the_rule(name: str, rule: str) -> None:
    assert (
        broken(rule, list(step_pods(yaml.safe_load(find_manifest(name).read_text(encoding="utf-8"))))) == []
    )


def test_the_rules_see_what_breaks_them() -> None:
    container = {
        "name": "x",
        "image": "x",
        "securityContext": {"capabilities": {"drop": []}, "runAsUser": 0},
        "resources": {},
    }
    spec: Any = {
        "containers": [container],
        "securityContext": {"seccompProfile": {"type": "Unconfined"}},
        "volumes": [
            {"name": "v", "hostPath": {"path": "/"}},
            {"name": "c", "persistentVolumeClaim": {"claimName": "c"}},
        ],
    }
    pod = pods([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad"}, "spec": spec}])
    assert {rule for rule in RULES if broken(rule, pod)} == set(RULES)


def test_the_chart_carries_the_manifests_as_they_are() -> None:
    copies = {path.name: path.read_bytes() for path in (CHART / "files" / "workflows").iterdir()}
    assert copies == {path.name: path.read_bytes() for path in WORKFLOWS.glob("*.yml")}


def test_the_pipelines_of_the_base_are_read_as_the_manifests(tmp_path: Path) -> None:
    (config,) = (
        thing for thing in _objects("base") if identity(thing) == ("ConfigMap", "zlv-warehouse-pipelines")
    )
    assert set(config["data"]) == {f"{name}.yml" for name in PIPELINES}
    for name in PIPELINES:
        path = tmp_path / f"{name}.yml"
        path.write_text(config["data"][path.name], encoding="utf-8")
        rendered, written = read_pipeline(path), read_pipeline(find_manifest(name))
        assert rendered.tasks == written.tasks
        for step, template in written.templates.items():
            assert rendered.templates[step].command == template.command
            assert rendered.templates[step].retry == template.retry
            assert (
                rendered.templates[step].raw["container"]["resources"]
                == template.raw["container"]["resources"]
            )


def test_one_run_at_a_time_also_under_argo() -> None:
    mutexes = [
        yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]["synchronization"]["mutexes"]
        for path in WORKFLOWS.glob("*.yml")
    ]
    assert len(mutexes) == len(PIPELINES)
    assert all(each == [{"name": "zlv-warehouse-volumes"}] for each in mutexes)


def test_argo_models_know_the_cron_workflows() -> None:
    found = [thing for thing in _objects("components/argo") if thing["kind"] == "CronWorkflow"]
    assert {
        CronWorkflow.model_validate(thing).spec.workflow_spec.workflow_template_ref.name for thing in found
    } == {f"zlv-warehouse-{name}" for name in PIPELINES}


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.name.startswith("kustomization")],
    ids=lambda path: path.parent.name,
)
def test_a_kustomization_names_only_what_is_there(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    patches = [patch["path"] for patch in content.get("patches", []) if "path" in patch]
    for name in (*content["resources"], *content.get("components", []), *patches):
        assert (path.parent / name).exists(), name


def test_values_and_examples_keep_the_schema_and_the_schema_is_closed() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert list(validator.iter_errors(values)) == []
    assert (
        list(
            validator.iter_errors(yaml.safe_load((K8S / "gitops" / "values.yml").read_text(encoding="utf-8")))
        )
        == []
    )
    assert list(_open(schema, "")) == []
    assert set(schema["properties"]) == set(values), "a value without a schema, or the other way round"


def test_the_schema_knows_every_step_and_pipeline() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    steps = {name for pipeline in PIPELINES for name in read_pipeline(find_manifest(pipeline)).templates}
    (named,) = schema["properties"]["steps"]["patternProperties"]
    assert steps == set(named.strip("^()$").split("|"))
    assert list(
        schema["properties"]["networkPolicy"]["properties"]["extraEgress"]["properties"]["steps"][
            "patternProperties"
        ]
    ) == [named]
    assert set(schema["properties"]["pipelines"]["properties"]) == set(PIPELINES)


def test_each_value_is_described_in_the_readme() -> None:
    assert values_table() in (CHART / "README.md").read_text(encoding="utf-8")
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    table = values_table()
    assert [path for path in _leaves(values, "") if not _described(path, table)] == []


def _described(path: str, table: str) -> bool:
    parts = path.split(".")
    return any(f"| `{'.'.join(parts[:end])}` |" in table for end in range(1, len(parts) + 1))


def _leaves(values: Any, path: str) -> list[str]:
    if not isinstance(values, dict) or not values:
        return [path]
    return [leaf for key, each in values.items() for leaf in _leaves(each, f"{path}.{key}".lstrip("."))]


def _open(schema: Any, path: str) -> Any:
    """List places that take any key though they name some."""
    if isinstance(schema, dict):
        if (
            "properties" in schema
            and isinstance(schema["properties"], dict)
            and schema.get("additionalProperties") is not False
        ):
            yield path
        for key, each in schema.items():
            yield from _open(each, f"{path}/{key}")
    elif isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from _open(each, f"{path}/{number}")
