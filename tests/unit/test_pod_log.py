"""A pod's log is read to its end over a node that is away, each line once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kubernetes.client import ApiException

from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.pod_log import PodLog


class Node:
    """Answer in turn: with the lines up to a number, or with the status of a refusal."""

    def __init__(self, *answers: int) -> None:
        self.answers, self.over = list(answers), threading.Event()

    def read_namespaced_pod_log(self, *_: Any, **__: Any) -> Any:
        answer = self.answers.pop(0)
        if not self.answers:
            self.over.set()
        if answer >= 400:
            raise ApiException(status=answer)
        return SimpleNamespace(stream=lambda *_, **__: self.lines(answer), release_conn=lambda: None)

    def lines(self, last: int) -> Iterator[bytes]:
        for number in range(1, last + 1):
            yield f"line {number}\n".encode()


@pytest.mark.parametrize("away", [404, 500, 502])
def test_a_node_that_is_back_and_does_not_know_its_pods_yet_is_asked_again(tmp_path: Path, away: int) -> None:
    """Issue 13: kubelet answered 404 for a moment, and the rest of the step's log was lost."""
    node, seen = Node(1, 500, away, 3), list[str]()
    log = PodLog(cast(Cluster, SimpleNamespace(core=node, namespace="zlv")), "p", tmp_path / "a", seen.append)
    assert node.over.wait(10)
    node.answers.append(3)
    log.finish(10)
    assert seen == ["line 1", "line 2", "line 3"]
    assert (tmp_path / "a").read_text(encoding="utf-8").split("\n")[:-1] == seen
