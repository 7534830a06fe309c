"""What is shown on a terminal of 80 columns keeps names and ids whole."""

from __future__ import annotations

import json
from typing import Any

from chain import Chain
from local_runs import home
from terminals import shown_on

__all__ = ["home"]  # fixtures


def span(name: str, number: int, parent: int | None, **more: Any) -> dict[str, Any]:
    times = {"start": number * 10**9, "end": (number + 2) * 10**9}
    ids = {"trace_id": "1", "span_id": str(number), "parent_id": None if parent is None else str(parent)}
    return {"name": name, "status": "UNSET", "message": None, "attributes": {}, **ids, **times, **more}


def test_a_trace_keeps_every_name_whole_at_80_columns(home: Chain) -> None:
    """N14: `stg_external__adm…` named no model."""
    names = [f"stg_external__admin_express_communes_{'x' * length}" for length in (0, 3, 30, 60)]
    spans = [span("run daily", 0, None, end=60 * 10**9)]
    spans += [
        span(name, number, 0, attributes={"zlv.rows": 34_000_000}) for number, name in enumerate(names, 1)
    ]
    spans.append(span("broken", 9, 0, status="ERROR", message=f"a sentence {'of many words ' * 6}that ends"))
    folder = home.home / "runs" / "r1"
    folder.mkdir(parents=True)
    (folder / "spans.jsonl").write_text("\n".join(map(json.dumps, spans)), encoding="utf-8")
    lines = shown_on("trace", "r1", environment=home.environment)
    text = "\n".join(lines)
    assert [name for name in names if f"{name} " not in text and f"{name}\n" not in text] == []
    assert "broken ✘ a sentence" in text and "that ends" in text
    bars = [line for line in lines if "█" in line]
    assert len(bars) == len(spans), "each span has its bar"
    assert all(len(line) <= 80 for line in bars)
    assert text.count("2.00    34,000,000") == len(names), "and its figures"
