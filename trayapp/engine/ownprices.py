"""The user's own prices and deployments in the settings file: put in, changed, taken out.

Everything that writes ``[[prices]]`` and ``[deployments]`` lives here, for the engine's verbs and for the commands
that work without one. What is written was checked over the book first; comments of the file stay.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from trayapp import settings, settings_edit
from trayapp.control import ControlError
from trayapp.engine.pricebook import trouble
from trayapp.platform.paths import Paths
from trayapp.pricing import Book, BookError
from trayapp.pricing.own import entry_from, laid_over
from trayapp.said import say
from trayapp.trouble import Trouble

Document = MutableMapping[str, Any]


def set_price(
    paths: Paths,
    listed: Book,
    *,
    model: str,
    vendor: str | None,
    rates: Mapping[str, Any],
    since: str | None = None,
    until: str | None = None,
) -> None:
    """Write a price of the user's own; one for the same name, vendor and start takes its place.

    Args:
        paths: the profile.
        listed: the book without the user's own prices.
        model: the name as it is shown with the calls.
        vendor: for this vendor only; ``None``: for all.
        rates: component to USD per million tokens.
        since: the first day.
        until: the first day after.

    Raises:
        ControlError: it cannot be used; the words say why.
        SettingsError: the settings file is damaged or cannot be written.
    """
    entry: dict[str, Any] = {"vendor": vendor, "model": model, **rates, "from": since, "to": until}
    entry = {name: value for name, value in entry.items() if value is not None}
    with _words():
        entry_from(entry)

    def change(document: Document) -> None:
        if "prices" not in document:
            document["prices"] = _list_for(document)
        entries = document["prices"]
        for old in entries:
            if _same(old, model, vendor) and _day(old.get("from")) == _day(since):
                for name in [name for name in old if name not in entry]:
                    del old[name]
                old.update(entry)
                return
        entries.append(entry)

    _write(paths, listed, change)


def unset_price(paths: Paths, listed: Book, *, model: str, vendor: str | None) -> int:
    """Take the user's own prices of a name out again; returns how many entries went.

    Raises:
        ControlError, SettingsError: as for ``set_price``.
    """
    gone = 0

    def change(document: Document) -> None:
        nonlocal gone
        entries = document.get("prices", [])
        places = [at for at, old in enumerate(entries) if _same(old, model, vendor)]
        for at in reversed(places):
            del entries[at]
        if places and not entries:
            del document["prices"]
        gone = len(places)

    _write(paths, listed, change)
    return gone


def map_model(paths: Paths, listed: Book, *, name: str, to: str | None) -> None:
    """Say that VENDOR/NAME is VENDOR/MODEL; ``None`` takes it back.

    Raises:
        ControlError: the target is a model that nobody knows, or one of the two is not written like that.
        SettingsError: the settings file is damaged or cannot be written.
    """
    key = name.strip()

    def change(document: Document) -> None:
        if "deployments" not in document:
            if to is None:
                return
            document["deployments"] = _table_for(document)
        table = document["deployments"]
        for old in [old for old in table if old.strip().lower() == key.lower()]:
            del table[old]
        if to is not None:
            table[key] = to
        elif not table:
            del document["deployments"]

    _write(paths, listed, change, key if to is not None else None)


def _write(paths: Paths, listed: Book, change: Callable[[Document], None], mapped: str | None = None) -> None:
    before = settings.load(paths.settings).sections
    sections: dict[str, Any] = copy.deepcopy(dict(before))
    change(sections)
    if sections == before:
        return
    with _words():
        _, lost = laid_over(listed, sections)
    if mapped is not None and mapped.lower() in lost:
        raise ControlError(
            Trouble(
                title=say("Nobody knows that model"),
                message=say(
                    "Neither the price book {version} nor you have a price for {model!r}, so"
                    " {mapped!r} would stay unpriced.",
                    version=listed.version,
                    model=sections["deployments"][mapped],
                    mapped=mapped,
                ),
                fix=say("`spendlight prices` lists the models; `spendlight prices set` gives one a price of your own."),
                code="unknown_model",
            )
        )
    paths.config.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings_edit.edit(paths.settings, change)


class _words:  # noqa: N801  reads as a phrase: with _words()
    """Turns a book's error into one that a face shows."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, BookError):
            raise ControlError(trouble(error, "bad_price")) from None


def _list_for(document: Document) -> Any:
    """A list of tables, as the kind of document wants it."""
    if type(document) is dict:
        return []
    import tomlkit

    return tomlkit.aot()


def _table_for(document: Document) -> Any:
    if type(document) is dict:
        return {}
    import tomlkit

    return tomlkit.table()


def _same(entry: Mapping[str, Any], model: str, vendor: str | None) -> bool:
    def plain(value: Any) -> str | None:
        return None if value is None else str(value).strip().lower()

    return plain(entry.get("model")) == plain(model) and plain(entry.get("vendor")) == plain(vendor)


def _day(value: Any) -> str | None:
    return None if value is None else str(value)
