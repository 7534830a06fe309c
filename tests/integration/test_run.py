"""The local executor: real processes, side by side, retried by exit code, resumed, stopped cleanly."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chain import ZLV, Chain, base_environment
from manifests import RETRY, manifest, shell, task


@pytest.fixture
def home(tmp_path: Path) -> Chain:
    return Chain(tmp_path, {**base_environment(tmp_path), "OUT": str(tmp_path / "out")})


def record(home: Chain, run_id: str, step: str | None = None) -> dict[str, Any]:
    folder = home.home / "runs" / run_id
    return dict(
        json.loads(
            (folder / f"steps/{step}.json" if step else folder / "run.json").read_text(encoding="utf-8")
        )
    )


def lines(home: Chain) -> list[str]:
    return (home.home / "out").read_text(encoding="utf-8").split()


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def has_ended(pid: str) -> bool:
    """Tell whether a process is gone, or has ended and waits for a parent that does not look after it."""
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" in status.read_text(encoding="utf-8")


def test_steps_get_the_run_their_own_name_and_the_trace(home: Chain) -> None:
    path = manifest(
        home.home, [task("a")], [shell("a", "echo $ZLV_RUN_ID $ZLV_STEP $TRACEPARENT; echo oops >&2")]
    )
    done = home.zlv("run", str(path), "--run-id", "r1")
    log = (home.home / "runs" / "r1" / "logs" / "a.log").read_text(encoding="utf-8")
    assert re.search(r"r1 a 00-[0-9a-f]{32}-[0-9a-f]{16}-01\n", log)
    assert "oops" in log
    assert re.search(r"^\d\d:\d\d:\d\d ▶ a started$", done.stdout, re.MULTILINE)
    assert re.search(r"^\d\d:\d\d:\d\d ✔ a \d+\.\d s$", done.stdout, re.MULTILINE)
    assert "zlv trace r1" in done.stdout
    assert record(home, "r1")["status"] == "done"
    assert record(home, "r1", "a")["exit_code"] == 0


def test_zlv_in_a_manifest_is_the_program_that_runs_it(home: Chain) -> None:
    template = {"name": "a", "container": {"command": ["zlv", "--version"]}}
    home.zlv("run", str(manifest(home.home, [task("a")], [template])), "--run-id", "r1", PATH="/usr/bin:/bin")
    assert "zlv, version" in (home.home / "runs" / "r1" / "logs" / "a.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(("workers", "together"), [("2", True), ("1", False)])
def test_steps_that_do_not_wait_for_each_other_run_side_by_side(
    home: Chain, workers: str, together: bool
) -> None:
    # Each waits for the other's file: only side by side can both see it.
    script = (
        "touch $OUT.{name}; for i in $(seq 15); do test -e $OUT.{other} && exit 0; sleep 0.1; done; exit 65"
    )
    templates = [
        shell("a", script.format(name="a", other="b")),
        shell("b", script.format(name="b", other="a")),
    ]
    path = manifest(home.home, [task("a"), task("b")], templates)
    done = home.zlv("run", str(path), "--workers", workers, code=None)
    assert done.returncode == (0 if together else 65)


def test_a_run_fans_out_over_what_a_step_printed(home: Chain) -> None:
    templates = [
        shell("list", 'echo a log line >&2; echo "[\\"x\\", \\"y z\\"]"'),
        shell(
            "load",
            "echo {{inputs.parameters.source}} {{workflow.parameters.word}}",
            inputs={"parameters": [{"name": "source"}]},
        ),
    ]
    arguments = {"parameters": [{"name": "source", "value": "{{item}}"}]}
    tasks = [
        task("list"),
        task("load", "list", withParam="{{tasks.list.outputs.result}}", arguments=arguments),
    ]
    path = manifest(
        home.home, tasks, templates, arguments={"parameters": [{"name": "word", "value": "hello"}]}
    )
    home.zlv("run", str(path), "--run-id", "r1", "-p", "word=bye")
    logs = home.home / "runs" / "r1" / "logs"
    assert {path.name: path.read_text(encoding="utf-8") for path in logs.iterdir()} == {
        "list.log": "a log line\n",
        "load-x.log": "x bye\n",
        "load-y-z.log": "y z bye\n",
    }


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


def test_only_and_from_choose_steps(home: Chain) -> None:
    names = ["a", "b", "c", "d"]
    tasks = [task("a"), task("b", "a"), task("c", "b"), task("d", "a")]
    path = str(manifest(home.home, tasks, [shell(name, f"echo {name} >> $OUT") for name in names]))
    home.zlv("run", path, "--from", "b")
    home.zlv("run", path, "--only", "d", "--only", "a")
    assert lines(home) == ["b", "c", "a", "d"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--only", "x"], 2, "'x' is no step of small; its steps are a"),
        (["--from", "a", "--only", "a"], 2, "--only and --from exclude each other"),
        (["-p", "word"], 2, "'word' is not NAME=VALUE"),
        (["-p", "word=1"], 64, "'word' is no parameter of small; it has none"),
        (["--run-id", "../up"], 64, "the run id '../up' must be"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_sentence(home: Chain, arguments: list[str], code: int, sentence: str) -> None:
    done = home.zlv("run", str(manifest(home.home, [task("a")], [shell("a", "true")])), *arguments, code=code)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home.home / "runs").exists() or not list((home.home / "runs").glob("*/*.json"))


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


def test_an_impossible_fan_out_ends_the_run_and_its_steps(home: Chain) -> None:
    tasks = [task("list"), task("long"), task("load", "list", withParam="{{tasks.list.outputs.result}}")]
    templates = [
        shell("list", "sleep 0.3; echo nonsense"),
        shell("long", "echo $$ > $OUT; exec sleep 60"),
        shell("load", "true"),
    ]
    done = home.zlv("run", str(manifest(home.home, tasks, templates)), "--run-id", "r1", code=64)
    assert "withParam must be a JSON list; it is 'nonsense'" in done.stderr
    assert not Path(f"/proc/{lines(home)[0]}").exists()
    assert record(home, "r1")["status"] == "failed"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_the_steps_and_the_record_says_so(
    home: Chain, number: signal.Signals, code: int
) -> None:
    templates = [
        shell(
            "a", "trap 'echo told >> $OUT; exit 143' TERM; echo up >> $OUT; while true; do sleep 0.1; done"
        ),
        shell("b", "true"),
    ]
    process = home.start(
        "run", str(manifest(home.home, [task("a"), task("b", "a")], templates)), "--run-id", "r1"
    )
    wait_for((home.home / "out").exists)
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == code, output
    assert lines(home) == ["up", "told"]
    assert record(home, "r1") | {
        "status": "failed",
        "exit_code": code,
        "message": "was stopped by a signal",
    } == record(home, "r1")
    assert record(home, "r1", "a")["status"] == "failed"
    assert "– b left out: the run was stopped" in output or "– b left out: a failed" in output


def test_a_second_run_on_the_same_home_says_who_holds_it(home: Chain) -> None:
    path = str(manifest(home.home, [task("a")], [shell("a", "touch $OUT; exec sleep 60")]))
    process = home.start("run", path, "--run-id", "first")
    try:
        wait_for((home.home / "out").exists)
        done = home.zlv("run", path, "--run-id", "second", code=75)
        assert re.search(
            rf"run first \(process {process.pid}\) has held this home since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d;"
            r" wait",
            done.stderr,
        )
        assert not (home.home / "runs" / "second").exists()
        assert "running" in home.zlv("runs").stdout
    finally:
        process.terminate()
        process.wait(20)
    home.zlv("run", str(manifest(home.home, [task("b")], [shell("b", "true")])))


def test_an_executor_that_is_killed_takes_its_steps_along_and_the_run_goes_on(home: Chain) -> None:
    templates = [
        shell("a", "echo a >> $OUT"),
        shell("b", "echo b >> $OUT; test -e $OUT.again || { echo $$ > $OUT.pid; exec sleep 60; }"),
    ]
    path = str(manifest(home.home, [task("a"), task("b", "a")], templates))
    process = home.start("run", path, "--run-id", "r1")
    wait_for((home.home / "out.pid").exists)
    wait_for((home.home / "out.pid").read_text)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: has_ended((home.home / "out.pid").read_text().strip()))
    assert "interrupted" in home.zlv("runs").stdout
    (home.home / "out.again").touch()
    home.zlv("run", path, "--run-id", "r1")
    assert lines(home) == ["a", "b", "b"], "the finished step did not run twice"
    (root,) = [
        span for span in json.loads(home.zlv("trace", "r1", "--json").stdout) if span["parent_id"] is None
    ]
    assert root["name"] == "run small"


def test_runs_lists_the_newest_first_with_the_step_that_failed(home: Chain) -> None:
    good = str(manifest(home.home, [task("a")], [shell("a", "true")], name="good"))
    bad = str(
        manifest(
            home.home,
            [task("b")],
            [shell("b", "echo 'zlv: 200 of 1000 rows are broken' >&2; exit 65")],
            name="bad",
        )
    )
    assert "no run yet" in home.zlv("runs").stdout
    home.zlv("run", good, "--run-id", "r-good")
    home.zlv("run", bad, "--run-id", "r-bad", code=65)
    shown = home.zlv("runs").stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["run", "r-bad", "r-good"]
    assert "b: 200 of 1000 rows are broken" in shown[1]
    first, second = json.loads(home.zlv("runs", "--json").stdout)
    assert (first["run_id"], first["state"], first["exit_code"], first["failed_step"]) == (
        "r-bad",
        "failed",
        65,
        "b",
    )
    assert (second["pipeline"], second["state"], second["message"]) == ("good", "done", None)
    assert len(json.loads(home.zlv("runs", "--json", "-n", "1").stdout)) == 1


def test_who_stops_reading_does_not_stop_the_run(home: Chain) -> None:
    """N14"""
    tasks = [task("a"), task("b", "a"), task("c", "b")]
    path = str(manifest(home.home, tasks, [shell(name, "sleep 0.2") for name in "abc"]))
    process = home.start("run", path, "--run-id", "r1")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert (record(home, "r1")["status"], record(home, "r1")["exit_code"]) == ("done", 0)


def test_on_a_terminal_the_progress_is_live(home: Chain) -> None:
    path = manifest(
        home.home, [task("a")], [shell("a", 'echo \'{"message": "owners", "rows": 12}\' >&2; sleep 0.8')]
    )
    leader, follower = pty.openpty()
    environment = {**home.environment, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [str(ZLV), "run", str(path)], env=environment, cwd=home.home, stdout=follower, stderr=follower
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(leader)
    assert process.wait() == 0
    assert "owners rows=12" in shown.decode(), "what the running step says"
    assert "✔" in shown.decode()
