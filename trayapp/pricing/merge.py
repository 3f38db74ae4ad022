"""What a fetched price list changes in the book in use: the gates that it has to pass, and the joining.

Everything that decides what is taken from a list that came over the network lives here. Two kinds come: the data that
genai-prices publishes (``feed``), and a whole book in our own format (``own``, from a team's server or a mirror).

Gates, for both:

* the schema: ``trayapp.pricing.load`` for a book, ``trayapp.pricing.feed`` for the other; no rate below zero;
* more than four fifths of the models that it should know are still in it, or nothing of it is taken;
* a model one of whose rates moved more than threefold against the rate in force is *held back*: its old price stays,
  the new one is kept beside it until a person accepts it. The rest is taken.

Rules:

* no model and no name is ever lost, and no price of a past moment changes (a book of one's own team may correct it);
* the feed speaks only about models whose price comes from genai-prices. Where our overlay or another source decided,
  the book keeps its word and the difference is listed;
* a name that two sources could not agree on (``DISPUTED``) stays unpriced;
* pure: documents in the file's form in and out, the arguments are not altered; the same again changes nothing.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from trayapp.pricing import feed
from trayapp.pricing.book import BookError, load
from trayapp.pricing.schedule import Json, Move, moves, spliced

FEED: Final = "genai-prices"
"""How a row names this source in its ``refs``."""
_BUILT: Final = frozenset({FEED, "litellm"})
"""A row with any other reference was corrected by hand."""
DISPUTED: Final = frozenset(
    {
        "aws/eu.amazon.nova-2-lite-v1:0",
        "aws/jp.amazon.nova-2-lite-v1:0",
        "deepseek/deepseek-chat",
        "deepseek/deepseek-r1",
        "deepseek/deepseek-reasoner",
        "deepseek/deepseek-v3.2",
        "deepseek/deepseek-v4-flash-vision-exp",
        "mistral/magistral-medium-latest",
        "mistral/magistral-small-latest",
        "mistral/mistral-large-latest",
        "mistral/mistral-medium",
    }
)
"""Names that the builder leaves unpriced (verdict ``drop`` in ``packaging/pricebook/accepted_conflicts.json``)."""
_BUILT_ONLY: Final = frozenset({"aws", "azure"})
"""Providers whose rows the builder puts together from more than one list: the feed alone does not speak for them."""
_MOST_DIFFERENCES: Final = 200
_VERSION: Final = re.compile(r"\d{4}-\d\d-\d\d(?:\.\d{1,9})*\Z")


class RefusedError(Exception):
    """Nothing of a list is taken. The text says why, as the end of "It was not taken: …"."""


@dataclass(frozen=True, slots=True)
class Held:
    """A model whose new price waits for a person."""

    provider: str
    id: str
    since: str
    """The day on which the price was first seen."""
    moves: tuple[Move, ...]
    row: Json
    """The model as the list has it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the book keeps its word against the list."""

    provider: str
    id: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome."""

    document: Json
    """The book; the very one that was given when nothing has changed."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()
    differences: tuple[Difference, ...] = field(default=())


def read_feed(data: bytes, current: Json) -> dict[str, list[Json]]:
    """The feed's models in our form, only with rates that it states, for the providers whose prices come from it.

    Raises:
        RefusedError: it is not what genai-prices publishes, or too much is missing.
    """
    known = [r for r in current["models"] if FEED in r.get("refs", ()) and r["provider"] not in _BUILT_ONLY]
    wanted = {row["provider"] for row in known}
    try:
        models = feed.read_genai(feed.from_json(data), wanted, [])
        present = sum(feed.owner(models.get(row["provider"], []), row["id"]) is not None for row in known)
    except feed.FeedError as error:
        raise RefusedError(f"{error}") from None
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, re.error, RecursionError):
        raise RefusedError("it is not written as genai-prices writes") from None
    _enough(present, len(known))
    return models


def merge_feed(current: Json, models: Mapping[str, list[Json]], day: str, waiting: Iterable[Held] = ()) -> Merged:
    """Join the feed's models to the book in use.

    Args:
        current: the book in use.
        models: from ``read_feed``.
        day: today, an ISO date (UTC).
        waiting: what is held back already.

    Raises:
        RefusedError: the outcome would be no valid book.
    """
    seen = {(held.provider, held.id): held.since for held in waiting}
    shelves = _shelves(current)
    out = _Outcome()
    for provider in sorted(models):
        rows = shelves.get(provider, {})
        names = {name: row["id"] for row in rows.values() for name in _names(row)}
        for model in sorted(models[provider], key=lambda model: str(model["id"])):
            _join(rows, names, provider, model, day, seen, out)
    return out.merged(current, shelves, day)


def merge_book(current: Json, bundled: Json, theirs: Json, day: str, waiting: Iterable[Held] = ()) -> Merged:
    """Put a whole book in the place of the one in use; what it lacks of the bundled one is kept.

    Raises:
        RefusedError: too much is missing, or the outcome would be no valid book.
    """
    new = _shelves(theirs)
    names = {(provider, n): row["id"] for provider, rows in new.items() for row in rows.values() for n in _names(row)}
    known = [(row["provider"], row["id"]) for row in current["models"]]
    _enough(sum(key in names for key in known), len(known))
    seen = {(held.provider, held.id): held.since for held in waiting}
    out = _Outcome()
    for old in current["models"]:
        provider, row = old["provider"], new.get(old["provider"], {}).get(old["id"])
        if row is None:
            continue
        moved = moves(old, row, day)
        if any(move.too_far for move in moved):
            out.held.append(Held(provider, row["id"], seen.get((provider, row["id"]), day), tuple(moved), row))
            new[provider][row["id"]] = {**old, "match": _free(old, names)}
        elif moved:
            out.changed.append(f"{provider}/{row['id']}")
    before = {(row["provider"], row["id"]) for row in current["models"]}
    out.added += [f"{p}/{i}" for p, rows in sorted(new.items()) for i in sorted(rows) if (p, i) not in before]
    for old in bundled["models"]:
        if (old["provider"], old["id"]) not in names:
            new.setdefault(old["provider"], {})[old["id"]] = {**old, "match": _free(old, names)}
    providers = _providers(bundled["providers"], theirs["providers"])
    return out.merged({**theirs, "providers": providers}, new, day, current)


def rebased(bundled: Json, stored: Json) -> Json:
    """A new release's book with what came over the network since: the newer word on each model counts.

    Raises:
        RefusedError: the outcome would be no valid book.
    """
    shelves = _shelves(bundled)
    issued = bundled["version"][:10]
    out = _Outcome()
    for row in stored["models"]:
        rows = shelves.setdefault(row["provider"], {})
        names = {name: other["id"] for other in rows.values() for name in _names(other)}
        if row["id"] not in names:
            rows[row["id"]] = {**row, "match": [n for n in row.get("match", ()) if n not in names]}
        elif row.get("seen", "") > issued:
            _join(rows, names, row["provider"], row, row["seen"], {}, out, gate=False)
        elif row["id"] in rows:
            _join(rows, names, row["provider"], {**row, "prices": [], "variants": {}}, issued, {}, out)
    base = {**bundled, "providers": _providers(stored["providers"], bundled["providers"])}
    return out.merged(base, shelves, max(issued, stored["version"][:10]), bundled).document


def accepted(current: Json, held: Held, day: str) -> Json:
    """The book with a price that was held back, from ``day`` on.

    Raises:
        RefusedError: the outcome would be no valid book.
    """
    shelves = _shelves(current)
    rows = shelves.setdefault(held.provider, {})
    old = rows.get(held.id)
    if FEED in held.row.get("refs", ()):
        names = {name: row["id"] for row in rows.values() for name in _names(row)}
        _join(rows, names, held.provider, held.row, day, {}, _Outcome(), gate=False)
    elif old is not None:
        rows[held.id] = {**spliced(old, held.row, day), "seen": day}
    return _Outcome().merged(current, shelves, day).document


def order(version: str) -> tuple[str, ...] | None:
    """What two versions of a team's book are compared by (``2026-11-27``, ``2026-11-27.2+any``), if they can be."""
    text = version.partition("+")[0]
    if _VERSION.match(text) is None:
        return None
    day, *rest = text.split(".")
    return day, *(number.zfill(10) for number in rest)


