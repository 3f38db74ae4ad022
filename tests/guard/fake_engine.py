"""A stand-in for the engine: answers ``ok <pid>`` on the inherited sockets and beats. Its mode is read from a file.

Modes: ``ok``; ``crash`` (exit 1 before ready); ``slow`` (never ready); ``hang`` (beats end after ready);
``exit N`` (before ready); ``refuse N`` (like ``exit``, after leaving engine.error.json); ``wait`` (a file ``go``
beside the mode file makes it ready); ``linger`` (SIGTERM is ignored); ``keys`` (after ready, the bytes of a file
``frame`` beside the mode file go into the beat's pipe); ``keys-crash`` (the same before ready, then exit 1).
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import sys
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", type=Path)
    parser.add_argument("--sockets", required=True)
    parser.add_argument("--beat", type=int, required=True)
    parser.add_argument("--life", type=int, required=True)
    arguments = parser.parse_args()
    mode, _, value = arguments.mode.read_text().partition(" ")
    with (arguments.mode.parent / "starts").open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    if mode == "crash":
        return 1
    if mode == "exit":
        return int(value)
    if mode == "refuse":
        file = Path(os.environ["SPENDLIGHT_HOME"]) / "run" / "engine.error.json"
        file.write_text(json.dumps({"title": "Bad", "message": "It is bad.", "fix": "Mend it.", "code": "bad"}))
        return int(value)
    if mode == "keys-crash":
        send_frame(arguments)
        return 1
    if mode == "slow":
        time.sleep(60)
    if mode == "wait":
        while not (arguments.mode.parent / "go").exists():
            time.sleep(0.01)
    if mode == "linger":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    selector = selectors.DefaultSelector()
    for number in arguments.sockets.split(","):
        plug = socket.socket(fileno=int(number))
        plug.setblocking(False)
        selector.register(plug, selectors.EVENT_READ)
    selector.register(arguments.life, selectors.EVENT_READ)
    os.write(arguments.beat, b"R")
    if mode == "keys":
        send_frame(arguments)
    beat = time.monotonic() + 0.5
    while True:
        for key, _ in selector.select(max(0, beat - time.monotonic())):
            if key.fileobj == arguments.life:
                return 0
            try:
                client, _ = key.fileobj.accept()
            except BlockingIOError:
                continue
            with client:
                client.setblocking(True)
                client.settimeout(5)
                client.recv(65536)
                body = b"ok %d" % os.getpid()
                client.sendall(
                    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
                )
        if mode == "hang":
            time.sleep(60)
        if time.monotonic() >= beat:
            os.write(arguments.beat, b".")
            beat = time.monotonic() + 0.5


def send_frame(arguments: argparse.Namespace) -> None:
    data = (arguments.mode.parent / "frame").read_bytes()
    while data:
        data = data[os.write(arguments.beat, data) :]
    (arguments.mode.parent / "sent").touch()


if __name__ == "__main__":
    raise SystemExit(main())
