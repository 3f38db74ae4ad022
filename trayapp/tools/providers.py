"""Tools that keep a list of providers: where each one's calls go, and the address that leads them the same way here.

Rules: a vendor's public address means that vendor's route, wherever the user has sent it. A provider that the tool
knows by name is led by that name, so any other address that it has is checked before anything is written. One that only
its address describes is led when that address is a route's, and else stays as it is and is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trayapp.frontdoor import DEFAULT_UPSTREAMS
from trayapp.said import joined, say
from trayapp.tools.files import EditError
from trayapp.tools.masking import masked
from trayapp.tools.spans import Set, Way
from trayapp.tools.tool import Links, Placed, looks_ours
from trayapp.trouble import Trouble

_OURS = re.compile(r"https?://[^/]+/[^/]+/(?P<route>[a-z0-9][a-z0-9-]*)(?:\.[a-z0-9-]+)?(?P<rest>/.*)?\Z")
_VERSION = re.compile(r"/v\d+(?:(?:alpha|beta)\d*)?/*\Z")
_PUBLIC: Final = Links(0, "", {k: v for k, v in DEFAULT_UPSTREAMS.items() if k != "chatgpt"})


@dataclass(frozen=True, slots=True)
class Provider:
    """What a tool means by a provider's name."""

    route: str
    version: str = ""
    """What the tool expects behind the host in its base URL."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one provider's address in a tool's settings."""

    way: Way
    """Of the address."""
    name: str
    """The provider's, for people."""
    url: str | None = None
    """What stands there now."""
    known: Provider | None = None
    """What the provider's name means, where it means one vendor."""
    likely: str = ""
    """The route to prefer where several lead to that address."""


def address(slot: Slot, links: Links, tool: str) -> str | None:
    """The address that leads a provider's calls here; ``None`` when no route goes where they go.

    Raises:
        EditError: the provider is known, but has no route.
    """
    if slot.known is not None:
        return links.to(slot.known.route, tool, slot.known.version)
    route, rest = _meant(slot, links)
    return None if route is None else links.to(route, tool) + rest


def operations(slots: Sequence[Slot], links: Links, tool: str, title: str, fix: str) -> tuple[Set, ...]:
    """What leads all those providers here that a route exists for.

    Args:
        slots: the providers.
        links: the addresses.
        tool: its name in addresses.
        title: its name for people.
        fix: what to do when it has no provider at all.

    Raises:
        EditError: there is nothing to lead.
    """
    found = tuple(Set(slot.way, url) for slot in slots if (url := address(slot, links, tool)) is not None)
    if not found:
        elsewhere = [slot for slot in slots if slot.url]
        raise nothing(title, elsewhere, fix)
    return found


def placed(place: Path | str, slots: Sequence[Slot]) -> tuple[Placed, ...]:
    """The addresses in the places that connecting would write, but for the vendors' own: those say nothing new."""
    found = []
    for slot in slots:
        if slot.url and slot.known is not None and public(slot.url) == slot.known.route:
            continue
        if slot.url and (slot.known is not None or looks_ours(slot.url)):
            vendor = slot.known.route if slot.known is not None else _meant(slot, _PUBLIC)[0] or slot.likely
            found.append(Placed(f"{place}: {slot.name}", slot.url, vendor))
    return tuple(found)


def strangers(slots: Sequence[Slot]) -> tuple[str, ...]:
    """What to say of providers that go to a place of the user's own."""
    return tuple(
        say(
            "{name} goes to {address} and stays so, uncounted, unless a route of yours goes there:"
            " `spendlight upstream set NAME={address}`, then connect again.",
            name=slot.name,
            address=masked(slot.url),
        )
        for slot in slots
        if slot.url and slot.known is None and _meant(slot, _PUBLIC)[0] is None
    )


def nothing(title: str, elsewhere: Sequence[Slot], fix: str) -> EditError:
    """The error of a tool that has nothing to lead."""
    where = joined(
        "; ", [say("{name} goes to {url}", name=slot.name, url=masked(slot.url or "")) for slot in elsewhere]
    )
    if elsewhere:
        url = masked(elsewhere[0].url or "")
        fix = say("Tell Spendlight of that place, `spendlight upstream set NAME={url}`, and connect again.", url=url)
    return EditError(
        Trouble(
            title=say("{title} has no provider that could be led here", title=title),
            message=say("{where}: Spendlight knows no route there.", where=where)
            if where
            else say("None is set up yet."),
            fix=fix,
            code="nothing_to_lead",
        )
    )


def route(slot: Slot) -> str | None:
    """The route that a provider's key belongs to, also once it is led here; ``None``: a place of the user's own."""
    return slot.known.route if slot.known is not None else _meant(slot, _PUBLIC)[0]


def public(url: str) -> str | None:
    """The vendor whose public address that is."""
    return next((name for name in _PUBLIC.upstreams if _PUBLIC.is_route(name, url)), None)


def with_keys(table: Mapping[str, tuple[str, ...]], environment: Mapping[str, str]) -> list[str]:
    """The providers whose key stands in the environment; ``table``: the variables of each."""
    return [name for name, variables in table.items() if any(environment.get(v) for v in variables)]


def _meant(slot: Slot, links: Links) -> tuple[str | None, str]:
    """The route to an address, and what follows the host there."""
    url = slot.url or ""
    if looks_ours(url) and (ours := _OURS.match(url)):
        return ours["route"], ours["rest"] or ""
    routes = [name for name in links.upstreams if name != "chatgpt" and url and links.is_route(name, url)]
    vendor = public(url)
    if not routes and vendor is not None and vendor in links.upstreams:
        routes = [vendor]  # the user has sent that vendor's calls to a gateway
    version = _VERSION.search(url)
    rest = version[0] if version else ""
    if slot.likely in routes:
        return slot.likely, rest
    return (routes[0] if routes else None), rest
