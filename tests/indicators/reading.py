"""Read the sources a second time: the lake's objects and the application's PostgreSQL, not the raw files that
the program makes."""

from __future__ import annotations

import csv
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import duckdb
from chain import Chain

from jobs.storage.session import load_extension

APPLICATION = (
    "campaigns",
    "campaigns_housing",
    "establishments",
    "events",
    "fast_housing",
    "geo_perimeters",
    "group_housing_events",
    "groups",
    "groups_housing",
    "housing_document_events",
    "housing_events",
    "housing_notes",
    "notes",
    "owner_events",
    "owner_notes",
    "owners",
    "owners_housing",
    "users",
)


# Every commune is in one department: their sum is France.
FRANCE = "territory_level = 'departement'"


@dataclass(frozen=True)
class Indicator:
    """A figure under its French name: the query that an analyst asks the clean file, and the one that the
    sources answer."""

    name: str
    mart: str
    source: str


def read_again(chain: Chain, folder: Path) -> duckdb.DuckDBPyConnection:
    """Give a session with the clean file's tables by their public names, and the sources as `lake.…` and
    `app.…`.

    Lines of the lake that are broken (more or fewer fields than the header, a year that is no number) are
    left out, as the loader says it does; every value stays the text that the file holds.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/Paris'")
    _read_lake(connection, chain.environment, folder)
    _read_application(connection, chain.environment)
    for name in ("files", "application", "places", "morphology"):
        connection.execute((Path(__file__).with_name("sources") / f"{name}.sql").read_text(encoding="utf-8"))
    _name_dwellings(connection, chain.environment["ZLV_PSEUDONYM_KEY"], folder / "dwellings.csv")
    certificate = chain.certificate(chain.home / "raw" / "production.duckdb")
    connection.execute(
        "SET VARIABLE day = CAST(CAST(? AS TIMESTAMP WITH TIME ZONE) AS DATE)", [certificate["snapshot_at"]]
    )
    connection.execute(f"ATTACH '{chain.clean_file}' AS clean (READ_ONLY)")
    connection.execute("SET search_path = 'clean,memory'")
    return connection


def second_readings() -> dict[str, str]:
    """Give, by its public name, the query that reads columns of a whole table from the sources."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(Path(__file__).with_name("tables").glob("*.sql"))
    }


def rows_that_differ(columns: list[str], one: str, other: str) -> str:
    """Write the query that counts the rows of two tables that are in one only, over some columns."""
    names = ", ".join(f'"{name}"' for name in columns)
    sides = [f"SELECT {names} FROM {side}" for side in (one, other)]
    return (
        f"SELECT count(*) FROM (({sides[0]} EXCEPT ALL {sides[1]}) UNION ALL ({sides[1]} EXCEPT ALL"
        f" {sides[0]}))"
    )


def _read_lake(connection: duckdb.DuckDBPyConnection, environment: dict[str, str], folder: Path) -> None:
    """Make a table of texts per folder of the lake: `lovac/2024/raw.csv` is `lake."lovac/2024/raw"`, a folder
    of files is one table."""
    connection.execute("ATTACH ':memory:' AS lake")
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{environment['CELLAR_HOST_URL']}",
        aws_access_key_id=environment["CELLAR_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["CELLAR_SECRET_ACCESS_KEY"],
        region_name=environment["CELLAR_REGION"],
    )
    bucket = environment["CELLAR_DATA_LAKE_BUCKET_NAME"]
    tables: dict[str, list[Path]] = {}
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page["Contents"]:
            key = str(entry["Key"])
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            client.download_file(bucket, key, str(path))
            name = key.removeprefix("lake/").rsplit(".", 1)[0]
            tables.setdefault(name.rsplit("/", 1)[0] if "/LOCOMVAC" in key else name, []).append(path)
    for name, paths in tables.items():
        if paths[0].suffix == ".json":
            connection.execute(f"""CREATE TABLE lake."{name}" AS FROM read_json('{paths[0]}')""")
            continue
        plain = [str(_plain(path)) for path in paths]
        options = (
            "all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', union_by_name ="
            " true"
        )
        connection.execute(f"""CREATE TABLE lake."{name}" AS FROM read_csv({plain}, {options})""")


def _plain(path: Path) -> Path:
    """Write a CSV as plain UTF-8 with commas, without its broken records."""
    body = path.read_bytes()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    header = text.split("\n", 1)[0]
    delimiter = max(";,|", key=header.count)
    records = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    width = len(records[0])
    year = records[0].index("annee") if "annee" in records[0] else None
    target = path.with_suffix(".plain.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(records[0])
        writer.writerows(r for r in records[1:] if len(r) == width and (year is None or _is_number(r[year])))
    return target


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _read_application(connection: duckdb.DuckDBPyConnection, environment: dict[str, str]) -> None:
    load_extension(connection, "postgres_scanner")
    names = {
        "host": "DB",
        "port": "PORT",
        "dbname": "DB_NAME",
        "user": "READONLY_USER",
        "password": "READONLY_PASSWORD",
    }
    where = " ".join(
        f"{option}={environment[f'POSTGRES_PRODUCTION_{name}']}" for option, name in names.items()
    )
    connection.execute(f"ATTACH '{where}' AS live (TYPE postgres, READ_ONLY)")
    connection.execute("ATTACH ':memory:' AS app")
    for table in APPLICATION:
        connection.execute(f"CREATE TABLE app.{table} AS FROM live.public.{table}")
    connection.execute("DETACH live")


def _name_dwellings(connection: duckdb.DuckDBPyConnection, key: str, file: Path) -> None:
    """Make the table of the identifiers of LOVAC with the pseudonyms under which the clean file knows
    them."""
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("local_id", "pseudonym"))
        for (local_id,) in connection.execute(
            "SELECT DISTINCT local_id FROM lovac WHERE local_id IS NOT NULL ORDER BY 1"
        ).fetchall():
            writer.writerow((local_id, hmac.new(key.encode(), local_id.encode(), "sha256").hexdigest()))
    connection.execute(
        f"CREATE TABLE pseudonym AS FROM read_csv('{file}', header = true, all_varchar = true)"
    )


def figure(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """Give the one value of a query."""
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1 and len(rows[0]) == 1, f"one figure, not {len(rows)} rows: {query}"
    return rows[0][0]
