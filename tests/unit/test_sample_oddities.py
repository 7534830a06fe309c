"""Every oddity of the real files is in the sample: each test reads the bytes and looks at the value."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from written_lake import Lake, lake, lovac_years

__all__ = ["lake"]  # fixtures


def test_every_lake_source_has_its_object(lake: Lake) -> None:
    for source in lake.catalog.lake_sources:
        assert list(lake.folder.glob("lake/" + source.location.removeprefix("s3://{lake}/"))), source.name


def test_headers_are_those_of_the_catalog_with_its_delimiter(lake: Lake) -> None:
    delimiters = set()
    for source in lake.catalog.of("lovac", "ff"):
        encoding, delimiter = lake.written(source.name)
        with lake.path(source.name).open(encoding=encoding) as file:
            header = file.readline().rstrip("\n")
        names = [column.header_name for column in source.file_layouts[0].columns]
        assert header.split(delimiter) == names, source.name
        delimiters.add(delimiter)
    assert delimiters == {";", "|", ","}


def test_codes_and_invariants_have_leading_zeros_and_two_lovac_files_lost_those_of_codes(lake: Lake) -> None:
    assert {"01", "08"} <= {row["ccodep"] for row in lake.rows("lovac_2021")}
    assert {"1", "8"} <= {row["ccodep"] for row in lake.rows("lovac_2019")}
    assert "053" in {row["commune"] for row in lake.rows("lovac_2021")} and "53" in {
        row["commune"] for row in lake.rows("lovac_2019")
    }
    assert any(row["invariant"].startswith("0") for row in lake.rows("lovac_2021"))
    assert all(
        len(row["idlocal"]) == 12 and row["idlocal"] == row["ccodep"] + row["invar"]
        for row in lake.rows("ff_2024")
    )
    assert any(row["ff_idlocal"].startswith("01") for row in lake.rows("lovac_2026"))


def test_corsica_overseas_and_arrondissements_are_there(lake: Lake) -> None:
    communes = {row["idcom"] for row in lake.rows("ff_2024")}
    assert {"2A", "2B"} <= {code[:2] for code in communes} and {"971", "972", "973", "974", "976"} <= {
        code[:3] for code in communes
    }
    assert {"75101", "75120", "69381", "69389", "13201", "13216"} <= communes and not {
        "75056",
        "69123",
        "13055",
    } & communes
    assert {"971", "974", "976"} <= {row["ccodep"] for row in lake.rows("lovac_2024")}


def test_merged_and_split_communes_change_their_code_in_their_year(lake: Lake) -> None:
    def communes(year: int) -> set[str]:
        return {row["idcom"] for row in lake.rows(f"ff_{year}")}

    assert "08294" in communes(2023) and "08294" not in communes(2024) and "08053" in communes(2024)
    assert (
        "14666" not in communes(2019) and "14712" in communes(2019) and {"14666", "14712"} <= communes(2020)
    )
    assert "60694" not in communes(2023) and "60694" in communes(2024)
    assert "85165" not in communes(2023) and {"85084", "85165", "85212"} <= communes(2024)
    moved = {row["idlocal"]: row["idcom"] for row in lake.rows("ff_2023") if row["idcom"] == "08294"}
    assert moved and all(
        {row["idlocal"]: row["idcom"] for row in lake.rows("ff_2024")}[local] == "08053" for local in moved
    )
    fusion = next(row for row in lake.rows("fusions") if row["COM_INI"] == "8294")
    assert (fusion["ANNEE_MODIF"], fusion["COM_FIN"]) == ("2024", "8053")
    assert {row["COM_FIN"] for row in lake.rows("scissions") if row["COM_INI"] == "85084"} == {
        "85084",
        "85165",
        "85212",
    }


def test_latin_1_files_are_not_utf_8_and_one_utf_8_file_starts_with_a_byte_order_mark(lake: Lake) -> None:
    for name in ("lovac_2019", "lovac_2020", "ff_2019"):
        with pytest.raises(UnicodeDecodeError):
            lake.path(name).read_bytes().decode("utf-8")
    assert any("É" in row["adresse2"] for row in lake.rows("lovac_2019")) and any(
        row["dteloctxt"] == "DÉPENDANCES" for row in lake.rows("ff_2019")
    )
    for name in ("lovac_2022", "tlv_zone_1", "tlv_zone_2"):
        assert lake.path(name).read_bytes().startswith(b"\xef\xbb\xbf"), name
    assert not lake.path("lovac_2023").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_new_layout_writes_integers_as_decimals_and_the_old_one_does_not(lake: Lake) -> None:
    new, old = lake.rows("lovac_2025"), lake.rows("lovac_2021")
    assert {row["ff_millesime"] for row in new} == {"2024.0", ""} and {
        row["ff_millesime"] for row in old
    } == {"2020", ""}
    assert all(re.fullmatch(r"(\d+\.0)?", row["ff_npiece_p2"]) for row in new) and all(
        "." not in row["ff_npiece_p2"] for row in old
    )
    assert any(row["debutvacance"] == "2018.0" for row in lake.rows("lovac_2024"))
    assert all(row["annee"] == "2025" for row in new)


def test_booleans_are_true_false_in_lovac_and_t_or_empty_in_ff(lake: Lake) -> None:
    assert {row["dvf_vefa"] for row in lake.rows("lovac_2025")} == {"True", "False", ""}
    assert {row["logh"] for row in lake.rows("ff_2023")} == {"t", ""}


def test_the_tax_mark_is_a_star_blank_or_something_else(lake: Lake) -> None:
    marks = Counter(
        row["potentiel_tlv_thlv"] for year in lovac_years(lake) for row in lake.rows(f"lovac_{year}")
    )
    assert marks["*"] > 100 and marks[""] > 100 and marks["?"] > 0


def test_one_header_has_an_accent(lake: Lake) -> None:
    assert "cer_propriétaire" in lake.rows("lovac_2024")[0]


def test_one_file_is_latin1_and_one_windows1252_with_signs_of_its_own(lake: Lake) -> None:
    """D4: œ ’ – € stand in the samples."""
    telling = set(range(0x80, 0xA0))
    assert not telling & set(lake.path("lovac_2019").read_bytes())
    assert telling & set(lake.path("lovac_2020").read_bytes())
    for name in ("lovac_2020", "lovac_2021"):
        places = {row["adresse2"] for row in lake.rows(name)}
        assert any(all(sign in place for sign in "Œ’€–") for place in places), name
    with pytest.raises(UnicodeDecodeError):
        lake.path("lovac_2020").read_bytes().decode()


def test_fields_hold_newlines_quotes_and_delimiters(lake: Lake) -> None:
    for year in lovac_years(lake):
        rows = lake.rows(f"lovac_{year}")
        assert any("\n" in row["adresse1"] for row in rows), year
        assert any('"LA MÉTAIRIE";' in row["adresse2"] for row in rows), year
    assert any(re.search(r' "\w', row["proprietaire"]) for row in lake.rows("lovac_2026"))