def text_of(document: Json) -> str:
    """The file's text: one model a line."""
    head = json.dumps({k: v for k, v in document.items() if k != "models"}, ensure_ascii=False, separators=(",", ":"))
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in document["models"]]
    return f'{head[:-1]},"models":[\n' + ",\n".join(lines) + "\n]}\n"


# --- one model -------------------------------------------------------------------------------------------------------


class _Outcome:
    """What happened so far."""

    def __init__(self) -> None:
        self.added: list[str] = []
        self.changed: list[str] = []
        self.held: list[Held] = []
        self.differences: list[Difference] = []

    def merged(
        self, base: Json, shelves: Mapping[str, Mapping[str, Json]], day: str, old: Json | None = None
    ) -> Merged:
        """The outcome over a book whose models are ``shelves``; ``old`` is what it is compared with."""
        old = base if old is None else old
        rows = [
            {k: v for k, v in rows[name].items() if v or k in ("provider", "id")}
            for _, rows in sorted(shelves.items())
            for name in sorted(rows)
        ]
        same = [_sorted(row) for row in rows] == [_sorted(row) for row in old["models"]]
        document = old
        if not same or base["providers"] != old["providers"]:
            document = {**base, "models": rows, "version": ""}
            digest = hashlib.sha256(text_of(document).encode()).hexdigest()[:10]
            document["version"] = f"{day}+{digest}"
            try:
                load(text_of(document).encode())
            except BookError as error:
                raise RefusedError(f"with it the book would contradict itself: {error.message}") from None
        return Merged(
            document,
            tuple(self.added),
            tuple(self.changed),
            tuple(self.held),
            tuple(self.differences[:_MOST_DIFFERENCES]),
        )


