"""One tray a profile: the lock judges, a local socket carries the word of those who came second.

The lock is the kernel's (``trayapp.platform.single``), so a crash leaves nothing behind. The messenger's socket lies
in the profile's run folder (mode 0700) and accepts this user only. A message is one JSON line,
``{"version": 1, "do": "show"}``; the answer is ``{"ok": true}``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from trayapp.platform import single
from trayapp.platform.paths import Paths

VERSION: Final = 1
_LINE: Final = 4096
_PATIENCE_MS: Final = 3000


class OneTray(QObject):
    """Tries to be the one tray of a profile."""

    show_asked = Signal()
    """A second start wants the popover to be seen."""

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._address = os.fspath(_messenger(paths))
        self._path = paths.tray_lock
        self._lock: single.Single | None = None
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Become the one; ``False`` when another is.

        Raises:
            OSError: the lock's file cannot be made.
        """
        try:
            self._lock = single.Single.take(self._path)
        except single.HeldError:
            return False
        return True

    def listen(self) -> None:
        """Hear those who come second. Without a socket (a full disk) they get no answer; the tray works."""
        # We hold the lock: a socket that is still there belongs to nobody.
        QLocalServer.removeServer(self._address)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._visited)
        if server.listen(self._address):
            self._server = server

    def call_first(self) -> bool:
        """Ask the one that is there to show itself; ``False`` when it does not answer."""
        plug = QLocalSocket()
        plug.connectToServer(self._address)
        if not plug.waitForConnected(_PATIENCE_MS):
            return False
        plug.write(json.dumps({"version": VERSION, "do": "show"}).encode() + b"\n")
        plug.flush()
        answered = plug.waitForReadyRead(_PATIENCE_MS) and b'"ok"' in plug.readAll().data()
        plug.abort()
        return answered

    def release(self) -> None:
        """Make room for another."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _visited(self) -> None:
        while self._server is not None and (visitor := self._server.nextPendingConnection()) is not None:
            visitor.disconnected.connect(visitor.deleteLater)
            visitor.readyRead.connect(lambda visitor=visitor: self._hear(visitor))
            if visitor.bytesAvailable():
                self._hear(visitor)

    def _hear(self, visitor: QLocalSocket) -> None:
        if not visitor.canReadLine():
            if visitor.bytesAvailable() > _LINE:
                visitor.abort()
            return
        try:
            wish = json.loads(bytes(visitor.readLine(_LINE).data()))
            known = isinstance(wish, dict) and wish.get("do") == "show"
        except ValueError:
            known = False
        visitor.write(b'{"ok":true}\n' if known else b'{"error":"unknown"}\n')
        visitor.flush()
        visitor.disconnectFromServer()
        if known:
            self.show_asked.emit()


def _messenger(paths: Paths) -> Path:
    return paths.run / "tray.sock"
