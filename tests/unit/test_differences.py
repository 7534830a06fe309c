"""A new LOVAC year gets its columns by the catalog; a difference that is half said is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from jobs.catalog import load_catalog
from jobs.catalog.differences import differences_page, load_differences
from jobs.catalog.year_columns import year_columns_yml
from jobs.errors import SettingsError
from jobs.settings import project_dir


def test_a_new_lovac_year_has_its_columns_without_sql(tmp_path: Path) -> None:
    (tmp_path / "lovac.yml").write_text(
        "domain: lovac\nsources:\n  lovac_2027: {millesime: 2027, location:"
        " 's3://{lake}/lake/lovac/2027/raw.csv', layout: new, public_criterion: fil}\n"
    )
    document = yaml.safe_load(year_columns_yml(load_catalog([project_dir("catalog"), tmp_path])))
    names = [column["name"] for column in document["models"][0]["columns"]]
    assert names[-2:] == ["var_2020_2019", "var_pct_2020_2019"] and {
        "2027",
        "var_2027_2026",
        "var_pct_2027_2026",
    } <= set(names)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("{kind: retyped, columns: [a], reason: b}", r"columns\.yml:\d+: marts\.m\.0: `by` goes with"),
        (
            "{kind: left_out, columns: [a], by: c, reason: b}",
            r"columns\.yml:\d+: marts\.m\.0: `by` goes with",
        ),
        ("{kind: left_out, columns: [a]}", r"columns\.yml:\d+: marts\.m\.0\.reason: Field required"),
        ("{kind: lost, columns: [a], reason: b}", r"columns\.yml:\d+: marts\.m\.0\.kind"),
    ],
)
def test_a_difference_that_is_half_said_is_refused(tmp_path: Path, columns: str, message: str) -> None:
    folder = tmp_path / "differences"
    folder.mkdir()
    (folder / "columns.yml").write_text(f"marts:\n  m:\n    - {columns}\n")
    (folder / "corrections.yml").write_text("corrections: {}\n")
    with pytest.raises(SettingsError, match=message):
        load_differences(tmp_path)


def test_a_correction_without_a_figure_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "differences"
    folder.mkdir()
    (folder / "columns.yml").write_text("marts: {}\n")
    (folder / "corrections.yml").write_text("corrections:\n  c: {upstream: a, ours: b, counted: d}\n")
    with pytest.raises(SettingsError, match=r"corrections\.yml:2: corrections\.c: a correction has"):
        load_differences(tmp_path)


def test_a_figure_of_the_sample_is_not_nothing_twice() -> None:
    """U17, H4: 0 of 0 tells an analyst nothing; what the sample cannot show says why instead."""
    corrections = load_differences(project_dir("catalog")).corrections
    empty = [
        name for name, c in corrections.items() if c.figures and not (c.figures.upstream or c.figures.ours)
    ]
    assert empty == []


def test_a_correction_says_its_columns_and_what_a_question_on_them_shows(tmp_path: Path) -> None:
    folder = tmp_path / "differences"
    folder.mkdir()
    (folder / "columns.yml").write_text("marts: {m: []}\n")
    (folder / "corrections.yml").write_text(
        "corrections:\n  c: {marts: [m], columns: [a, b], upstream: 'x | y', ours: z, question: moins,\n"
        "    counted: d, figures: {upstream: 3, ours: 1}}\n"
    )
    page = differences_page(load_catalog([project_dir("catalog")]), load_differences(tmp_path))
    assert "| m | a, b | x \\| y | z | moins | d | 3 | 1 |\n" in page
