"""Hold a pipeline in typed parts: its parameters, its templates, and the tasks that place them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.pipelines.manifest.expressions import Expression
from jobs.pipelines.manifest.retry import Retry


@dataclass(frozen=True)
class Parameter:
    """Declare one parameter of a pipeline; without a value it must be given."""

    name: str
    value: str | None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """Describe a step: its command, inputs, literal environment, retries and deadline in seconds.

    `raw` is the template as written, with what only a cluster reads (image, resources, volumes).
    """

    name: str
    inputs: Mapping[str, str | None]
    command: tuple[str, ...]
    environment: Mapping[str, str]
    retry: Retry | None
    deadline: float | None
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """Place a template in the pipeline: what it waits for, when it runs, over which items."""

    name: str
    template: str
    depends: Expression | None
    after: tuple[str, ...]
    arguments: Mapping[str, str]
    when: str | None = None
    items: tuple[Any, ...] | None = None
    items_from: str | None = None


@dataclass(frozen=True)
class Pipeline:
    """Hold one pipeline; `name` is the file's stem (`daily`), `workflow` the manifest's own name."""

    name: str
    workflow: str
    parameters: Mapping[str, Parameter]
    templates: Mapping[str, Template]
    tasks: Mapping[str, Task]
    fail_fast: bool
    raw: Mapping[str, Any]
    on_exit: str | None = None
