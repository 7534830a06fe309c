"""Wire the commands of `zlv`: one stage, one module, one command, imported only when it is called."""

from __future__ import annotations

import contextlib
import sys
import traceback
from importlib import import_module
from pathlib import Path

import click

from jobs import __version__
from jobs.errors import ZlvError
from jobs.telemetry import faults
from jobs.telemetry.ending import hearing, leave
from jobs.telemetry.pipe import flush, hush, is_unread

# command → (module, function, one line for `zlv --help`); a test compares the line with the command's own.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "prepare": ("jobs.stages.prepare", "prepare", "Check settings and connections, and write the S3 secret."),
    "sync-production": (
        "jobs.stages.sync_production",
        "sync_production",
        "Copy the application's tables in one snapshot.",
    ),
    "load-lake": ("jobs.stages.load_lake", "load_lake", "Load the lake's objects into raw files."),
    "build": ("jobs.stages.build", "build", "Build staging, intermediate and marts with dbt."),
    "audit": ("jobs.stages.audit", "audit", "Prove that no personal data is left in the marts."),
    "publish": ("jobs.stages.publish", "publish", "Publish the marts as a new release of the clean file."),
    "upload": ("jobs.stages.upload", "upload", "Upload the current release to S3."),
    "follow": ("jobs.stages.follow", "follow", "Keep a clean folder on the release that S3 names."),
    "export": ("jobs.stages.export", "export", "Export the whole base with checksums."),
    "import": ("jobs.stages.import_base", "import_base", "Import an exported base after checking it."),
    "status": ("jobs.stages.status", "status", "Tell how fresh each file is and how the last run went."),
    "runs": ("jobs.stages.runs", "runs", "List the runs, newest first."),
    "trace": ("jobs.stages.trace", "trace", "Draw a run's trace as a waterfall."),
    "run": ("jobs.stages.run", "run", "Run a pipeline from its manifest."),
    "retry": ("jobs.stages.retry", "retry", "Run a run's failed step again, and what waits for it."),
    "logs": ("jobs.stages.logs", "logs", "Show what a step of a run wrote."),
    "suspend": ("jobs.stages.suspend", "suspend", "Keep a pipeline's schedule from starting runs."),
    "resume": ("jobs.stages.resume", "resume", "Let a pipeline's schedule start runs again."),
    "lock": ("jobs.stages.lock", "lock", "Show or break the lock that one run at a time holds."),
    "record": ("jobs.stages.record", "record", "Close a run that Argo ran: record, root span, lock, alert."),
    "refresh-metabase": (
        "jobs.stages.refresh_metabase",
        "refresh_metabase",
        "Restart Metabase and wait until it is ready.",
    ),
    "sql": ("jobs.stages.sql", "sql", "Open a read-only SQL session with every file attached."),
    "explain": (
        "jobs.stages.explain",
        "explain",
        "Tell which models, filters and sources are behind a number of a mart.",
    ),
    "diff": ("jobs.stages.diff", "diff", "Tell what moved between two releases, and what changed behind it."),
    "catalog": ("jobs.stages.catalog", "catalog", "Check the catalog and generate what derives from it."),
    "new": (
        "jobs.stages.new",
        "new",
        "Write the skeleton of a source, a year or a mart, and say what to decide next.",
    ),
    "sample": (
        "jobs.stages.sample",
        "sample",
        "Write sample data: the same seed and scale give the same bytes.",
    ),
    "dev": ("jobs.stages.dev", "dev", "Start or stop a local PostgreSQL and S3 server with sample data."),
}


class LazyGroup(click.Group):
    """Import a command's module when it is called, so that `zlv --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="zlv")
@click.option("--debug", is_flag=True, help="Show an unexpected error whole; it may quote data.")
def cli(debug: bool) -> None:
    """Run the ZLV warehouse: bring the sources in, transform, prove, publish.

    Settings come from the environment; see `.env.example`.
    """
    # `main` looks at --debug itself: it has to know even when a command could not be read.
    del debug
    from jobs.settings.environment import forget_ambient

    forget_ambient()


def main() -> None:
    """Run `zlv`; an error is one sentence on standard error and the exit code of the contract."""
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
    if "--debug" in sys.argv[1:2]:
        raise error
    return 1
