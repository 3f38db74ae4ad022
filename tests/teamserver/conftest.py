"""What the team server's tests share: a PostgreSQL for the run, and a served world on each engine."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

if importlib.util.find_spec("sqlalchemy") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    from teamworld import Cluster, World, cluster

    @pytest.fixture(scope="session")
    def postgres() -> Iterator[Cluster]:
        """A cluster of this run's own."""
        with cluster() as made:
            yield made

    def make_world(engine: str, folder: Path, request: pytest.FixtureRequest) -> World:
        """A world over a new database."""
        if engine == "sqlite":
            from trayapp.teamserver import migrating

            url = f"sqlite:///{folder / 'team.sqlite3'}"
            migrating.upgrade(url)
            return World(folder, url)
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
