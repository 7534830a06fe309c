"""Watch one run from outside: what it prints, what any process is called with, which spans it sends."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chain import Chain
from collector import Received, collector


@dataclass(frozen=True)
class Observed:
    """What was seen of a run: its output, the command line of each process meanwhile, its spans."""

    output: str
    command_lines: list[str]
    spans: list[Received]


def observe(chain: Chain, *arguments: str) -> Observed:
    """Run a command that succeeds, with a collector that listens."""
    lines: set[bytes] = set()
    with collector() as received, ThreadPoolExecutor(1) as reading:
        process = chain.start(*arguments, OTEL_EXPORTER_OTLP_ENDPOINT=received.endpoint)
        assert process.stdout is not None
        output = reading.submit(process.stdout.read)
        while process.poll() is None:
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    lines.add(entry.read_bytes())
                except OSError:
                    continue
            time.sleep(0.05)
    assert process.returncode == 0, output.result()[-3000:]
    seen = sorted(line.decode(errors="replace") for line in lines)
    return Observed(output.result(), seen, received.spans)


def write(observed: Observed, file: Path) -> None:
    """Keep what was seen for the other workers."""
    file.write_text(json.dumps(asdict(observed)), encoding="utf-8")


def read(file: Path) -> Observed:
    """Give what another worker saw."""
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Observed(kept["output"], kept["command_lines"], [Received(**span) for span in kept["spans"]])
