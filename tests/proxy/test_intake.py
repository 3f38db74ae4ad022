"""Bodies that are read straight into their place: whole, unchanged, one after the other, in any cuts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.proxy.intake import WHOLE_LIMIT, Whole


class TestWhole:
    @given(body=st.binary(min_size=1, max_size=300), data=st.data())
    def test_any_cuts_give_the_body(self, body, data):
        cut = data.draw(st.integers(0, len(body) - 1))
        whole = Whole(body[:cut], len(body))
        while True:
            room = whole.room
            assert len(room) == len(body) - cut
            size = data.draw(st.integers(1, len(room)))
            room[:size] = body[cut : cut + size]
            cut += size
            got = whole.filled(size)
            if got is not None:
                break
        assert cut == len(body)
        assert type(got) is bytes
        assert got == body

    def test_the_body_is_not_changed_by_what_is_read_later(self):
        whole = Whole(b"a", 2)
        room = whole.room
        room[:] = b"b"
        assert whole.filled(1) == b"ab"
        with pytest.raises(ValueError, match="released"):
            room[:] = b"c"


@pytest.mark.parametrize("size", [1, 70_000, 400_000, WHOLE_LIMIT, WHOLE_LIMIT + 1])
async def test_bodies_that_follow_each_other_stay_apart(bench, size):
    """Two requests in one flow: the second one's first bytes are never taken for the first one's last."""
    bodies = [random.Random(n).randbytes(size) for n in range(2)]
    client = await bench.client()
    for body in bodies:
        client.send(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + body)
    vendor = None
    for body in bodies:
        vendor = vendor or await bench.vendor.accept()
        assert (await vendor.request()).body == body
        vendor.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        assert (await client.response()).body == b"ok"


async def test_a_client_that_leaves_within_a_body(bench):
    """Nothing of a body that never became whole goes out, and the relay serves the next client."""
    client = await bench.client()
    client.send(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n" + b"x" * 200_000)
    await client.flush()
    client.close()
    other = await bench.client()
    other.send(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
    vendor = await bench.vendor.accept()
    assert (await vendor.request()).body == b"hi"
    vendor.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    assert (await other.response()).body == b"ok"
