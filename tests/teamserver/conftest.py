"""What the team server's tests share: a PostgreSQL for the run, and a served world on each engine."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

if importlib.util.find_spec("sqlalchemy") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    from teamworld import Cluster, World, cluster

    from trayapp.teamserver import migrating

    @pytest.fixture(scope="session")
    def postgres() -> Iterator[Cluster]:
        """A cluster of this run's own."""
        with cluster() as made:
            yield made

    @pytest.fixture(scope="session")
    def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
        """An empty database in its latest form."""
        path = tmp_path_factory.mktemp("sqlite") / "team.sqlite3"
        migrating.upgrade(f"sqlite:///{path}")
        return path

    def make_world(engine: str, folder: Path, request: pytest.FixtureRequest) -> World:
        """A world over a new database."""
        if engine == "sqlite":
            path = folder / "team.sqlite3"
            shutil.copy(request.getfixturevalue("sqlite_model"), path)
            return World(folder, f"sqlite:///{path}")
        _, url = request.getfixturevalue("postgres").database()
        return World(folder, url)

    @pytest.fixture(params=["sqlite", "postgresql"])
    def world(request: pytest.FixtureRequest, home: Path) -> Iterator[World]:
        """A served team, once on each engine."""
        made = make_world(request.param, home, request)
        made.found()
        with made.serving():
            yield made

    @pytest.fixture
    def pg_world(request: pytest.FixtureRequest, home: Path) -> Iterator[World]:
        """A served team on PostgreSQL."""
        made = make_world("postgresql", home, request)
        made.found()
        with made.serving():
            yield made
