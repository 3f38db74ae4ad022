"""Messages that two parsers could read differently, for every door and every parser that we have.

The one list of malformed requests and answers; whoever reads HTTP is tested with all of it. Cases come from
RFC 9112, from the corpora of published smuggling tools (2025) and from our own 42 of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable


def requests(target: bytes, host: bytes) -> dict[str, bytes]:
    """Requests that have to be refused with a 4xx: name to bytes.

    Args:
        target: a target that is let in when all else is right.
        host: the value of Host that is let in.
    """
    line = b"POST %b HTTP/1.1\r\n" % target
    named = b"Host: %b\r\n" % host
    get = b"GET %b HTTP/1.1\r\n" % target
    te, cl = b"Transfer-Encoding: chunked", b"Content-Length: 5"
    end = b"0\r\n\r\n"

    def lines(*extra: bytes, body: bytes = b"") -> bytes:
        return line + named + b"".join(field + b"\r\n" for field in extra) + b"\r\n" + body

    def length(value: bytes, body: bytes = b"abcde") -> bytes:
        return lines(b"Content-Length:" + value, body=body)

    def coding(value: bytes) -> bytes:
        return lines(b"Transfer-Encoding:" + value, body=b"5\r\nabcde\r\n" + end)

    def chunked(body: bytes) -> bytes:
        return lines(te, body=body)

    def hosts(*values: bytes, version: bytes = b"1.1") -> bytes:
        return get.replace(b"1.1", version) + b"".join(b"Host: %b\r\n" % value for value in values) + b"\r\n"

    def first(text: bytes) -> bytes:
        return text + b"\r\n" + named + b"\r\n"

    return {
        "no host": hosts(),
        "two hosts": hosts(host, b"evil"),
        "two hosts, ours last": hosts(b"evil", host),
        "two equal hosts": hosts(host, host),
        "two hosts in 1.0": hosts(host, b"evil", version=b"1.0"),
        "host list": hosts(host + b", evil"),
        "host with path": hosts(host + b"/b"),
        "host with user": hosts(b"a@" + host),
        "host with space": hosts(host + b" evil"),
        "empty host": hosts(b""),
        "CL.TE": lines(b"Content-Length: 6", te, body=end + b"G"),
        "TE.CL": lines(te, b"Content-Length: 4", body=b"5c\r\nGPOST\r\n" + end),
        "CL 0 and TE": lines(b"Content-Length: 0", te, body=end),
        "TE and CL of another case": lines(b"transfer-encoding: chunked", b"CONTENT-LENGTH: 5", body=end),
        "TE and CL in 1.0": lines(cl, te, body=end).replace(b"1.1", b"1.0", 1),
        "two lengths": lines(b"Content-Length: 3", cl, body=b"abcde"),
        "two equal lengths": lines(cl, cl, body=b"abcde"),
        "two lengths in 1.0": lines(cl, b"Content-Length: 6", body=b"abcde").replace(b"1.1", b"1.0", 1),
        "length list": length(b" 5, 5"),
        "length list without space": length(b" 5,5"),
        "length with plus": length(b" +5"),
        "length with minus": length(b" -5"),
        "negative zero length": length(b" -0"),
        "hexadecimal length": length(b" 0x5"),
        "octal-looking length": length(b" 05"),
        "two zeros": length(b" 00"),
        "length with underscore": length(b" 1_0", b"abcdefghij"),
        "length with space inside": length(b" 1 0", b"abcdefghij"),
        "length with a tab inside": length(b" 1\t0", b"abcdefghij"),
        "length with vertical tab": length(b" \x0b5"),
        "length with form feed": length(b" 5\x0c"),
        "length with NUL": length(b" 5\x00"),
        "length with high space": length(b" \xa05"),
        "length with a comment": length(b" 5;a"),
        "decimal point length": length(b" 5.0"),
        "exponent length": length(b" 5e0"),
        "quoted length": length(b' "5"'),
        "length in words": length(b" five"),
        "empty length": length(b""),
        "length in other digits": length(" ٥".encode()),
        "huge length": length(b" 99999999999999999999"),
        "length over 2^64": length(b" 18446744073709551621"),
        "length with space before colon": lines(b"Content-Length : 5", body=b"abcde"),
        "length with tab before colon": lines(b"Content-Length\t: 5", body=b"abcde"),
        "length folded": lines(b"Content-Length:", b" 5", body=b"abcde"),
        "TE identity": coding(b" identity"),
        "TE gzip": coding(b" gzip"),
        "TE gzip, chunked": coding(b" gzip, chunked"),
        "TE chunked, gzip": coding(b" chunked, gzip"),
        "TE chunked, identity": coding(b" chunked, identity"),
        "TE chunked, chunked": coding(b" chunked, chunked"),
        "TE in capitals": coding(b" CHUNKED"),
        "TE twice": lines(te, te, body=end),
        "TE twice, one obscure": lines(te, b"Transfer-encoding: cow", body=end),
        "TE twice, obscure first": lines(b"Transfer-encoding: cow", te, body=end),
        "TE xchunked": coding(b" xchunked"),
        "TE chunkedx": coding(b" chunkedx"),
        "TE quoted": coding(b' "chunked"'),
        "TE with parameter": coding(b" chunked;q=1"),
        "TE with vertical tab": coding(b" \x0bchunked"),
        "TE with form feed": coding(b" chunked\x0c"),
        "TE with NUL": coding(b" chunked\x00"),
        "TE with high space": coding(b" \xa0chunked"),
        "TE with comma": coding(b" ,chunked"),
        "TE with comma behind": coding(b" chunked,"),
        "empty TE": coding(b""),
        "TE with space before colon": lines(b"Transfer-Encoding : chunked", body=end),
        "TE with tab before colon": lines(b"Transfer-Encoding\t: chunked", body=end),
        "TE folded": lines(b"Transfer-Encoding:", b" chunked", body=end),
        "TE in a folded line": lines(b"X: y", b" Transfer-Encoding: chunked", body=end),
        "TE after a bare LF": lines(b"X: y\nTransfer-Encoding: chunked", body=end),
        "TE after a bare CR": lines(b"X: y\rTransfer-Encoding: chunked", body=end),
        "TE in 1.0": lines(te, body=end).replace(b"1.1", b"1.0", 1),
        "space before the first header": get + b" " + named + b"\r\n",
        "space before the first header, host again": get + b" " + named + named + b"\r\n",
        "folded header": lines(b"X: a", b"\tb"),
        "bare LF everywhere": (get + named + b"\r\n").replace(b"\r\n", b"\n"),
        "bare LF at the end": get + named + b"\n",
        "bare LF after the request line": get.replace(b"\r\n", b"\n") + named + b"\r\n",
        "bare LF after a header": get + named + b"X: a\nY: b\r\n\r\n",
        "bare CR everywhere": (get + named + b"\r\n").replace(b"\r\n", b"\r"),
        "bare CR after a header": get + named + b"X: a\rY: b\r\n\r\n",
        "CR CR LF": get.replace(b"\r\n", b"\r\r\n") + named + b"\r\n",
        "CR CR LF after a header": get + named + b"X: a\r\r\n\r\n",
        "space before colon": lines(b"X : y"),
        "no colon": lines(b"X"),
        "empty header name": lines(b": y"),
        "space in header name": lines(b"X Y: z"),
        "parenthesis in header name": lines(b"X(): z"),
        "non-ASCII header name": lines(b"X\xe4: z"),
        "NUL in header name": lines(b"X\x00: z"),
        "NUL in value": lines(b"X: a\x00b"),
        "SOH in value": lines(b"X: a\x01b"),
        "DEL in value": lines(b"X: a\x7fb"),
        "ESC in value": lines(b"X: a\x1bb"),
        "absolute target": first(b"GET http://%b%b HTTP/1.1" % (host, target)),
        "absolute target elsewhere": first(b"GET http://evil%b HTTP/1.1" % target),
        "authority target": first(b"CONNECT evil:443 HTTP/1.1"),
        "CONNECT to ourselves": first(b"CONNECT %b HTTP/1.1" % host),
        "CONNECT with a path": first(b"CONNECT %b HTTP/1.1" % target),
        "asterisk target": first(b"OPTIONS * HTTP/1.1"),
        "relative target": first(b"GET %b HTTP/1.1" % target[1:]),
        "empty target": first(b"GET  HTTP/1.1"),
        "fragment": first(b"GET %b#y HTTP/1.1" % target),
        "space in target": first(b"GET %b y HTTP/1.1" % target),
        "tab in request line": first(b"GET\t%b HTTP/1.1" % target),
        "tab before the version": first(b"GET %b\tHTTP/1.1" % target),
        "two spaces": first(b"GET  %b HTTP/1.1" % target),
        "trailing space": first(b"GET %b HTTP/1.1 " % target),
        "leading space": first(b" GET %b HTTP/1.1" % target),
        "non-ASCII target": first(b"GET %b?\xc3\xa4 HTTP/1.1" % target),
        "NUL in target": first(b"GET %b?\x00 HTTP/1.1" % target),
        "DEL in target": first(b"GET %b?\x7f HTTP/1.1" % target),
        "no version": first(b"GET %b" % target),
        "version 0.9": first(b"GET %b HTTP/0.9" % target),
        "version 1.2": first(b"GET %b HTTP/1.2" % target),
        "version 2.0": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "version 9.9": first(b"GET %b HTTP/9.9" % target),
        "version with zero": first(b"GET %b HTTP/1.01" % target),
        "version without dot": first(b"GET %b HTTP/11" % target),
        "lower-case version": first(b"GET %b http/1.1" % target),
        "another protocol": first(b"GET %b ICY/1.1" % target),
        "unknown method": first(b"SMUGGLE %b HTTP/1.1" % target),
        "TRACE": first(b"TRACE %b HTTP/1.1" % target),
        "method with colon": first(b"GET: %b HTTP/1.1" % target),
        "method with at": first(b"G@T %b HTTP/1.1" % target),
        "lower-case method": first(b"get %b HTTP/1.1" % target),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
        "many empty lines first": b"\r\n\r\n\r\n" + get + named + b"\r\n",
        "other expectation": lines(b"Expect: 200-ok", cl, body=b"abcde"),
        "two expectations": lines(b"Expect: 100-continue", b"Expect: 100-continue", cl, body=b"abcde"),
        "request line over 16 KiB": first(b"GET %b?%b HTTP/1.1" % (target, b"a" * 17_000)),
        "endless request line": b"GET %b?%b" % (target, b"a" * 70_000),
        "head over 64 KiB": lines(*[b"X-%d: " % i + b"a" * 1000 for i in range(70)]),
        "endless header": line + named + b"X: " + b"a" * 70_000,
        "201 headers": lines(*[b"X: y"] * 200),
        "chunk size with 0x": chunked(b"0x5\r\nabcde\r\n" + end),
        "chunk size with plus": chunked(b"+5\r\nabcde\r\n" + end),
        "chunk size with minus": chunked(b"-5\r\nabcde\r\n" + end),
        "chunk size with underscore": chunked(b"0_5\r\nabcde\r\n" + end),
        "chunk size with leading space": chunked(b" 5\r\nabcde\r\n" + end),
        "chunk size with trailing space": chunked(b"5 \r\nabcde\r\n" + end),
        "chunk size with trailing tab": chunked(b"5\t\r\nabcde\r\n" + end),
        "space before chunk extension": chunked(b"5 ;a\r\nabcde\r\n" + end),
        "empty chunk size": chunked(b"\r\nabcde\r\n" + end),
        "chunk size not hexadecimal": chunked(b"g\r\nabcde\r\n" + end),
        "chunk size over 2^64": chunked(b"10000000000000005\r\nabcde\r\n" + end),
        "chunk size with many zeros": chunked(b"0" * 20 + b"5\r\nabcde\r\n" + end),
        "chunk size with NUL": chunked(b"5\x00\r\nabcde\r\n" + end),
        "chunk longer than its size": chunked(b"4\r\nabcde\r\n" + end),
        "chunk shorter than its size": chunked(b"6\r\nabcde\r\n" + end),
        "no CRLF after chunk": chunked(b"5\r\nabcde" + end),
        "LF after chunk": chunked(b"5\r\nabcde\n" + end),
        "CR after chunk": chunked(b"5\r\nabcde\r" + end),
        "LF after chunk size": chunked(b"5\nabcde\r\n" + end),
        "CR after chunk size": chunked(b"5\rabcde\r\n" + end),
        "LF in chunk extension": chunked(b"5;a\nb\r\nabcde\r\n" + end),
        "CR in chunk extension": chunked(b"5;a\rb\r\nabcde\r\n" + end),
        "NUL in chunk extension": chunked(b"5;a\x00b\r\nabcde\r\n" + end),
        "CRLF in a quoted chunk extension": chunked(b'5;a="\r\nabcde\r\n"\r\nabcde\r\n' + end),
        "long chunk extension": chunked(b"5;" + b"a" * 300 + b"\r\nabcde\r\n" + end),
        "many chunk extensions": chunked((b"1;" + b"a" * 250 + b"\r\nx\r\n") * 80 + end),
        "endless chunk size": chunked(b"0" * 2000),
        "LF after last chunk": chunked(b"0\n\n"),
        "LF for the empty line": chunked(b"0\r\n\n"),
        "trailer with length": chunked(b"0\r\nContent-Length: 5\r\n\r\n"),
        "trailer with host": chunked(b"0\r\nHost: evil\r\n\r\n"),
        "trailer with TE": chunked(b"0\r\ntransfer-encoding: chunked\r\n\r\n"),
        "trailer with credentials": chunked(b"0\r\nAuthorization: x\r\n\r\n"),
        "trailer with a key": chunked(b"0\r\nX-Api-Key: x\r\n\r\n"),
        "trailer folded": chunked(b"0\r\nX: a\r\n b\r\n\r\n"),
        "trailer with a bare LF": chunked(b"0\r\nX: a\nY: b\r\n\r\n"),
        "trailer without colon": chunked(b"0\r\nGET / HTTP/1.1\r\n\r\n"),
        "trailer over 64 KiB": chunked(b"0\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"),
        "too many trailers": chunked(b"0\r\n" + b"X: y\r\n" * 201 + b"\r\n"),
    }


def valid(target: bytes, host: bytes) -> list[bytes]:
    """Requests that come through, to be mutated."""
    head = b"%b HTTP/1.1\r\nHost: %b\r\nX-A: b\r\n" % (target, host)
    return [
        b"POST " + head + b"Content-Length: 5\r\n\r\nabcde",
        b"POST " + head + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nX-T: 1\r\n\r\n",
        b"GET " + head + b"\r\n",
    ]


def insertions(host: bytes) -> list[bytes]:
    """What a mutation puts into a valid request."""
    plain = [b"\r", b"\n", b"\r\n", b" ", b"\t", b"\x00", b",", b":", b";", b"0", b"\x0b", b"\xff", b"5", b"\r\n\r\n"]
    fields = [b"Host: %b\r\n" % host, b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"]
    return plain + fields


def mutate(data: bytes, edits: list[tuple[int, bytes, int]]) -> bytes:
    """``data`` with each edit made in turn: at a place, insert something and drop some bytes."""
    for at, what, drop in edits:
        data = data[:at] + what + data[at + drop :]
    return data


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
"""An answer that a misread end would bring to light."""


def answers() -> dict[str, bytes]:
    """Answers of a hostile vendor whose head or first bytes are no HTTP: the tool hears 502, and none of it."""

    def head(*fields: bytes, body: bytes = b"") -> bytes:
        return b"HTTP/1.1 200 OK\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body

    def chunked(body: bytes) -> bytes:
        return head(b"Transfer-Encoding: chunked", body=body)

    start: Callable[[bytes], bytes] = lambda line: line + b"\r\nContent-Length: 2\r\n\r\nok"  # noqa: E731
    return {
        "two lengths": head(b"Content-Length: 2", b"Content-Length: 6", body=b"ok" + OK),
        "two equal lengths": head(b"Content-Length: 2", b"Content-Length: 2", body=b"ok"),
        "length list": head(b"Content-Length: 2, 2", body=b"ok"),
        "length with plus": head(b"Content-Length: +2", body=b"ok"),
        "length with minus": head(b"Content-Length: -2", body=b"ok"),
        "hexadecimal length": head(b"Content-Length: 0x2", body=b"ok"),
        "octal-looking length": head(b"Content-Length: 02", body=b"ok"),
        "empty length": head(b"Content-Length:", body=b"ok"),
        "huge length": head(b"Content-Length: 99999999999999999999", body=b"ok"),
        "length and TE": head(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + OK),
        "TE and length": head(b"Transfer-Encoding: chunked", b"Content-Length: 2", body=b"0\r\n\r\n" + OK),
        "TE twice": head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        "TE gzip, chunked": head(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
        "TE identity": head(b"Transfer-Encoding: identity", body=b"ok"),
        "TE with vertical tab": head(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
        "TE folded": head(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n"),
        "TE in 1.0": chunked(b"0\r\n\r\n").replace(b"1.1", b"1.0", 1),
        "folded header": head(b"X: a", b" b", b"Content-Length: 2", body=b"ok"),
        "space before colon": head(b"Content-Length : 2", body=b"ok"),
        "space before first header": head(b" X: a", b"Content-Length: 2", body=b"ok"),
        "no colon": head(b"X", b"Content-Length: 2", body=b"ok"),
        "NUL in value": head(b"X: a\x00b", b"Content-Length: 2", body=b"ok"),
        "control in value": head(b"X: a\x01b", b"Content-Length: 2", body=b"ok"),
        "bare LF": head(b"X: a\nY: b", b"Content-Length: 2", body=b"ok"),
        "bare LF everywhere": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        "bare CR": head(b"X: a\rY: b", b"Content-Length: 2", body=b"ok"),
        "length on a 204, twice": start(b"HTTP/1.1 204 None").replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n"),
        "length and TE on a 304": b"HTTP/1.1 304 X\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        "another protocol": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "garbage": b"\x15\x03\x03\x00\x02\x02\x28 garbage\r\n\r\n",
        "version 2": start(b"HTTP/2 200 OK"),
        "version 0.9": start(b"HTTP/0.9 200 OK"),
        "version 1.2": start(b"HTTP/1.2 200 OK"),
        "lower-case version": start(b"http/1.1 200 OK"),
        "no status": start(b"HTTP/1.1 OK"),
        "status of two digits": start(b"HTTP/1.1 20 OK"),
        "status of four digits": start(b"HTTP/1.1 2000 OK"),
        "status 999": start(b"HTTP/1.1 999 No"),
        "status 000": start(b"HTTP/1.1 000 No"),
        "status with plus": start(b"HTTP/1.1 +20 OK"),
        "two spaces": start(b"HTTP/1.1  200 OK"),
        "NUL in reason": start(b"HTTP/1.1 200 O\x00K"),
        "unasked upgrade": b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" + OK,
        "interim with two lengths": b"HTTP/1.1 103 X\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" + OK,
        "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000,
        "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X: aaaaaaaaaaaaaaaa\r\n" * 20_000,
        "1001 headers": head(*[b"X: y"] * 1001),
        "chunk size not hexadecimal": chunked(b"nonsense\r\n"),
        "chunk size with plus": chunked(b"+2\r\nok\r\n0\r\n\r\n"),
        "chunk size with space": chunked(b"2 \r\nok\r\n0\r\n\r\n"),
        "chunk longer than its size": chunked(b"1\r\nok\r\n0\r\n\r\n"),
        "LF after chunk size": chunked(b"2\nok\r\n0\r\n\r\n"),
        "trailer with length": chunked(b"0\r\nContent-Length: 2\r\n\r\n" + OK),
        "trailer folded": chunked(b"0\r\nX: a\r\n b\r\n\r\n"),
    }
