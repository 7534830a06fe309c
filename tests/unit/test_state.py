"""What is remembered of a build is believed of exactly the files that it speaks of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.settings import Settings, read_settings
from jobs.transform import state
from jobs.transform.contents import Content
from jobs.transform.state import Made, State, read_state, write_state

MADE = Made("a", "table", "origin", "parts", {"b": "c"}, Content("shape", "rows"), run="r1", because=("new",))
KNOWN = State(
    {"engine": "1"}, "world", {"source.zlv.a.b": Content("s", "r")}, {"a": "1-2"}, {"model.zlv.a": MADE}
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings({"ZLV_HOME": str(tmp_path)})
    (settings.warehouse_dir / "dbt").mkdir(parents=True)
    settings.warehouse_file.write_bytes(b"warehouse")
    settings.history_file.write_bytes(b"history")
    (settings.warehouse_dir / "dbt" / "manifest.json").write_bytes(b"manifest")
    write_state(settings, settings.warehouse_dir / "dbt", KNOWN, {})
    return settings


def test_a_state_is_read_as_it_was_written(settings: Settings) -> None:
    assert read_state(settings) == KNOWN


def test_a_state_is_bound_to_the_file_that_it_was_written_for(settings: Settings, tmp_path: Path) -> None:
    pending = tmp_path / "pending"
    pending.write_bytes(b"another warehouse")
    write_state(settings, settings.warehouse_dir / "dbt", KNOWN, {"warehouse": pending})
    assert read_state(settings) is None
    pending.rename(settings.warehouse_file)
    assert read_state(settings) == KNOWN


def _edit(change: Callable[[dict[str, Any]], object]) -> Callable[[Settings], object]:
    def edited(settings: Settings) -> None:
        file = settings.warehouse_dir / "dbt" / "state.json"
        kept = json.loads(file.read_text())
        change(kept)
        file.write_text(json.dumps(kept))

    return edited


DISTRUSTED: dict[str, Callable[[Settings], object]] = {
    "a byte of the warehouse": lambda s: s.warehouse_file.write_bytes(b"warehousf"),
    "a byte of the history": lambda s: s.history_file.write_bytes(b"historz"),
    "a byte of the manifest": lambda s: (s.warehouse_dir / "dbt" / "manifest.json").write_bytes(b"manifesu"),
    "no warehouse": lambda s: s.warehouse_file.unlink(),
    "no history": lambda s: s.history_file.unlink(),
    "another fingerprint": _edit(lambda kept: kept["facts"]["sources"]["source.zlv.a.b"].update(rows="x")),
    "another digest": _edit(lambda kept: kept.update(digest="0" * 24)),
    "no facts": _edit(lambda kept: kept.pop("facts")),
    "no JSON": lambda s: (s.warehouse_dir / "dbt" / "state.json").write_text("{"),
    "a list": lambda s: (s.warehouse_dir / "dbt" / "state.json").write_text("[]"),
    "nothing": lambda s: (s.warehouse_dir / "dbt" / "state.json").unlink(),
}


@pytest.mark.parametrize("change", DISTRUSTED.values(), ids=DISTRUSTED)
def test_what_was_changed_by_another_hand_is_not_believed(
    settings: Settings, change: Callable[[Settings], object]
) -> None:
    change(settings)
    assert read_state(settings) is None


def test_a_state_of_another_reading_is_not_believed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "READING", state.READING + 1)
    assert read_state(settings) is None


def test_a_forgotten_state_is_gone(settings: Settings) -> None:
    state.forget_state(settings)
    state.forget_state(settings)
    assert read_state(settings) is None
