"""Show the help of a command: `zlv help build`."""

from __future__ import annotations

import click


@click.command("help")
@click.argument("words", metavar="[COMMAND]...", nargs=-1)
@click.pass_context
def help_page(context: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of a command.

    Without COMMAND, of zlv itself.

    Example: zlv help catalog check
    """
    shown = context.find_root()
    for word in words:
        group = shown.command
        if not isinstance(group, click.Group):
            raise click.UsageError(f"{shown.command_path} has no command {word!r} below it", shown)
        _, command, _ = group.resolve_command(shown, [word])
        if command is not None:  # an unknown word was refused by the line above
            shown = click.Context(command, parent=shown, info_name=word)
    click.echo(shown.get_help())
