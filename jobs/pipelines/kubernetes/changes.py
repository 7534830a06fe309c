"""Follow objects of the Kubernetes API by watch, over lost connections and an API server that is away."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import Temporary
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.patience import no_answer

# A watch that the server does not end by then has lost its connection without a word.
_WATCH_SECONDS = 60
_CONNECT_SECONDS = 5


@dataclass
class Changes:
    """Follow a run's Jobs and pods: every change arrives in `queue` as (kind, what, objects)."""

    cluster: Cluster
    selector: str
    field_selector: str | None = None
    followed: Mapping[str, Callable[..., Any]] | None = None
    queue: queue.SimpleQueue[tuple[str, str, list[dict[str, Any]]]] = field(default_factory=queue.SimpleQueue)
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to follow, each kind in a thread of its own."""
        for kind, function in self._kinds().items():
            threading.Thread(
                target=self._follow, args=(kind, function), name=f"watch {kind}s", daemon=True
            ).start()

    def stop(self) -> None:
        """Follow no longer."""
        self._over.set()

    def next(self, seconds: float) -> list[dict[str, Any]] | None:
        """Give what changed next; None when nothing does within so many seconds."""
        try:
            kind, change, found = self.queue.get(timeout=seconds)
        except queue.Empty:
            return None
        if kind == "fault":
            raise Temporary(change)
        return found

    def _kinds(self) -> Mapping[str, Callable[..., Any]]:
        return self.followed or {
            "job": self.cluster.batch.list_namespaced_job,
            "pod": self.cluster.core.list_namespaced_pod,
        }

    def _selectors(self) -> dict[str, str]:
        return {"label_selector": self.selector} | (
            {"field_selector": self.field_selector} if self.field_selector else {}
        )

    def _follow(self, kind: str, function: Callable[..., Any]) -> None:
        try:
            while not self._over.is_set():
                listing = self.cluster.call(function, self.cluster.namespace, **self._selectors())
                self.queue.put((kind, "ALL", self.cluster.plain(listing)["items"]))
                for change, found in self._watch(function, listing.metadata.resource_version):
                    self.queue.put((kind, change, [found]))
        except Exception as error:
            self.queue.put(("fault", str(error), []))

    def _watch(self, function: Callable[..., Any], version: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield changes from a version on, until it is too old (410) or the connection is lost: then all is
        listed anew."""
        import kubernetes

        watch: Any = kubernetes.watch
        while not self._over.is_set():
            stream = watch.Watch()
            try:
                for event in stream.stream(
                    function,
                    self.cluster.namespace,
                    **self._selectors(),
                    resource_version=version,
                    allow_watch_bookmarks=True,
                    timeout_seconds=_WATCH_SECONDS,
                    _request_timeout=(_CONNECT_SECONDS, _WATCH_SECONDS + 15),
                ):
                    version = event["raw_object"]["metadata"]["resourceVersion"]
                    if event["type"] != "BOOKMARK":
                        yield event["type"], event["raw_object"]
            except kubernetes.client.ApiException:
                return
            except no_answer():
                time.sleep(0.5)
                return
