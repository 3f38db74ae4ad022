"""Makes, lists, gives back and removes virtual keys: the register and the store of real keys together.

Whoever connects a tool uses this: ``mint`` gives the key that the tool shall hold, ``real`` the one to put back.

Rules: opt-in, one key at a time; the real key is in the store before the register names it and leaves it after, so
that a kill leaves at worst a secret that nobody names, which the next change forgets; everything that touches the
store may wait for a keyring (``trayapp.platform.secrets``): call it from a thread that may wait.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from trayapp.frontdoor import Upstream
from trayapp.platform.paths import Paths, read_or_make_secret, write_private
from trayapp.platform.secrets import Place, SecretStore, UnreachableError
from trayapp.platform.secrets.store import PATIENCE
from trayapp.platform.single import HeldError, Single
from trayapp.said import begun, say
from trayapp.trouble import Trouble, TroubleError
from trayapp.virtualkeys import register
from trayapp.virtualkeys.register import MARK, RegisterError, VirtualKey
from trayapp.virtualkeys.swap import Known, Table, origin

_LONGEST: Final = 4096
_WAIT: Final = 60.0


class VirtualKeyError(TroubleError):
    """A key cannot be made, found, given back or removed."""


@dataclass(frozen=True, slots=True)
class Minted:
    """A new virtual key, shown this once."""

    virtual: str = field(repr=False)
    key: VirtualKey
    place: Place
    """Where the real one lies."""


class Cabinet:
    """The virtual keys of one profile."""

    def __init__(self, paths: Paths, *, patience: float = PATIENCE) -> None:
        self._paths = paths
        self._store = SecretStore(paths.secrets, patience=patience)

    def listed(self) -> tuple[VirtualKey, ...]:
        """All keys, in the order in which they were made.

        Raises:
            VirtualKeyError: the register is damaged.
        """
        try:
            return register.read(self._paths.virtual_keys)
        except RegisterError as error:
            raise VirtualKeyError(
                Trouble(
                    title=say("The register of keys cannot be read"),
                    message=say("{what}.", what=begun(str(error))),
                    fix=say("Put it back from a copy, or remove it and give the tools their real keys."),
                    code="keys_damaged",
                )
            ) from None

    def find(self, name: str) -> VirtualKey:
        """The key of that name.

        Raises:
            VirtualKeyError: there is none.
        """
        keys = self.listed()
        found = next((key for key in keys if key.name == name), None)
        if found is None:
            names = ", ".join(key.name for key in keys) or say("none")
            raise VirtualKeyError(
                Trouble(
                    title=say("There is no such key"),
                    message=say("Known are: {names}.", names=names),
                    code="unknown_key_name",
                )
            )
        return found

    def where(self, key: VirtualKey) -> Place | None:
        """Where its real key lies; ``None``: it is gone. Asks no keyring."""
        return self._store.where(key.secret)

    def mint(
        self, vendor: str, real_key: str, *, upstream: Upstream, name: str | None = None, tool: str = ""
    ) -> Minted:
        """Take a real key in and make the virtual one that stands for it.

        Args:
            vendor: the route.
            real_key: the vendor's key.
            upstream: where that route leads now; the real key will go nowhere else.
            name: what to call it; one is made from the vendor's.
            tool: in whose files it will be put by us.

        Raises:
            VirtualKeyError: the key or the name cannot be used.
            OSError: nothing can be written.
        """
        real_key = real_key.strip()
        _check(vendor, real_key)
        with self._lock():
            keys = self.listed()
            name = _name(name, vendor, keys)
            virtual = register.new_key(vendor)
            key = VirtualKey(
                name=name,
                vendor=vendor,
                upstream=origin(upstream),
                carriers=register.CARRIERS.get(vendor, register.FIELDS),
                fingerprint=register.fingerprint(read_or_make_secret(self._paths.install_key), virtual.encode()),
                made_us=time.time_ns() // 1000,
                tool=tool,
            )
            self._sweep(keys)
            place = self._store.put(key.secret, real_key.encode("ascii"))
            write_private(self._paths.virtual_keys, register.text_of((*keys, key)))
        return Minted(virtual, key, place)

    def of(self, virtual: str) -> VirtualKey | None:
        """What is known of a virtual key.

        Raises:
            VirtualKeyError: the register is damaged.
        """
        try:
            install_key = self._paths.install_key.read_text("ascii").strip()
        except (OSError, ValueError):
            install_key = ""
        mark = register.fingerprint(install_key, virtual.strip().encode())
        return next((key for key in self.listed() if key.fingerprint == mark), None)

    def real(self, virtual: str) -> str:
        """The real key behind a virtual one.

        Raises:
            VirtualKeyError: there is none, or it cannot be had now.
        """
        found = self.of(virtual)
        if found is None:
            raise VirtualKeyError(
                Trouble(
                    title=say("That is no key of Spendlight's"),
                    message=say("The register does not know it."),
                    code="unknown_key_name",
                )
            )
        return self._real(found)

    def reveal(self, name: str) -> str:
        """The real key behind the virtual one of that name.

        Raises:
            VirtualKeyError: there is none, or it cannot be had now.
        """
        return self._real(self.find(name))

    def remove(self, name: str) -> None:
        """Forget a key and the real one behind it; the virtual one is worth nothing from now on.

        Raises:
            VirtualKeyError: there is none.
            OSError: the register cannot be written.
        """
        with self._lock():
            key = self.find(name)
            keys = tuple(each for each in self.listed() if each != key)
            write_private(self._paths.virtual_keys, register.text_of(keys))
            self._sweep(keys)

    def load(self, *, quiet: bool = False) -> Table:
        """All keys with what is behind them, for whoever swaps; one visit to the keyring.

        Args:
            quiet: have nobody asked to unlock a locked keyring.

        Raises:
            VirtualKeyError: the register is damaged.
            OSError: the install key cannot be read.
        """
        keys = self.listed()
        found = self._store.load([key.secret for key in keys], quiet=quiet)
        known = {key.fingerprint: _known(key, found[key.secret]) for key in keys}
        return Table(read_or_make_secret(self._paths.install_key) if keys else "", known)

    def _real(self, key: VirtualKey) -> str:
        try:
            data = self._store.get(key.secret)
        except UnreachableError as error:
            raise VirtualKeyError(
                Trouble(
                    title=say("The real key cannot be had now"),
                    message=say("{name} lies in the keyring, and {error}. It is not lost.", name=key.name, error=error),
                    fix=say("Unlock the keyring (log in to the desktop) and try again."),
                    code="key_not_available",
                )
            ) from None
        if data is None:
            raise VirtualKeyError(
                Trouble(
                    title=say("The real key is gone"),
                    message=say("{name}: neither the keyring nor Spendlight's files hold it any more.", name=key.name),
                    fix=say(
                        "Take a new key from the vendor; `spendlight keys remove {name}` forgets this one.",
                        name=key.name,
                    ),
                    code="key_gone",
                )
            )
        return data.decode("ascii", "replace")

    def _sweep(self, keys: Sequence[VirtualKey]) -> None:
        """Forget real keys that no key names."""
        named = {key.secret for key in keys}
        for name in self._store.names():
            if name.startswith("key-") and name not in named:
                self._store.drop(name)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self._paths.make()
        try:
            held = Single.wait(self._paths.run / "keys.lock", _WAIT)
        except HeldError:
            raise VirtualKeyError(
                Trouble(
                    title=say("Another Spendlight is changing keys"),
                    message=say("It has been at it for a minute; perhaps the keyring asks it for a password."),
                    fix=say("Look for a prompt, or try again later."),
                    code="keys_busy",
                )
            ) from None
        try:
            yield
        finally:
            held.release()


def _known(key: VirtualKey, found: bytes | UnreachableError | None) -> Known:
    if isinstance(found, UnreachableError):
        return Known(key, None, str(found))
    if found is None:
        return Known(key, None, "it is in neither the keyring nor a file any more")
    real = found.decode("ascii", "replace").strip()
    if not _is_key(real):  # never into a head: a line's end in it would be the end of a field
        return Known(key, None, "what lies in its place is no key")
    return Known(key, real)


def _is_key(text: str) -> bool:
    return 8 <= len(text) <= _LONGEST and all("!" <= letter <= "~" for letter in text)


def _check(vendor: str, real_key: str) -> None:
    if vendor == "chatgpt" or not register.NAME.match(vendor):
        raise VirtualKeyError(
            Trouble(
                title=say("That vendor has no keys"),
                message=say("{vendor!r} is reached with a login, or is no route's name.", vendor=vendor),
                fix=say("Name the route that the key belongs to, such as anthropic, openai or gemini."),
                code="bad_vendor_key",
            )
        )
    if not _is_key(real_key):
        raise VirtualKeyError(
            Trouble(
                title=say("That is not a key"),
                message=say("A key is one word of 8 to 4096 plain letters, digits and signs."),
                fix=say("Copy it again from the vendor's page."),
                code="bad_vendor_key",
            )
        )
    if MARK in real_key:
        raise VirtualKeyError(
            Trouble(
                title=say("That is a key of Spendlight's own"),
                message=say("It stands for a real key already; only a real one can be kept."),
                fix=say("`spendlight keys list` shows the keys that there are."),
                code="bad_vendor_key",
            )
        )


def _name(wanted: str | None, vendor: str, keys: Sequence[VirtualKey]) -> str:
    taken = {key.name for key in keys}
    if wanted is None:
        return next(
            name for n in range(1, len(keys) + 2) if (name := vendor if n == 1 else f"{vendor}-{n}") not in taken
        )
    if not register.NAME.match(wanted) or wanted in taken:
        why = "is taken" if wanted in taken else "is not one: small letters, digits and dashes only"
        raise VirtualKeyError(
            Trouble(
                title=say("That name cannot be used"),
                message=say("{wanted!r} {why}.", wanted=wanted, why=why),
                fix=say("Choose another with --name."),
                code="bad_key_name",
            )
        )
    return wanted
