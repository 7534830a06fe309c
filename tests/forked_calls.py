"""Call `zlv` hundreds of times at the cost of a fork: it is imported once, each call is a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import IO, NoReturn

SECONDS = 120


@dataclass(frozen=True)
class Ended:
    """How a call ended: its exit code (below zero: the signal that ended it) and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Caller:
    """A process that has imported the program and forks for each call."""

    process: subprocess.Popen[str]

    def call(self, arguments: list[str], environment: dict[str, str], folder: Path) -> Ended:
        """Run `zlv` with these arguments and nothing of this process's environment."""
        asked = {"arguments": arguments, "environment": environment, "folder": str(folder)}
        to, back = self.process.stdin, self.process.stdout
        assert to is not None and back is not None
        to.write(json.dumps(asked) + "\n")
        to.flush()
        return Ended(**json.loads(back.readline()))


@contextlib.contextmanager
def caller() -> Iterator[Caller]:
    """Run a process that forks for each call, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield Caller(process)
        assert process.stdin is not None
        process.stdin.close()


def _become(
    arguments: list[str], environment: dict[str, str], folder: str, out: IO[str], err: IO[str]
) -> NoReturn:
    from jobs.cli import main

    os.setsid()
    signal.alarm(SECONDS)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["zlv", *arguments]
    code = 1
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve() -> None:
    import jobs

    # Commands import what they need when they are called: here it is at hand already.
    for module in walk_packages(jobs.__path__, "jobs."):
        import_module(module.name)
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = os.fork()
            if not child:
                _become(**json.loads(line), out=out, err=err)
            _, status = os.waitpid(child, 0)
            told = {}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                told[name] = file.read()
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), **told}), flush=True)


if __name__ == "__main__":
    _serve()
