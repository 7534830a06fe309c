"""Say of each node of the last build whether it ran, and because of what."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.errors import SettingsError
from jobs.transform.state import Made, State


def told(state: State, run: str, node: str | None) -> Iterator[str]:
    """Give a line for each node, or for the one named so: what ran in this run first.

    Raises SettingsError for a node that there is not.
    """
    made = sorted(state.nodes.values(), key=lambda each: (each.run != run, each.kind == "test", each.name))
    if node is not None:
        made = [each for each in made if each.name == node]
        if not made:
            raise SettingsError(f"--why: the build is done; no model or test is called {node}")
    return (_line(each, run) for each in made)


def _line(made: Made, run: str) -> str:
    because = "; ".join(made.because)
    if made.run == run:
        return f"{made.kind} {made.name}: ran, because {because}"
    return f"{made.kind} {made.name}: reused from run {made.run}, where it ran because {because}"
