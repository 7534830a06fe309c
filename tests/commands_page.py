"""Write docs/commands.md from the program's own help; with --check, fail when it is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from jobs.cli import COMMANDS, cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
HEAD = "# Commands\n\n<!-- Generated from `zlv --help` by `make generate`; do not edit. -->\n"


def page() -> str:
    """Render the help of `zlv` and of every command below it."""
    parts = [HEAD]
    for name, command in _commands(cli, "zlv"):
        context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
        parts.append(f"\n## {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "".join(parts)


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _commands(found, f"{name} {child}")


def faults() -> list[str]:
    """List commands whose line in `zlv --help` differs from their own, or that show no example."""
    context = click.Context(cli)
    found = []
    for name, (_, _, line) in COMMANDS.items():
        command = cli.get_command(context, name)
        text = (command.help or "") if command else ""
        if text.split("\n", 1)[0].strip() != line:
            found.append(f"zlv {name}: its help begins otherwise than its line in `zlv --help`")
        if "Example:" not in text:
            found.append(f"zlv {name}: its help has no example")
    return found


def main() -> int:
    problems = faults()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            problems.append("docs/commands.md is out of date; run: make generate")
    else:
        PAGE.write_text(page(), encoding="utf-8")
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
