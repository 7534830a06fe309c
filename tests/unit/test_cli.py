"""`zlv` shows commands by who uses them, proposes near names for a wrong one, and lets a shell complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jobs import __version__
from jobs.cli import COMMANDS, GROUPS, cli

STAGES = Path(__file__).resolve().parents[2] / "jobs" / "stages"
BIN = Path(sys.executable).parent


def zlv(*words: str) -> Result:
    return CliRunner().invoke(cli, words, prog_name="zlv")


def test_each_stage_is_one_command_of_one_group() -> None:
    listed = [name for commands in GROUPS.values() for name in commands]
    assert len(listed) == len(set(listed)) == len(COMMANDS)
    files = {file.stem for file in STAGES.glob("*.py")} - {"__init__"}
    with cli.make_context("zlv", ["help"]) as context:
        modules = [
            command.callback.__module__
            for name in listed
            if (command := cli.get_command(context, name)) and command.callback
        ]
    assert sorted(module.removeprefix("jobs.stages.") for module in modules) == sorted(files)


def test_help_shows_the_commands_by_who_uses_them_in_one_column() -> None:
    shown = zlv("--help").output
    at = [shown.index(f"\n{users}:\n") for users in GROUPS]
    assert at == sorted(at)
    for start, end, commands in zip(at, [*at[1:], len(shown)], GROUPS.values(), strict=True):
        for name, line in commands.items():
            assert f"\n  {name:<16}  {line[:40]}" in shown[start:end], name


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["staus"], ["status"]),
        (["load"], ["load-lake"]),
        (["catalog", "chek"], ["check"]),
        (["help", "audti"], ["audit"]),
    ],
    ids=["N15 a letter missing", "N15 half a name", "N15 below a group", "N15 asked for help"],
)
def test_an_unknown_command_proposes_near_names(words: list[str], near: list[str]) -> None:
    done = zlv(*words)
    assert done.exit_code == 2
    assert f"No such command '{words[-1]}'" in done.output
    for name in near:
        assert f"'{name}'" in done.output.split("id you mean", 1)[1]


def test_a_word_like_no_command_is_refused_without_a_proposal() -> None:
    done = zlv("xyzzy")
    assert done.exit_code == 2 and "No such command 'xyzzy'" in done.output and "mean" not in done.output


@pytest.mark.parametrize(
    "words", [[], ["build"], ["catalog"], ["catalog", "check"]], ids=lambda words: " ".join(words) or "zlv"
)
def test_help_of_a_command_is_what_its_own_option_shows(words: list[str]) -> None:
    """N15: `zlv help` was unknown."""
    asked = zlv("help", *words)
    assert asked.exit_code == 0 and asked.output == zlv(*words, "--help").output


def test_help_below_a_command_that_has_none_is_wrong_usage() -> None:
    done = zlv("help", "build", "deep")
    assert done.exit_code == 2 and "zlv build has no command 'deep' below it" in done.output


def test_the_version_has_a_short_option() -> None:
    """N15: `zlv -V` was unknown."""
    assert zlv("-V").output == zlv("--version").output == f"zlv, version {__version__}\n"


def test_bash_completes_commands_and_options_by_what_completion_prints() -> None:
    """N15: no shell could complete."""
    script = """
        eval "$(zlv completion bash)"
        complete_words() {
            COMPREPLY=(); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            _zlv_completion zlv; echo "${COMPREPLY[@]}"
        }
        complete_words zlv sta
        complete_words zlv catalog ch
        complete_words zlv build --u
    """
    environment = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run([bash, "-euc", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["status", "check", "--unit-tests"], done


@pytest.mark.parametrize(
    ("shell", "says"), [("zsh", "#compdef zlv"), ("fish", "complete --no-files --command zlv")]
)
def test_completion_for_other_shells_is_in_their_language(shell: str, says: str) -> None:
    assert says in zlv("completion", shell).output


def test_completion_for_a_shell_that_is_not_known_is_wrong_usage() -> None:
    done = zlv("completion", "csh")
    assert done.exit_code == 2 and "'bash', 'zsh', 'fish'" in done.output
