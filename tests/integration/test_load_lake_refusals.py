"""load-lake on a lake that refuses or is not there: the rest goes on, and the codes of the contract."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chain import ZLV
from components import PSEUDONYM_KEY, Lake, catalog_of, rows, s3_server
from lake_of_towns import BROKEN, HEADER, catalog, load, raw, thousand

from jobs.errors import DataRefused, SettingsError, Temporary

__all__ = ["s3_server"]  # fixtures


def test_one_refused_source_does_not_stop_the_others(s3_server: Lake, tmp_path: Path) -> None:
    s3_server.put("two/good.csv", thousand({}))
    s3_server.put("two/bad.csv", HEADER)
    catalog(tmp_path, "two/good.csv", name="good")
    text = (tmp_path / "catalog" / "lovac.yml").read_text(encoding="utf-8")
    bad = text.split("sources:\n", 1)[1].replace("good", "bad")
    declared = catalog_of(tmp_path / "catalog", lovac=text + bad)
    with pytest.raises(DataRefused, match=r"lovac\.bad: 0 rows"):
        load(tmp_path, declared, s3_server)
    assert rows(raw(tmp_path, "good"), "SELECT count(*) FROM good") == [(1000,)]


@contextmanager
def demanding(server: Lake) -> Iterator[None]:
    """Have the server look at keys for a while: it knows none."""

    def looks_after(actions: str) -> None:
        url, plain = f"http://127.0.0.1:{server.port}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        urllib.request.urlopen(urllib.request.Request(url, actions.encode(), plain)).close()

    looks_after("0")
    try:
        yield
    finally:
        looks_after("inf")


def test_wrong_names_and_buckets_are_a_matter_of_settings(s3_server: Lake, tmp_path: Path) -> None:
    declared = catalog(tmp_path, "any/raw.csv")
    with pytest.raises(SettingsError, match="no source 'nothing' is declared"):
        load(tmp_path, declared, s3_server, "nothing")
    with pytest.raises(SettingsError, match="has no bucket elsewhere"):
        load(tmp_path, declared, s3_server, CELLAR_DATA_LAKE_BUCKET_NAME="elsewhere")
    with pytest.raises(SettingsError, match="CELLAR_ACCESS_KEY_ID"):
        load(tmp_path, declared, s3_server, CELLAR_ACCESS_KEY_ID="")
    with demanding(s3_server), pytest.raises(SettingsError, match="refused the keys"):
        load(tmp_path, declared, s3_server, CELLAR_SECRET_ACCESS_KEY="canary-wrong")
    with pytest.raises(SettingsError, match="only the lake's bucket"):
        load(tmp_path, catalog(tmp_path, "", location="s3://another/raw.csv"), s3_server)


def test_a_lake_that_cannot_be_reached_is_tried_again_and_then_temporary(
    s3_server: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Temporary, match="cannot be reached"):
        load(tmp_path, catalog(tmp_path, "any/raw.csv"), s3_server, CELLAR_HOST_URL="127.0.0.1:1")
    assert "attempt 2 of 3 failed" in "".join(capsys.readouterr())


def test_the_command_ends_with_the_codes_of_the_contract(s3_server: Lake, tmp_path: Path) -> None:
    catalog(tmp_path, "command/raw.csv")
    s3_server.put("command/raw.csv", thousand({number: BROKEN[number % 3] for number in range(101, 301)}))
    environment = {
        "PATH": "/usr/bin:/bin",
        "ZLV_HOME": str(tmp_path / "home"),
        "ZLV_CATALOG_DIR": str(tmp_path / "catalog"),
        "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
        **s3_server.environment(),
    }
    refused = subprocess.run(
        [ZLV, "load-lake", "--domain", "lovac"], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 65, refused.stderr
    s3_server.put("command/raw.csv", thousand(dict(zip((10, 500, 900), BROKEN, strict=True))))
    done = subprocess.run(
        [ZLV, "load-lake", "--only", "towns"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = refused.stdout + refused.stderr + done.stdout + done.stderr
    spans = "".join(path.read_text() for path in (tmp_path / "home" / "runs").rglob("*") if path.is_file())
    assert "canary" not in told + spans
    assert '"zlv.rejects": 3' in spans
