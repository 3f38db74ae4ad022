"""The engine's side of the control socket, and nothing else of the engine: tests write its part."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import time
from pathlib import Path
from typing import Any

from trayapp.control import encode, error_message
from trayapp.snapshot import Snapshot, snapshot_to_json
from trayapp.trouble import Trouble

PATIENCE = 15.0


class StandInEngine:
    """Serves ``trayapp.control`` at a path until it is closed."""

    def __init__(self, path: Path, first: Snapshot) -> None:
        self._path = path
        self._now = first
        self._lock = threading.Lock()
        self._faces: list[socket.socket] = []
        self._accepted: list[socket.socket] = []
        """All that came, also those that have not said anything yet: a process that dies hangs up on each."""
        self._asked: queue.Queue[dict[str, Any]] = queue.Queue()
        self.refuse: Trouble | None = None
        """What to answer to anything but ``subscribe``."""
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(8)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def send(self, snapshot: Snapshot) -> None:
        """What is so from now on; everyone who subscribed hears it."""
        with self._lock:
            self._now = snapshot
            for face in self._faces:
                # One that has just hung up comes again and is told then.
                with contextlib.suppress(OSError):
                    face.sendall(_event(snapshot))

    def send_raw(self, data: bytes) -> None:
        """Bytes that may be anything."""
        with self._lock:
            for face in self._faces:
                face.sendall(data)

    def next_ask(self, verb: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """The next request; it must be of this verb."""
        message = self._asked.get(timeout=timeout)
        assert message["do"] == verb, message
        return message

    def wait_followed(self) -> None:
        """Wait until a face has subscribed: it is wholly made by then."""
        end = time.monotonic() + PATIENCE
        while not self._faces:
            assert time.monotonic() < end, "nobody has subscribed"
            time.sleep(0.02)

    def asked(self) -> bool:
        """Whether something was asked that nobody has taken yet."""
        return not self._asked.empty()

    def close(self) -> None:
        """Die."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(PATIENCE)
        for face in self._accepted:
            with contextlib.suppress(OSError):
                face.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                face, _ = self._listener.accept()
            except OSError:
                return
            self._accepted.append(face)
            thread = threading.Thread(target=self._serve, args=(face,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, face: socket.socket) -> None:
        with face, face.makefile("rb") as lines:
            try:
                for line in lines:
                    self._answer(face, json.loads(line))
            except OSError:
                pass
            with self._lock:
                if face in self._faces:
                    self._faces.remove(face)

    def _answer(self, face: socket.socket, message: dict[str, Any]) -> None:
        with self._lock:
            if message["do"] == "subscribe":
                face.sendall(encode({"id": message["id"], "ok": {}}) + _event(self._now))
                self._faces.append(face)
                return
            self._asked.put(message)
            if self.refuse is not None:
                face.sendall(error_message(message["id"], self.refuse))
            else:
                face.sendall(encode({"id": message["id"], "ok": {}}))


def _event(snapshot: Snapshot) -> bytes:
    return encode({"event": "snapshot", "data": snapshot_to_json(snapshot)})
