"""Reading single values out of foreign JSON: counts, names, raw pieces.

Everything that decides whether a value from traffic may enter a ``Call`` or a ``Usage`` lives here.

Rules:

* nothing here raises on bad input; what cannot be used is dropped and leaves a flag (our own fixed words, never
  the value), so a row can say that something was odd;
* a part that should be an object or a list and is neither is flagged ``bad_shape``: counts may be missing with it;
* counts are integers from 0 to ``MOST``; integral floats and digit strings are taken and flagged ``odd_number``;
  booleans are not numbers;
* names (models, ids, tiers) are printable ASCII without spaces at the ends, at most 128 characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from trayapp.values import PICO

MOST: Final = 10**12
"""No vendor counts this many tokens in a call; a larger number is a mistake or an attack on the sums."""

_NAME = re.compile(r"[!-~](?:[ -~]{0,126}[!-~])?\Z")
_ERROR = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
_DIGITS = re.compile(r"[0-9]{1,13}(?:\.0{1,6})?\Z")

BAD_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding foreign JSON may raise (checked with msgspec 0.22: deep nesting is a ``RecursionError``)."""

_any_decoder = msgspec.json.Decoder()
_decimal_decoder = msgspec.json.Decoder(float_hook=Decimal)
_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_str_decoder = msgspec.json.Decoder(str)


class Flags:
    """An ordered set of flag words, shared by all that read one message."""

    __slots__ = ("_words",)

    def __init__(self) -> None:
        self._words: dict[str, None] = {}

    def add(self, word: str) -> None:
        """Note a word once."""
        self._words[word] = None

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def words(self) -> tuple[str, ...]:
        """All words in the order in which they were first noted."""
        return tuple(self._words)


def count(source: Mapping[str, Any], key: str, flags: Flags) -> int | None:
    """The token count under ``key``, or ``None`` when it is absent or unusable."""
    value = source.get(key)
    if value is None:
        return None
    number: int
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float | Decimal) and -MOST <= value <= MOST and value == int(value):
        number = int(value)
        flags.add("odd_number")
    elif isinstance(value, str) and _DIGITS.match(value):
        number = int(value.partition(".")[0])
        flags.add("odd_number")
    else:
        flags.add("bad_number")
        return None
    if not 0 <= number <= MOST:
        flags.add("bad_number")
        return None
    return number


def first_count(source: Mapping[str, Any], keys: tuple[str, ...], flags: Flags) -> int | None:
    """The first usable count among several names of the same thing."""
    for key in keys:
        number = count(source, key, flags)
        if number is not None:
            return number
    return None


def name(value: object, flags: Flags | None = None) -> str | None:
    """A model id, message id or tier that may be kept, or ``None``."""
    if value is None:
        return None
    if isinstance(value, str) and _NAME.match(value):
        return value
    if flags is not None and value != "":
        flags.add("bad_name")
    return None


def error_type(*candidates: object) -> str | None:
    """The first candidate that is a plain error type; an error's text never passes."""
    for value in candidates:
        if isinstance(value, str) and _ERROR.match(value):
            return value
        if type(value) is int and 100 <= value <= 599:
            return f"http_{value}"
    return None


def part(source: object, key: str, flags: Flags | None = None) -> Mapping[str, Any]:
    """The object under ``key``, or an empty one; with ``flags``, something else there is noted."""
    value = source.get(key) if isinstance(source, dict) else None
    if isinstance(value, dict):
        return value
    if value is not None and flags is not None:
        flags.add("bad_shape")
    return {}


def entries(source: Mapping[str, Any], key: str, flags: Flags) -> list[Any]:
    """The list under ``key``, or an empty one; something else there is noted."""
    value = source.get(key)
    if isinstance(value, list):
        return value
    if value is not None:
        flags.add("bad_shape")
    return []


def parse(raw: msgspec.Raw | bytes | memoryview) -> Any:
    """Decode JSON to plain Python, or ``None`` when it is not JSON."""
    try:
        return _any_decoder.decode(raw)
    except BAD_JSON:
        return None


def parse_exact(raw: msgspec.Raw | bytes | memoryview) -> Any:
    """Like ``parse``, but fractions become ``Decimal`` with the digits that were sent."""
    try:
        return _decimal_decoder.decode(raw)
    except (*BAD_JSON, InvalidOperation):
        return None


def elements(raw: msgspec.Raw | bytes) -> list[msgspec.Raw]:
    """The elements of a JSON array, still encoded; empty when it is not an array."""
    try:
        return _list_decoder.decode(raw)
    except BAD_JSON:
        return []


def unquote(raw: bytes) -> str | None:
    """Decode the inside of a JSON string (without its quotes), or ``None`` when it is not one."""
    try:
        return _str_decoder.decode(b'"' + raw + b'"')
    except BAD_JSON:
        return None


def pico(value: object, flags: Flags) -> int | None:
    """An amount in USD as pico-USD, rounded half-even; ``None`` when it is no amount from 0 to a million."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        flags.add("bad_amount")
        return None
    try:
        amount = Decimal(str(value)) if not isinstance(value, Decimal) else value
        if not amount.is_finite() or not 0 <= amount <= 1_000_000:
            raise InvalidOperation
        return int((amount * PICO).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    except InvalidOperation:
        flags.add("bad_amount")
        return None
