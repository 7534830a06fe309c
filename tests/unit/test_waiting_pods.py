"""What keeps a step's pod from its start, and who ends first in it, as a cluster's own objects tell it."""

from __future__ import annotations

import json

import pytest
from told_pods import ENDED, FAILED, job, pod, status

from jobs.pipelines.kubernetes.pod import has_begun, has_ended, holders, is_out_of_sight
from jobs.pipelines.kubernetes.verdict import verdict
from jobs.pipelines.kubernetes.waiting import why_waiting


def test_an_init_container_that_cannot_be_pulled_is_named() -> None:
    """K2"""
    waiting = {"reason": "ErrImageNeverPull", "message": "not present"}
    starting = pod(
        status("main", waiting={"reason": "PodInitializing"}), init=(status("mesh", waiting=waiting),)
    )
    why = why_waiting(starting)
    assert why is not None and why.reason == "ErrImageNeverPull"
    assert why.sentence == (
        "its pod's container mesh: the image mesh:1 is not on the node and imagePullPolicy is Never"
        " (ErrImageNeverPull): not present"
    )


def test_a_missing_key_of_the_secret_is_named() -> None:
    """K2"""
    waiting = {"reason": "CreateContainerConfigError", "message": "couldn't find key X in Secret zlv/zlv"}
    why = why_waiting(pod(status("main", waiting=waiting)))
    assert why is not None and why.sentence == (
        "its container cannot be configured (CreateContainerConfigError): couldn't find key X in Secret"
        " zlv/zlv"
    )


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("code", [65, 66, 75])
def test_the_step_is_the_container_main_wherever_it_stands(code: int, first: bool) -> None:
    """K3"""
    told = json.dumps({"step": "a", "exit_code": code, "message": "so it is"})
    main = status("main", terminated={"exitCode": code, "message": told, **ENDED})
    proxy = status("proxy", terminated={"exitCode": 0, **ENDED})
    containers = (main, proxy) if first else (proxy, main)
    found = verdict(job(FAILED), [pod(*containers, phase="Failed")])
    assert (found.exit_code, found.sentence, found.is_disruption) == (code, "so it is", False)


def test_a_sidecar_begins_and_ends_without_the_step() -> None:
    """K3"""
    proxy = status("proxy", terminated={"exitCode": 1, **ENDED})
    assert not has_begun(pod(proxy, status("main", waiting={"reason": "PodInitializing"})))
    running = pod(proxy, status("main", running={}))
    assert has_begun(running) and not has_ended(running)


def test_a_step_is_done_though_its_sidecar_failed() -> None:
    """K3"""
    containers = (
        status("proxy", terminated={"exitCode": 1, **ENDED}),
        status("main", terminated={"exitCode": 0, **ENDED}),
    )
    assert verdict(job(FAILED), [pod(*containers, phase="Failed")]).exit_code == 0


def test_a_sidecar_that_stays_is_named() -> None:
    """K4"""
    main, proxy = status("main", terminated={"exitCode": 0, **ENDED}), status("proxy", running={})
    assert holders(pod(proxy, main)) == ["proxy"]
    assert holders(pod(proxy, status("main", running={}))) == []
    assert holders(pod(main, status("proxy", terminated={"exitCode": 0}), phase="Succeeded")) == []


def test_an_init_container_that_failed_is_no_failure_of_the_step() -> None:
    """K2"""
    init = status("mesh", terminated={"exitCode": 3})
    main = status("main", waiting={"reason": "PodInitializing"})
    found = verdict(job(FAILED), [pod(main, init=(init,), phase="Failed")])
    assert (found.exit_code, found.sentence) == (
        75,
        "was not begun: container mesh ended with 3, and comes before it in its pod",
    )


def test_a_step_whose_node_does_not_answer_is_out_of_sight() -> None:
    unready = {"type": "Ready", "status": "False"}
    assert is_out_of_sight(pod(status("main", running={}), conditions=[unready]))
    assert not is_out_of_sight(pod(status("main", terminated={"exitCode": 0, **ENDED}), conditions=[unready]))
    assert not is_out_of_sight(pod(status("main", running={})))
