"""Telemetry: one trace per run, one record per step, logs that join them. All a stage calls is here."""

from jobs.telemetry.stage import Span, StageRun, stage

__all__ = ["Span", "StageRun", "stage"]
