"""Keyring back ends that misbehave, for ``PYTHON_KEYRING_BACKEND``; loaded in the teller's process alone."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import ClassVar

from keyring.backend import KeyringBackend
from keyring.backends import chainer, null
from keyring.errors import KeyringLocked


class _Base(KeyringBackend):
    priority = 1  # type: ignore[assignment]
    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        self.kept.pop((service, username), None)


class Kept(_Base):
    """A good one, in a file."""

    name = "Kept Keyring"

    def _all(self):
        try:
            return json.loads(Path(os.environ["ODD_KEYRING"]).read_text())
        except OSError:
            return {}

    def _write(self, what):
        Path(os.environ["ODD_KEYRING"]).write_text(json.dumps(what))

    def get_password(self, service, username):
        return self._all().get(f"{service} {username}")

    def set_password(self, service, username, password):
        self._write({**self._all(), f"{service} {username}": password})

    def delete_password(self, service, username):
        what = self._all()
        what.pop(f"{service} {username}", None)
        self._write(what)


class Plain(_Base):
    """As keyrings.alt's own."""


Plain.__module__ = "keyrings.alt.file"


class InheritsNull(null.Keyring):
    """Still null."""

    priority = 1


class Forgets(_Base):
    """Says that it has kept it."""

    def set_password(self, service, username, password):
        pass


class TakesLittle(_Base):
    """As Windows: an error that is none of keyring's own."""

    def set_password(self, service, username, password):
        if len(password) > 100:
            raise OSError(1783, "The stub received bad data")


class Talks(_Base):
    """Prints what it was given, then fails with it."""

    def set_password(self, service, username, password):
        print('{"ok": true, "text": null}', flush=True)
        print(password, file=sys.stderr, flush=True)
        raise RuntimeError(password)


class Dies(_Base):
    """Takes the process with it."""

    def set_password(self, service, username, password):
        os._exit(11)


class Hangs(_Base):
    """An unlock prompt that nobody answers."""

    def _wait(self, *_):
        time.sleep(600)

    get_password = set_password = delete_password = _wait


class Witness(_Base):
    """Writes down what others can see of this process."""

    def set_password(self, service, username, password):
        shown = [Path("/proc/self/cmdline").read_text(), Path("/proc/self/environ").read_text()]
        Path(os.environ["ODD_KEYRING"]).write_text(json.dumps(shown))


class _Chain(chainer.ChainerBackend):
    links: tuple[type, ...] = ()
    priority = 10

    @property
    def backends(self):
        return [link() for link in self.links]


class BadChain(_Chain):
    links = (Plain, InheritsNull)


class EmptyChain(_Chain):
    pass


class MixedChain(_Chain):
    links = (Plain, Kept)


class Gated(Kept):
    """A good one behind a prompt: answers when the file ``ODD_GATE`` is there."""

    def _all(self):
        while not Path(os.environ["ODD_GATE"]).exists():
            time.sleep(0.02)
        return super()._all()


class Locks(Kept):
    """A good one that is locked while the file ``ODD_GATE`` is there."""

    def _all(self):
        if Path(os.environ["ODD_GATE"]).exists():
            raise KeyringLocked("canary: what a back end says is never shown")
        return super()._all()
