"""Model names: from what a tool or a vendor writes to the exact keys that a price book may hold.

Everything that takes a model's name apart lives here. The book then looks the keys up *exactly*: nothing here or
there prices a model because its name resembles another's.

What is taken off, because it does not change whose price applies:

* ``[1m]``, which Claude Code writes for the long context window (seen in 2.1.330, 2026-11);
* ``models/`` (Gemini API), ``publishers/VENDOR/models/`` (Vertex AI, whose path may also say a location);
* ``VENDOR/`` (OpenRouter, LiteLLM, opencode) stands in ``head``, what follows in ``rest``: the book decides whether
  the head is a provider. ``bedrock/converse/``, ``bedrock/invoke/`` and ``bedrock/REGION/`` (LiteLLM) are one head;
* a snapshot's date: ``-20251001``, ``-2026-03-05``, ``@20251001``, ``@default``. Only after the whole name was not
  found, so that a snapshot with a price of its own keeps it;
* Amazon Bedrock's frame: ``us.anthropic.claude-…-v1:0``, also inside an ARN that names a system profile or a
  foundation model. Other makers' models keep Bedrock's own name, which the book lists for each profile;
* OpenRouter's ``:thinking`` and ``:beta`` of Anthropic's models, which cost the same. ``:nitro``, ``:floor`` and
  ``:exacto`` choose the host by other rules, ``:online`` adds a fee, ``:extended`` is another model: those stay, and
  are unknown. ``:free`` stays for the book;
* the owner's part of a fine-tune: ``ft:MODEL:org:name:id`` is ``ft:MODEL``, which has a price of its own or none.

An application inference profile, a provisioned model and a router hide the model: no key.

Rules: pure; never raises for any text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_NAME: Final = 256
"""Longer names are not names."""

BEDROCK: Final = "bedrock"
"""The region of a Bedrock name without the ``global.`` profile: requests stay in one geography."""
BEDROCK_GOV: Final = "bedrock-gov"
"""AWS GovCloud, which has prices of its own."""
VERTEX: Final = "vertex"
"""A Vertex AI location other than ``global``."""

_LONG_WINDOW: Final = "[1m]"
_PUBLISHER = re.compile(r"(?:projects/[^/]+/locations/([^/]+)/)?publishers/([a-z0-9-]+)/models/(.+)\Z")
_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:([a-z0-9-]*):\d*:(?:inference-profile|foundation-model)/(.+)\Z")
_CLAUDE = re.compile(
    r"(?:([a-z]{2,6}(?:-[a-z]{2,4})?)\.)?anthropic\.(claude-[a-z0-9.-]+?)(?:-v\d+(?::\d+[a-z0-9]*)*)?\Z"
)
_ON_BEDROCK = re.compile(
    r"(?:(?:[a-z]{2,6}(?:-[a-z]{2,4})?)\.)?(?:ai21|amazon|cohere|deepseek|google|meta|minimax|mistral|moonshot"
    r"|moonshotai|nvidia|openai|qwen|writer|xai|zai)\.[a-z0-9.-]+(?::\d+[a-z0-9]*)*\Z"
)
_BEDROCK_HEAD = re.compile(r"bedrock/(?:(?:converse|invoke)/)?(?:([a-z]{2}(?:-[a-z]+)+-\d)/)?")
_SNAPSHOT = re.compile(
    r"(.+?)(?:[-@]20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|-20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|@default)\Z"
)
_TUNED = re.compile(r"(ft:[^:]+):")
_SAME_PRICE: Final = (":thinking", ":beta")


@dataclass(frozen=True, slots=True)
class Name:
    """A model's name taken apart."""

    keys: tuple[str, ...]
    """What to look up, best first. Empty: the text is no model's name."""
    maker: str | None = None
    """The provider that the name's form spells out without a doubt (``us.anthropic.…``, ``publishers/google/…``)."""
    region: str | None = None
    """``BEDROCK``, ``BEDROCK_GOV`` or ``VERTEX``, where the name says that a cloud's region serves it."""
    head: str | None = None
    """What stands before the first slash; a provider, perhaps."""
    rest: str = ""
    """The name after the head."""


def take_apart(text: str) -> Name:
    """Read a model's name as written on a wire or in a configuration."""
    if len(text) > MAX_NAME:
        return Name(())
    name = text.strip().lower().removesuffix(_LONG_WINDOW)
    gov = False
    if name.startswith("arn:"):
        arn = _ARN.match(name)
        if arn is None:
            return Name(())
        gov, name = arn[1].startswith("us-gov-"), arn[2]
    elif name.startswith("bedrock/"):
        head = _BEDROCK_HEAD.match(name)
        if head is not None:
            gov, name = (head[1] or "").startswith("us-gov-"), name[head.end() :]
    claude = _CLAUDE.match(name)
    if claude is not None:
        if gov or claude[1] == "us-gov":
            return Name(_keys(claude[2]), "anthropic", BEDROCK_GOV)
        return Name(_keys(claude[2]), "anthropic", None if claude[1] == "global" else BEDROCK)
    if _ON_BEDROCK.match(name):
        whole, _, version = name.partition(":")
        return Name((name, whole) if version else (name,), "aws", BEDROCK_GOV if gov else None)
    publisher = _PUBLISHER.match(name)
    if publisher is not None:
        region = VERTEX if publisher[1] not in (None, "global") else None
        return Name(_keys(publisher[3]), publisher[2], region)
    name = name.removeprefix("models/")
    if name.startswith("ft:"):
        tuned = _TUNED.match(name)
        return Name((tuned[1] if tuned else name,))
    head_text, slash, rest = name.partition("/")
    if slash and head_text and rest:
        # The whole text stays the first key: some vendors' own ids carry a slash (``openai/gpt-oss-120b``).
        if head_text == "anthropic" and rest.endswith(_SAME_PRICE):
            rest = rest.rpartition(":")[0]
        own = _keys(rest) if "/" not in rest else ()
        return Name((name, *own), head=head_text, rest=rest)
    return Name(_keys(name))


def _keys(name: str) -> tuple[str, ...]:
    if not name:
        return ()
    snapshot = _SNAPSHOT.match(name)
    return (name,) if snapshot is None else (name, snapshot[1])
