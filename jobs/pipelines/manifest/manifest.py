"""Read a pipeline from its manifest, an Argo WorkflowTemplate, into typed parts.

Only what every executor understands is accepted; anything else is refused with its place, so that a
pipeline never means one thing on a laptop and another in a cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from jobs.errors import SettingsError
from jobs.pipelines.manifest.check import check_references
from jobs.pipelines.manifest.cluster_fields import CLUSTER_CONTAINER, CLUSTER_SPEC, CLUSTER_TEMPLATE
from jobs.pipelines.manifest.fields import Fields
from jobs.pipelines.manifest.pipeline import Parameter, Pipeline, Task, Template
from jobs.pipelines.manifest.retry import read_retry
from jobs.settings import project_dir


def find_manifest(pipeline: str) -> Path:
    """Find a manifest by the pipeline's name or by its path."""
    folder = project_dir("k8s") / "workflows"
    candidates = [Path(pipeline), folder / f"{pipeline}.yml", folder / f"{pipeline}.yaml"]
    for path in candidates:
        if path.is_file() and path.suffix in (".yml", ".yaml"):
            return path
    known = sorted(path.stem for path in folder.glob("*.y*ml")) if folder.is_dir() else []
    raise SettingsError(
        f"there is no pipeline {pipeline!r}; known are {', '.join(known) or 'none'}, or give the path of a"
        " manifest"
    )


def read_pipeline(path: Path) -> Pipeline:
    """Read and check a manifest.

    Raises SettingsError (64): file, field, what is wrong with it.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())}") from None
    top = Fields(document, str(path), {"apiVersion", "kind", "metadata", "spec"})
    if top.text("kind") != "WorkflowTemplate" or not top.text("apiVersion").startswith("argoproj.io/"):
        raise SettingsError(
            f"{path}: is not an Argo WorkflowTemplate (apiVersion argoproj.io/v1alpha1, kind"
            " WorkflowTemplate)"
        )
    spec = top.section("spec", {"entrypoint", "arguments", "templates", "onExit"} | CLUSTER_SPEC)
    templates, dag = _templates(spec)
    # Executors of ours write the run's record and free the volume themselves; Argo has a step for it.
    on_exit = spec.text("onExit") if "onExit" in spec.values else None
    if on_exit is not None and on_exit not in templates:
        raise spec.fault(f"onExit: there is no template {on_exit!r} that runs a container")
    pipeline = Pipeline(
        name=path.stem,
        workflow=top.section("metadata", None).text("name"),
        parameters=_parameters(spec),
        templates=templates,
        tasks=_tasks(dag, templates),
        fail_fast=bool(dag.get("failFast", True)),
        raw=document,
        on_exit=on_exit,
    )
    check_references(pipeline, str(path))
    return pipeline


def _parameters(spec: Fields) -> dict[str, Parameter]:
    arguments = spec.section("arguments", {"parameters"}, optional=True)
    found: dict[str, Parameter] = {}
    for entry in arguments.sections("parameters", {"name", "value", "default", "enum", "description"}):
        value = entry.get("value", entry.get("default"))
        allowed = tuple(str(choice) for choice in entry.get("enum") or ())
        found[entry.text("name")] = Parameter(
            entry.text("name"), None if value is None else entry.plain(value), allowed
        )
    return found


def _templates(spec: Fields) -> tuple[dict[str, Template], Fields]:
    entrypoint = spec.text("entrypoint")
    templates: dict[str, Template] = {}
    dag: Fields | None = None
    for entry in spec.sections(
        "templates",
        {"name", "inputs", "dag", "container", "retryStrategy", "activeDeadlineSeconds"} | CLUSTER_TEMPLATE,
    ):
        name = entry.text("name")
        if name == entrypoint:
            dag = entry.section("dag", {"tasks", "failFast"})
        elif name in templates:
            raise entry.fault(f"the template {name!r} is there twice")
        else:
            templates[name] = _template(entry, name)
    if dag is None:
        raise spec.fault(f"the entrypoint {entrypoint!r} is not one of the templates")
    return templates, dag


def _template(entry: Fields, name: str) -> Template:
    if "dag" in entry.values:
        raise entry.fault(
            "a dag inside the dag is more than every executor understands; put its tasks in the entrypoint"
        )
    container = entry.section("container", {"command", "args", "env"} | CLUSTER_CONTAINER)
    command = container.texts("command")
    if not command:
        raise container.fault("command is always written out; an entrypoint cannot be looked up everywhere")
    environment: dict[str, str] = {}
    for variable in container.sections("env", {"name", "value", "valueFrom"}):
        # What comes from a Secret, a ConfigMap or the pod is, on a laptop, in the environment already.
        if "valueFrom" not in variable.values:
            environment[variable.text("name")] = variable.plain(variable.get("value", ""))
    inputs = entry.section("inputs", {"parameters"}, optional=True)
    deadline = entry.get("activeDeadlineSeconds")
    return Template(
        name=name,
        inputs={
            p.text("name"): p.get("value", p.get("default"))
            for p in inputs.sections("parameters", {"name", "value", "default", "description"})
        },
        command=(*command, *container.texts("args")),
        environment=environment,
        retry=read_retry(entry.section("retryStrategy", None)) if "retryStrategy" in entry.values else None,
        deadline=None if deadline is None else float(deadline),
        raw=entry.values,
    )


def _tasks(dag: Fields, templates: Mapping[str, Template]) -> dict[str, Task]:
    tasks: dict[str, Task] = {}
    for entry in dag.sections(
        "tasks", {"name", "template", "depends", "arguments", "when", "withItems", "withParam"}
    ):
        name, template = entry.text("name"), entry.text("template")
        if template not in templates:
            raise entry.fault(f"there is no template {template!r} that runs a container")
        if name in tasks:
            raise entry.fault(f"the task {name!r} is there twice")
        depends = entry.expression("depends")
        arguments = entry.section("arguments", {"parameters"}, optional=True)
        items = entry.get("withItems")
        tasks[name] = Task(
            name=name,
            template=template,
            depends=depends,
            after=tuple(dict.fromkeys(full.partition(".")[0] for full in depends.names())) if depends else (),
            arguments={
                p.text("name"): p.plain(p.get("value", ""))
                for p in arguments.sections("parameters", {"name", "value"})
            },
            when=entry.text("when") if "when" in entry.values else None,
            items=None if items is None else tuple(items),
            items_from=entry.text("withParam") if "withParam" in entry.values else None,
        )
    if not tasks:
        raise dag.fault("there are no tasks")
    return tasks
