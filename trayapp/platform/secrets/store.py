"""The store of secrets of one profile: the keyring where it keeps its word, 0600 files where it does not.

Everything that decides where a secret lies lives here. In the store's folder (0700) stand, for a secret ``NAME``:

* ``NAME``: the secret itself (0600), because no keyring took it. It is in clear, and ``Place.badge`` says so;
* ``NAME.ring``: no secret, only the word ``holds NAME-OF-KEYRING`` (it lies in the keyring) or ``stale`` (the
  keyring may still hold an old one, which counts for nothing and is deleted when the keyring can be had again);
* ``.profile``: the random name under which this folder's secrets stand in the keyring.

Rules:

* a file, where there is one, is newer than the keyring; it is removed only after the keyring has given back what it
  was given. So a kill at any moment leaves the old or the new secret, and a keyring that comes, goes or is locked
  loses none: what lies in a file moves into the keyring at the next ``put``;
* a secret that may not be had any more (``drop``) is never given again, even if the keyring cannot be asked now;
* the keyring is asked only for what it holds, from a process of its own. Everything that asks it blocks up to
  ``patience`` seconds: call it from a thread that may wait. A keyring that did not answer in time is not asked again
  by the same store.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from trayapp.platform.paths import read_or_make_secret, write_private
from trayapp.platform.secrets.place import Place, UnreachableError
from trayapp.platform.secrets.teller_process import Answer, Ask, Reply, ask
from trayapp.platform.single import HeldError, Single

PATIENCE: Final = 20.0
"""Long enough for somebody to answer an unlock prompt that he expected."""
LIMIT: Final = 16 * 1024
"""Larger secrets go to a file. Never in pieces: a secret of several items is lost with any one of them, and keyrings
are made for passwords (Windows takes 1280 characters and refuses the rest, which then go to a file as well)."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_MARK: Final = ".ring"
_BINARY: Final = "base64:"


