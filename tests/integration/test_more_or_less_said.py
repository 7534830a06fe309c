"""`zlv -q` says errors only, `zlv -v` logs more (N15)."""

from __future__ import annotations

import logging
import subprocess
import sys

from chain import Chain
from local_runs import home, record
from manifests import manifest, shell, task

from jobs.pipelines.child import resolve

__all__ = ["home"]  # fixtures

STAGE = """
from click.testing import CliRunner
import click, sys
from jobs.cli import cli
import jobs.cli
from jobs.settings import read_settings
from jobs.telemetry import stage
@click.command()
def load():
    with stage(read_settings(), 'load') as run:
        with run.span('lovac_2025', kind='object'):
            run.log.info('as always')
cli.get_command = lambda ctx, name: load
jobs.cli.COMMANDS['load'] = ''
cli.main(sys.argv[1:], standalone_mode=False)
"""


def said(home: Chain, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", STAGE, *options, "load"],
        env=home.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def test_a_stage_logs_less_or_more_as_asked(home: Chain) -> None:
    """N15: `-q` and `-v` were unknown."""
    usual, less, more = said(home), said(home, "-q"), said(home, "-v")
    assert "as always" in usual and "object lovac_2025" not in usual
    assert less == ""
    assert "as always" in more and '"message": "object lovac_2025", "seconds": 0.0' in more


def test_a_quiet_run_says_only_why_it_failed(home: Chain) -> None:
    """N15"""
    path = manifest(home.home, [task("a"), task("b", "a")], [shell("a", "true"), shell("b", "test -e $OUT")])
    failed = home.zlv("-q", "run", str(path), "--run-id", "r1", code=1)
    assert failed.stdout == "" and failed.stderr.startswith("zlv: b: ") and failed.stderr.count("\n") == 1
    (home.home / "out").touch()
    done = home.zlv("--quiet", "run", str(path), "--run-id", "r1")
    assert (done.stdout, done.stderr, record(home, "r1")["status"]) == ("", "", "done")


def test_a_run_hands_its_steps_on_that_more_is_wanted() -> None:
    """N15: what a step logs is what one looks for."""
    log = logging.getLogger("zlv")
    before = log.level
    try:
        for level, options in ((logging.INFO, []), (logging.ERROR, []), (logging.DEBUG, ["--verbose"])):
            log.setLevel(level)
            assert resolve(("zlv", "build"))[1:] == [*options, "build"]
            assert resolve(("sh", "-c", "zlv")) == ["sh", "-c", "zlv"]
    finally:
        log.setLevel(before)


def test_both_at_once_is_wrong_usage(home: Chain) -> None:
    assert "exclude each other" in home.zlv("-q", "-v", "runs", code=2).stderr
