"""`zlv catalog adopt` reads a lake that is laid out as the existing one, object by object."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chain import ZLV
from components import Lake, s3_server

from jobs.catalog import load_catalog
from jobs.settings import project_dir

__all__ = ["s3_server"]

CATALOG = load_catalog([project_dir("catalog")])


def header(source: str, layout: int = 0) -> list[str]:
    return [column.header_name for column in CATALOG.source(source).file_layouts[layout].columns]


def lines(names: list[str], delimiter: str, **values: str) -> str:
    """Write a header and three lines: the named values, `x` for the others."""
    row = delimiter.join(values.get(name, "x") for name in names)
    return delimiter.join(names) + "\n" + "\n".join([row] * 3) + "\n"


def adopt(lake: Lake, tmp_path: Path, address: str, code: int, *options: str) -> Any:
    done = subprocess.run(
        [ZLV, "catalog", "adopt", address, *options],
        env={"PATH": "/usr/bin:/bin", "ZLV_HOME": str(tmp_path), **lake.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if "--json" in options else done.stdout


def bucket(lake: Lake) -> str:
    return lake.environment()["CELLAR_DATA_LAKE_BUCKET_NAME"]


def test_every_object_of_a_lake_of_theirs_is_named(s3_server: Lake, tmp_path: Path) -> None:
    """F1, F3, F4: their keys, both layouts, any delimiter and encoding."""
    s3_server.empty()
    old, new = header("lovac_2019"), header("lovac_2025")
    extract, housing = header("ff_2019", 1), header("ff_2024")
    texts = {
        "lake/cerema/lovac/2019/raw.csv": lines(old, ",", annee="2019", libcom="Évry").encode("cp1252"),
        "lake/cerema/lovac/2020/raw.csv": lines(old, ";", annee="2020", libcom="Évry").encode("utf-16"),
        "lake/lovac/2026/raw.csv": lines(header("lovac_2026"), "|", annee="2026").encode(),
        "lake/cerema/lovac/2025/raw.csv": gzip.compress(lines(new, "\t", annee="2025").encode()),
        "lake/cerema/ff/2019/raw.csv": lines(extract, ";").encode(),
        "lake/cerema/ff/2024/raw.csv": lines(housing, ",").encode(),
        "lake/cerema/portail/lovac_users.json": json.dumps(
            [dict.fromkeys(header("cerema_lovac_users"), 1)]
        ).encode(),
    }
    for key, content in texts.items():
        s3_server.put(key, content)
    found = {
        one["key"]: one for one in adopt(s3_server, tmp_path, f"s3://{bucket(s3_server)}/lake", 0, "--json")
    }
    assert {key: (one["source"], one["layout"], one["misfits"]) for key, one in found.items()} == {
        "lake/cerema/lovac/2019/raw.csv": ("lovac.lovac_2019", "", []),
        "lake/cerema/lovac/2020/raw.csv": ("lovac.lovac_2020", "", []),
        "lake/lovac/2026/raw.csv": ("lovac.lovac_2026", "", []),
        "lake/cerema/lovac/2025/raw.csv": ("lovac.lovac_2025", "", []),
        "lake/cerema/ff/2019/raw.csv": ("ff.ff_2019", "extract", []),
        "lake/cerema/ff/2024/raw.csv": ("ff.ff_2024", "housing", []),
        "lake/cerema/portail/lovac_users.json": ("external.cerema_lovac_users", "", []),
    }
    written = {key: (one["format"], one["encoding"], one["delimiter"]) for key, one in found.items()}
    assert written["lake/cerema/lovac/2019/raw.csv"] == ("csv", "windows-1252", ",")
    assert written["lake/cerema/lovac/2020/raw.csv"] == ("csv", "utf-16", ";")
    assert written["lake/cerema/lovac/2025/raw.csv"] == ("csv", "utf-8", "\t")
    assert written["lake/cerema/portail/lovac_users.json"][0] == "json"


def test_what_does_not_fit_is_said_with_its_cure(s3_server: Lake, tmp_path: Path) -> None:
    old = header("lovac_2021")
    zoning = [*header("zonage_abc")]
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT '01' AS odd) TO '{tmp_path / 'odd.parquet'}'")
    texts = {
        "misfits/lake/lovac/2021/raw.csv": lines(old, ";", annee="2021").encode(),
        "misfits/odd.parquet": (tmp_path / "odd.parquet").read_bytes(),
        "misfits/empty.csv": b"",
        "misfits/book.xlsx": b"PK\x03\x04" + b"\0" * 100,
        "misfits/zones.csv": lines(zoning, ",").encode(),
    }
    for key, content in texts.items():
        s3_server.put(key, content)
    address = f"s3://{bucket(s3_server)}/misfits/"
    found = {one["key"]: one for one in adopt(s3_server, tmp_path, address, 65, "--json")}
    assert set(found) == set(texts)
    moved = found["misfits/lake/lovac/2021/raw.csv"]
    assert moved["source"] == "lovac.lovac_2021" and "at lake/lovac/2021/raw.csv or" in moved["misfits"][0]
    assert "no source of the catalog has such columns" in found["misfits/odd.parquet"]["misfits"][0]
    assert found["misfits/empty.csv"]["misfits"] == ["is empty; deliver it again"]
    assert "export it as CSV" in found["misfits/book.xlsx"]["misfits"][0]
    zones = found["misfits/zones.csv"]
    assert zones["source"] == "external.zonage_abc" and "« , » between values" in zones["misfits"][1]
    shown = adopt(s3_server, tmp_path, address, 65)
    assert "misfits/empty.csv → no source" in shown and "    is empty; deliver it again" in shown


@pytest.mark.parametrize(
    ("key", "names", "values", "said"),
    [
        ("lake/lovac/2022/raw.csv", header("lovac_2022"), {"annee": "2021"}, "its lines are of 2021"),
        ("lake/lovac/2023/raw.csv", ["annee", "other"], {"annee": "2023"}, "lacks the required columns"),
    ],
)
def test_a_file_at_the_place_of_another_is_told(
    s3_server: Lake, tmp_path: Path, key: str, names: list[str], values: dict[str, str], said: str
) -> None:
    s3_server.put(key, lines(names, ",", **values).encode())
    found = adopt(s3_server, tmp_path, f"s3://{bucket(s3_server)}/{key}", 65, "--json")
    assert said in found[0]["misfits"][0]


def test_a_lake_without_objects_or_an_address_that_is_none_is_refused(
    s3_server: Lake, tmp_path: Path
) -> None:
    adopt(s3_server, tmp_path, f"s3://{bucket(s3_server)}/nothing/here", 65)
    adopt(s3_server, tmp_path, "https://lake", 64)
