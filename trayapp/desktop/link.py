"""The tray's line to the engine: connects, subscribes, reconnects, asks.

Everything that crosses the control socket on the desktop's side lives here. It turns the protocol of
``trayapp.control`` into ``View`` values and answers.

Rules:

* nothing runs while connected and quiet: no polling, no timers. While there is no connection it tries again after
  0.2 s, growing to 2 s, and at once when something changes in the folder of the socket;
* an engine that went away is given ``GRACE_MS`` to come back before it is called down: a restart by the guard is
  no alarm;
* what is read is bounded by ``MAX_LINE``; a line that is not our protocol ends the connection, not the tray.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QFileSystemWatcher, QIODevice, QObject, QTimer, Signal
from PySide6.QtNetwork import QAbstractSocket, QLocalSocket, QTcpSocket

from trayapp.control import MAX_LINE, encode
from trayapp.desktop import keeper, saying
from trayapp.desktop.view import Link, View
from trayapp.platform.paths import Paths
from trayapp.snapshot import snapshot_from_json
from trayapp.tongue import tr
from trayapp.trouble import Trouble, trouble_from_json

GRACE_MS: Final = 1500
_FIRST_RETRY_MS: Final = 200
_LAST_RETRY_MS: Final = 2000

Answer = Callable[[Any, Trouble | None], None]
"""Called once with the engine's answer, or with the trouble it met."""

_log = logging.getLogger("spendlight.tray")


def _gone() -> Trouble:
    return Trouble(
        title=tr("link", "Spendlight's engine did not answer"),
        message=tr("link", "The connection to the engine ended before its answer came."),
        fix=tr("link", "Try again; if it stays so, `spendlight doctor` looks for the cause."),
        code="no_answer",
    )


def _silent() -> Trouble:
    return Trouble(
        title=tr("link", "Spendlight's engine does not answer"),
        message=tr("link", "It runs, but the tray gets no word from it, so nothing here is of now."),
        fix=tr("link", "It is restarted by itself when it hangs; if this stays, run `spendlight doctor`."),
        code="no_answer",
    )


