"""Trace ids derive from the run id alone, so that processes join one trace without talking."""

from __future__ import annotations

import re

from jobs.telemetry.identity import RUN_ID, new_run_id, root_span_id, trace_id, traceparent


def test_the_same_run_has_the_same_ids_everywhere() -> None:
    # Written out: a later version must not move running runs to another trace.
    assert f"{trace_id('daily-1'):032x}" == "bd88344e2088f5b7ec04ba30f3e0b69b"
    assert f"{root_span_id('daily-1'):016x}" == "917379a4d33694b5"
    assert trace_id("daily-1") != trace_id("daily-2")


def test_traceparent_is_that_of_the_w3c() -> None:
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", traceparent("daily-1"))
    assert traceparent("daily-1").split("-")[2] == f"{root_span_id('daily-1'):016x}"
    assert traceparent("daily-1", 7).split("-")[2] == "0000000000000007"


def test_new_run_ids_differ_sort_by_time_and_are_fit_for_a_folder_and_a_label() -> None:
    ids = {new_run_id("daily") for _ in range(50)}
    assert len(ids) > 45
    assert all(RUN_ID.match(each) and each.startswith("daily-") for each in ids)
    for wrong in ("", "-a", "../up", "a/b", "a" * 64):
        assert not RUN_ID.match(wrong)
