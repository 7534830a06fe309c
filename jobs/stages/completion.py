"""Print a shell's completion: `zlv completion bash`."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete the commands and options of zlv.

    To have it in every new shell, add that line to ~/.bashrc or ~/.zshrc; for fish,
    write the output to ~/.config/fish/completions/zlv.fish.

    Example: eval "$(zlv completion bash)"
    """
    from click.shell_completion import get_completion_class

    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(completer(context.find_root().command, {}, "zlv", "_ZLV_COMPLETE").source())
