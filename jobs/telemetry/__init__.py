"""Telemetry: one trace per run, one record per step, logs that join them. All a stage calls is here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.telemetry.stage import Span, StageRun, stage

__all__ = ["Span", "StageRun", "stage"]


def __getattr__(name: str) -> Any:
    # OpenTelemetry takes 0.1 s to import; who only reads records does without.
    if name in __all__:
        module = import_module("jobs.telemetry.stage")
        # The import system has just bound the submodule `stage` to this package: the function takes its
        # place.
        globals().update({public: getattr(module, public) for public in __all__})
        return globals()[name]
    raise AttributeError(name)
