"""The tool that alters models finds out who notices: a wrong model is told by name, a right one is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chain import Chain
from mutation.columns import wrong_column
from mutation.operators import OPERATORS, mutations, rewritten
from mutation.proofs import SECOND, proofs_of
from mutation.trial import Trial

from jobs.settings import read_settings

QUERY = """
    select t.a, coalesce(t.b, 0) as b, case when t.c = 1 then 'x' else 'y' end as c, sum(t.d) as d
    from t left join u on t.a = u.a
    where t.year > 2020 and t.kind is not null group by all
"""


@pytest.fixture(scope="module")
def trial(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("mutation")
    proofs = proofs_of(chain, folder / "lake")
    trial = Trial(read_settings(chain.environment), folder / "trial", proofs, folder / SECOND)
    with trial.connection:
        yield trial


def test_every_proof_holds_on_the_warehouse_as_it_is(trial: Trial) -> None:
    assert len(trial.proofs) > 1000 and trial.broken_proofs() == []


def test_each_operator_changes_what_its_name_says() -> None:
    found = {mutation.operator: mutation for mutation in mutations(QUERY)}
    assert set(found) == set(OPERATORS)
    assert " LEFT JOIN " not in found["swaps a join"].sql
    assert (found["drops a default"].before, found["drops a default"].after) == ("COALESCE(t.b, 0)", "t.b")
    assert found["takes another aggregate"].after == "MAX(t.d)"
    assert (
        len({mutation.sql for mutation in mutations(QUERY)} | {rewritten(QUERY)}) == len(mutations(QUERY)) + 1
    )


@pytest.mark.parametrize(
    ("model", "operator", "part"),
    [
        ("int_lovac__commune_flows", "shifts a year or a number", ""),
        ("int_common__cities", "negates a condition", ""),
        ("marts_production_establishments_activation", "negates a condition", ""),
        ("int_lovac__dwelling_years", "drops a filter", "is_ex_line"),
        ("int_production__campaign_returns", "takes another aggregate", ""),
    ],
)
def test_a_wrong_model_is_noticed(trial: Trial, model: str, operator: str, part: str) -> None:
    node = trial.nodes[trial.named[model]]
    chosen = [
        m
        for m in mutations(node["compiled_code"])
        if m.operator == operator and part in m.before and trial.builds(node["unique_id"], m.sql)
    ]
    assert any(trial.verdict(node["unique_id"], mutation.sql) for mutation in chosen[:3])
    assert trial.broken_proofs() == [], "what was altered is as it was"


def test_a_model_that_is_only_written_otherwise_is_not_noticed(trial: Trial) -> None:
    verdicts = {
        mart: trial.verdict(mart, rewritten(trial.nodes[mart]["compiled_code"])) for mart in trial.marts
    }
    assert {mart: verdict for mart, verdict in verdicts.items() if verdict} == {}


@pytest.mark.parametrize(
    ("mart", "column"), [("marts_production_housing", "living_area"), ("marts_lovac_flows", "stock_count")]
)
def test_a_wrong_column_is_noticed(trial: Trial, mart: str, column: str) -> None:
    id_ = trial.named[mart]
    sql = wrong_column(trial.relation(id_), column, dict(trial.shapes[id_])[column])
    assert trial.verdict(id_, sql)
