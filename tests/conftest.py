"""Start what tests share, once for all workers: the components with sample data, and a finished daily run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import fasteners
import pytest
from chain import ZLV, Chain, base_environment, read_environment
from observed import Observed, observe, read, write

SCALE, SEED = "0.05", "7"
SEEN = "daily-first.json"
PROJECT = Path(__file__).resolve().parents[1]


def _shared(config: pytest.Config) -> Path:
    base = Path(config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]
    session = base.parent if hasattr(config, "workerinput") else base
    # Not below pytest's own folder: another session of the same user closes it to the server's account.
    return Path(tempfile.gettempdir()) / f"zlv-{session.parent.name}-{session.name}"


@pytest.fixture(scope="session")
def components(request: pytest.FixtureRequest) -> Chain:
    """Give a running PostgreSQL and S3 server with sample data; tests must leave both as they are."""
    home = _shared(request.config) / "home"
    home.mkdir(parents=True, exist_ok=True)
    environment = base_environment(home)
    with fasteners.InterProcessLock(home.parent / "components.lock"):
        if not (home / "dev" / "env").exists():
            subprocess.run(
                [str(ZLV), "dev", "up", "--scale", SCALE, "--seed", SEED],
                env=environment,
                cwd=home,
                check=True,
                capture_output=True,
            )
    return Chain(home, {**environment, **read_environment(home / "dev" / "env"), "ZLV_HOME": str(home)})


@pytest.fixture(scope="session")
def chain(components: Chain) -> Chain:
    """Give a home on which `zlv run daily` has succeeded; tests that change it take `own_chain`."""
    with fasteners.InterProcessLock(components.home.parent / "chain.lock"):
        if not components.clean_file.exists():
            seen = observe(components, "run", "daily", "--run-id", "daily-first")
            write(seen, components.home.parent / SEEN)
    return components


@pytest.fixture
def observed(chain: Chain) -> Observed:
    """Give what was seen from outside while the chain's one run lasted."""
    return read(chain.home.parent / SEEN)


@pytest.fixture
def own_chain(chain: Chain, tmp_path: Path) -> Chain:
    """Give a copy of the finished home to one test."""
    return chain.copy(tmp_path / "home")


@pytest.fixture
def own_home(components: Chain, tmp_path: Path) -> Callable[[str], Chain]:
    """Give empty homes on the running components."""

    def make(name: str = "home") -> Chain:
        home = tmp_path / name
        home.mkdir()
        return Chain(home, {**components.environment, "ZLV_HOME": str(home)})

    return make


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a copy of what `zlv` reads of the project; a process with it as PYTHONPATH works on it."""
    folder = tmp_path / "checkout"
    for name in ("catalog", "dbt", "docs", "jobs"):
        shutil.copytree(
            PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs")
        )
    return folder


def pytest_sessionfinish(session: pytest.Session) -> Iterator[None] | None:
    """Stop the components when the controller ends: the workers have ended by then."""
    if hasattr(session.config, "workerinput"):
        return None
    home = _shared(session.config) / "home"
    if (home / "dev" / "env").exists():
        subprocess.run(
            [str(ZLV), "dev", "down"], env=base_environment(home), cwd=home, check=False, capture_output=True
        )
    shutil.rmtree(home.parent, ignore_errors=True)
    return None
