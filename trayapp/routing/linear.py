"""A small linear model over hashed pieces of a text: how much it reads like simple work.

Everything about the model at run time lives here: which pieces of a text it looks at, how weights are stored, how a
sum becomes a probability. ``packaging/build_routing.py`` trains it with the same ``pieces``.

Rules: standard library only; pure; no text is kept, not even as hashes; the weights are one byte each, and the file
(``resources/routing/weights.json``) says what they were made of. Names, paths and code are replaced by what they are
before they are hashed, so that a project's words carry no weight.
"""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from dataclasses import dataclass
from typing import Final

from trayapp.routing.tasktype import Request

FORMAT: Final = 1
BITS: Final = 14
BUCKETS: Final = 1 << BITS
MOST: Final = 1500
"""Characters of a request that are looked at."""

_TOKEN = re.compile(r"NAME|\d+|[^\W\d_]+(?:'[a-z]+)?|[?!:;]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SIZES: Final = (2, 4, 6, 9, 13, 18, 25, 40, 70, 120, 250)


class WeightsError(ValueError):
    """The weights cannot be used."""


def pieces(request: Request) -> list[tuple[int, float]]:
    """The buckets that a request falls into, and how much of it falls into each."""
    tokens = [t if t == "NAME" else t.lower() for t in _TOKEN.findall(request.masked[:MOST])][:260]
    groups: list[tuple[float, list[str]]] = []
    words = [f"w:{t}" for t in tokens]
    pairs = [f"p:{a} {b}" for a, b in zip(["^", *tokens], [*tokens, "$"], strict=True)]
    groups.append((1.0, words))
    groups.append((0.7, pairs))
    parts: list[str] = []
    for token in tokens[:80]:
        if token == "NAME":  # noqa: S105  a placeholder, no secret
            continue
        if _UNSPACED.search(token):
            parts += [f"c:{token[i : i + n]}" for n in (1, 2, 3) for i in range(len(token) - n + 1)][:40]
        elif len(token) > 3:
            framed = f"<{token}>"
            parts += [f"c:{framed[i : i + 4]}" for i in range(min(len(framed), 24) - 3)]
    groups.append((0.7, parts))
    opening = [t for t in tokens if t.isalpha()][:3]
    shape = [f"o:{i}:{t}" for i, t in enumerate(opening)]
    groups.append((0.8, shape))
    found: dict[int, float] = {}
    for weight, names in groups:
        if not names:
            continue
        share = weight / math.sqrt(len(names))
        for name in names:
            _put(found, name, share)
    for name in _measures(request, tokens):
        _put(found, name, 0.5)
    return list(found.items())


def _measures(request: Request, tokens: list[str]) -> list[str]:
    """How long a request is and what comes with it; each step that it passes counts, so that length is ordered."""
    count = len(tokens)
    names = [f"n:{size}" for size in _SIZES if count > size]
    lines = request.words.count("\n")
    names += [f"l:{step}" for step in (0, 2, 5, 12) if lines > step]
    names += [f"d:{step}" for step in (0, 300, 3000) if request.payload > step]
    hidden = tokens.count("NAME")
    names += [f"h:{step}" for step in (0, 1, 3, 8) if hidden > step]
    if request.words.rstrip().endswith("?"):
        names.append("q")
    return names


def _put(found: dict[int, float], name: str, share: float) -> None:
    code = zlib.crc32(name.encode("utf-8", "replace"))
    place = code & (BUCKETS - 1)
    found[place] = found.get(place, 0.0) + (share if code & 0x80000000 else -share)


@dataclass(frozen=True, slots=True)
class Model:
    """Weights, and what is known about them."""

    weights: bytes
    """One signed byte a bucket."""
    step: float
    """What one unit of a weight is worth."""
    bias: float
    slope: float
    """A sum times this …"""
    offset: float
    """… plus this is the log-odds of simple."""
    opening: float
    """Added to the log-odds when the rules say that it begins like a simple request."""
    guarded: float
    """Added when a guard or a limit forbids to call it simple."""
    threshold: float
    """The probability from which the model agrees with the rules; it is ``alone``'s."""
    lenient: float
    """The same for a task that the request names by itself (``tasktype.NAMED``)."""
    strict: float
    """The same for a request that describes how something shall behave."""
    show: bool
    """Whether the probability is good enough to be shown to a person (its calibration error was measured)."""

    def margin(self, request: Request) -> float:
        """The sum of a request's weights."""
        weights = self.weights
        total = 0.0
        for place, share in pieces(request):
            byte = weights[place]
            if byte:
                total += (byte - 256 if byte > 127 else byte) * share
        return total * self.step + self.bias

    def alone(self, margin: float) -> float:
        """The probability that the text alone gives."""
        return _logistic(self.slope * margin + self.offset)

    def together(self, margin: float, *, opening: bool, guarded: bool) -> float:
        """The probability that text and rules give together."""
        return _logistic(
            self.slope * margin + self.offset + (self.opening if opening else 0.0) + (self.guarded if guarded else 0.0)
        )


def _logistic(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def load(data: bytes) -> Model:
    """Read a weights file.

    Raises:
        WeightsError: it is damaged, or made for another version.
    """
    try:
        document = json.loads(data)
        weights = base64.b64decode(document["weights"], validate=True)
        numbers = {name: float(document[name]) for name in _NUMBERS}
        if document["format"] != FORMAT or len(weights) != BUCKETS or not all(map(math.isfinite, numbers.values())):
            raise WeightsError("not weights of this version")
        return Model(weights=weights, show=document["show"] is True, **numbers)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WeightsError("the weights cannot be read") from error


_NUMBERS: Final = ("step", "bias", "slope", "offset", "opening", "guarded", "threshold", "lenient", "strict")
