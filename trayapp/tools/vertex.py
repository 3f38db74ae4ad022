"""Vertex AI has a host for each location, and an address of a tool's says none: the route has to lead to the right one.

Hosts as Gemini CLI 0.61.0 and Claude Code 2.1.330 form them (2026-11).
"""

from __future__ import annotations

from trayapp.frontdoor import DEFAULT_UPSTREAMS
from trayapp.said import say
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links
from trayapp.trouble import Trouble


def check(links: Links, location: str, says: str) -> None:
    """Refuse a location that the route does not lead to. A route that the user has set is believed.

    Args:
        links: the addresses.
        location: of the calls, such as ``us-east5`` or ``global``.
        says: where that was read, for people.

    Raises:
        EditError: it is not the one that the route leads to; the text says which line to write.
    """
    if location == "global" or not links.is_route("vertex", DEFAULT_UPSTREAMS["vertex"]):
        return
    host = f"aiplatform.{location}.rep" if location in ("us", "eu") else f"{location}-aiplatform"
    raise EditError(
        Trouble(
            title=say("Vertex AI has a host for each location"),
            message=say("{says} {location}; the route `vertex` leads to the global one.", says=says, location=location),
            fix=say(
                "Say so once, and connect again: spendlight upstream set vertex=https://{host}.googleapis.com",
                host=host,
            ),
            code="other_location",
        )
    )
