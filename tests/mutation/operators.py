"""Write every small change of a query that turns it into a wrong one: a dropped filter, another join, a
shifted year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

# dbt puts a unit test's rows in front of the model under such names.
FIXTURE = "__dbt__cte__"
_OPPOSITE: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.LT: exp.GTE,
    exp.LTE: exp.GT,
    exp.GT: exp.LTE,
    exp.GTE: exp.LT,
}
_BOUND: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
}
_AGGREGATE: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.Sum: exp.Max,
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.Avg: exp.Max,
}

Change = tuple[exp.Expression, exp.Expression | None]


@dataclass(frozen=True)
class Mutation:
    """One change: its operator, what it makes of which part, and the query that comes of it."""

    operator: str
    before: str
    after: str
    sql: str


def mutations(sql: str) -> list[Mutation]:
    """Give all mutations of a query, in the order of its parts: the same for a model and for its unit tests'
    queries."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    found = []
    for operator, change in OPERATORS.items():
        for place, node in enumerate(_parts(tree)):
            for variant in range(len(list(change(node)))):
                copy = tree.copy()
                part = next(each for at, each in enumerate(_parts(copy)) if at == place)
                old, new = list(change(part))[variant]
                before, after = _text(old), _text(new)
                if new is None:
                    old.pop()
                else:
                    old.replace(new)
                found.append(Mutation(operator, before, after, copy.sql(dialect="duckdb", comments=False)))
    return found


def rewritten(sql: str) -> str:
    """Write a query as its mutations are written, unchanged: what they are compared with."""
    return sqlglot.parse_one(sql, dialect="duckdb").sql(dialect="duckdb", comments=False)


def _parts(tree: exp.Expression) -> Iterator[exp.Expression]:
    def fixture(node: exp.Expression) -> bool:
        return isinstance(node, exp.CTE) and node.alias.startswith(FIXTURE)

    for node in tree.walk(bfs=False, prune=fixture):
        if not fixture(node):
            yield node


def _text(node: exp.Expression | None) -> str:
    return "nothing" if node is None else " ".join(node.sql(dialect="duckdb", comments=False).split())[:160]


def _dropped_filter(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Filter):
        yield node, node.this.copy()
    if isinstance(node, exp.Where | exp.Having | exp.Qualify):
        conditions = list(node.this.flatten()) if isinstance(node.this, exp.And) else []
        if not conditions and not isinstance(node.parent, exp.Filter):
            yield node, None
        for condition in conditions:
            kept = exp.and_(*(other.copy() for other in conditions if other is not condition))
            yield node.this, kept


def _other_join(node: exp.Expression) -> Iterator[Change]:
    if (
        not isinstance(node, exp.Join)
        or not (node.args.get("on") or node.args.get("using"))
        or node.args.get("kind") in ("SEMI", "ANTI")
    ):
        return
    other = node.copy()
    other.set("side", None if node.args.get("side") else "LEFT")
    if other.args.get("kind") == "OUTER":
        other.set("kind", None)
    yield node, other


def _shifted_number(node: exp.Expression) -> Iterator[Change]:
    if not isinstance(node, exp.Literal) or isinstance(
        node.parent, exp.Limit | exp.DataTypeParam | exp.Ordered | exp.Group
    ):
        return
    if not node.is_string and node.this.isdigit():
        yield node, exp.Literal.number(int(node.this) + 1)
    if (
        node.is_string
        and isinstance(node.parent, exp.Cast)
        and node.this[:4].isdigit()
        and node.this[4:5] == "-"
    ):
        yield node, exp.Literal.string(f"{int(node.this[:4]) - 1}{node.this[4:]}")


def _negated(node: exp.Expression) -> Iterator[Change]:
    if type(node) in _OPPOSITE and not isinstance(node.find_ancestor(exp.Join), exp.Join):
        yield node, _OPPOSITE[type(node)](this=node.this.copy(), expression=node.expression.copy())
    if isinstance(node, exp.Is | exp.In | exp.Like | exp.Between):
        if isinstance(node.parent, exp.Not):
            yield node.parent, node.copy()
        else:
            yield node, exp.Not(this=node.copy())


def _moved_bound(node: exp.Expression) -> Iterator[Change]:
    if type(node) in _BOUND:
        yield node, _BOUND[type(node)](this=node.this.copy(), expression=node.expression.copy())


def _other_aggregate(node: exp.Expression) -> Iterator[Change]:
    if type(node) in _AGGREGATE and not isinstance(node.parent, exp.Window):
        yield node, _AGGREGATE[type(node)](this=node.this.copy())
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield node, exp.Count(this=node.this.expressions[0].copy())


def _no_default(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Coalesce) and node.expressions:
        yield node, node.this.copy()


def _other_branch(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Case) and node.args.get("ifs"):
        other = node.copy()
        first = other.args["ifs"][0]
        default = other.args.get("default") or exp.null()
        true = first.args["true"]
        first.set("true", default.copy())
        other.set("default", true.copy())
        yield node, other


def _or_for_and(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.And) and not isinstance(node.find_ancestor(exp.Join), exp.Join):
        yield node, exp.Paren(this=exp.Or(this=node.this.copy(), expression=node.expression.copy()))
    if isinstance(node, exp.Or):
        yield (
            node,
            exp.And(this=exp.Paren(this=node.this.copy()), expression=exp.Paren(this=node.expression.copy())),
        )


OPERATORS: dict[str, Callable[[exp.Expression], Iterator[Change]]] = {
    "drops a filter": _dropped_filter,
    "swaps a join": _other_join,
    "shifts a year or a number": _shifted_number,
    "negates a condition": _negated,
    "moves a bound": _moved_bound,
    "takes another aggregate": _other_aggregate,
    "drops a default": _no_default,
    "swaps the branches of a case": _other_branch,
    "swaps and with or": _or_for_and,
}
