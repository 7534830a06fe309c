"""What a mart may say of itself against the policy, and how the policy is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_policy import FOLDER, catalog, own_folder

from jobs.catalog import Catalog, load_catalog
from jobs.errors import SettingsError
from jobs.privacy.public import read_knowledge
from jobs.privacy.report import policy_digest

__all__ = ["catalog"]  # fixtures


@pytest.mark.parametrize(
    ("place", "column", "fault"),
    [
        ("production.owners", "full_name", "is not of class none and kept"),
        ("production.owners", "nickname", "is no declared column"),
        ("production.nowhere", "name", "is no declared column"),
    ],
)
def test_a_personal_column_cannot_be_declared_public(
    place: str, column: str, fault: str, tmp_path: Path
) -> None:
    folder = own_folder(tmp_path)
    (folder / "policy" / "public_values.yml").write_text(
        f"public:\n  {place}: [{column}]\n", encoding="utf-8"
    )
    with pytest.raises(SettingsError, match=fault):
        read_knowledge([folder], load_catalog([folder]))


@pytest.mark.parametrize(
    ("column", "gives_away"),
    [
        *(
            dict.fromkeys(
                [
                    "email",
                    "user_emails",
                    "owner_full_name",
                    "password",
                    "birth_date",
                    "content",
                    "adresse1",
                    "ff_jdatnss_3",
                ],
                True,
            ).items()
        ),
        *(
            dict.fromkeys(
                [
                    "name",
                    "kind",
                    "geo_code",
                    "geolocation_source",
                    "type_proprietaire",
                    "data_file_years",
                    "libelle",
                ],
                False,
            ).items()
        ),
    ],
)
def test_a_column_is_known_by_its_name(column: str, gives_away: bool, catalog: Catalog) -> None:
    assert read_knowledge([FOLDER], catalog).gives_away(column) is gives_away


def test_the_digest_names_the_policy_to_the_letter(tmp_path: Path) -> None:
    folder = own_folder(tmp_path)
    before = policy_digest([folder])
    assert before == policy_digest([FOLDER])
    with (folder / "policy" / "ff.yml").open("a", encoding="utf-8") as file:
        file.write("# one word\n")
    assert policy_digest([folder]) != before
