"""Ways to hide a part of a table from a role, and ways that hide nothing, as statements of its owner."""

from __future__ import annotations

from pathlib import Path

from components import catalog_of, step

from jobs.sources.production.snapshot import sync_production
from jobs.storage.retry import Backoff

CATALOG = """
domain: production
defaults: {owner: team, minimum_rows: 0}
sources:
  owners:
    location: postgres:owners
    columns: {id: {type: INTEGER, required: true}, kind: VARCHAR, name: VARCHAR, siren: VARCHAR}
"""
POLICY = """
domain: production
sources:
  owners:
    id: {class: none, treatment: keep}
    kind: {class: none, treatment: keep}
    name: {class: direct, treatment: drop}
    siren: {class: none, treatment: keep}
"""
OWNERS = [
    "CREATE TABLE owners (id integer, kind text, name text, siren text)",
    "INSERT INTO owners VALUES (1, 'a', 'canary', 's1'), (2, 'b', 'canary', 's2'), (3, 'b', 'canary', NULL)",
]
AWAY = ["ALTER TABLE owners RENAME TO owners_of_all"]
# How a table is hidden in part, and what is named.
HIDDEN = {
    "one column granted": (
        ["REVOKE ALL ON owners FROM {role}", "GRANT SELECT (id) ON owners TO {role}"],
        "owners.kind",
    ),
    "one column missing": (
        ["REVOKE ALL ON owners FROM {role}", "GRANT SELECT (id, kind, name) ON owners TO {role}"],
        "owners.siren",
    ),
    "no grant": (["REVOKE ALL ON owners FROM {role}"], "may not read owners:"),
    "no usage of the schema": (["REVOKE USAGE ON SCHEMA public FROM PUBLIC"], "owners"),
    "policies": (
        [
            "ALTER TABLE owners ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY few ON owners FOR SELECT USING (id < 2)",
        ],
        "owners (policies)",
    ),
    "policies for all rows": (
        [
            "ALTER TABLE owners ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY all_ ON owners FOR SELECT USING (true)",
        ],
        "owners (policies)",
    ),
    "policies below a view": (
        [
            *AWAY,
            "ALTER TABLE owners_of_all ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY few ON owners_of_all FOR SELECT USING (id < 2)",
            "CREATE VIEW owners WITH (security_invoker) AS SELECT * FROM owners_of_all",
        ],
        "owners",
    ),
    "a view that filters": (
        [*AWAY, "CREATE VIEW owners AS SELECT * FROM owners_of_all WHERE id < 3"],
        "owners (view)",
    ),
    "a barrier": (
        [*AWAY, "CREATE VIEW owners WITH (security_barrier) AS SELECT * FROM owners_of_all WHERE kind = 'b'"],
        "owners (view)",
    ),
    "a view that joins": (
        [
            *AWAY,
            "CREATE TABLE mine AS SELECT 1 AS id",
            "CREATE VIEW owners AS SELECT o.* FROM owners_of_all o JOIN mine USING (id)",
        ],
        "owners (view)",
    ),
    "a view with a limit": (
        [*AWAY, "CREATE VIEW owners AS SELECT * FROM owners_of_all LIMIT 2"],
        "owners (view)",
    ),
    "a view that masks": (
        [*AWAY, "CREATE VIEW owners AS SELECT id, kind, name, NULL::text AS siren FROM owners_of_all"],
        "owners.siren (view)",
    ),
    "a view on a view that filters": (
        [
            *AWAY,
            "CREATE VIEW between_ AS SELECT * FROM owners_of_all WHERE id > 1",
            "CREATE VIEW owners AS SELECT * FROM between_",
        ],
        "owners (view between_)",
    ),
    "a materialized view that filters": (
        [*AWAY, "CREATE MATERIALIZED VIEW owners AS SELECT * FROM owners_of_all WHERE id < 3"],
        "owners (view)",
    ),
    "a materialized view without rows": (
        [*AWAY, "CREATE MATERIALIZED VIEW owners AS SELECT * FROM owners_of_all WITH NO DATA"],
        "not filled yet",
    ),
    "a part in the place of its parent": (
        [
            *AWAY,
            "CREATE TABLE whole (LIKE owners_of_all) PARTITION BY LIST (kind)",
            "CREATE TABLE owners PARTITION OF whole FOR VALUES IN ('a')",
            "CREATE TABLE others PARTITION OF whole DEFAULT",
        ],
        "owners (a part of its parent)",
    ),
    "a view of one part": (
        [
            *AWAY,
            "CREATE TABLE whole (LIKE owners_of_all) PARTITION BY LIST (kind)",
            "CREATE TABLE part PARTITION OF whole FOR VALUES IN ('a')",
            "CREATE VIEW owners AS SELECT * FROM part",
        ],
        "owners (a part of its parent part)",
    ),
    "only the parent": (
        [
            "CREATE TABLE child () INHERITS (owners)",
            *AWAY,
            "CREATE VIEW owners AS SELECT * FROM ONLY owners_of_all",
        ],
        "owners (view)",
    ),
    "a foreign table": (
        [
            *AWAY,
            "CREATE FOREIGN DATA WRAPPER nowhere",
            "CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere",
            "CREATE FOREIGN TABLE owners (id integer, kind text, name text, siren text) SERVER elsewhere",
        ],
        "owners (foreign table)",
    ),
}
# How a table is seen whole.
WHOLE = {
    "only the columns that are read": [
        "REVOKE ALL ON owners FROM {role}",
        "GRANT SELECT (id, kind, siren) ON owners TO {role}",
    ],
    "a view of those columns": [
        *AWAY,
        "REVOKE ALL ON owners_of_all FROM {role}",
        "CREATE VIEW owners AS SELECT id, kind, siren FROM owners_of_all",
    ],
    "parts without a grant": [
        *AWAY,
        "CREATE TABLE owners (LIKE owners_of_all) PARTITION BY LIST (kind)",
        "CREATE TABLE a PARTITION OF owners FOR VALUES IN ('a')",
        "CREATE TABLE b PARTITION OF owners DEFAULT",
        "INSERT INTO owners SELECT * FROM owners_of_all",
        "GRANT SELECT (id, kind, siren) ON owners TO {role}",
        "REVOKE ALL ON a, b FROM {role}",
    ],
    "rows in a child": [
        "CREATE TABLE child () INHERITS (owners)",
        "WITH moved AS (DELETE FROM ONLY owners WHERE id > 1 RETURNING *) INSERT INTO child SELECT * FROM"
        " moved",
        "REVOKE ALL ON child FROM {role}",
    ],
    "another search path": [
        "CREATE SCHEMA other",
        "CREATE TABLE other.owners AS SELECT * FROM owners LIMIT 1",
        "ALTER ROLE {role} SET search_path = other",
    ],
    "a policy that does not hold for the role": [
        "ALTER TABLE owners ENABLE ROW LEVEL SECURITY",
        "ALTER ROLE {role} BYPASSRLS",
    ],
}


def sync(tmp_path: Path, environment: dict[str, str]) -> Path:
    """Take a snapshot of the application that the catalog above declares, in this process."""
    declared = catalog_of(tmp_path / "catalog", production=CATALOG, policy_production=POLICY)
    with step("sync-production", tmp_path / "home", **environment) as (settings, run):
        sync_production(settings, declared, run, (), Backoff(attempts=1))
        return Path(settings.production_file)
