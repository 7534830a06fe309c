"""Write docs/commands.md from the program's own help; with --check, fail when it is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from jobs.cli import COMMANDS, GROUPS, cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
WIDTH = 100
HEAD = "# Commands\n\n<!-- Generated from `zlv --help` by `make generate`; do not edit. -->\n"


def page() -> str:
    """Render the help of `zlv` and of every command below it, in the groups of `zlv --help`."""
    top = click.Context(cli, info_name="zlv", terminal_width=WIDTH, **cli.context_settings)
    parts = [HEAD, f"\n```\n{top.get_help()}\n```\n"]
    for users, commands in GROUPS.items():
        parts.append(f"\n## {users}\n")
        for context in _contexts(top, commands):
            parts.append(f"\n### {context.command_path}\n\n```\n{context.get_help()}\n```\n")
    return "".join(parts)


def _contexts(above: click.Context, names: Iterable[str]) -> Iterator[click.Context]:
    group = above.command
    assert isinstance(group, click.Group)
    for name in names:
        command = group.get_command(above, name)
        assert command is not None, name
        context = click.Context(command, parent=above, info_name=name, terminal_width=WIDTH)
        yield context
        if isinstance(command, click.Group):
            yield from _contexts(context, command.list_commands(context))


def faults() -> list[str]:
    """List commands whose line in `zlv --help` differs from their own, or that show no example."""
    context = click.Context(cli)
    found = []
    for name, line in COMMANDS.items():
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
