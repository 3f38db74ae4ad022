"""What the commands about agreements share: reading and changing them, and asking where they stand.

Everything that lets ``contracts``, ``plans`` and ``pools`` work with and without a running engine lives here. It is no
command itself.

Rules: a change is read by the engine's own checks before it is written, and the running engine takes it at once; the
file keeps its comments and order; what cannot be read is told, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence
from typing import Any

from trayapp import settings, settings_edit
from trayapp.cli.config import tell_engine
from trayapp.cli.source import own_ledger
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client, ControlError
from trayapp.engine.pricebook import trouble
from trayapp.ledger import Ledger
from trayapp.platform import paths as places
from trayapp.pricing import Agreements, BookError
from trayapp.pricing.agreements import read

Entries = MutableSequence[MutableMapping[str, Any]]


def agreements() -> Agreements:
    """What the settings say.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        return read(settings.load(places.find().settings).sections)
    except BookError as error:
        raise CommandError(trouble(error, "bad_agreement")) from None


def change(section: str, alter: Callable[[Entries], None]) -> bool:
    """Alter the entries of a section, for good and at once.

    Returns:
        Whether a running engine has taken it.

    Raises:
        CommandError: what would be written cannot be used; nothing is written.
    """
    import tomlkit

    paths = places.find()

    def apply(document: MutableMapping[str, Any]) -> None:
        if section not in document:
            document[section] = tomlkit.aot()
        alter(document[section])
        if not document[section]:
            del document[section]
        try:
            read(plain(document))
        except BookError as error:
            raise CommandError(trouble(error, "bad_contract")) from None

    settings_edit.edit(paths.settings, apply)
    return tell_engine(paths)


def plain(value: Any) -> Any:
    """A TOML document as plain values."""
    return value.unwrap() if hasattr(value, "unwrap") else value


def table(fields: Mapping[str, Any]) -> Any:
    """An entry for the file; what is ``None`` is left out, tables in it are written in one line."""
    import tomlkit

    made = tomlkit.table()
    for name, value in fields.items():
        if isinstance(value, Mapping):
            inline = tomlkit.inline_table()
            inline.update(value)
            made[name] = inline
        elif value is not None:
            made[name] = value
    return made


def position(entries: Entries, section: str, name: str) -> int | None:
    """Where an entry of that name stands; one without a name is called by its number, as rows call it."""
    for number, entry in enumerate(entries):
        if (entry.get("name") or f"{section.removesuffix('s')}-{number + 1}") == name:
            return number
    return None


def asked(verb: str, alone: Callable[[Ledger | None], Any]) -> Any:
    """The engine's answer, or one from the ledger itself when no engine runs (``None``: there is none yet).

    Raises:
        CommandError: the ledger cannot be opened.
    """
    paths = places.find()
    try:
        client = Client(Address(paths.control), timeout=60)
    except ControlError:
        if not paths.ledger.exists():
            return alone(None)
    else:
        with client:
            return client.ask(verb)
    with own_ledger() as ledger:
        return alone(ledger)
