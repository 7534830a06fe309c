"""Whose lives the sample data tell: owners, dwellings, premises, over the years."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter

from written_lake import Lake, lake, lovac_years

__all__ = ["lake"]  # fixtures


def test_some_identifiers_come_twice_with_another_start_of_vacancy_but_never_in_2026(lake: Lake) -> None:
    differing = 0
    for year in lovac_years(lake):
        rows = lake.rows(f"lovac_{year}")
        starts: dict[str, list[str]] = {}
        for row in rows:
            starts.setdefault(row["ff_idlocal"], []).append(row["debutvacance"])
        twice = [values for local, values in starts.items() if local and len(values) > 1]
        # A broken record repeats a good one: it is not one of the doubles.
        if year == 2026:
            assert not twice
        else:
            assert 0.0004 <= len(twice) / len(rows) <= 0.0025 + 2 / len(rows), year
            differing += sum(len(set(values)) > 1 for values in twice)
    assert differing >= 7


def test_one_row_in_twenty_has_no_match_in_ff(lake: Lake) -> None:
    for year in lovac_years(lake):
        rows = lake.rows(f"lovac_{year}")
        without = [row for row in rows if not row["ff_idlocal"]]
        assert 0.03 <= len(without) / len(rows) <= 0.07
        assert all(not value for row in without for name, value in row.items() if name.startswith("ff_"))
        assert all(row["proprietaire"] or row["gestre_ppre"] for row in without)


def test_broken_records_stand_where_the_manifest_says_and_stay_under_the_threshold(lake: Lake) -> None:
    source = lake.catalog.source("lovac_2024")
    written = lake.manifest.files["lake/lake/lovac/2024/raw.csv"]
    lines = lake.path("lovac_2024").read_text(encoding="utf-8").split("\n")
    broken = [lines[number - 1].split(",") for number in written.broken_lines]
    assert len(broken) == 5 and len(broken) / written.rows < source.rejects_threshold
    width = len(source.columns)
    assert [len(fields) - width for fields in broken] == [2, 9 - width, 0, 2, 9 - width]
    assert broken[2][0] == "20Z4"
    assert lake.manifest.files["lake/lake/lovac/2020/raw.csv"].broken_lines


def test_mutation_dates_come_in_four_formats_with_an_impossible_day(lake: Lake) -> None:
    dates = [row["anmutation"] for row in lake.rows("lovac_2023")]
    for pattern in (r"\d\d/\d\d/\d{4}", r"\d\d/\d{4}", r"\d{4}", r"\d{4}-\d\d-\d\d"):
        assert sum(bool(re.fullmatch(pattern, date)) for date in dates) > 50, pattern
    assert any(date.startswith("31/02/") for date in dates)


def test_birth_dates_come_in_the_formats_of_each_layout(lake: Lake) -> None:
    def shapes(name: str, column: str) -> set[str]:
        return {re.sub(r"\d", "9", row[column]) for row in lake.rows(name)}

    assert {"99/99/9999", "99999999"} <= shapes("lovac_2021", "ff_jdatnss_1") and {
        "99/99/9999",
        "9999-99-99",
    } <= shapes("lovac_2025", "ff_jdatnss_1")
    assert "00/00/0000" in {row["jdatnss"] for row in lake.rows("ff_owners_2024")}


def test_owner_groups_hold_text_and_0a(lake: Lake) -> None:
    groups = {row["groupe"] for year in lovac_years(lake) for row in lake.rows(f"lovac_{year}")}
    assert {"", " ", "0", "5", "SCI"} <= groups
    assert "0A" in {row["ff_ccogrm_1"] for row in lake.rows("lovac_2025")} and "0A" in {
        row["ccogrm"] for row in lake.rows("ff_owners_2024")
    }


def test_lovac_holds_other_things_than_dwellings(lake: Lake) -> None:
    natures = Counter(row["nature"] for year in lovac_years(lake) for row in lake.rows(f"lovac_{year}"))
    assert (
        natures["APPART"] > 1000
        and natures["MAISON"] > 1000
        and natures["DEPENDANCE"] > 0
        and natures["LOCAL COMMERCIAL"] > 0
    )
    assert {row["aff"] for row in lake.rows("lovac_2024") if row["nature"] == "MAISON"} >= {"H", "S"}


def test_locomvac_files_are_one_per_recipient_and_overlap(lake: Lake) -> None:
    stock = {year: {row["idlocal"]: row for row in lake.rows(f"ff_{year}")} for year in (2022, 2023, 2024)}
    departments, overlap = set(), Counter[tuple[str, str, str]]()
    for year in (2022, 2023, 2024):
        for path in sorted(lake.path(f"locomvac_{year}").parent.iterdir()):
            match = re.fullmatch(r"LOCOMVAC(\d\d)_(\w{3})_(\d{14})_[A-Z]\d{3}_\d{5}\.CSV", path.name)
            assert match and int(match[1]) == year % 100
            with path.open(encoding="latin-1", newline="") as file:
                rows = list(csv.DictReader(file, delimiter=";"))
            assert (
                rows
                and {row["SIRET DESTINATAIRE"] for row in rows} == {match[3]}
                and {row["ANNEE"] for row in rows} == {str(year)}
            )
            for row in rows:
                dsf, commune, invariant = row["CODE DSF"], row["CODE COMMUNE"], row["INVARIANT DU LOCAL"]
                departments.add(dsf)
                overlap[str(year), dsf[:2], invariant] += 1
                premises = stock[year][dsf[:2] + invariant]
                assert premises["dteloc"] == "4"
                assert premises["idcom"] == (dsf + commune if dsf.startswith("97") else dsf[:2] + commune)
    assert (
        {"2A0", "2B0", "010", "974"} <= departments
        and max(overlap.values()) == 2
        and min(overlap.values()) == 1
    )


def test_ff_holds_business_premises_and_two_to_three_lines_for_one_of_lovac(lake: Lake) -> None:
    for year in (2019, 2024):
        types = Counter(row["dteloc"] for row in lake.rows(f"ff_{year}"))
        assert set(types) == {"1", "2", "3", "4"} and types["4"] > 100
        assert 2 <= sum(types.values()) / len(lake.rows(f"lovac_{year}")) <= 3
    assert {"V", "L", "P", ""} <= {row["ff_ccthp"] for row in lake.rows("ff_extract_2025")}


def test_owners_are_the_same_people_in_lovac_ff_and_locomvac(lake: Lake) -> None:
    owners = {row["idprodroit"]: row for row in lake.rows("ff_owners_2024")}
    matched = 0
    for row in lake.rows("lovac_2024"):
        right = owners.get(row["ff_idprodroit_1"])
        if right and right["gtoper"] == "1" and row["proprietaire"]:
            assert (
                right["ddenom"].replace("/", " ")
                == row["proprietaire"]
                == row["ff_ddenom_1"].replace("/", " ")
            )
            matched += 1
    assert matched > 1000
    with next(lake.path("locomvac_2024").parent.glob("*_G000_*")).open(
        encoding="latin-1", newline=""
    ) as file:
        names = [row["PROPRIETAIRE"] for row in csv.DictReader(file, delimiter=";")]
    assert names and all(names)


def test_life_stories_enter_stay_leave_and_return(lake: Lake) -> None:
    years = lovac_years(lake)
    present = {
        year: {row["ff_idlocal"] for row in lake.rows(f"lovac_{year}") if row["ff_idlocal"]} for year in years
    }
    everyone = set().union(*present.values())
    stories = Counter("".join("V" if local in present[year] else "-" for year in years) for local in everyone)
    assert stories["V" * len(years)] > 200
    assert any(re.fullmatch(r"-+V+", story) for story in stories), "enters and stays"
    assert any(re.fullmatch(r"V+-+", story) for story in stories), "leaves"
    assert any(re.fullmatch(r"-+V+-+", story) for story in stories), "passes"
    assert any(re.fullmatch(r"-*V+-+V+-*", story) for story in stories), "returns"
    assert not any(re.search(r"V-+V+-+V", story) for story in stories)
    # The stock is the same every year, and every matched dwelling is in it.
    stock = [{row["idlocal"] for row in lake.rows(f"ff_{year}")} for year in range(2019, 2025)]
    assert all(locals_ == stock[0] for locals_ in stock) and everyone <= stock[0]
    # Stock identity: who was there, less who left, plus who came.
    for before, year in itertools.pairwise(years):
        assert len(present[year]) == len(present[before]) - len(present[before] - present[year]) + len(
            present[year] - present[before]
        )
