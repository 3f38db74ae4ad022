"""What is said in one process and may be read in another language by another: sentences that know what they are of.

Everything that crosses a wall as English and is translated behind it is made here. ``say("Port {port} is taken",
port=1)`` is the English sentence, a plain text to whoever wants nothing more; beside it travels (``wire``) from which
words and values it was made, and a face that speaks another language makes its own sentence of them
(``trayapp.desktop.saying``). Source texts are literals, so that ``packaging/build_translations.py`` finds them.

Rules: standard library only, since guard, rescue copy and tools' files speak so; English without any of this is always
there; what was made of a sentence by other means (cut, joined) is a plain text again. No text of any call, no key.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

CONTEXT: Final = "said"
"""In which the translations stand."""
_DEPTH: Final = 6


class Said(str):
    """An English sentence with the words and the values that it was made of."""

    __slots__ = ("begins", "number", "source", "values")

    source: str
    values: Mapping[str, object]
    number: int | None
    """A count that the words depend on."""
    begins: bool
    """Its first letter is a capital, whatever its words begin with."""

    def __new__(
        cls, source: str, values: Mapping[str, object] | None = None, number: int | None = None, *, begins: bool = False
    ) -> Said:
        """Make the sentence."""
        values = values or {}
        text = source
        if number is not None:
            text = text.replace("(s)", "" if number == 1 else "s").replace("%n", f"{number:,}")
        text = text.format(**values) if values else text
        made = super().__new__(cls, f"{text[:1].upper()}{text[1:]}" if begins else text)
        made.source, made.values, made.number, made.begins = source, values, number, begins
        return made

    @property
    def plain(self) -> bool:
        """The words are all there is, so they need not travel twice."""
        return not self.values and self.number is None and not self.begins


class Figure(str):
    """A value that each language writes in its own way: an amount of pico-USD or a day."""

    __slots__ = ("estimated", "kind", "value")

    kind: str
    """``pico`` or ``day_us``."""
    value: int
    estimated: bool

    def __new__(cls, text: str, kind: str, value: int, *, estimated: bool = False) -> Figure:
        """``text`` is the English."""
        made = super().__new__(cls, text)
        made.kind, made.value, made.estimated = kind, value, estimated
        return made


def say(source: str, /, **values: object) -> Said:
    """A sentence with values in the places that are named in it; a value may be a sentence again."""
    return Said(source, values)


def counted(source: str, number: int, /, **values: object) -> Said:
    """A sentence that depends on a count: "1 call", "1,204 calls" of "%n call(s)"."""
    return Said(source, values, number)


def joined(separator: str, parts: Sequence[str]) -> Said:
    """Some sentences behind each other."""
    return Said(separator.join(f"{{p{at}}}" for at in range(len(parts))), {f"p{at}": p for at, p in enumerate(parts)})


def begun(text: str) -> Said:
    """A part of a sentence as a sentence's beginning: with a capital."""
    return Said("{what}", {"what": text}, begins=True)


def wire(text: str) -> dict[str, Any] | None:
    """What a sentence was made of, JSON-ready; ``None`` where that is no more than its text."""
    return None if not isinstance(text, Said) or text.plain else _wire(text)


def _wire(value: object) -> Any:
    if isinstance(value, Said):
        found: dict[str, Any] = {"say": value.source}
        if value.values:
            found["with"] = {name: _wire(each) for name, each in value.values.items()}
        if value.number is not None:
            found["count"] = value.number
        if value.begins:
            found["begins"] = True
        return found
    if isinstance(value, Figure):
        return {value.kind: str(value.value), "text": str(value), "estimated": value.estimated}
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def settle(holder: Any, names: Sequence[str]) -> None:
    """Keep what a frozen value's texts were made of in its ``said``, and the texts themselves plain."""
    found = {name: made for name in names if (made := wire(getattr(holder, name))) is not None}
    object.__setattr__(holder, "said", {**holder.said, **found})
    for name in names:
        object.__setattr__(holder, name, str(getattr(holder, name)))


def sentence(holder: Any, name: str) -> Said:
    """A value's text with what it was made of, to be translated or built on."""
    return sentence_of(str(getattr(holder, name)), holder.said.get(name))


def sentence_of(text: str, made_of: object) -> Said:
    """A text with what it was made of; with that alone which says the very same."""
    with contextlib.suppress(ValueError):
        found = None if made_of is None else unwired(made_of)
        if isinstance(found, Said) and found == text:
            return found
    return Said(text)


def unwired(data: object, depth: int = _DEPTH) -> str:
    """A sentence or value from what ``wire`` made of it.

    Raises:
        ValueError: it is none.
    """
    if isinstance(data, str):
        return data
    if isinstance(data, int) and not isinstance(data, bool):
        return str(data)
    if not isinstance(data, Mapping) or not depth:
        raise ValueError("no sentence")
    for kind in ("pico", "day_us"):
        if isinstance(data.get(kind), str):
            return Figure(str(data.get("text")), kind, int(data[kind]), estimated=data.get("estimated") is True)
    source, values, number = data.get("say"), data.get("with") or {}, data.get("count")
    if not isinstance(source, str) or not isinstance(values, Mapping) or not isinstance(number, int | None):
        raise ValueError("no sentence")
    made = {str(name): unwired(each, depth - 1) for name, each in values.items()}
    try:
        return Said(source, made, number, begins=data.get("begins") is True)
    except (LookupError, AttributeError) as error:
        raise ValueError("words and values do not belong together") from error
