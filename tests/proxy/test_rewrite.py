"""A request that leaves changed: what goes out, what happens when the vendor refuses it, what the tool sees."""

from __future__ import annotations

import pytest

from trayapp.proxy import Rewrite
from trayapp.proxy import watch as border

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NO = b"HTTP/1.1 422 Unprocessable\r\nContent-Length: 4\r\n\r\nnono"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Comb:
    """Takes out ``#…;``, as an extra chunk would be taken out."""

    def __init__(self) -> None:
        self.held = b""

    def feed(self, data: bytes, *, last: bool) -> bytes:
        data = self.held + data
        self.held = b""
        out = b""
        while b"#" in data:
            before, _, rest = data.partition(b"#")
            out += before
            if b";" not in rest:
                if last:
                    return out + b"#" + rest
                self.held = b"#" + rest
                return out
            data = rest.partition(b";")[2]
        return out + data


class Broken(Comb):
    def feed(self, data: bytes, *, last: bool) -> bytes:
        if b"!" in data:
            raise ValueError("quotes sk-ant-CANARY")
        return super().feed(data, last=last)


def sieved(kind: type[Comb] = Comb) -> Rewrite:
    return Rewrite(body=b"new", sieve=lambda _status, _headers: kind())


def target_of(request) -> bytes:
    return request.start.split(b" ")[1]


async def answered(bench, data):
    wire = await bench.vendor.accept()
    request = await wire.request()
    wire.send(data)
    return wire, request


class TestRequest:
    async def test_only_the_named_values_change(self, bench):
        bench.rewrite = Rewrite(body=b"new", headers=((b"accept-encoding", b"identity"), (b"x-absent", b"1")))
        client = await bench.post(b"old", b"X-A: 1\r\nACCEPT-Encoding: gzip, br\r\nX-B: 2\r\n")
        _, request = await answered(bench, OK)
        assert [f for f in request.headers if f[0] not in (b"Host", b"Content-Length")] == [
            (b"X-A", b"1"),
            (b"ACCEPT-Encoding", b"identity"),
            (b"X-B", b"2"),
        ]
        assert (await client.response()).body == b"ok"

    async def test_the_target_changes_and_the_original_has_its_own(self, bench):
        bench.rewrite = Rewrite(body=b"new", target="/v1/models/small:go?alt=sse")
        client = await bench.post(b"old")
        _, request = await answered(bench, NO)
        assert target_of(request) == b"/v1/models/small:go?alt=sse"
        _, second = await answered(bench, OK)
        assert (target_of(second), second.body) == (b"/base/v1/x", b"old")
        assert (await client.response()).body == b"ok"

    @pytest.mark.parametrize("target", ["no/origin", "/a b", "/\N{SNOWMAN}", ""])
    async def test_what_is_no_target_is_not_one(self, bench, target):
        bench.rewrite = Rewrite(body=b"new", target=target)
        client = await bench.post(b"old")
        _, request = await answered(bench, OK)
        assert (target_of(request), request.body) == (b"/base/v1/x", b"new")
        assert (await client.response()).body == b"ok"

    async def test_a_field_of_the_answer_says_what_the_tool_expects(self, bench):
        bench.rewrite = Rewrite(body=b"new", answer=((b"openai-model", b"large"), (b"content-length", b"9")))
        client = await bench.post(b"old")
        await answered(bench, b"HTTP/1.1 200 OK\r\nOpenAI-Model: small\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok")
        answer = await client.response()
        fields = [f for f in answer.headers if f[0].lower() in (b"openai-model", b"x-a", b"content-length")]
        assert fields == [(b"OpenAI-Model", b"large"), (b"X-A", b"1"), (b"Content-Length", b"2")]
        told = next(entry for entry in bench.watches[0].log if entry[0] == "responded")
        assert (b"OpenAI-Model", b"small") in told[3]

    async def test_no_field_is_added_to_an_answer(self, bench):
        bench.rewrite = Rewrite(body=b"new", answer=((b"openai-model", b"large"),))
        client = await bench.post(b"old")
        await answered(bench, OK)
        assert all(name.lower() != b"openai-model" for name, _ in (await client.response()).headers)

    async def test_a_streamed_body_cannot_be_rewritten(self, bench):
        bench.rewrite = Rewrite(body=b"new")
        bench.inspect = False
        await bench.post(b"old")
        _, request = await answered(bench, OK)
        assert request.body == b"old"


