"""Fingerprints of keys: the same for the same key, and nothing of the key in them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.engine.credentials import Credentials

NAMES = Credentials("install-key")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"Authorization", b"Bearer sk-secret"),
        (b"authorization", b"bearer  sk-secret "),
        (b"authorization", b"sk-secret"),
        (b"X-Api-Key", b"sk-secret"),
        (b"api-key", b" sk-secret"),
        (b"x-goog-api-key", b"sk-secret"),
    ],
)
def test_one_key_has_one_fingerprint_however_it_is_carried(field: bytes, value: bytes) -> None:
    want = NAMES.fingerprint([], "/v1/x?alt=sse&key=sk-secret")
    assert want is not None
    assert re.fullmatch(r"[0-9a-f]{16}", want)
    assert NAMES.fingerprint([(b"host", b"x"), (field, value)], "/v1/x?key=other") == want


def test_without_a_key_there_is_none() -> None:
    for headers in ([], [(b"authorization", b"")], [(b"x-api-key", b"  ")]):
        assert NAMES.fingerprint(headers, "/v1/x?alt=sse") is None
        assert NAMES.fingerprint(headers, "/v1/x?key=") is None


def test_another_installation_gives_another_fingerprint() -> None:
    headers = [(b"x-api-key", b"sk-secret")]
    assert NAMES.fingerprint(headers, "/") != Credentials("other").fingerprint(headers, "/")


def test_a_signature_is_known_by_its_public_key_id() -> None:
    signed = "AWS4-HMAC-SHA256 Credential=AKIA1/2026{}/us-east-1/bedrock/aws4_request, Signature={}"
    one, two = (signed.format(day, day).encode() for day in ("1101", "1102"))
    assert NAMES.fingerprint([(b"authorization", one)], "/") == NAMES.fingerprint([(b"authorization", two)], "/")


@given(st.binary(max_size=80), st.text(max_size=80))
def test_it_never_fails_and_never_shows_the_key(value: bytes, query: str) -> None:
    got = NAMES.fingerprint([(b"authorization", value)], f"/x?key={query}")
    assert got is None or re.fullmatch(r"[0-9a-f]{16}", got)
