"""The national vacancy that is counted of a file is held to the figure that is known of its millésime."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from chain import Chain

YEAR = 2025
BUILD = ("build", "--only", "marts_common_morphology", "--only", "int_lovac__millesimes")


@pytest.fixture
def counted(own_chain: Chain) -> int:
    with duckdb.connect(str(own_chain.home / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        query = (
            "SELECT sum(count_vacant_housing_private_fil_public) FROM marts.marts_common_morphology"
            " WHERE year = ?"
        )
        (count,) = connection.execute(query, [YEAR]).fetchall()[0]
    assert count > 50
    return int(count)


def expecting(chain: Chain, folder: Path, figure: int) -> dict[str, str]:
    """Expect a figure of the year, in a catalog of the deployment's own."""
    folder.mkdir(exist_ok=True)
    (folder / "expected.yml").write_text(f"lovac_{YEAR}: {{lines: 1, public: {figure}, tolerance: 0.02}}\n")
    return {"ZLV_CATALOG_DIR": f"{chain.environment['ZLV_CATALOG_DIR']}:{folder}"}


def test_a_figure_that_is_off_by_one_is_told_and_one_that_is_far_off_is_refused(
    own_chain: Chain, counted: int, tmp_path: Path
) -> None:
    """F5: the national totals of each millésime, compared when the warehouse is built."""
    told = own_chain.zlv(*BUILD, **expecting(own_chain, tmp_path / "catalog", counted + 1)).stderr
    assert "public_vacancy_is_the_expected_one 1 rows" in told
    half = expecting(own_chain, tmp_path / "catalog", counted * 2)
    refused = own_chain.zlv(*BUILD, code=65, **half).stderr
    assert "public_vacancy_is_near_the_expected_one of" in refused
    assert f"{counted * 2}" in refused, "the statement says which figure was expected"
