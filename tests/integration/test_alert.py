"""A failed run is told to the webhook of ZLV_ALERT_URL; a webhook that does not answer changes nothing."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from chain import Chain, base_environment
from manifests import manifest, shell, task

from jobs.pipelines.closing import close_run
from jobs.settings import read_settings

KEY = "hooks/a-key-that-nobody-may-see"


@contextmanager
def webhook(answer: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the address of a webhook and the messages that it was sent."""
    messages: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            messages.append({"path": self.path, **json.loads(body)})
            self.send_response(answer)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{KEY}", messages
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Chain:
    return Chain(tmp_path, base_environment(tmp_path))


def pipeline(home: Chain, script: str) -> str:
    return str(manifest(home.home, [task("build")], [shell("build", script)]))


@pytest.mark.parametrize("choice", [(), ("--only", "build")], ids=["whole", "N20-only one step"])
def test_a_failed_run_is_told_once_with_its_step_and_what_to_do(home: Chain, choice: tuple[str, ...]) -> None:
    with webhook(200) as (address, messages):
        home.zlv(
            "run",
            pipeline(home, "echo 'zlv: no such table' >&2; exit 65"),
            "--run-id",
            "r1",
            *choice,
            code=65,
            ZLV_ALERT_URL=address,
        )
    (message,) = messages
    assert message["path"] == f"/{KEY}"
    assert message["text"].startswith("zlv small: run r1 failed with 65. build: no such table. ")
    assert message["text"].endswith("zlv retry r1")


def test_a_run_that_succeeds_or_that_a_signal_ends_is_not_told(home: Chain) -> None:
    with webhook(200) as (address, messages):
        home.zlv("run", pipeline(home, "true"), ZLV_ALERT_URL=address)
        home.environment["ZLV_ALERT_URL"] = address
        process = home.start("run", pipeline(home, "sleep 30"), "--run-id", "r2")
        until = time.monotonic() + 20
        while not (home.home / "runs" / "r2" / "logs" / "build.log").exists() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
    assert messages == []


@pytest.mark.parametrize("answer", [500, None], ids=["refuses", "is not there"])
def test_a_webhook_that_does_not_answer_changes_nothing_and_its_address_is_not_shown(
    home: Chain, answer: int | None
) -> None:
    with webhook(answer or 200) as (address, _):
        if answer:
            done = home.zlv("run", pipeline(home, "exit 66"), code=66, ZLV_ALERT_URL=address)
    if not answer:
        done = home.zlv("run", pipeline(home, "exit 66"), code=66, ZLV_ALERT_URL=address)
    assert "could not be sent to ZLV_ALERT_URL" in done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr


def test_the_last_step_of_a_run_by_argo_tells_it_too(tmp_path: Path) -> None:
    failures = json.dumps(
        [{"displayName": "build", "templateName": "build", "message": "Error (exit code 65)"}]
    )
    with webhook(200) as (address, messages):
        settings = read_settings(
            {
                "ZLV_HOME": str(tmp_path),
                "ZLV_RUN_ID": "daily-1",
                "ZLV_STEP": "record",
                "ZLV_ALERT_URL": address,
            }
        )
        close_run(settings, "daily", "Failed", failures)
        close_run(settings, "daily", "Succeeded", "[]")
    assert [message["text"].split(".")[0] for message in messages] == ["zlv daily: run daily-1 failed with 1"]


def test_an_address_of_another_kind_is_refused_without_being_shown(home: Chain) -> None:
    done = home.zlv("run", pipeline(home, "true"), code=64, ZLV_ALERT_URL=f"file:///{KEY}")
    assert "ZLV_ALERT_URL" in done.stderr and "must begin with https:// or http://" in done.stderr
    assert KEY not in done.stderr
