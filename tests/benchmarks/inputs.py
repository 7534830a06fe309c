"""Make the benchmark's inputs: a LOVAC file of 500 MB and more, an application of 5 M rows and more, marts to
publish."""

from __future__ import annotations

from pathlib import Path

import boto3
import duckdb

from jobs.sample.servers.local_postgres import Postgres
from jobs.sample.servers.state import DATABASE

EVENTS = 5_000_000
CSV_BYTES = 520_000_000
MART_ROWS = 10_000_000


def sample_object(environment: dict[str, str], key: str, folder: Path) -> Path:
    """Put the sample's own file back into the lake; name it."""
    path = folder / "dev" / "sample" / "lake" / key
    _put(environment, key, path)
    return path


def large_object(environment: dict[str, str], key: str, folder: Path, share: float) -> int:
    """Repeat the sample's LOVAC 2025 lines until the object holds that share of 500 MB; give its size."""
    head, _, body = sample_object(environment, key, folder).read_bytes().partition(b"\n")
    path = folder / "large.csv"
    with path.open("wb") as file:
        file.write(head + b"\n")
        while file.tell() < CSV_BYTES * share:
            file.write(body)
    _put(environment, key, path)
    size = path.stat().st_size
    path.unlink()
    return size


def _put(environment: dict[str, str], key: str, path: Path) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{environment['CELLAR_HOST_URL'].split('://')[-1]}",
        aws_access_key_id=environment["CELLAR_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["CELLAR_SECRET_ACCESS_KEY"],
        region_name=environment.get("CELLAR_REGION", "us-east-1"),
    )
    client.upload_file(str(path), environment["CELLAR_DATA_LAKE_BUCKET_NAME"], key)


def large_application(server: Postgres, share: float) -> int:
    """Fill the application's event tables with that share of 5 M rows; give how many that is."""
    events = int(EVENTS * share)
    statements = f"""
        INSERT INTO events (id, created_at, created_by, type, next_old, next_new)
        SELECT gen_random_uuid(), timestamptz '2024-01-01' + n * interval '1 second',
        (SELECT id FROM users LIMIT 1),
            'housing:status-updated', '{{"status": "Non suivi"}}',
            '{{"status": "Suivi en cours", "subStatus": "En accompagnement"}}'
        FROM generate_series(1, {events}) AS n;
        ANALYZE events;
    """
    server.run_sql(statements, DATABASE)
    return events


def large_marts(warehouse: Path, marts: list[str], share: float) -> int:
    """Repeat the rows of the published marts in place up to that share of 10 M; give how many there are."""
    total = 0
    with duckdb.connect(str(warehouse)) as connection:
        rows = connection.execute(
            "SELECT sum(estimated_size) FROM duckdb_tables() WHERE schema_name = 'marts'"
        ).fetchall()
        times = max(1, -(-int(MART_ROWS * share) // int(rows[0][0])))
        for mart in marts:
            connection.execute(
                f'INSERT INTO marts."{mart}" SELECT m.* FROM marts."{mart}" AS m, range({times - 1})'
            )
            row = connection.execute(f'SELECT count(*) FROM marts."{mart}"').fetchone()
            total += row[0] if row else 0
    return total


def rows_of_lovac(home: Path) -> str:
    """Say how many LOVAC lines the raw files hold, all years together."""
    total = 0
    for file in sorted((home / "raw" / "lovac").glob("*.duckdb")):
        with duckdb.connect(str(file), read_only=True) as connection:
            row = connection.execute(
                "SELECT sum(estimated_size) FROM duckdb_tables() WHERE table_name <> '_zlv'"
            ).fetchone()
            total += int(row[0]) if row and row[0] else 0
    return f"{total:,} LOVAC lines"
