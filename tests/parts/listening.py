"""A server of a test's own: a thread that accepts, one more for each connection, and an end that leaves none behind."""

from __future__ import annotations

import contextlib
import socket
import threading

PATIENCE = 30.0


class Listening:
    """Serves 127.0.0.1 from its making until ``close``. What a connection is told is the subclass's ``serve``."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def wrapped(self, plug: socket.socket) -> socket.socket:
        """The connection as it is spoken over, such as with TLS."""
        return plug

    def serve(self, plug: socket.socket) -> None:
        """Speak on one connection; what the system says against it ends it."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop, and end what is open."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(PATIENCE)
        for plug in list(self._open):
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                plug, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._run, args=(plug,))
            self._threads = [t for t in self._threads if t.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _run(self, plug: socket.socket) -> None:
        plug.settimeout(PATIENCE)
        # What is sent in two parts would wait 40 ms for the other side's word on the first.
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            plug = self.wrapped(plug)
            self._open.add(plug)
            self.serve(plug)
        except OSError:
            pass
        finally:
            self._open.discard(plug)
            plug.close()
