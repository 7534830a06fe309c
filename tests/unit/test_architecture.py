"""The arrows of the architecture run one way, and its page names each folder in one line."""

from __future__ import annotations

import ast
import re
from collections.abc import Set
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOBS = ROOT / "jobs"

# From the bottom up: a package may import those before it, and itself.
LAYERS = (
    ("errors", "process"),
    ("settings", "sql"),
    ("catalog",),
    ("telemetry",),
    ("privacy",),
    ("storage",),
    ("sources", "releases", "transform"),
    ("inspection", "backup", "pipelines", "sample"),
    ("stages",),
    ("cli",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(JOBS.rglob("*.py"))
PYTHON = sorted([*MODULES, *(ROOT / "tests").rglob("*.py")])


def layer(module: Path) -> str:
    parts = module.relative_to(JOBS).with_suffix("").parts
    return parts[0]


def imports(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module}: imports are written whole, not relative"
            names.add(node.module)
    return {name for name in names if name.startswith("jobs.")}


@pytest.mark.parametrize(
    "module",
    [m for m in MODULES if m.name != "__init__.py" or m.parent != JOBS],
    ids=lambda m: str(m.relative_to(ROOT)),
)
def test_imports_run_with_the_arrows(module: Path) -> None:
    own = layer(module)
    for name in imports(module):
        other = name.split(".")[1]
        if other == own:
            assert own != "stages", f"{module.name} imports {name}: stages do not import each other"
            continue
        assert LEVEL[other] < LEVEL[own], f"{module.relative_to(ROOT)} imports {name}, against the arrows"


def test_no_module_needs_itself_by_a_roundabout_way() -> None:
    """Imports at the top of modules have no cycle; one inside a function is called when all are loaded."""
    known = {".".join(module.relative_to(ROOT).with_suffix("").parts): module for module in MODULES}
    known = {name.removesuffix(".__init__"): module for name, module in known.items()}
    needs = {name: top_level_imports(module, known.keys()) - {name} for name, module in known.items()}
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the way round


def top_level_imports(module: Path, known: Set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                part = f"{node.module}.{alias.name}"
                found.add(part if part in known else node.module)
    return found


@pytest.mark.parametrize("module", PYTHON, ids=lambda m: str(m.relative_to(ROOT)))
def test_a_module_has_one_subject_and_lines_that_fit_a_screen(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200, f"{len(lines)} lines: give a part of its subject a module of its own"
    # What a checker is told at a line's end does not count as its text.
    shown = [re.sub(r"  # (noqa|type: ignore).*$", "", line) for line in lines]
    assert [number for number, line in enumerate(shown, 1) if len(line) > 110] == []


def test_only_settings_reads_the_environment() -> None:
    for module in MODULES:
        if module.relative_to(JOBS).as_posix() != "settings/environment.py":
            text = module.read_text(encoding="utf-8")
            assert not re.search(r"os\.(environ|getenv)", text), (
                f"{module.relative_to(ROOT)} reads the environment"
            )


def test_one_door_opens_web_addresses() -> None:
    """S9: what a redirect may reach is judged in one place; a trial asks its own servers."""
    for module in MODULES:
        place = module.relative_to(JOBS).as_posix()
        if not place.startswith(("storage/web/", "sample/servers/")):
            text = module.read_text(encoding="utf-8")
            assert not re.search(
                r"urllib\.request|urlopen|import requests|http\.client import HTTPS?C", text
            ), f"{module.relative_to(ROOT)} opens an address by itself"


def test_the_architecture_page_names_each_folder_in_one_line() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = [
        path for path in JOBS.iterdir() if path.is_dir() and path.name not in ("__pycache__", "project")
    ]
    named = [f"jobs/{folder.name}/" for folder in folders]
    named += ["catalog/", "dbt/", "k8s/", "helm/", "tests/", "docs/", ".github/workflows/"]
    for name in named:
        lines = [line for line in page.splitlines() if line.startswith(f"| `{name}`")]
        assert len(lines) == 1, f"docs/architecture.md has {len(lines)} lines for {name}"