class SecretStore:
    """Keeps secrets under names."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self.folder = folder
        self._patience = patience
        self._silent = False
        """The keyring did not answer in time."""

    def put(self, name: str, data: bytes) -> Place:
        """Keep a secret, in place of an earlier one of that name; returns where it lies now.

        Raises:
            OSError: not even a file can be written.
            ValueError: the name is not one.
        """
        file = self._file(name)
        with self._lock():
            place = self._into_keyring(name, data)
            if place.keyring is None:
                write_private(file, data)
                if self._mark(name) is not None:
                    self._set_mark(name, "stale")
            else:
                self._set_mark(name, f"holds {place.keyring}")
                self._remove(file)
        return place

    def get(self, name: str) -> bytes | None:
        """A secret; ``None`` when there is none.

        Raises:
            UnreachableError: it lies in the keyring, which does not give it now.
        """
        found = self.load([name])[name]
        if isinstance(found, UnreachableError):
            raise found
        return found

    def load(self, names: Iterable[str], *, quiet: bool = False) -> dict[str, bytes | UnreachableError | None]:
        """Many secrets at once, from one visit to the keyring; those that cannot be had now as the error.

        Args:
            names: of the secrets.
            quiet: have nobody asked to unlock a locked keyring.
        """
        found: dict[str, bytes | UnreachableError | None] = {}
        away = []
        for name in names:
            found[name] = self._read(name)
            if found[name] is None and (self._mark(name) or "").startswith("holds"):
                away.append(name)
            elif found[name] is None:
                found[name] = self._read(name)  # it may have moved from the keyring into a file just now
        if away:
            reply = self._ask([("get", name) for name in away], quiet=quiet)
            for name, answer in zip(away, reply.answers, strict=True):
                if answer.reason:
                    found[name] = UnreachableError(name, answer.reason)
                else:
                    found[name] = None if answer.text is None else _bytes(answer.text)
        return found

    def drop(self, name: str) -> None:
        """Forget a secret. Where the keyring cannot be asked now, it is deleted there later.

        Raises:
            OSError: the folder cannot be written.
        """
        file = self._file(name)
        if not self.folder.exists():
            return
        with self._lock():
            if self._mark(name) is not None:
                self._set_mark(name, "stale")
            self._remove(file)
            self._sweep(self._ask_if_any(self._stale()))

    def where(self, name: str) -> Place | None:
        """Where a secret lies; ``None`` when there is none. Asks no keyring."""
        if self._file(name).exists():
            return Place(None)
        mark = self._mark(name) or ""
        return Place(mark.removeprefix("holds ")) if mark.startswith("holds") else None

    def names(self) -> list[str]:
        """The names of all secrets. Asks no keyring."""
        try:
            found = {path.name.removesuffix(_MARK) for path in self.folder.iterdir() if _NAME.fullmatch(path.name)}
        except OSError:
            return []
        return sorted(name for name in found if self.where(name) is not None)

    def look(self) -> Place:
        """Where a secret would be kept now, without writing one and without asking anybody to unlock anything."""
        reply = ask("", [("look",)], self._patience)
        (answer,) = reply.answers
        return Place(reply.keyring) if not answer.reason else Place(None, answer.reason)

    def _into_keyring(self, name: str, data: bytes) -> Place:
        if len(data) > LIMIT:
            return Place(None, "too_large")
        known = self._mark(name) is not None
        if not known:  # from here on something may be there that a kill would leave behind
            self._set_mark(name, "stale")
        others = [stale for stale in self._stale() if stale != name]
        reply = self._ask([("put", name, _text(data)), *(("drop", other) for other in others)])
        self._sweep(dict(zip(others, reply.answers[1:], strict=True)))
        if reply.untouched and not known:
            self._remove(self._marker(name))
        reason = reply.answers[0].reason
        return Place(None, reason) if reason else Place(reply.keyring)

    def _ask(self, asks: list[Ask], *, quiet: bool = False) -> Reply:
        if self._silent:
            return Reply(None, (Answer(reason="timeout"),) * len(asks))
        try:
            service = "spendlight-" + read_or_make_secret(self.folder / ".profile", 9)
        except OSError:
            # Without its name nothing was ever written to the keyring, and nothing can be.
            return Reply(None, (Answer(reason="none"),) * len(asks))
        reply = ask(service, asks, self._patience, quiet=quiet)
        self._silent = any(answer.reason == "timeout" for answer in reply.answers)
        return reply

    def _ask_if_any(self, stale: list[str]) -> dict[str, Answer]:
        if not stale:
            return {}
        return dict(zip(stale, self._ask([("drop", name) for name in stale]).answers, strict=True))

    def _stale(self) -> list[str]:
        """What the keyring may still hold and should not."""
        names = sorted(path.name.removesuffix(_MARK) for path in self.folder.glob(f"*{_MARK}"))
        return [name for name in names if self._mark(name) == "stale"]

    def _sweep(self, dropped: dict[str, Answer]) -> None:
        """Take away the marks of what is deleted in the keyring now."""
        for name, answer in dropped.items():
            if not answer.reason:
                self._remove(self._marker(name))

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name.endswith(_MARK):
            raise ValueError("not a secret's name")
        return self.folder / name

    def _marker(self, name: str) -> Path:
        return self.folder / f"{name}{_MARK}"

    def _mark(self, name: str) -> str | None:
        try:
            return self._marker(name).read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return "stale"

    def _set_mark(self, name: str, text: str) -> None:
        if self._mark(name) != text:
            write_private(self._marker(name), text.encode())

    def _read(self, name: str) -> bytes | UnreachableError | None:
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            return UnreachableError(name, f"its file cannot be read ({error.strerror})")

    def _remove(self, file: Path) -> None:
        """Remove a file, and what a killed process left of it half written."""
        for path in (file, *file.parent.glob(f".{file.name}.????????")):
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Be the only one who changes the store.

        Raises:
            OSError: the folder cannot be written, or another process has been changing it for very long.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and self.folder.stat().st_mode & 0o077:
            self.folder.chmod(0o700)
        try:
            held = Single.wait(self.folder / ".lock", 2 * self._patience + 5)
        except HeldError:
            raise TimeoutError(0, "another Spendlight is changing secrets", str(self.folder)) from None
        try:
            yield
        finally:
            held.release()


def _text(data: bytes) -> str:
    """How a secret stands in a keyring: as it is where it is text, so that its owner can read it there."""
    with contextlib.suppress(UnicodeDecodeError):
        text = data.decode("utf-8")
        if text and "\0" not in text and not text.startswith(_BINARY):
            return text
    return _BINARY + base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    if text.startswith(_BINARY):
        with contextlib.suppress(ValueError):
            return base64.b64decode(text.removeprefix(_BINARY), validate=True)
    return text.encode("utf-8")
