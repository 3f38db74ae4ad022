"""``python -m trayapp.platform.secrets.teller``: speaks to the system's keyring, says what came of it, and ends.

Everything that imports ``keyring`` lives here, in a process of its own: a desktop's unlock prompt blocks for as long
as it likes and a thread that waits in it cannot be ended, a process can; and the engine would keep 16 MiB of libraries
for good (measured 2026-11-26: keyring 5.4, its Secret Service back end with cryptography 8.9, the first use 1.7).

In: one JSON document on standard input, ``{"service", "limit_s", "quiet", "asks": [["put", NAME, TEXT], ["get", NAME],
["drop", NAME], ["look"]]}``; ``quiet``: a locked keyring is not asked, as it would ask its owner. Out: one JSON line
about the keyring, ``{"keyring": NAME}`` or ``{"refused": REASON}``, then one line for each ask, ``{"ok": true, "text":
TEXT or null}`` or ``{"ok": false, "reason": REASON}``.

Rules: a written secret is read back before it counts; back ends that lose what they are given (null), that have
nothing (fail) or that write it in clear or ask at a terminal (all of ``keyrings.alt``) are refused, also inside of a
chain; nothing of a secret and nothing of a back end's words comes out but the secret that was asked for.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

REFUSED: Final = ("keyring.backends.null", "keyring.backends.fail", "keyrings.alt")
_CHAIN: Final = "keyring.backends.chainer"
_KNOWN: Final = {
    "keyring.backends.SecretService": "Secret Service keyring",
    "keyring.backends.libsecret": "Secret Service keyring",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "macOS Keychain",
}
"""Modules to what people call that keyring."""


class NoKeyringError(Exception):
    """There is none that may be used; the reason is one of ``trayapp.platform.secrets.place.REASONS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def usable() -> list[KeyringBackend]:
    """The back ends that may be used, the one to write to first.

    Raises:
        NoKeyringError: there is none.
    """
    try:
        import keyring
    except ImportError:
        raise NoKeyringError("no_module") from None
    try:
        chosen = keyring.get_keyring()
    except Exception:  # noqa: BLE001  a back end that cannot even be loaded is none
        raise NoKeyringError("none") from None
    found: list[KeyringBackend] = list(getattr(chosen, "backends", ())) if _is_of(chosen, _CHAIN) else [chosen]
    good = [backend for backend in found if not _is_of(backend, *REFUSED)]
    if not good:
        nothing = not found or all(_is_of(backend, "keyring.backends.fail") for backend in found)
        raise NoKeyringError("none" if nothing else "insecure")
    return good


def _is_of(backend: object, *packages: str) -> bool:
    """Whether a back end, or anything that it inherits from, comes from one of these modules or packages."""
    modules = {kind.__module__ for kind in type(backend).__mro__}
    return any(module == package or module.startswith(package + ".") for module in modules for package in packages)


def put(backends: list[KeyringBackend], service: str, name: str, text: str) -> dict[str, Any]:
    """Write a secret and read it back."""
    first = backends[0]
    try:
        first.set_password(service, name, text)
    except Exception as error:  # noqa: BLE001
        # Windows takes 2560 bytes of UTF-16, and says so by an error of its own that is no ``KeyringError``.
        large = sys.platform == "win32" and len(text.encode("utf-16-le")) > 2560
        return {"ok": False, "reason": "too_large" if large else reason_of(error)}
    try:
        if first.get_password(service, name) == text:
            return {"ok": True, "text": None}
    except Exception as error:  # noqa: BLE001
        return {"ok": False, "reason": reason_of(error)}
    with contextlib.suppress(Exception):  # what it lost it need not delete
        first.delete_password(service, name)
    return {"ok": False, "reason": "lost"}


def get(backends: list[KeyringBackend], service: str, name: str) -> dict[str, Any]:
    """Read a secret, from whichever back end of a chain has it."""
    trouble = None
    for backend in backends:
        try:
            text = backend.get_password(service, name)
        except Exception as error:  # noqa: BLE001
            trouble = trouble or reason_of(error)
            continue
        if text is not None:
            return {"ok": True, "text": text}
    return {"ok": False, "reason": trouble} if trouble else {"ok": True, "text": None}


def drop(backends: list[KeyringBackend], service: str, name: str) -> dict[str, Any]:
    """Delete a secret wherever it is; one that is not there is deleted."""
    from keyring.errors import PasswordDeleteError

    trouble = None
    for backend in backends:
        try:
            backend.delete_password(service, name)
        except PasswordDeleteError:
            pass
        except Exception as error:  # noqa: BLE001
            trouble = trouble or reason_of(error)
    return {"ok": False, "reason": trouble} if trouble else {"ok": True, "text": None}


def look(backends: list[KeyringBackend]) -> dict[str, Any]:
    """Whether a secret could be written now, without asking anybody to unlock anything."""
    if _is_of(backends[0], "keyring.backends.SecretService") and _locked():
        return {"ok": False, "reason": "locked"}
    return {"ok": True, "text": None}


def _locked() -> bool:
    """Whether the default collection is locked or missing; unlike ``get_default_collection`` this makes no prompt."""
    import secretstorage

    try:
        with contextlib.closing(secretstorage.dbus_init()) as bus:
            return bool(secretstorage.Collection(bus).is_locked())
    except (secretstorage.SecretStorageException, OSError):
        return True


def reason_of(error: Exception) -> str:
    """Why a back end failed; its own words stay here."""
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    if isinstance(error, NoKeyringError):
        return "none"
    return "locked" if isinstance(error, KeyringLocked | InitError) else "error"


def main() -> int:
    """Answer one document."""
    document = json.loads(sys.stdin.buffer.read())
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    # A back end that prints shall not be taken for our answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # Whoever started us may be gone while a prompt still waits for somebody.
    watch = threading.Timer(document["limit_s"], os._exit, (3,))
    watch.daemon = True
    watch.start()
    try:
        backends = usable()
    except NoKeyringError as error:
        _say(out, {"refused": error.reason})
        return 0
    called = next((text for module, text in _KNOWN.items() if _is_of(backends[0], module)), str(backends[0].name))
    _say(out, {"keyring": called})
    service = document["service"]
    locked = look(backends) if document["quiet"] else {"ok": True}
    for verb, *rest in document["asks"]:
        match verb if locked["ok"] else "look":
            case "put":
                answer = put(backends, service, *rest)
            case "get":
                answer = get(backends, service, *rest)
            case "drop":
                answer = drop(backends, service, *rest)
            case _:
                answer = look(backends)
        _say(out, answer)
    return 0


def _say(out: TextIO, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


if __name__ == "__main__":
    raise SystemExit(main())
