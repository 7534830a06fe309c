"""Say which tasks of a pipeline run, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.errors import SettingsError
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.manifest.check import descendants, results_needed
from jobs.pipelines.manifest.pipeline import Pipeline


@dataclass(frozen=True)
class Choice:
    """Say which tasks run: all, `only` these, or `start` and all that waits for it.

    Chosen tasks run even when an earlier try of the run finished them, unless `unfinished` ones are meant.
    """

    only: tuple[str, ...] = ()
    start: str | None = None
    unfinished: bool = False

    @property
    def is_all(self) -> bool:
        return not self.only and self.start is None

    def tasks(self, pipeline: Pipeline) -> set[str]:
        """Give the chosen tasks, with those whose output they read.

        Raises SettingsError for a name that is no task.
        """
        for name in (*self.only, *([self.start] if self.start else [])):
            if name not in pipeline.tasks:
                raise SettingsError(
                    f"{name!r} is no step of {pipeline.name}; its steps are {', '.join(pipeline.tasks)}"
                )
        if self.is_all:
            return set(pipeline.tasks)
        chosen = set(self.only) if self.only else {str(self.start)} | descendants(pipeline, str(self.start))
        return chosen | {read for name in chosen for read in results_needed(pipeline.tasks[name])}


@dataclass(frozen=True)
class Place:
    """Say where the steps run: on this machine, in a cluster from the image given, or all in the one pod of
    `job`, the Job that this process is of."""

    cluster: Cluster | None = None
    image: str | None = None
    job: Mapping[str, str] | None = None

    @property
    def executor(self) -> str:
        if self.job is not None:
            return "pod"
        return "local" if self.cluster is None else "kubernetes"

    @property
    def workers(self) -> int:
        """Give how many steps run side by side as processes: in a pod, whose memory each counts on, one."""
        return 2 if self.job is None else 1

    @property
    def sees_volume(self) -> bool:
        return self.cluster is None or self.cluster.shares_volume
