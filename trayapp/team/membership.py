"""What is remembered of a membership: where, as whom, what was agreed to; the epoch's mark; the signed policy.

Everything that reads or writes the files in the team's folder lives here (0600 in a 0700 folder); the device's key and
the project key lie in the keyring, under names of their own. Rules: files are replaced whole; one that cannot be read
is as good as none, but for the membership itself: without it nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec

from trayapp.platform.paths import write_private
from trayapp.team.wire import Signed

DEVICE_KEY: Final = "team-device-key"
PROJECT_KEY: Final = "team-project-key"
"""Names of secrets."""
_WORDS: Final = ("invite", "join", "enrol")

T = TypeVar("T")


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A device in a team."""

    server: str
    tenant: str
    tenant_name: str
    team: str
    team_name: str
    device: str
    policy_key: str
    roles: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    since_us: int = 0
    """Hours from here on are told."""
    agreed: tuple[str, ...] = ()
    """The dimensions that its user has seen and agreed to."""
    accepted: bool = False
    """He has seen the exact JSON and agreed. Before, nothing is sent."""
    paused: bool = False
    deleting: bool = False
    """The server was asked to delete all; whether it has, is not known."""
    revoked: str = ""
    """Why the server does not let it in any more."""
    floor: int = 0
    """The greatest version of a policy that was in force."""
    held: str = ""
    """Digest of that one."""


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside the ledger, so that a ledger that was restored from a copy is recognised."""

    epoch: str
    mark: int = 0
    """No revision below this one can be the ledger's: it was about to be sent."""
    former: tuple[str, ...] = ()
    """Epochs that this one stands for; the server has not been told yet."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The policy as it was received."""

    signed: Signed
    etag: str = ""


class LeaseKept(msgspec.Struct, frozen=True, kw_only=True):
    """Money of a hard pool that was set aside for this device."""

    id: str = ""
    pico: int = 0
    expires: int = 0
    base: int = 0
    """What had been spent when it was given."""
    once: str = ""
    """An errand for the next one is on its way."""
    asked_base: int = 0
    """What had been spent when that was asked for."""


class Leases(msgspec.Struct, frozen=True, kw_only=True):
    """By pool."""

    leases: dict[str, LeaseKept] = {}


@dataclass(frozen=True, slots=True)
class Folder:
    """The files."""

    path: Path

    def member(self) -> Member | None:
        """The membership."""
        return self._read("member.json", Member)

    def epoch(self) -> Epoch | None:
        """The epoch's mark."""
        return self._read("epoch.json", Epoch)

    def policy(self) -> Kept | None:
        """The policy, to be verified."""
        return self._read("policy.json", Kept)

    def leases(self) -> Leases:
        """The leases."""
        return self._read("leases.json", Leases) or Leases()

    def write(self, value: Member | Epoch | Kept | Leases) -> None:
        """Keep one of them.

        Raises:
            OSError: the folder cannot be written.
        """
        names = {Member: "member.json", Epoch: "epoch.json", Kept: "policy.json", Leases: "leases.json"}
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.path / names[type(value)], msgspec.json.encode(value))

    def forget(self) -> None:
        """Keep nothing. The membership goes first: without it the rest is nobody's.

        Raises:
            OSError: the folder cannot be written.
        """
        for name in ("member.json", "epoch.json", "policy.json", "leases.json"):
            (self.path / name).unlink(missing_ok=True)

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None


def read_invite(text: str) -> tuple[str, str]:
    """A server's address and the invitation from what was handed over.

    ``https://HOST[/BASE]/join#TOKEN``, ``…/invite/TOKEN`` or ``…?invite=TOKEN``.

    Raises:
        ValueError: it is none; the message is a sentence.
    """
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        raise ValueError("An invitation is an https address.")
    steps = parts.path.strip("/").split("/") if parts.path.strip("/") else []
    asked = parse_qs(parts.query).get("invite", [""])[0]
    token = parts.fragment or asked
    if not token and len(steps) > 1 and steps[-2] in _WORDS:
        token = steps.pop()
    while steps and steps[-1] in _WORDS:
        steps.pop()
    if not token or len(token) > 512 or not token.isprintable():
        raise ValueError("The address holds no invitation.")
    return urlunsplit((parts.scheme, parts.netloc, "/".join(["", *steps]) if steps else "", "", "")), token
