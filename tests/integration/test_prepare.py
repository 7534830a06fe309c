"""prepare: every check in one table, the secret written, the right exit code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from chain import ZLV
from components import Lake, catalog_of, postgres_server, s3_server
from prepared import environment, prepare
from reader_postgres import OWNER, Postgres

__all__ = ["environment", "postgres_server", "s3_server"]  # fixtures


def test_all_is_well_and_the_secret_is_written(environment: dict[str, str]) -> None:
    done = prepare(environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrong" not in done.stdout.replace("what is wrong", "")
    secrets = Path(environment["ZLV_HOME"]) / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert list(secrets.glob("*.duckdb_secret"))
    assert "canary" not in done.stdout + done.stderr


def test_the_checks_are_a_json_list_for_a_program(environment: dict[str, str]) -> None:
    """N14: a program had a table to read."""
    done = prepare(environment, "--json", CELLAR_DATA_LAKE_BUCKET_NAME="elsewhere")
    assert done.returncode == 64
    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert found["PostgreSQL"]["state"] == "ok" and "tables to read" in found["PostgreSQL"]["found"]
    assert found["S3 lake"]["state"] == "wrong" and "elsewhere" in found["S3 lake"]["found"]


def test_the_sentence_of_a_refusal_stands_alone(environment: dict[str, str]) -> None:
    """K18: an alert in a chat shows no table; a run's record neither."""
    done = prepare(environment, ZLV_PSEUDONYM_KEY="", CELLAR_DATA_LAKE_BUCKET_NAME="elsewhere")
    runs = Path(environment["ZLV_HOME"]) / "runs"
    (record,) = (json.loads(path.read_text()) for path in runs.glob("*/steps/prepare.json"))
    assert "2 of " in record["message"] and "above" not in record["message"]
    assert "ZLV_PSEUDONYM_KEY is not set" in " ".join(record["message"].split())
    assert "elsewhere" in record["message"] and "\n" not in record["message"]
    assert done.returncode == record["exit_code"] == 64


def test_everything_that_is_wrong_is_said_at_once(environment: dict[str, str]) -> None:
    done = prepare(
        environment,
        POSTGRES_PRODUCTION_READONLY_PASSWORD="canary-wrong",
        CELLAR_DATA_LAKE_BUCKET_NAME="elsewhere",
        ZLV_PSEUDONYM_KEY="",
        ZLV_RAW_DIR="/proc/nowhere",
    )
    assert done.returncode == 64
    for sentence in (
        "refused role zlv_reader",
        "has no bucket elsewhere",
        "ZLV_PSEUDONYM_KEY",
        "/proc/nowhere cannot be written",
    ):
        assert sentence in done.stdout
    assert "4 of " in done.stderr
    assert "canary" not in done.stdout + done.stderr


def test_what_is_only_unreachable_is_temporary(environment: dict[str, str]) -> None:
    done = prepare(environment, CELLAR_HOST_URL="127.0.0.1:1")
    assert done.returncode == 75
    assert "unreachable" in done.stdout


def test_a_role_that_may_write_is_wrong(environment: dict[str, str]) -> None:
    done = prepare(
        environment, POSTGRES_PRODUCTION_READONLY_USER=OWNER, POSTGRES_PRODUCTION_READONLY_PASSWORD=OWNER
    )
    assert done.returncode == 64
    assert f"role {OWNER} may write owners" in done.stdout


def test_a_bucket_of_releases_that_is_not_there_is_told_and_stops_nothing(
    environment: dict[str, str],
) -> None:
    done = prepare(environment, CELLAR_METABASE_BUCKET_NAME="no-such-bucket")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "has no bucket no-such-bucket" in done.stdout


def test_years_that_are_found_nowhere_are_said_and_an_empty_lake_too(
    environment: dict[str, str], s3_server: Lake, tmp_path: Path
) -> None:
    """N2, N12: neither stops what can be built without."""
    policy = "domain: lovac\ncolumns:\n  code: {class: none, treatment: keep}\n"
    text = "domain: lovac\ndefaults: {owner: team, public_criterion: fil}\nsources:\n" + "".join(
        f"  lovac_{year}:\n    location: s3://{{lake}}/years/{year}.csv\n    millesime: {year}\n"
        "    columns: {code: VARCHAR}\n"
        for year in (2023, 2024, 2025)
    )
    catalog_of(tmp_path / "catalog", lovac=text, policy_lovac=policy)
    done = prepare(environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "holds nothing that the catalog declares" in done.stdout
    s3_server.put("years/2024.csv", "code\n01001\n")
    done = prepare(environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 3 sources are there" in done.stdout
    assert "lovac.lovac: 2023, 2025 declared and found nowhere" in done.stdout


def test_the_table_is_whole_on_a_terminal_of_80_columns(environment: dict[str, str]) -> None:
    import os
    import pty

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [ZLV, "prepare"],
        env={**environment, "COLUMNS": "80", "TERM": "dumb", "CELLAR_HOST_URL": "127.0.0.1:1"},
        stdout=follower,
        stderr=subprocess.DEVNULL,
    )
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 4096):
            shown += chunk
    except OSError:
        pass
    assert process.wait() == 75
    lines = shown.decode().splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in shown.decode()
    for word in ("raw files", "warehouse", "PostgreSQL", "unreachable", "127.0.0.1:1"):
        assert word in shown.decode()


def test_a_table_that_is_not_there_is_wrong(environment: dict[str, str], postgres_server: Postgres) -> None:
    with postgres_server.connect("prepare") as connection:
        connection.execute("DROP TABLE owners")
    done = prepare(environment)
    assert done.returncode == 64
    assert "lacks tables that the catalog declares: owners" in done.stdout


def test_what_this_version_does_not_do_is_said(environment: dict[str, str]) -> None:
    done = prepare(environment, ZLV_ENCRYPTION_KEY="canary" * 8)
    assert done.returncode == 0 and "makes no use of ZLV_ENCRYPTION_KEY" in done.stdout
    assert "canary" not in done.stdout + done.stderr
    done = prepare(environment, ZLV_STORAGE="ducklake")
    assert (
        done.returncode == 64 and "ZLV_STORAGE" in done.stderr and "DuckDB files on a volume" in done.stderr
    )


def test_a_pod_without_keys_says_what_it_lacks_on_purpose(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """K7: the shell pod has no volume of keys; what is missing there is no fault."""
    secrets = {name: "" for name in environment if name.endswith(("_PASSWORD", "_KEY", "_KEY_ID"))}
    done = prepare({**environment, **secrets}, ZLV_KEYS_DIR=str(tmp_path / "not-mounted"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none, on purpose" in done.stdout
    (tmp_path / "mounted").mkdir()
    done = prepare({**environment, **secrets}, ZLV_KEYS_DIR=str(tmp_path / "mounted"))
    assert done.returncode == 64 and "on purpose" not in done.stdout
