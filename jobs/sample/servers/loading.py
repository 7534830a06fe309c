"""Load the sample's tables into a PostgreSQL, and admit a role that reads them and nothing else."""

from __future__ import annotations

from pathlib import Path

from jobs.sample.servers.local_postgres import Postgres
from jobs.sql import identifier, literal


def load_application(server: Postgres, folder: Path, database: str) -> None:
    """Create the database with its tables, rows and keys, from the files of `zlv sample`."""
    from jobs.sample.application import TABLES

    server.run_sql(f"CREATE DATABASE {identifier(database)};")
    copies = []
    for table in TABLES:
        path = folder / f"{table}.csv"
        with path.open(encoding="utf-8") as file:
            columns = file.readline().strip()
        copies.append(f"\\copy {table} ({columns}) from {literal(str(path))} csv header\n")
    tables, constraints = (
        (folder / name).read_text(encoding="utf-8") for name in ("tables.sql", "constraints.sql")
    )
    server.run_sql(tables + "".join(copies) + constraints + "ANALYZE;\n", database)


def admit_reader(server: Postgres, database: str, reader: str, password: str) -> None:
    """Give the role this password and the right to read; done again, it changes the password only."""
    role, base = identifier(reader), identifier(database)
    make = literal(f"CREATE ROLE {role}")
    server.run_sql(
        f"SELECT {make} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(reader)})"
        f" \\gexec\nALTER ROLE {role} LOGIN NOINHERIT PASSWORD {literal(password)}; ALTER ROLE {role} SET"
        f" default_transaction_read_only = on;\nREVOKE ALL ON DATABASE {base} FROM PUBLIC; REVOKE ALL ON"
        f" SCHEMA public FROM PUBLIC;\nGRANT CONNECT ON DATABASE {base} TO {role}; GRANT USAGE ON SCHEMA"
        f" public TO {role};\nGRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};\n",
        database,
    )
