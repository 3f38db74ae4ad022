"""What the engine does when a face asks: one function a verb of ``trayapp.control.VERBS``.

Rules: arguments come from outside and are checked here; changes are written to the settings file before they take
effect, so that what was answered survives a restart.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from trayapp import __version__, frontdoor, settings, settings_edit
from trayapp.control import PROTOCOL, ControlError
from trayapp.engine import rows, standing
from trayapp.engine.configure import Configuration
from trayapp.engine.control_server import Verb
from trayapp.engine.gatekeeper import Gatekeeper
from trayapp.engine.glance import Glance
from trayapp.ledger import Ledger
from trayapp.platform.paths import Paths
from trayapp.said import begun, say
from trayapp.snapshot import snapshot_to_json
from trayapp.trouble import Trouble

PAGE: Final = 2000
"""Most rows one answer carries."""


@dataclass(slots=True)
class Verbs:
    """The engine's answers."""

    paths: Paths
    ledger: Ledger
    glance: Glance
    keeper: Gatekeeper
    configuration: Configuration
    stop: Callable[[], None]

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {
            "hello": self.hello,
            "snapshot": self.snapshot,
            "calls": self.calls,
            "url": self.url,
            "upstreams": self.upstreams,
            "set_upstream": self.set_upstream,
            "reset_upstream": self.reset_upstream,
            "reload": self.reload,
            "set_setting": self.set_setting,
            "reload_keys": self.reload_keys,
            "plans": self.plans,
            "pools": self.pools,
            "keys": self.keys,
            "pause": self.pause,
            "resume": self.resume,
            "stop": self.stop_engine,
        }

    async def hello(self, _: Mapping[str, Any]) -> Any:
        """Who answers here."""
        facts = self.glance.facts
        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "pid": os.getpid(),
            "port": facts.port,
            "demo": facts.demo,
        }

    async def snapshot(self, _: Mapping[str, Any]) -> Any:
        """The state of things now."""
        return snapshot_to_json(await self.glance.snapshot())

    async def calls(self, arguments: Mapping[str, Any]) -> Any:
        """A page of rows, oldest first (or newest first)."""
        limit = min(max(int(arguments.get("limit") or PAGE), 1), PAGE)
        found = await asyncio.wrap_future(
            self.ledger.rows(
                since_us=_optional_int(arguments, "since_us"),
                until_us=_optional_int(arguments, "until_us"),
                after_id=_optional_int(arguments, "after_id"),
                limit=limit + 1,
                newest_first=bool(arguments.get("newest_first", False)),
            )
        )
        return {"rows": [rows.as_json(row) for row in found[:limit]], "more": len(found) > limit}

    async def url(self, arguments: Mapping[str, Any]) -> Any:
        """The base URL to give to a tool."""
        vendor = str(arguments["vendor"])
        if vendor != frontdoor.ANY and vendor not in self.keeper.door.upstreams:
            raise _unknown_vendor(vendor, self.keeper.door.upstreams)
        tool = arguments.get("tool")
        try:
            url = frontdoor.base_url(
                self.keeper.door.port, self.keeper.door.token, vendor, None if tool is None else str(tool)
            )
        except ValueError as error:
            raise ControlError(
                Trouble(
                    title=say("No such address"), message=say("{what}.", what=begun(str(error))), code="bad_tool_name"
                )
            ) from None
        return {"url": url}

    async def upstreams(self, _: Mapping[str, Any]) -> Any:
        """The route table."""
        return self._routes()

    async def set_upstream(self, arguments: Mapping[str, Any]) -> Any:
        """Change one route, for good and at once."""
        vendor, url = str(arguments["vendor"]), str(arguments["url"])
        upstream = settings.parse_upstream(vendor, url)
        if upstream.host in ("127.0.0.1", "::1", "localhost") and upstream.port == self.keeper.door.port:
            raise ControlError(
                Trouble(
                    title=say("That upstream is Spendlight itself"),
                    message=say(
                        "{url} is the address that Spendlight listens on; every call would go round for ever.", url=url
                    ),
                    fix=say("Give the address of the vendor or of your gateway."),
                    code="self_loop",
                )
            )
        await asyncio.to_thread(settings_edit.set_upstream, self.paths.settings, vendor, url)
        self.configuration.reload()
        return {"vendor": vendor, "url": url}

    async def reset_upstream(self, arguments: Mapping[str, Any]) -> Any:
        """Put one route, or all, back to the public one."""
        vendor = arguments.get("vendor")
        names = [str(vendor)] if vendor is not None else list(settings.load(self.paths.settings).upstreams)
        for name in names:
            await asyncio.to_thread(settings_edit.set_upstream, self.paths.settings, name, None)
        self.configuration.reload()
        return self._routes()

    async def reload(self, _: Mapping[str, Any]) -> Any:
        """Read the settings file again."""
        self.configuration.reload()
        await self.configuration.ready()
        return {}

    async def set_setting(self, arguments: Mapping[str, Any]) -> Any:
        """Change one setting, for good and at once; without a value it has its default again."""
        key = str(arguments["key"])
        await asyncio.to_thread(settings_edit.set_value, self.paths.settings, key, arguments.get("value"))
        self.configuration.reload()
        await self.configuration.ready()
        return {"key": key}

    async def reload_keys(self, _: Mapping[str, Any]) -> Any:
        """Read the virtual keys again."""
        await self.keeper.keychain.reread()
        return {}

    async def plans(self, _: Mapping[str, Any]) -> Any:
        """This month's plans."""
        tariff = self.keeper.tariff
        return await asyncio.to_thread(standing.plans, self.ledger, tariff.agreements, tariff.book, _now())

    async def pools(self, _: Mapping[str, Any]) -> Any:
        """The pools' present turns."""
        return await asyncio.to_thread(standing.pools, self.ledger, self.keeper.tariff.agreements, _now())

    async def keys(self, _: Mapping[str, Any]) -> Any:
        """Fingerprints of the credentials that were seen lately."""
        return await asyncio.to_thread(standing.keys, self.ledger, _now())

    async def pause(self, arguments: Mapping[str, Any]) -> Any:
        """Let calls pass without reading them, for a while."""
        seconds = int(arguments.get("seconds", 3600))
        if not 1 <= seconds <= 7 * 24 * 3600:
            raise ControlError(
                Trouble(
                    title=say("That is too long"),
                    message=say("A pause lasts a second to seven days."),
                    code="bad_pause",
                )
            )
        until = time.time_ns() // 1000 + seconds * 1_000_000
        self.glance.facts.paused_until_us = until
        self.glance.changed()
        return {"until_us": until}

    async def resume(self, _: Mapping[str, Any]) -> Any:
        """End a pause."""
        self.glance.facts.paused_until_us = 0
        self.glance.changed()
        return {}

    async def stop_engine(self, _: Mapping[str, Any]) -> Any:
        """End the engine, and with it its guard."""
        asyncio.get_running_loop().call_later(0.05, self.stop)
        return {}

    def _routes(self) -> dict[str, Any]:
        public = frontdoor.DEFAULT_UPSTREAMS
        return {
            vendor: {"url": upstream.url, "default": public.get(vendor) == upstream.url}
            for vendor, upstream in sorted(self.keeper.door.upstreams.items())
        }


def _now() -> datetime:
    return datetime.now().astimezone()


def _optional_int(arguments: Mapping[str, Any], name: str) -> int | None:
    value = arguments.get(name)
    return None if value is None else int(value)


def _unknown_vendor(vendor: str, known: Mapping[str, object]) -> ControlError:
    names = ", ".join([*sorted(v for v in known if v != "chatgpt"), frontdoor.ANY])
    return ControlError(
        Trouble(
            title=say("Unknown vendor"),
            message=say("There is no route called {vendor!r}. Known are: {names}.", vendor=vendor, names=names),
            fix=say("Add one with `spendlight upstream set {vendor}=https://…`.", vendor=vendor),
            code="unknown_vendor",
        )
    )
