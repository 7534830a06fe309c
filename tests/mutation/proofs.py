"""Give the project's own proofs as queries with their right answers: the indicators, and the figures of the
differences."""

from __future__ import annotations

import json
import re
from pathlib import Path

from chain import Chain
from figures import QUERIES
from indicators import campaigns, ff, history, housing, locomvac, lovac, people, places
from indicators.reading import figure, read_again, rows_that_differ, second_readings

from jobs.catalog import load_catalog
from jobs.settings import read_settings
from mutation.trial import Proof

SECOND = "second.duckdb"
INDICATORS = [
    indicator
    for domain in (lovac, ff, locomvac, housing, campaigns, people, places, history)
    for indicator in domain.INDICATORS
]


def proofs_of(chain: Chain, folder: Path) -> list[Proof]:
    """Ask the sources for each indicator once, and the warehouse as it is for the figures of the
    differences."""
    settings = read_settings(chain.environment)
    manifest = json.loads((settings.warehouse_dir / "dbt" / "manifest.json").read_text(encoding="utf-8"))
    marts = {
        node["name"]: id_
        for id_, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    }
    marts |= {
        p.public_name: marts[p.mart]
        for p in load_catalog(settings.catalog_dirs).publications
        if p.mart in marts
    }

    def read_by(query: str) -> frozenset[str]:
        return frozenset(marts[word] for word in re.findall(r"\w+", query) if word in marts)

    found = []
    with read_again(chain, folder) as sources:
        for indicator in INDICATORS:
            found.append(
                Proof(
                    indicator.name,
                    indicator.mart,
                    float(figure(sources, indicator.source)),
                    read_by(indicator.mart),
                )
            )
        # The second readings are kept beside the warehouse, where every trial finds them.
        sources.execute(f"ATTACH '{folder.with_name(SECOND)}' AS second")
        for table, query in second_readings().items():
            sources.execute(f'CREATE TABLE second."{table}" AS {query}')
            columns = [str(row[0]) for row in sources.execute(f'DESCRIBE second."{table}"').fetchall()]
            differ = rows_that_differ(columns, f'second.main."{table}"', f'"{table}"')
            found.append(Proof(f"rows of {table}", differ, 0, frozenset([marts[table]])))
    for path in sorted(QUERIES.glob("*.sql")):
        query = path.read_text(encoding="utf-8")
        found.append(Proof(f"difference {path.stem}", query, None, read_by(query)))
    return found