class TestRefusal:
    async def test_the_original_goes_out_once_and_the_tool_sees_only_its_answer(self, bench):
        bench.rewrite = Rewrite(body=b"changed", headers=((b"accept-encoding", b"identity"),))
        client = await bench.post(b"original", b"Accept-Encoding: gzip\r\n")
        _, first = await answered(bench, NO)
        _, second = await answered(bench, OK)
        assert (first.body, first.get(b"accept-encoding")) == (b"changed", [b"identity"])
        assert (second.body, second.get(b"accept-encoding")) == (b"original", [b"gzip"])
        assert (await client.response()).body == b"ok"
        ending = await bench.over()
        watch = bench.watches[0]
        assert watch.names() == ["opening", "sent", "refused", "sent", "responded", "received", "ended"]
        assert watch.log[2][1] == 422
        assert (ending.outcome, ending.bytes_up) == ("complete", 8)

    async def test_what_the_original_is_answered_reaches_the_tool_whatever_it_is(self, bench):
        bench.rewrite = Rewrite(body=b"changed")
        client = await bench.post(b"original")
        await answered(bench, NO)
        await answered(bench, NO)
        answer = await client.response()
        assert (answer.status, answer.body) == (422, b"nono")
        assert bench.watches[0].names().count("refused") == 1

    @pytest.mark.parametrize("status", [200, 401, 403, 429, 502, 529])
    async def test_other_answers_are_the_tools(self, bench, status):
        bench.rewrite = Rewrite(body=b"changed")
        client = await bench.post(b"original")
        await answered(bench, b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
        assert (await client.response()).status == status
        assert "refused" not in bench.watches[0].names()

    async def test_a_request_that_was_not_changed_is_never_sent_twice(self, bench):
        client = await bench.post(b"original")
        await answered(bench, NO)
        assert (await client.response()).status == 422
        assert bench.vendor.arrivals.empty()

    async def test_a_tool_that_leaves_meanwhile_ends_it(self, bench):
        bench.rewrite = Rewrite(body=b"changed")
        client = await bench.post(b"original")
        wire = await bench.vendor.accept()
        await wire.request()
        wire.send(NO)
        second = await bench.vendor.accept()
        await second.request()
        client.close()
        ending = await bench.over()
        assert ending.outcome == "client_abort"

    async def test_the_original_may_have_to_be_changed_too_and_its_refusal_is_the_tools(self, bench):
        bench.rewrite = Rewrite(body=b"changed", headers=((b"accept-encoding", b"identity"),))
        bench.instead = Rewrite(body=b"original without thinking", refusals=frozenset({422}))
        client = await bench.post(b"original", b"Accept-Encoding: gzip\r\n")
        await answered(bench, NO)
        _, second = await answered(bench, NO)
        assert (second.body, second.get(b"accept-encoding")) == (b"original without thinking", [b"gzip"])
        assert second.get(b"content-length") == [b"25"]
        assert (await client.response()).status == 422
        watch = bench.watches[0]
        assert watch.names().count("refused") == 1
        assert watch.log[2][3] == b"original"

    async def test_a_chunked_upload_keeps_its_framing_and_its_trailers_in_both_attempts(self, bench):
        bench.rewrite = Rewrite(body=b"changed")
        client = await bench.client()
        client.send(b"POST /v1/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n")
        client.send(b"4\r\norig\r\n4\r\ninal\r\n0\r\nX-T: 1\r\n\r\n")
        _, first = await answered(bench, NO)
        _, second = await answered(bench, OK)
        assert [first.body, second.body] == [b"changed", b"original"]
        for request in (first, second):
            assert request.get(b"transfer-encoding") == [b"chunked"]
            assert request.get(b"content-length") == []
            assert request.trailers == [(b"X-T", b"1")]
        assert (await client.response()).body == b"ok"

    async def test_a_failing_refused_hook_still_sends_the_original(self, bench):
        bench.rewrite = Rewrite(body=b"changed")
        bench.raising = {"refused"}
        client = await bench.post(b"original")
        await answered(bench, NO)
        _, second = await answered(bench, OK)
        assert second.body == b"original"
        assert (await client.response()).body == b"ok"


class TestSieve:
    async def test_what_is_ours_is_taken_out_and_the_meter_sees_it(self, bench):
        bench.rewrite = sieved()
        client = await bench.post(b"old")
        wire, _ = await answered(bench, CHUNKED + b"4\r\nab#x\r\n")
        assert await client.head()
        assert await client.chunk() == b"ab"
        wire.send(b"4\r\ny;cd\r\n0\r\nX-T: 1\r\n\r\n")
        assert await client.chunk() == b"cd"
        assert await client.chunk() == b""
        assert await client.fields() == [(b"X-T", b"1")]
        ending = await bench.over()
        assert bench.watches[0].data == b"ab#xy;cd"
        assert (ending.outcome, ending.bytes_down) == ("complete", 4)

    async def test_a_piece_that_is_all_ours_is_no_empty_chunk(self, bench):
        bench.rewrite = sieved()
        client = await bench.post(b"old")
        wire, _ = await answered(bench, CHUNKED + b"2\r\nab\r\n")
        await client.head()
        assert await client.chunk() == b"ab"
        wire.send(b"4\r\n#xy;\r\n")
        await bench.watched(6)
        assert bench.watches[0].data == b"ab#xy;"
        wire.send(b"2\r\ncd\r\n0\r\n\r\n")
        assert await client.chunk() == b"cd"
        assert await client.chunk() == b""

    async def test_what_is_held_when_the_vendor_hangs_up_reaches_the_tool(self, bench):
        bench.rewrite = sieved()
        client = await bench.post(b"old")
        wire, _ = await answered(bench, CHUNKED + b"4\r\nab#x\r\n")
        await client.head()
        assert await client.chunk() == b"ab"
        wire.close()
        assert await client.chunk() == b"#x"
        assert (await bench.over()).outcome == "upstream_cut"

    async def test_what_is_held_when_the_body_ends_reaches_the_tool(self, bench):
        bench.rewrite = sieved()
        client = await bench.post(b"old")
        wire, _ = await answered(bench, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab#x")
        wire.writer.write_eof()
        assert (await client.response()).body == b"ab#x"

    async def test_a_stated_length_is_never_touched(self, bench):
        bench.rewrite = sieved()
        client = await bench.post(b"old")
        await answered(bench, b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\na#bc;d")
        assert (await client.response()).body == b"a#bc;d"

    async def test_a_failing_sieve_lets_everything_pass(self, bench, caplog):
        border._known_faults.clear()
        bench.rewrite = sieved(Broken)
        client = await bench.post(b"old")
        wire, _ = await answered(bench, CHUNKED + b"4\r\nab#x\r\n")
        await client.head()
        assert await client.chunk() == b"ab"
        wire.send(b"4\r\n!;cd\r\n5\r\n#ef;g\r\n0\r\n\r\n")
        data = b""
        while piece := await client.chunk():
            data += piece
        assert data == b"#x!;cd#ef;g"
        assert "CANARY" not in caplog.text
        assert "sieve" in caplog.text

    async def test_a_failing_maker_of_sieves_lets_everything_pass(self, bench):
        def make(_status: int, _headers: object) -> Comb:
            raise RuntimeError

        bench.rewrite = Rewrite(body=b"new", sieve=make)
        client = await bench.post(b"old")
        await answered(bench, CHUNKED + b"6\r\na#bc;d\r\n0\r\n\r\n")
        assert (await client.response()).body == b"a#bc;d"
