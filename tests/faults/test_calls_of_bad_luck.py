"""Hundreds of calls with bad settings, names, files and catalogs: each ends as the contract says, by name.

No call ends with 1 or with an error that is nobody's, and none changes the file that Metabase reads.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from calls import Call
from calls_of_arguments import calls_of_arguments
from calls_of_catalogs import calls_of_catalogs
from calls_of_files import calls_of_files
from calls_of_settings import calls_of_settings
from chain import Chain
from forked_calls import Caller, caller

CALLS = [*calls_of_settings(), *calls_of_arguments(), *calls_of_files(), *calls_of_catalogs()]
# A home is copied by links: what replaces a file leaves the other homes' alone.
_OWN = ("runs", "secrets")


@pytest.fixture(scope="module")
def zlv() -> Iterator[Caller]:
    with caller() as running:
        yield running


def linked(home: Path, to: Path) -> Path:
    """Copy a home, its large files by links."""
    shutil.copytree(
        home, to, symlinks=True, ignore=shutil.ignore_patterns("dev", "tmp", *_OWN), copy_function=os.link
    )
    for name in _OWN:
        shutil.copytree(home / name, to / name)
    return to


@pytest.fixture(scope="module")
def shared_home(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return linked(chain.home, tmp_path_factory.mktemp("calls") / "home")


def content(file: Path) -> str | None:
    """Hash what a reader would see; None where a symlink leads nowhere."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def test_the_table_has_hundreds_of_calls_of_every_kind() -> None:
    assert len(CALLS) >= 400
    assert len({call.name for call in CALLS}) == len(CALLS)
    assert {call.code for call in CALLS} >= {0, 2, 64, 65}


@pytest.mark.parametrize("call", CALLS, ids=[call.name for call in CALLS])
def test_a_call_ends_as_the_contract_says(
    call: Call, zlv: Caller, chain: Chain, shared_home: Path, tmp_path: Path
) -> None:
    home = shared_home
    if call.spoil:
        home = linked(chain.home, tmp_path / "home")
        call.spoil(home)
    clean = home / "clean" / "zlv.duckdb"
    before = content(clean)
    settings = {name: value.replace("{home}", str(home)) for name, value in call.settings.items()}
    ended = zlv.call(list(call.arguments), {**chain.environment, "ZLV_HOME": str(home), **settings}, tmp_path)
    told = ended.out + ended.err
    assert ended.code == call.code, told[-2000:]
    assert re.search(call.says, told), told[-2000:]
    assert not re.search(r"unexpected \w+ at|Traceback", told)
    assert "pw@" not in told, "a password that stood in a setting is not shown"
    if call.code >= 64:
        assert len(re.findall(r"^zlv: ", ended.err, re.MULTILINE)) == 1, ended.err
    assert content(clean) == before
