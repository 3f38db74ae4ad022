"""Model names: from what a tool or a vendor writes to the exact keys that a price book may hold.

Everything that takes a model's name apart lives here. The book then looks the keys up *exactly*: nothing here or
there prices a model because its name resembles another's.

What is taken off, because it does not change whose price applies:

* ``[1m]``, which Claude Code writes for the long context window (seen in 2.1.330, 2026-11);
* ``models/`` (Gemini API), ``publishers/VENDOR/models/`` (Vertex AI), ``VENDOR/`` (OpenRouter, LiteLLM, opencode);
* a snapshot's date: ``-20251001``, ``-2026-03-05``, ``@20251001``, ``@default``. Only after the whole name was not
  found, so that a snapshot with a price of its own keeps it;
* Amazon Bedrock's frame: ``us.anthropic.claude-…-v1:0``, also inside an ARN that names a system profile or a
  foundation model. An application inference profile hides the model and stays unknown.

Rules: pure; never raises for any text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_NAME: Final = 256
"""Longer names are not names."""

_LONG_WINDOW: Final = "[1m]"
_PUBLISHER = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/([a-z0-9-]+)/models/(.+)\Z")
_BEDROCK = re.compile(
    r"(?:arn:aws[a-z-]*:bedrock:[a-z0-9-]*:\d*:(?:inference-profile|foundation-model)/)?"
    r"(?:([a-z]{2,6}(?:-[a-z]{2,4})?)\.)?anthropic\.(claude-[a-z0-9.-]+?)(?:-v\d+(?::\d+[a-z0-9]*)?)?\Z"
)
_SNAPSHOT = re.compile(
    r"(.+?)(?:[-@]20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|-20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|@default)\Z"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A model's name taken apart."""

    keys: tuple[str, ...]
    """What to look up, best first. Empty: the text is no model's name."""
    maker: str | None = None
    """The vendor that the name itself spells out (``anthropic/claude-…``), lower case."""
    regional: bool = False
    """A Bedrock name without the ``global.`` profile: requests stay in one geography."""


def take_apart(text: str) -> Name:
    """Read a model's name as written on a wire or in a configuration."""
    if len(text) > MAX_NAME:
        return Name(())
    name = text.strip().lower().removesuffix(_LONG_WINDOW)
    bedrock = _BEDROCK.match(name)
    if bedrock is not None:
        return Name(_keys(bedrock[2]), "anthropic", bedrock[1] != "global")
    maker: str | None = None
    publisher = _PUBLISHER.match(name)
    if publisher is not None:
        maker, name = publisher[1], publisher[2]
    elif name.startswith("models/"):
        name = name.removeprefix("models/")
    elif name.count("/") == 1 and not name.startswith("/"):
        # The whole text stays the first key: some vendors' own ids carry a slash (``openai/gpt-oss-120b``).
        maker, rest = name.split("/")
        return Name((name, *_keys(rest)), maker)
    return Name(_keys(name), maker)


def _keys(name: str) -> tuple[str, ...]:
    if not name:
        return ()
    snapshot = _SNAPSHOT.match(name)
    return (name,) if snapshot is None else (name, snapshot[1])
