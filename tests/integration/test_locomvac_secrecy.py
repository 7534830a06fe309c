"""Nobody can compute a small count of business premises from those that are shown, communes and EPCI taken
together."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random

import duckdb
from chain import Chain

CATEGORIES = ("MAG1", "MAG2", "MAG3", "BUR1", "BUR2", "DEP1", "DEP2", "HOT1")
MODELS = ("int_locomvac__counts", "int_locomvac__commune_cells", "int_locomvac__epci_cells")
SMALL = 11

Cell = tuple[str, str]  # commune and category
Row = tuple[str, str, str, str, int, bool, bool]


def world(seed: int) -> dict[str, dict[Cell, int]]:
    """Invent EPCIs of one to eight communes, large and small, each with its premises by commune and
    category."""
    random = Random(seed)
    epcis: dict[str, dict[Cell, int]] = {}
    for number in range(150):
        cells = {}
        sizes = random.choice([(1, 3), (3, 40), (40, 400), (3, 400), (1, 3, 15, 40)])
        for commune in range(random.randint(1, 8)):
            most = random.choice(sizes)
            for category in random.sample(CATEGORIES, random.randint(1, len(CATEGORIES))):
                cells[(f"{number}-{commune}", category)] = random.randint(1, most)
        epcis[str(number)] = cells
    return epcis


def build(chain: Chain, epcis: dict[str, dict[Cell, int]]) -> list[Row]:
    """Run the models, as dbt compiled them, on invented premises; give the rows that a mart has, hidden ones
    included."""
    nodes = json.loads((chain.home / "warehouse" / "dbt" / "manifest.json").read_text())["nodes"]
    premises = [
        (commune, category, size) for cells in epcis.values() for (commune, category), size in cells.items()
    ]
    places = sorted({(commune, epci) for epci, cells in epcis.items() for commune, _ in cells})
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS warehouse; CREATE SCHEMA warehouse.int")
        connection.execute(
            "CREATE TABLE warehouse.int.int_common__communes (geo_code VARCHAR, epci_code VARCHAR)"
        )
        connection.executemany("INSERT INTO warehouse.int.int_common__communes VALUES (?, ?)", places)
        connection.execute("CREATE TABLE held (commune VARCHAR, category VARCHAR, size INTEGER)")
        connection.executemany("INSERT INTO held VALUES (?, ?, ?)", premises)
        connection.execute("""CREATE TABLE warehouse.int.int_locomvac__premises AS
            SELECT 2024 AS year, commune AS geo_code, left(category, 3) AS family,
            category AS revised_category, 'legal' AS owner_kind
            FROM held, generate_series(1, size)""")
        for model in MODELS:
            connection.execute(
                f"CREATE TABLE warehouse.int.{model} AS {nodes[f'model.zlv.{model}']['compiled_code']}"
            )
        columns = "dimension, family, category, premises_count, has_shown_parent, is_shown"
        return connection.execute(f"""
            SELECT geo_code, {columns} FROM warehouse.int.int_locomvac__commune_cells
            UNION ALL SELECT epci_code, {columns} FROM warehouse.int.int_locomvac__epci_cells""").fetchall()


def parts(place: str, dimension: str, value: str, cells: dict[Cell, int]) -> frozenset[Cell]:
    """Give the cells of an EPCI that a row counts."""
    here = {cell for cell in cells if place in (cell[0], cell[0].split("-")[0])}
    return frozenset(
        cell
        for cell in here
        if dimension == "ensemble"
        or cell[1] == value
        or (dimension == "famille" and cell[1].startswith(value))
    )


def reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Bring the shown sums to a form in which one pass tells what follows from them."""
    basis: list[list[Fraction]] = []
    for row in rows:
        left = rest(row, basis)
        pivot = next((i for i, value in enumerate(left) if value), None)
        if pivot is not None:
            unit = [value / left[pivot] for value in left]
            basis = [[a - other[pivot] * b for a, b in zip(other, unit, strict=True)] for other in basis]
            basis.append(unit)
    return basis


def rest(row: list[Fraction], basis: list[list[Fraction]]) -> list[Fraction]:
    for known in basis:
        pivot = next(i for i, value in enumerate(known) if value)
        if row[pivot]:
            factor = row[pivot]
            row = [a - factor * b for a, b in zip(row, known, strict=True)]
    return row


def test_no_small_count_follows_from_those_that_are_shown(chain: Chain) -> None:
    epcis = world(seed=20)
    rows = build(chain, epcis)
    shown_of_epcis = 0
    for epci, cells in epcis.items():
        order = sorted(cells)
        mine = [row for row in rows if row[0].split("-")[0] == epci]
        sums = {(row[0], row[1], row[3]): parts(row[0], row[1], row[3], cells) for row in mine}
        assert all(sum(cells[cell] for cell in sums[(row[0], row[1], row[3])]) == row[4] for row in mine)
        vectors = {key: [Fraction(cell in counted) for cell in order] for key, counted in sums.items()}
        basis = reduced([vectors[(row[0], row[1], row[3])] for row in mine if row[6]])
        for row in mine:
            told = not any(rest(vectors[(row[0], row[1], row[3])], basis))
            assert not (told and row[4] < SMALL), f"{row[:4]} counts {row[4]}, and the shown sums tell it"
        shown_of_epcis += sum(row[6] for row in mine if "-" not in row[0] and row[1] != "ensemble")
    assert shown_of_epcis > 100, "something is shown, or the test shows nothing"
