"""The engine says that tools look elsewhere as long as they do."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from trayapp.engine import led
from trayapp.frontdoor import base_url
from trayapp.platform.paths import find
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set
from trayapp.trouble import Trouble


async def _watched(home: Path) -> list[tuple[str, ...]]:
    paths = find()
    paths.make()
    paths.token.write_text("t0K" * 14)
    desk = Desk(Journal(paths.edits), home / "user")
    troubles: dict[str, Trouble] = {}
    seen: list[tuple[str, ...]] = []
    news = asyncio.Event()

    def changed() -> None:
        seen.append(tuple(troubles))
        news.set()

    watching = asyncio.create_task(led.watch(paths, 27410, troubles, changed, pause=0.02))
    try:
        for wanted in (1, 2):
            address = base_url(27411, "t0K" * 14, "anthropic", "one")
            edit = Edit("one", home / "user" / "a.json", Format.JSON, (Set(("u",), address),))
            await asyncio.to_thread(desk.apply, edit)
            await asyncio.wait_for(news.wait(), 20)
            news.clear()
            await asyncio.to_thread(desk.restore)
            await asyncio.wait_for(news.wait(), 20)
            news.clear()
            assert len(seen) == 2 * wanted
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    return seen


def test_it_comes_and_goes_with_the_files(home: Path) -> None:
    assert asyncio.run(_watched(home)) == [("tools_elsewhere",), (), ("tools_elsewhere",), ()]
