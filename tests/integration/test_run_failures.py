"""Steps of a local run that fail: tried again by exit code, taken up where the run stopped."""

from __future__ import annotations

import pytest
from chain import Chain
from local_runs import home, lines, record
from manifests import RETRY, manifest, shell, task

__all__ = ["home"]  # fixtures


@pytest.mark.parametrize(("code", "attempts"), [(1, 3), (75, 3), (2, 1), (64, 1), (65, 1), (66, 1)])
def test_a_step_is_tried_again_by_its_exit_code_and_gives_it_to_the_run(
    home: Chain, code: int, attempts: int
) -> None:
    path = manifest(
        home.home,
        [task("a")],
        [shell("a", f"echo x >> $OUT; echo 'zlv: it is so' >&2; exit {code}", retryStrategy=RETRY)],
    )
    done = home.zlv("run", str(path), "--run-id", "r1", code=code)
    assert lines(home) == ["x"] * attempts
    assert record(home, "r1", "a") | {
        "attempt": attempts,
        "exit_code": code,
        "message": "it is so",
    } == record(home, "r1", "a")
    assert record(home, "r1")["message"] == "a: it is so"
    assert "zlv retry r1" in done.stdout, "how to go on"


def test_a_temporary_fault_mends_itself(home: Chain) -> None:
    path = manifest(
        home.home, [task("a")], [shell("a", "test -e $OUT || { touch $OUT; exit 75; }", retryStrategy=RETRY)]
    )
    done = home.zlv("run", str(path))
    assert "again in 0.1 s" in done.stdout


def test_a_killed_step_is_told_and_tried_again(home: Chain) -> None:
    path = manifest(home.home, [task("a")], [shell("a", "kill -9 $$", retryStrategy=RETRY)])
    home.zlv("run", str(path), "--run-id", "r1", code=137)
    assert record(home, "r1", "a") | {
        "attempt": 3,
        "message": "was killed by SIGKILL; perhaps the machine's memory ran out",
    } == record(home, "r1", "a")


def test_a_failure_stops_what_depends_on_it_and_lets_the_rest_finish(home: Chain) -> None:
    templates = [
        shell("a", "exit 65"),
        shell("b", "echo b >> $OUT"),
        shell("c", "sleep 0.3; echo c >> $OUT"),
        shell("d", "echo d >> $OUT"),
    ]
    path = manifest(home.home, [task("a"), task("b", "a"), task("c"), task("d", "c")], templates)
    done = home.zlv("run", str(path), "--run-id", "r1", code=65)
    assert lines(home) == ["c", "d"]
    assert "– b left out: a failed" in done.stdout
    assert record(home, "r1")["message"].startswith("a: ended with exit code 65; ")


def test_the_first_failure_gives_the_exit_code(home: Chain) -> None:
    path = manifest(
        home.home, [task("a"), task("b")], [shell("a", "sleep 0.5; exit 66"), shell("b", "exit 65")]
    )
    home.zlv("run", str(path), code=65)


def test_a_run_is_taken_up_where_it_stopped(home: Chain) -> None:
    templates = [
        shell("list", "echo list >> $OUT; echo '[1, 2]'"),
        shell(
            "load",
            "echo load-{{inputs.parameters.n}} >> $OUT; test {{inputs.parameters.n}} = 1 || test -e"
            " $OUT.mended",
            inputs={"parameters": [{"name": "n"}]},
        ),
        shell("end", "echo end-{{workflow.parameters.word}} >> $OUT"),
    ]
    arguments = {"parameters": [{"name": "n", "value": "{{item}}"}]}
    tasks = [
        task("list"),
        task("load", "list", withParam="{{tasks.list.outputs.result}}", arguments=arguments),
        task("end", "load"),
    ]
    path = manifest(home.home, tasks, templates, arguments={"parameters": [{"name": "word"}]})
    home.zlv("run", str(path), "--run-id", "r1", "-p", "word=x", "--workers", "1", code=1)
    assert lines(home) == ["list", "load-1", "load-2"]
    (home.home / "out.mended").touch()
    done = home.zlv("run", str(path), "--run-id", "r1")
    assert lines(home) == [
        "list",
        "load-1",
        "load-2",
        "load-2",
        "end-x",
    ], "nothing twice, and the parameter is that of the run"
    assert "load-0 was done before" in done.stdout
    home.zlv("run", str(path), "--run-id", "r1")
    assert len(lines(home)) == 5, "a finished run has nothing left to do"
    home.zlv("run", str(path), "--run-id", "r1", "--from", "end")
    assert lines(home)[5:] == ["end-x"], "what is asked for by name runs again"


def test_a_run_of_one_step_ends_as_that_step_and_is_run_again_by_retry(home: Chain) -> None:
    """N20"""
    tasks = [task("a"), task("b", "a"), task("c", "b")]
    templates = [
        shell("a", "echo a >> $OUT"),
        shell("b", "echo b >> $OUT; test -e $OUT.mended || exit 66"),
        shell("c", "echo c >> $OUT"),
    ]
    path = str(manifest(home.home, tasks, templates))
    done = home.zlv("run", path, "--only", "b", "--run-id", "r1", code=66)
    assert (record(home, "r1")["status"], record(home, "r1")["exit_code"]) == ("failed", 66)
    assert "zlv retry r1" in done.stdout
    (home.home / "out.mended").touch()
    home.zlv("retry", "last")
    assert (record(home, "r1")["status"], record(home, "r1")["exit_code"]) == ("done", 0)
    assert lines(home) == ["b", "b"], "what was not asked for is not run by a retry either"


def test_a_command_that_does_not_exist_fails_its_step_without_retry(home: Chain) -> None:
    template = {"name": "a", "container": {"command": ["no-such-program"]}, "retryStrategy": RETRY}
    done = home.zlv("run", str(manifest(home.home, [task("a")], [template])), "--run-id", "r1", code=64)
    assert (
        "the command 'no-such-program' of step a cannot be started: No such file or directory" in done.stdout
    )
    assert record(home, "r1", "a")["status"] == "failed"


def test_a_step_over_its_deadline_is_stopped(home: Chain) -> None:
    path = manifest(home.home, [task("a")], [shell("a", "sleep 60", activeDeadlineSeconds=1)])
    home.zlv("run", str(path), "--run-id", "r1", code=143)
    assert record(home, "r1", "a")["message"] == "took longer than its 1 s and was stopped"
