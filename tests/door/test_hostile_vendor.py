"""Answers of a hostile vendor through both doors: never framed differently, and it is said whose fault it was."""

from __future__ import annotations

import contextlib
import json
import socket

import door_corpus
import pytest
from doors import STATUS_LINE, Door, Request, code, read_all, status, until

ANSWERS = door_corpus.answers()


def says(data: bytes, *, then: bool | None = None):
    """A vendor that sends these bytes whatever it is asked, then hangs up, or goes on if ``then``."""

    def answer(plug: socket.socket, request: Request) -> bool | None:
        plug.sendall(data)
        if not then:
            plug.shutdown(socket.SHUT_WR)
        return then

    return answer


@pytest.mark.parametrize("name", ANSWERS)
def test_no_http_is_the_vendors_fault(door: Door, name: str) -> None:
    door.vendor.begin(says(ANSWERS[name]))
    answer = door.ask(door.request(b"{}"))
    assert len(STATUS_LINE.findall(answer)) == 1
    assert (status(answer), code(answer)) == (502, "upstream_malformed")
    document = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert document["type"] == "error"  # Anthropic's shape
    assert document["error"]["message"].startswith("Spendlight: the vendor's ")
    assert b"evil" not in answer
    assert len(door.vendor.requests) == 1, "a request that was answered goes out once"


@pytest.mark.parametrize("data", [b"220 smtp.example ESMTP\r\n", b"HTTP/1.1 200 OK\n", b"\x15\x03\x03"])
def test_what_speaks_no_http_and_waits_is_not_waited_for(door: Door, data: bytes) -> None:
    door.vendor.begin(says(data, then=True))
    answer = door.ask(door.request(b"{}"))
    assert (status(answer), code(answer)) == (502, "upstream_malformed")


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_no_answer_is_the_vendors_fault(door: Door, data: bytes) -> None:
    door.vendor.begin(says(data))
    answer = door.ask(door.request(b"{}"))
    final = answer[answer.rindex(b"HTTP/1.1") :]
    assert (status(final), code(final)) == (502, "upstream_closed")


LATER = {
    "bad chunk": b"zz\r\n",
    "chunk too long": b"2\r\nabc\r\n",
    "bad trailer": b"0\r\nContent-Length: 3\r\n\r\n",
    "end of file": b"",
    "end inside a chunk": b"5\r\nab",
}


@pytest.mark.parametrize("name", LATER)
def test_what_turns_bad_later_is_cut_visibly(door: Door, name: str) -> None:
    """After the first byte there is no error to send: the body must not look complete."""
    held = []

    def answer(plug: socket.socket, _: Request) -> bool:
        held.append(plug)
        plug.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
        return True

    door.vendor.begin(answer)
    with door.connect() as plug:
        plug.sendall(door.request(b"{}"))
        seen = b""
        while not seen.endswith(b"ok\r\n"):
            seen += plug.recv(65536)
        with contextlib.suppress(OSError):  # the door may have hung up at the first half of it
            held[0].sendall(LATER[name] + door_corpus.OK)
            held[0].shutdown(socket.SHUT_WR)
        seen += read_all(plug)
    assert len(STATUS_LINE.findall(seen)) == 1
    assert not seen.endswith(b"0\r\n\r\n")
    assert b"evil" not in seen


def test_a_short_body_is_cut_visibly(door: Door) -> None:
    door.vendor.begin(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"))
    answer = door.ask(door.request(b"{}"))
    assert answer == b"" or (b"Content-Length: 9\r\n" in answer and answer.endswith(b"\r\n\r\nok"))


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 204 None\r\n\r\n",
        b"HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 304 Same\r\nContent-Length: 55\r\n\r\n",
    ],
)
def test_bytes_beyond_the_end_belong_to_nobody(door: Door, beginning: bytes) -> None:
    """A second answer behind the first is no answer to the next request, whoever asks it."""
    door.vendor.begin(says(beginning + door_corpus.OK, then=True))
    with door.connect() as plug:
        plug.sendall(door.request(b"{}"))
        first = plug.recv(65536)
        door.vendor.answer = says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
        plug.sendall(door.request(b"{}"))  # the engine takes a second call on this connection, the relay does not
        seen = first + read_all(plug) if door.kind == "relay" else first
    assert b"evil" not in seen
    assert b"Content-Length: 4" not in seen, "a 204 has no length"
    assert door.ask(door.request(b"{}", b"Connection: close")).endswith(b"good")


def test_a_flood_of_interim_answers_ends(door: Door) -> None:
    """Some are forwarded, as they must be; nobody is kept busy by them for ever."""
    some = b"HTTP/1.1 103 Hints\r\nLink: a\r\nContent-Length: 4\r\n\r\n" * 50
    door.vendor.begin(says(some + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    answer = door.ask(door.request(b"{}", b"Connection: close"))
    assert answer.count(b"HTTP/1.1 103 Hints\r\nLink: a\r\n\r\n") == 50
    assert answer.endswith(b"ok")

    def flood(plug: socket.socket, _: Request) -> None:
        while True:
            plug.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

    door.vendor.begin(flood)
    answer = door.ask(door.request(b"{}"))
    final = answer[answer.rindex(b"HTTP/1.1") :]
    assert (status(final), code(final)) == (502, "upstream_malformed")
    assert answer.count(b"102 Processing") <= 1000


def test_it_is_written_down_as_the_vendors_fault(door: Door) -> None:
    before = 0 if door.kind == "engine" else len(door.written())
    door.vendor.begin(says(ANSWERS["garbage"]))
    door.ask(door.request(b'{"model": "hostile", "messages": []}'))

    def ended() -> list[str]:
        if door.kind == "relay":
            return [line["outcome"] for line in door.written()[before:]]
        return [row["state"] for row in door.written() if row["model_asked"] == "hostile" and row["ended_at"]]

    assert until(ended) == ["upstream_cut"]