def _join(
    rows: dict[str, Json],
    names: dict[str, str],
    provider: str,
    model: Json,
    day: str,
    seen: Mapping[tuple[str, str], str],
    out: _Outcome,
    *,
    gate: bool = True,
) -> None:
    """Take one model of the feed into its shelf, if the rules let it."""
    name: str = model["id"]
    if f"{provider}/{name}" in DISPUTED or not name or len(name) > 256:
        return
    new = _row(provider, model, day)
    owner = names.get(name)
    if owner is None:
        new["match"] = [n for n in new.get("match", ()) if n not in names and f"{provider}/{n}" not in DISPUTED]
        rows[name] = _completed(new)
        names.update(dict.fromkeys(_names(new), name))
        out.added.append(f"{provider}/{name}")
        return
    old = rows[owner]
    moved = moves(old, new, day)
    refs = set(old.get("refs", ()))
    if FEED not in refs or not refs <= _BUILT:
        if moved:
            out.differences.append(Difference(provider, name, tuple(moved)))
        return
    if gate and any(move.too_far for move in moved):
        out.held.append(Held(provider, name, seen.get((provider, name), day), tuple(moved), new))
        return
    changed = _after(old, new, day)
    if owner != name:
        # A name that was another's alias has a price of its own from now on; until now it had the other's.
        if not moved:
            return
        rows[owner] = {**old, "match": [n for n in old.get("match", ()) if n != name]}
        rows[name] = {**changed, "id": name, "match": [], "seen": day}
        names[name] = name
        out.changed.append(f"{provider}/{name}")
        return
    fresh = [n for n in new.get("match", ()) if n not in names and f"{provider}/{n}" not in DISPUTED]
    if changed != old or fresh:
        names.update(dict.fromkeys(fresh, name))
        match = sorted({*changed.get("match", ()), *fresh})
        rows[name] = {**changed, "match": match, "seen": day if changed != old else old.get("seen", day)}
    if moved:
        out.changed.append(f"{provider}/{name}")


def _after(old: Json, new: Json, day: str) -> Json:
    """The old row with the new one's prices from a day on."""
    # A list without prices speaks of names only.
    row = spliced(old, new, day) if new.get("prices") else old
    return row if row == old else _completed(row)


def _completed(row: Json) -> Json:
    """With the rates that genai-prices leaves to be implied; what is stated already stays."""
    if FEED not in row.get("refs", ()) or not row.get("prices"):
        return row
    model = copy.deepcopy({"variants": {}, **row})
    feed.complete(row["provider"], model)
    return model


def _row(provider: str, model: Json, day: str) -> Json:
    row: Json = {
        "provider": provider,
        "id": model["id"],
        "prices": model.get("prices", []),
        "variants": model.get("variants", {}),
        "search_unit": model.get("search_unit"),
        "refs": model.get("refs", [FEED]),
        "seen": day,
        "match": sorted(n for n in model.get("match", ()) if n != model["id"] and 0 < len(n) <= 256),
    }
    for key in ("geo", "region", "free"):
        if key in model:
            row[key] = model[key]
    return {k: v for k, v in row.items() if v}


def _sorted(row: Mapping[str, Any]) -> Json:
    return {k: sorted(v) if k == "match" else v for k, v in row.items() if v}


def _shelves(document: Json) -> dict[str, dict[str, Json]]:
    shelves: dict[str, dict[str, Json]] = {}
    for row in document["models"]:
        shelves.setdefault(row["provider"], {})[row["id"]] = row
    return shelves


def _names(row: Json) -> tuple[str, ...]:
    return (row["id"].lower(), *(name.lower() for name in row.get("match", ())))


def _free(row: Json, names: Mapping[tuple[str, str], str]) -> list[str]:
    """The aliases that no other model of the book claims."""
    return [n for n in row.get("match", ()) if names.get((row["provider"], n.lower()), row["id"]) == row["id"]]


def _providers(kept: Json, new: Json) -> Json:
    """The new book's providers, and those that only the old one has, without vendors' names that are taken."""
    out = dict(new)
    taken = {name for pid, entry in new.items() for name in (pid, *entry.get("vendors", ()))}
    for pid, entry in kept.items():
        if pid not in out and pid not in taken:
            vendors = [name for name in entry.get("vendors", ()) if name not in taken]
            out[pid] = {**entry, "vendors": vendors} if vendors else {k: v for k, v in entry.items() if k != "vendors"}
            taken.update((pid, *vendors))
    return out


def _enough(present: int, known: int) -> None:
    if 5 * present <= 4 * known and known:
        raise RefusedError(f"only {present} of the {known} models that it should know are in it")
