"""Alter every mart, and every model that a mart is made of, and count what the tests and the indicators
notice.

Bounds: ≥ 150 altered models, ≥ 90 % noticed; ≥ 95 % of the marts' columns with something that notices a wrong
value.
What nothing notices is written to survivors.md beside this file.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from chain import ZLV, Chain, base_environment, read_environment

from mutation.columns import wrong_column
from mutation.operators import mutations
from mutation.proofs import SECOND, proofs_of
from mutation.trial import Proof, Trial

PAGE = Path(__file__).with_name("survivors.md")
LEAST_MUTANTS, LEAST_NOTICED, LEAST_COLUMNS = 150, 0.90, 0.95
# Of each operator on each model, the first ones by the digest of the change: the same at every run.
OF_EACH = 2


@dataclass(frozen=True)
class Mutant:
    """One altered model; `column` is set where one column of a mart is wrong, `sql` is its query."""

    model: str
    operator: str
    what: str
    sql: str
    column: str = ""


def mutants(trial: Trial, of_each: int = OF_EACH) -> list[Mutant]:
    """Choose the mutants: some of each operator on each model, and one for each column of a mart."""
    found = []
    for id_, node in sorted(trial.nodes.items()):
        if node["fqn"][1] == "staging" or not trial.goes_into_a_mart(id_):
            continue
        by_operator: dict[str, list[Mutant]] = defaultdict(list)
        for mutation in mutations(node["compiled_code"]):
            what = f"{mutation.before} → {mutation.after}"
            by_operator[mutation.operator].append(Mutant(id_, mutation.operator, what, mutation.sql))
        for chosen in by_operator.values():
            valid = (
                each for each in sorted(chosen, key=lambda mutant: sha256(mutant.what.encode()).digest())
            )
            found += [
                each
                for each, _ in zip(
                    (m for m in valid if trial.builds(m.model, m.sql)), range(of_each), strict=False
                )
            ]
    for mart in sorted(trial.marts):
        for column, type_ in trial.shapes[mart]:
            sql = wrong_column(trial.relation(mart), column, type_)
            found.append(Mutant(mart, "a wrong value", column, sql, column))
    return found


_trial: Trial


def _open(environment: dict[str, str], folder: str, proofs: list[Proof]) -> None:
    global _trial  # noqa: PLW0603
    from jobs.settings import read_settings

    _trial = Trial(
        read_settings(environment), Path(tempfile.mkdtemp(dir=folder)), proofs, Path(folder) / SECOND
    )


def _try(mutant: Mutant) -> str | None:
    return _trial.verdict(mutant.model, mutant.sql)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".zlv/mutation"))
    parser.add_argument("--model", action="append", help="only this model's mutants (repeatable)")
    arguments = parser.parse_args()
    chain = _finished(arguments.home.resolve())
    try:
        with tempfile.TemporaryDirectory(dir=chain.home) as folder:
            return _run(chain, Path(folder), arguments.model)
    finally:
        chain.zlv("dev", "down")


def _finished(home: Path) -> Chain:
    """Give a home with a finished warehouse of the sample, its components running."""
    home.mkdir(parents=True, exist_ok=True)
    environment = base_environment(home)
    up = [str(ZLV), "dev", "up", "--scale", "0.05", "--seed", "7"]
    subprocess.run(up, env=environment, cwd=home, check=True, capture_output=True)
    chain = Chain(home, {**environment, **read_environment(home / "dev" / "env"), "ZLV_HOME": str(home)})
    # What was built before may be of other models. The queries of dbt's unit tests are kept by the build that
    # ran them.
    for stage in (
        ("sync-production",),
        ("load-lake",),
        ("build", "--unit-tests"),
        ("audit",),
        ("publish", "--accept-rows", "mutation"),
    ):
        chain.zlv(*stage)
    return chain


def _run(chain: Chain, folder: Path, only: list[str] | None) -> int:
    from jobs.settings import read_settings

    proofs = proofs_of(chain, folder / "lake")
    trial = Trial(read_settings(chain.environment), folder / "first", proofs, folder / SECOND)
    broken = trial.broken_proofs()
    if broken:
        print(f"these do not hold on the warehouse as it is: {', '.join(broken)}")
        return 1
    chosen = [mutant for mutant in mutants(trial) if not only or trial.nodes[mutant.model]["name"] in only]
    names = {id_: node["name"] for id_, node in trial.nodes.items()}
    trial.connection.close()
    with ProcessPoolExecutor(2, initializer=_open, initargs=(chain.environment, str(folder), proofs)) as pool:
        verdicts = list(pool.map(_try, chosen, chunksize=4))
    return _told(chosen, verdicts, names, write=not only)


def _told(chosen: list[Mutant], verdicts: list[str | None], names: dict[str, str], *, write: bool) -> int:
    altered = [
        (mutant, verdict) for mutant, verdict in zip(chosen, verdicts, strict=True) if not mutant.column
    ]
    columns = [(mutant, verdict) for mutant, verdict in zip(chosen, verdicts, strict=True) if mutant.column]
    noticed = sum(verdict is not None for _, verdict in altered) / max(len(altered), 1)
    proven = sum(verdict is not None for _, verdict in columns) / max(len(columns), 1)
    lines = [
        "# What no test notices",
        "",
        "<!-- Written by `make mutation`; do not edit. -->",
        "",
        f"Of {len(altered)} altered models {noticed:.1%} are noticed;",
        (
            f"of {len(columns)} columns of marts {proven:.1%} have something that notices a wrong value. The"
            " others:"
        ),
        "",
        "| model | operator | change |",
        "|---|---|---|",
    ]
    for mutant, verdict in sorted(
        altered + columns, key=lambda each: (names[each[0].model], each[0].operator, each[0].what)
    ):
        if verdict is None:
            what = mutant.what.replace("|", "\\|")
            lines.append(f"| {names[mutant.model]} | {mutant.operator} | `{what}` |")
    text = "\n".join(lines) + "\n"
    print(text)
    kinds = Counter(mutant.operator for mutant, _ in altered)
    print(
        {
            kind: f"{sum(v is not None for m, v in altered if m.operator == kind)} of {count}"
            for kind, count in kinds.items()
        }
    )
    if write:
        PAGE.write_text(text, encoding="utf-8")
    return 0 if len(altered) >= LEAST_MUTANTS and noticed >= LEAST_NOTICED and proven >= LEAST_COLUMNS else 1


if __name__ == "__main__":
    sys.exit(main())
