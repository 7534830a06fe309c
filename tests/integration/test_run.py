"""The local executor: real processes, side by side, of the steps that are chosen; what its user sees."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess

import pytest
from chain import ZLV, Chain
from local_runs import home, lines, record
from manifests import manifest, shell, task

__all__ = ["home"]  # fixtures


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
        (["--only", "x"], 64, "'x' is no step of small; its steps are a"),
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
