"""Changing the settings file: one value, one route, or a section, with everything else left as it stands.

Everything that writes ``config.toml`` lives here. Rules: the user's comments and order stay (tomlkit); the file is
replaced whole or not at all, one writer at a time; a damaged file is never overwritten; what is written is read back by
the checks of ``trayapp.settings`` before it takes the file's place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

from trayapp import budget, settings
from trayapp.platform.paths import write_private
from trayapp.platform.single import Single
from trayapp.said import begun, say
from trayapp.settings import SettingsError
from trayapp.trouble import Trouble

EDIT_PATIENCE: Final = 20.0
"""Seconds that one who wants to change the file waits for the others."""


def set_upstream(path: Path, vendor: str, url: str | None) -> None:
    """Write one line of the route table, or remove it (``url`` is ``None``).

    Raises:
        SettingsError: the address is wrong, or the file is damaged or cannot be written.
    """
    if url is not None:
        settings.parse_upstream(vendor, url)
    edit(path, lambda document: _put(document, ("upstreams", vendor), url))


def set_value(path: Path, key: str, value: Any) -> None:
    """Write one setting of ``TABLE``, or put it back to its default (``value`` is ``None``).

    Raises:
        SettingsError: there is no such setting, the value is wrong, or the file is damaged or cannot be written.
    """
    setting = settings.known(key)
    try:
        if value is not None:
            setting.check(value)
    except ValueError as error:
        raise SettingsError(
            Trouble(
                title=say("That value cannot be used"),
                message=say("`{key}` has to be {error}.", key=key, error=error),
                fix=setting.text,
                code="bad_setting",
            )
        ) from None
    edit(path, lambda document: _put(document, tuple(key.split(".")), value))


def set_budget(path: Path, entry: Mapping[str, Any]) -> str:
    """Write one line of ``[[budgets]]``: the one of that name anew, or another one. Returns its name.

    Raises:
        SettingsError: as for ``edit``, or the entry is none.
    """
    try:
        name = budget.one(entry).name
    except ValueError as error:
        raise SettingsError(
            Trouble(
                title=say("That budget cannot be kept"),
                message=say("{what}.", what=begun(str(error))),
                fix=say("`spendlight budget set --help` shows what one may hold."),
                code="bad_budget",
            )
        ) from None
    edit(path, lambda document: _put_budget(document, name, entry))
    return name


def remove_budget(path: Path, name: str) -> bool:
    """Take one out, that of ``budget.day_usd`` too; ``False``: there is none of that name.

    Raises:
        SettingsError: as for ``edit``.
    """
    if name not in {each.name for each in settings.load(path).budgets}:
        return False
    edit(path, lambda document: _put_budget(document, name, None))
    return True


def _put_budget(document: MutableMapping[str, Any], name: str, entry: Mapping[str, Any] | None) -> None:
    import tomlkit

    lines = document.get("budgets")
    at = next((n for n, each in enumerate(lines or ()) if budget.one(each).name == name), None)
    if at is None and name == budget.DAILY:
        _put(document, ("budget", "day_usd"), None)
    if entry is None:
        if lines is not None and at is not None:
            del lines[at]
            if not len(lines):
                document.pop("budgets")
        return
    if lines is None:
        document["budgets"] = tomlkit.aot()
        lines = document["budgets"]
    if at is None:
        # Tables stand one below the other, or all in one line.
        line = tomlkit.table() if isinstance(lines, tomlkit.items.AoT) else tomlkit.inline_table()
        line.update(entry)
        lines.append(line)
        return
    line = lines[at]
    for key in [key for key in line if key not in entry]:
        del line[key]
    line.update(entry)


def edit(path: Path, change: Callable[[MutableMapping[str, Any]], None]) -> settings.Settings:
    """Change the file: ``change`` is given its document (tomlkit's) and alters it in place.

    Returns:
        The settings as they are now.

    Raises:
        SettingsError: the file was damaged, would be damaged by the change, or cannot be written; it stays as it was.
        HeldError: others kept writing it for ``EDIT_PATIENCE`` seconds.
    """
    import tomlkit  # not at the engine's start

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Single.wait(path.with_name(f".{path.name}.lock"), EDIT_PATIENCE)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        settings.load(path)
        try:
            document = tomlkit.parse(path.read_bytes().decode("utf-8"))
        except FileNotFoundError:
            document = tomlkit.document()
        change(document)
        text = tomlkit.dumps(document)
        changed = settings.read(path, text)
        try:
            # Where the file is a link into somebody's dotfiles, the link stays and the file behind it changes.
            write_private(path.resolve(), text.encode())
        except OSError as error:
            raise _unwritable(path, error) from None
    finally:
        lock.release()
    return changed


def _put(document: MutableMapping[str, Any], way: tuple[str, ...], value: Any) -> None:
    """Set or (``None``) remove what ``way`` leads to; tables on the way are made when needed."""
    import tomlkit

    *tables, name = way
    for step in tables:
        inner = document.get(step)
        if inner is None:
            if value is None:
                return
            inner = tomlkit.table()
            document[step] = inner
        document = inner
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value


def _unwritable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        Trouble(
            title=say("The settings cannot be written"),
            message=say("{path}: {why}.", path=path, why=error.strerror or type(error).__name__),
            fix=say("Make that folder writable for you, or set SPENDLIGHT_HOME to one that is."),
            code="read_only",
        )
    )
