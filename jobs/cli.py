"""Wire the commands of `zlv`: one stage, one module, one command, imported only when it is called."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from importlib import import_module
from itertools import takewhile
from pathlib import Path

import click

from jobs import __version__
from jobs.errors import ZlvError
from jobs.process import keep_memory_private
from jobs.telemetry import faults
from jobs.telemetry.ending import hearing, leave
from jobs.telemetry.pipe import flush, hush, is_unread

# who uses it → command → one line for `zlv --help`; a test compares the line with the command's own.
GROUPS: dict[str, dict[str, str]] = {
    "Stages, as the pipelines run them": {
        "prepare": "Check settings and connections, and write the S3 secret.",
        "sync-production": "Copy the application's tables in one snapshot.",
        "load-lake": "Load the lake's objects into raw files.",
        "build": "Build staging, intermediate and marts with dbt.",
        "audit": "Prove that no personal data is left in the marts.",
        "publish": "Publish the marts as a new release of the clean file.",
        "upload": "Upload the current release to S3.",
        "follow": "Keep a clean folder on the release that S3 names.",
        "refresh-metabase": "Restart Metabase and wait until it is ready.",
        "export": "Export the whole base with checksums.",
        "import": "Import an exported base after checking it.",
        "record": "Close a run that Argo ran: record, root span, lock, alert.",
    },
    "For the engineer on call": {
        "run": "Run a pipeline from its manifest.",
        "status": "Tell how fresh each file is and how the last run went.",
        "runs": "List the runs, newest first.",
        "trace": "Draw a run's trace as a waterfall.",
        "logs": "Show what a step of a run wrote.",
        "retry": "Run a run's failed step again, and what waits for it.",
        "lock": "Show or break the lock that one run at a time holds.",
        "suspend": "Keep a pipeline's schedule from starting runs.",
        "resume": "Let a pipeline's schedule start runs again.",
    },
    "For the analyst": {
        "sql": "Open a read-only SQL session with every file attached.",
        "explain": "Tell which models, filters and sources are behind a number of a mart.",
        "diff": "Tell what moved between two releases, and what changed behind it.",
        "verify": "Compare a release with its signed manifest, and print the key that signed it.",
    },
    "For whoever adds a source, a year, a mart or code": {
        "new": "Write the skeleton of a source, a year or a mart, and say what to decide next.",
        "catalog": "Check the catalog and generate what derives from it.",
        "sample": "Write sample data: the same seed and scale give the same bytes.",
        "dev": "Start or stop a local PostgreSQL and S3 server with sample data.",
    },
    "About zlv": {
        "help": "Show the help of a command.",
        "completion": "Print what makes a shell complete the commands and options of zlv.",
    },
}
COMMANDS = {name: line for commands in GROUPS.values() for name, line in commands.items()}
# A command's module and function bear its name, but where Python keeps the word for itself.
_OTHER_NAMES = {"import": "import_base", "help": "help_page"}


class LazyGroup(click.Group):
    """Import a command's module when it is called, so that `zlv --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = _OTHER_NAMES.get(cmd_name, cmd_name.replace("-", "_"))
        command: click.Command = getattr(import_module(f"jobs.stages.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as unknown:
            # click proposes near names of the commands that it holds; none is held before it is imported.
            raise click.exceptions.NoSuchCommand(
                unknown.command_name, possibilities=COMMANDS, ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for users, commands in GROUPS.items():
            with formatter.section(users):
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])


# Commands that write the project's own files, which a build of the image reads as another user.
_WRITES_SOURCES = ("catalog", "new")


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", prog_name="zlv")
@click.option("-q", "--quiet", is_flag=True, help="Say errors only; what was asked for is still printed.")
@click.option("-v", "--verbose", is_flag=True, help="Log each part of a stage too, with its seconds.")
@click.option("--debug", is_flag=True, help="Show an unexpected error whole; it may quote data.")
def cli(quiet: bool, verbose: bool, debug: bool) -> None:
    """Run the ZLV warehouse: bring the sources in, transform, prove, publish.

    Settings come from the environment; see `.env.example`.
    """
    # `main` looks at --debug itself: it has to know even when a command could not be read.
    del debug
    ctx = click.get_current_context()
    if ctx.invoked_subcommand not in _WRITES_SOURCES:
        os.umask(0o077)
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    from jobs.settings.environment import forget_ambient
    from jobs.telemetry.logs import choose_level

    choose_level(quiet=quiet, verbose=verbose)
    forget_ambient()


def main() -> None:
    """Run `zlv`; an error is one sentence on standard error and the exit code of the contract."""
    keep_memory_private()
    with hearing() as ending:
        code = 0
        try:
            cli.main(standalone_mode=False)
        except click.exceptions.Exit as done:
            code = done.exit_code
        except BaseException as error:
            asked = ending.error
            if asked is not None:
                # A command that keeps a record says that it was ended; what only looks ends without a word.
                if isinstance(error, ZlvError):
                    _say(f"zlv: {error}")
                leave(asked.exit_code)
            code = _told(error)
        flush()
        sys.exit(code)


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError):
        click.echo(sentence, err=True)


def _told(error: BaseException) -> int:
    """Print the sentence of an error; gives its exit code."""
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return 130
    if isinstance(error, BrokenPipeError) and is_unread():
        hush()  # who reads has seen enough (`| head`)
        return 0
    error = faults.told(error)
    if isinstance(error, ZlvError):
        _say(f"zlv: {error}")
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    # An engine's message may quote the data, and a pod's log is read by many: kind and place are enough to
    # find it.
    place = traceback.extract_tb(error.__traceback__)[-1]
    _say(
        f"zlv: unexpected {type(error).__name__} at {Path(place.filename).name}:{place.lineno}; see it whole"
        " with zlv --debug"
    )
    if "--debug" in takewhile(lambda word: word.startswith("-"), sys.argv[1:]):
        raise error
    return 1
