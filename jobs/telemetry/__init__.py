"""Telemetry: one trace per run, one record per step, logs that join them. All a stage calls is here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.telemetry.span import Span, StageRun
    from jobs.telemetry.stage import stage

__all__ = ["Span", "StageRun", "stage"]
_ROOMS = {"Span": "span", "StageRun": "span", "stage": "stage"}


def __getattr__(name: str) -> Any:
    # OpenTelemetry takes 0.1 s to import; who only reads records does without.
    if name in __all__:
        # The import system binds the submodule `stage` to this package: the function takes its place.
        places = {public: import_module(f"jobs.telemetry.{room}") for public, room in _ROOMS.items()}
        globals().update({public: getattr(module, public) for public, module in places.items()})
        return globals()[name]
    raise AttributeError(name)
