"""Keep a step's record as well as the disk lets: a full one keeps no data from being loaded."""

from __future__ import annotations

import logging
from pathlib import Path

from jobs.telemetry.records import StepRecord, read_step, step_path, write_record


class Written:
    """Write the record of a step; one warning tells that its folder takes none."""

    def __init__(self, runs_dir: Path, record: StepRecord, log: logging.Logger) -> None:
        self._runs_dir, self._record, self._log, self._warned = runs_dir, record, log, False

    def begin(self) -> None:
        """Count the attempt and write that it runs."""
        try:
            earlier = read_step(self._runs_dir, self._record.run_id, self._record.step)
        except OSError:
            earlier = None
        self._record.attempt = earlier.attempt + 1 if earlier else 1
        self.write()

    def write(self) -> None:
        """Write the record as it stands."""
        try:
            write_record(step_path(self._runs_dir, self._record.run_id, self._record.step), self._record)
        except OSError as error:
            if not self._warned:
                self._warned = True
                self._log.warning(
                    "the run's record cannot be kept in %s (%s); the work goes on without it",
                    self._runs_dir,
                    error.strerror,
                )