class Line(QObject):
    """The control connection of one profile."""

    changed = Signal(object)
    """The new ``View``, whenever anything in it changed."""

    def __init__(self, paths: Paths, *, demo: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._view = View(demo=demo)
        self._socket: QLocalSocket | QTcpSocket | None = None
        self._buffer = bytearray()
        self._waiting: dict[int, Answer] = {}
        self._next_id = 0
        self._retry_ms = _FIRST_RETRY_MS
        self._closed = False
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.timeout.connect(self._connect)
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.setInterval(GRACE_MS)
        self._grace.timeout.connect(self._judge)
        self._folder: QFileSystemWatcher | None = None

    @property
    def view(self) -> View:
        """What is known now."""
        return self._view

    def start(self) -> None:
        """Begin to connect."""
        self._grace.start()
        self._connect()

    def close(self) -> None:
        """Hang up for good."""
        self._closed = True
        self._retry.stop()
        self._grace.stop()
        self._watch_folder(on=False)
        self._drop_socket()

    def ask(self, verb: str, answer: Answer | None = None, **arguments: Any) -> None:
        """Send one request; without a connection the answer is a trouble, at once.

        A trouble also becomes ``View.failed`` until a request succeeds.
        """
        socket = self._socket
        if socket is None or self._view.link is not Link.CONNECTED:
            self._answered(answer, None, _gone())
            return
        self._next_id += 1
        self._waiting[self._next_id] = lambda ok, trouble: self._answered(answer, ok, trouble)
        socket.write(encode({"id": self._next_id, "do": verb, **arguments}))

    def report(self, trouble: Trouble | None) -> None:
        """Show something that could not be done, or take it back."""
        self._set(replace(self._view, failed=trouble))

    # Connecting

    def _connect(self) -> None:
        if self._closed or self._socket is not None:
            return
        self._buffer.clear()
        try:
            self._socket = self._dial()
        except (OSError, ValueError, KeyError, TypeError):
            self._socket = None
            self._again()

    def _dial(self) -> QLocalSocket | QTcpSocket:
        """Start to connect; the rest is signals."""
        if sys.platform == "win32":
            document = json.loads(self._paths.control.read_text("utf-8"))
            tcp = QTcpSocket(self)
            secret = encode({"secret": document["secret"]})
            tcp.connected.connect(lambda: (tcp.write(secret), self._opened())[1])
            tcp.errorOccurred.connect(self._tcp_failed)
            tcp.disconnected.connect(self._lost)
            tcp.readyRead.connect(self._read)
            tcp.connectToHost("127.0.0.1", int(document["port"]))
            return tcp
        local = QLocalSocket(self)
        local.connected.connect(self._opened)
        local.errorOccurred.connect(self._local_failed)
        local.disconnected.connect(self._lost)
        local.readyRead.connect(self._read)
        # A refused connection is reported from inside this call, before the socket is ours to drop.
        self._socket = local
        local.connectToServer(os.fspath(self._paths.control))
        return local

    def _opened(self) -> None:
        socket = self._socket
        if socket is None:
            return
        self._next_id += 1
        self._waiting[self._next_id] = self._subscribed
        socket.write(encode({"id": self._next_id, "do": "subscribe"}))

    def _subscribed(self, _ok: Any, trouble: Trouble | None) -> None:
        if trouble is not None and trouble.code != "no_answer":
            _log.warning("the engine refused the subscription: %s", trouble.code)

    def _local_failed(self, _error: QLocalSocket.LocalSocketError) -> None:
        # "Peer closed" is followed by disconnected; both end in the same place, once. Never inside the socket's
        # own call: it is still busy with itself.
        QTimer.singleShot(0, self, self._lost)

    def _tcp_failed(self, _error: QAbstractSocket.SocketError) -> None:
        QTimer.singleShot(0, self, self._lost)

    def _lost(self) -> None:
        if self._closed or self._socket is None:
            return
        self._drop_socket()
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer(None, _gone())
        if self._view.link is Link.CONNECTED:
            self._retry_ms = _FIRST_RETRY_MS
            self._set(replace(self._view, link=Link.CONNECTING))
            self._grace.start()
        elif not self._grace.isActive():
            self._judge()
        self._again()

    def _drop_socket(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.blockSignals(True)
            socket.abort()
            socket.deleteLater()

    def _again(self) -> None:
        if self._closed:
            return
        self._watch_folder(on=True)
        if not self._retry.isActive():
            self._retry.start(self._retry_ms)
            self._retry_ms = min(self._retry_ms * 2, _LAST_RETRY_MS)

    def _watch_folder(self, *, on: bool) -> None:
        """Hear of a new socket at once instead of at the next try; only while there is no connection."""
        if on and self._folder is None and self._paths.run.is_dir():
            self._folder = QFileSystemWatcher([os.fspath(self._paths.run)], self)
            self._folder.directoryChanged.connect(self._folder_changed)
        elif not on and self._folder is not None:
            self._folder.deleteLater()
            self._folder = None

    def _folder_changed(self, _path: str) -> None:
        if self._socket is None and Path(self._paths.control).exists():
            self._retry.start(20)

    def _judge(self) -> None:
        """Say what is the matter while there is no engine."""
        if self._view.link is Link.CONNECTED:
            return
        guard = keeper.find(self._paths)
        state = guard.state if guard else ""
        trouble = saying.trouble(guard.trouble) if guard else None
        if state == "relaying":
            link = Link.RELAYING
        elif state in ("starting", "restarting") and self._view.link is not Link.DOWN:
            link = Link.CONNECTING
        else:
            link = Link.DOWN
            if state == "running":
                trouble = trouble or _silent()
        self._set(replace(self._view, link=link, guard_trouble=trouble))

    # Reading

    def _read(self) -> None:
        socket: QIODevice | None = self._socket
        if socket is None:
            return
        self._buffer += socket.readAll().data()
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        snapshot: dict[str, Any] | None = None
        try:
            if len(rest) > MAX_LINE:
                raise ValueError
            for line in lines:
                message = json.loads(line)
                if not isinstance(message, dict):
                    raise ValueError
                if message.get("event") == "snapshot":
                    snapshot = message["data"]  # Of several that waited, only the last is of interest.
                elif "id" in message:
                    self._take_answer(message)
            if snapshot is not None:
                self._take_snapshot(snapshot)
        except (ValueError, TypeError, KeyError, AttributeError):
            _log.warning("what came from the control socket is not Spendlight's protocol")
            self._lost()

    def _take_answer(self, message: dict[str, Any]) -> None:
        answer = self._waiting.pop(message["id"], None)
        if answer is None:
            return
        if "error" in message:
            answer(None, saying.trouble(trouble_from_json(message["error"])))
        else:
            answer(message.get("ok"), None)

    def _take_snapshot(self, data: dict[str, Any]) -> None:
        snapshot = saying.snapshot(snapshot_from_json(data))
        self._retry_ms = _FIRST_RETRY_MS
        self._grace.stop()
        self._watch_folder(on=False)
        self._set(replace(self._view, link=Link.CONNECTED, snapshot=snapshot, guard_trouble=None))

    def _answered(self, answer: Answer | None, ok: Any, trouble: Trouble | None) -> None:
        if trouble is not None:
            _log.warning("a request failed: %s", trouble.code)
        self._set(replace(self._view, failed=trouble))
        if answer is not None:
            answer(ok, trouble)

    def _set(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self.changed.emit(view)
