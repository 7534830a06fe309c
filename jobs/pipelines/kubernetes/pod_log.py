"""Stream a pod's log line by line, over lost connections, each line once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.patience import no_answer
from jobs.pipelines.kubernetes.pod import MAIN
from jobs.telemetry.logs import logged

# To connect, and of silence: then the connection may be a dead one, and another reads on.
_SECONDS = (5, 300)


class PodLog:
    """Follow one pod's log in a thread: into a file, and line by line to `show`."""

    def __init__(self, cluster: Cluster, pod: str, path: Path, show: Callable[[str], None]) -> None:
        self._cluster, self._pod, self._path, self._show = cluster, pod, path, show
        self._seen = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"log {pod}", daemon=True)
        self._thread.start()

    def finish(self, seconds: float) -> None:
        """Tell that the container has ended, and wait for its last lines."""
        self._ended.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        from kubernetes.client import ApiException

        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            while True:
                over = self._ended.is_set()
                try:
                    for line in self._lines():
                        file.write(line + "\n")
                        file.flush()
                        self._show(line)
                except (ApiException, *no_answer()):
                    # A node that is away, or that is back and does not know its pods yet (404).
                    pass
                # One more look after the end: the stream may have broken just before it.
                if over:
                    return
                self._ended.wait(0.5)

    def _lines(self) -> Iterator[str]:
        """Yield the lines that were not seen yet; a new connection reads the log from its start."""
        answer: Any = self._cluster.core.read_namespaced_pod_log(
            self._pod,
            self._cluster.namespace,
            container=MAIN,
            follow=True,
            _preload_content=False,
            _request_timeout=_SECONDS,
        )
        number, rest = 0, b""
        try:
            for part in answer.stream(65_536, decode_content=True):
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    number += 1
                    if number > self._seen:
                        self._seen = number
                        yield line.decode("utf-8", errors="replace")
            if rest and number + 1 > self._seen:
                self._seen = number + 1
                yield rest.decode("utf-8", errors="replace")
        finally:
            answer.release_conn()


def without_log_lines(text: str) -> str:
    """Give what a step printed: a pod has one log for both streams, so the lines of the program's own log
    go."""
    return "\n".join(line for line in text.splitlines() if not _is_log_line(line)).strip("\n")


def _is_log_line(line: str) -> bool:
    return line.startswith("zlv: ") or {"time", "level", "stage"} <= set(logged(line) or ())
