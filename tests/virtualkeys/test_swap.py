"""What a virtual key changes in a request's head, and what it does not."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.frontdoor import Entry, Upstream
from trayapp.guard.wire import parse_request
from trayapp.proxy import Plan, RequestHead
from trayapp.proxy.framing import read_request_head
from trayapp.proxy.watch import Watch
from trayapp.refusal import Refusal
from trayapp.virtualkeys import register
from trayapp.virtualkeys.register import VirtualKey
from trayapp.virtualkeys.swap import Known, Swapped, Table, carries_one, swap

REAL = "sk-ant-api03-R3aL/+=?&%"
UPSTREAM = Upstream.parse("https://api.example.com/base")


def entry(vendor: str = "anthropic", target: str = "/v1/messages", upstream: Upstream = UPSTREAM) -> Entry:
    return Entry(vendor, None, upstream, target.partition("?")[0], target)


def table(vendor: str = "anthropic", real: str | None = REAL, **more: object) -> tuple[str, Table]:
    virtual = register.new_key(vendor)
    mark = register.fingerprint("install", virtual.encode())
    key = VirtualKey(
        name="mine",
        vendor=vendor,
        upstream="https://api.example.com",
        carriers=register.CARRIERS.get(vendor, register.FIELDS),
        fingerprint=mark,
        made_us=1,
    )
    return virtual, Table("install", {mark: Known(key, real, "the keyring is locked")})


@pytest.mark.parametrize(
    ("vendor", "name", "value"),
    [
        ("anthropic", b"x-api-key", "{}"),
        ("anthropic", b"X-API-Key", "{}"),
        ("anthropic", b"Authorization", "Bearer {}"),
        ("openai", b"authorization", "bearer  {}"),
        ("openai", b"authorization", "BEARER\t{}"),
        ("gemini", b"x-goog-api-key", "{}"),
        ("azure", b"api-key", "{}"),
        ("groq", b"api-key", "{}"),
    ],
)
def test_a_field_gets_the_real_key_in_its_place(vendor: str, name: bytes, value: str) -> None:
    virtual, keys = table(vendor)
    fields = ((b"Host", b"h"), (name, value.format(virtual).encode()), (b"X-Other", virtual.encode()), (name, b"mine"))
    done = swap(entry(vendor), fields, keys)
    assert isinstance(done, Swapped)
    assert done.headers == (fields[0], (name, value.format(REAL).encode()), *fields[2:])
    assert done.target == "/v1/messages"


def test_geminis_query() -> None:
    virtual, keys = table("gemini")
    target = f"/v1beta/models/m:generateContent?alt=sse&key={virtual}&x=a%20b&&monkey={virtual}"
    done = swap(entry("gemini", target), ((b"Host", b"h"),), keys)
    assert isinstance(done, Swapped)
    escaped = "sk-ant-api03-R3aL%2F%2B%3D%3F%26%25"
    assert done.target == f"/v1beta/models/m:generateContent?alt=sse&key={escaped}&x=a%20b&&monkey={virtual}"
    assert done.headers == ((b"Host", b"h"),)


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ((), "/v1/messages"),
        (((b"x-api-key", b"sk-ant-api03-real"),), "/x?key=AIzaReal"),
        (((b"Authorization", b"Basic {}"),), "/x"),
        (((b"Cookie", b"{}"), (b"x-api-keys", b"{}")), "/x"),
        (((b"x-api-key", b"mine {}"),), "/x?Key={}&akey={}"),
        (((b"x-api-key", b"{}!"),), "/{}/key={}"),
    ],
)
def test_nothing_else_is_a_virtual_key(headers: tuple[tuple[bytes, bytes], ...], target: str) -> None:
    virtual, keys = table()
    fields = tuple((name, value.replace(b"{}", virtual.encode())) for name, value in headers)
    assert swap(entry(target=target.replace("{}", virtual)), fields, keys) is None


@given(st.lists(st.tuples(st.sampled_from([b"a", b"x-api-key", b"authorization"]), st.binary(max_size=40))), st.text())
def test_whatever_a_tool_sends_without_one_is_untouched(headers: list[tuple[bytes, bytes]], target: str) -> None:
    fields = tuple(headers)
    if not carries_one(fields, target):
        assert swap(entry(target=target), fields, table()[1]) is None


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        (((b"X-Title", b"my-spendlight-app"),), "/x"),
        ((), "/v1/projects/acme-spendlight-prod/x?filter=a-spendlight-b"),
        (((b"authorization", b"Bearer my-spendlight-login"), (b"api-key", b"mine-spendlight-1")), "/x"),
    ],
)
def test_a_word_is_no_key(headers: tuple[tuple[bytes, bytes], ...], target: str) -> None:
    """Whoever carries none is not made to wait for keys."""
    assert not carries_one(headers, target)
    virtual = register.new_key("openai")
    assert carries_one(((b"api-key", virtual.encode()),), target)
    assert carries_one(headers, f"/x?key={virtual}")


def refusal(done: object) -> tuple[int, str]:
    assert isinstance(done, Refusal)
    return done.status, done.code


def test_a_key_goes_only_where_it_was_given_for() -> None:
    virtual, keys = table("anthropic")
    fields = ((b"x-api-key", virtual.encode()),)
    assert refusal(swap(entry("openai"), fields, keys)) == (401, "key_for_another_vendor")
    for moved in ("https://api.example.com:8443", "http://api.example.com", "https://api.example.com.evil.org"):
        done = swap(entry(upstream=Upstream.parse(moved)), fields, keys)
        assert refusal(done) == (401, "key_for_another_vendor")
    assert refusal(swap(entry(), ((b"x-goog-api-key", virtual.encode()),), keys)) == (401, "key_in_wrong_place")
    assert refusal(swap(entry(target=f"/v1/messages?key={virtual}"), (), keys)) == (401, "key_in_wrong_place")
    # One good key beside a bad one is not enough.
    other = register.new_key("anthropic").encode()
    assert refusal(swap(entry(), (*fields, (b"authorization", b"Bearer " + other)), keys)) == (401, "unknown_key")


def test_what_is_not_known_or_not_to_be_had() -> None:
    virtual, keys = table(real=None)
    fields = ((b"x-api-key", virtual.encode()),)
    done = swap(entry(), fields, keys)
    assert refusal(done) == (503, "key_not_available")
    assert isinstance(done, Refusal)
    assert "the keyring is locked" in done.message
    body = json.loads(done.body())
    assert (body["type"], body["error"]["type"], body["spendlight"]["code"]) == ("error", "api_error", done.code)
    assert refusal(swap(entry(), fields, Table("install", {}))) == (401, "unknown_key")
    assert refusal(swap(entry(), fields, Table("another", keys.known))) == (401, "unknown_key")
    alone = swap(entry(), fields, None)
    assert refusal(alone) == (503, "key_not_available")
    assert virtual not in repr(done) + repr(alone)


@pytest.mark.parametrize(
    ("vendor", "start"), [("anthropic", "sk-ant-api03-"), ("gemini", "AIza"), ("openai", "sk-"), ("groq", "sk-")]
)
def test_the_form_is_one_that_clients_of_that_vendor_take(vendor: str, start: str) -> None:
    keys = {register.new_key(vendor) for _ in range(50)}
    assert len(keys) == 50
    for key in keys:
        assert key.startswith(start)
        assert "sk-ant-oat" not in key
        assert key.replace("-", "").replace("_", "").isalnum()
        assert len(key.partition("spendlight-")[2]) == 43


def test_nothing_shows_a_real_key() -> None:
    virtual, keys = table()
    done = swap(entry(), ((b"x-api-key", virtual.encode()),), keys)
    assert REAL not in repr(keys) + repr(done) + repr(next(iter(keys.known.values())))
    # Nor do those who carry it further, whatever prints them (a task's repr ends with its result's).
    head = b"GET /x?key=%b HTTP/1.1\r\nHost: h\r\nx-api-key: %b\r\n\r\n" % (b"R3aL", b"R3aL")
    frame = read_request_head(head)
    peer = ("127.0.0.1", 1)
    asked = RequestHead("GET", frame.target.decode(), frame.headers, peer, peer, 0)
    plan = Plan(UPSTREAM, frame.target.decode(), "anthropic", True, cast("Watch", None), frame.headers)
    for each in (frame, asked, plan, parse_request(head), entry(target="/x?key=R3aL")):
        assert "R3aL" not in repr(each)
