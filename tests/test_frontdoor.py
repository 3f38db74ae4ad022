"""The front door: who comes in, and where a request goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.frontdoor import Door, Entry, Upstream, base_url, default_upstreams, enter, reached_at
from trayapp.refusal import Refusal

TOKEN = "t" * 43
DOOR = Door(27410, TOKEN, default_upstreams())
HOST = (b"Host", b"127.0.0.1:27410")


def go(path: str, *headers: tuple[bytes, bytes], door: Door = DOOR) -> Entry | Refusal:
    return enter(f"/{TOKEN}/{path}", [HOST, *headers], door)


def entered(path: str, *headers: tuple[bytes, bytes], door: Door = DOOR) -> Entry:
    entry = go(path, *headers, door=door)
    assert isinstance(entry, Entry), entry
    return entry


CLOUDS = [
    ("v1beta1/publishers/google/models/gemini-4-argon:streamGenerateContent", "vertex"),
    ("v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-5-5:rawPredict", "vertex"),
    ("v1internal:streamGenerateContent", "code-assist"),
    ("model/us.anthropic.claude-opus-5-5/converse-stream", "bedrock"),
    ("model/amazon.nova-pro-v1%3A0/invoke", "bedrock"),
]


@pytest.mark.parametrize(("path", "vendor"), CLOUDS)
def test_clouds_are_known_by_their_paths(path: str, vendor: str) -> None:
    headers = ((b"x-goog-api-key", b"k"), (b"anthropic-version", b"vertex-2023-10-16"))
    own = Door(27410, TOKEN, {**default_upstreams(), vendor: Upstream.parse("https://cloud.example.com")})
    entry = entered(f"any/{path}", *headers, door=own)
    assert (entry.vendor, entry.target) == (vendor, f"/{path}")


@pytest.mark.parametrize(("path", "vendor"), CLOUDS)
def test_bedrock_alone_has_no_public_host_to_guess(path: str, vendor: str) -> None:
    if vendor == "bedrock":
        refused = go(f"any/{path}")
        assert isinstance(refused, Refusal)
        assert refused.code == "unknown_vendor"
    else:
        host = {"vertex": "aiplatform.googleapis.com", "code-assist": "cloudcode-pa.googleapis.com"}[vendor]
        assert entered(f"any/{path}").upstream.host == host


@pytest.mark.parametrize("path", ["chat/completions", "responses", "v1/messages", "models"])
def test_a_copilot_plans_calls_never_go_to_the_models_makers(path: str) -> None:
    entry = entered(f"any/{path}", (b"Copilot-Integration-Id", b"copilot-developer-cli"))
    assert (entry.vendor, entry.upstream.host, entry.target) == ("copilot", "api.githubcopilot.com", f"/{path}")


def test_assistants_are_openais() -> None:
    assert entered("any/v1/threads/t1/messages").vendor == "openai"


@pytest.mark.parametrize(
    ("path", "headers", "vendor", "target"),
    [
        ("anthropic/v1/messages?beta=true", [], "anthropic", "/v1/messages?beta=true"),
        ("anthropic/messages", [], "anthropic", "/v1/messages"),
        ("anthropic/v1/v1/messages", [], "anthropic", "/v1/messages"),
        ("anthropic/v1/messages/count_tokens?beta=true", [], "anthropic", "/v1/messages/count_tokens?beta=true"),
        ("anthropic/v1/messages/batches/b1/results", [], "anthropic", "/v1/messages/batches/b1/results"),
        ("anthropic/api/hello", [], "anthropic", "/api/hello"),
        ("openai/chat/completions", [], "openai", "/v1/chat/completions"),
        ("mistral/chat/completions", [], "mistral", "/v1/chat/completions"),
        ("mistral/v1/v1/embeddings", [], "mistral", "/v1/embeddings"),
        ("mistral/v1/fim/completions?x=1", [], "mistral", "/v1/fim/completions?x=1"),
        ("openai/v1/responses", [], "openai", "/v1/responses"),
        ("openai/v1/responses/resp_1", [], "openai", "/v1/responses/resp_1"),
        ("openai/v1/responses", [(b"chatgpt-account-id", b"a")], "chatgpt", "/backend-api/codex/responses"),
        ("openai/v1/models?x=1", [(b"ChatGPT-Account-ID", b"a")], "chatgpt", "/backend-api/codex/models?x=1"),
        (
            "gemini/models/g:streamGenerateContent?alt=sse",
            [],
            "gemini",
            "/v1beta/models/g:streamGenerateContent?alt=sse",
        ),
        ("gemini/v1/models/g:generateContent", [], "gemini", "/v1/models/g:generateContent"),
        ("any/messages", [], "anthropic", "/v1/messages"),
        ("any/v1/models", [(b"anthropic-version", b"2023-06-01")], "anthropic", "/v1/models"),
        ("any/v1/models", [(b"x-goog-api-key", b"k")], "gemini", "/v1/models"),
        ("any/v1/models", [], "openai", "/v1/models"),
        ("any/chat/completions", [], "openai", "/v1/chat/completions"),
        ("any/v1beta/models/g:generateContent", [], "gemini", "/v1beta/models/g:generateContent"),
        ("any/some/unknown/path", [(b"anthropic-version", b"x")], "anthropic", "/some/unknown/path"),
    ],
)
def test_routes(path: str, headers: list[tuple[bytes, bytes]], vendor: str, target: str) -> None:
    entry = entered(path, *headers)
    assert (entry.vendor, entry.target) == (vendor, target)


def test_the_tool_is_named_by_the_address() -> None:
    assert entered("anthropic.claude-code/v1/messages").tool == "claude-code"
    assert entered("any.aider/chat/completions").tool == "aider"
    assert go("anthropic.Bad_Name/v1/messages").code == "bad_tool_name"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([], "wrong_host"),
        ([(b"Host", b"evil.example:27410")], "wrong_host"),
        ([(b"Host", b"127.0.0.1")], "wrong_host"),
        ([(b"Host", b"127.0.0.1:27411")], "wrong_host"),
        ([(b"Host", b"127.0.0.1.evil.example:27410")], "wrong_host"),
        ([HOST, (b"Origin", b"https://evil.example")], "from_a_web_page"),
        ([HOST, (b"Origin", b"null")], "from_a_web_page"),
        ([HOST, (b"referer", b"http://127.0.0.1:27410/")], "from_a_web_page"),
        ([HOST, (b"Sec-Fetch-Site", b"cross-site")], "from_a_web_page"),
        ([HOST, (b"Sec-Fetch-Site", b"same-site")], "from_a_web_page"),
        ([HOST, (b"Sec-Fetch-Site", b"none"), (b"Sec-Fetch-Dest", b"document")], "from_a_web_page"),
        ([HOST, (b"Sec-Fetch-Site", b"same-origin"), (b"Sec-Fetch-Dest", b"iframe")], "from_a_web_page"),
        ([HOST, (b"sec-fetch-user", b"?1")], "from_a_web_page"),
        ([HOST, (b"Sec-Fetch-Site", b"none"), (b"sec-fetch-site", b"cross-site")], "from_a_web_page"),
    ],
)
def test_strangers_are_refused(headers: list[tuple[bytes, bytes]], code: str) -> None:
    refusal = enter(f"/{TOKEN}/anthropic/v1/messages", headers, DOOR)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize("host", [b"127.0.0.1:27410", b"localhost:27410", b"[::1]:27410", b"LOCALHOST:27410"])
def test_our_own_names_are_welcome(host: bytes) -> None:
    headers = [
        (b"host", host),
        (b"Sec-Fetch-Site", b"none"),
        (b"Sec-Fetch-Mode", b"cors"),
        (b"Sec-Fetch-Dest", b"empty"),
    ]
    assert isinstance(enter(f"/{TOKEN}/anthropic/v1/messages", headers, DOOR), Entry)


@pytest.mark.parametrize(
    "target", ["/", "", "/wrong/anthropic/v1/messages", f"/{TOKEN}x/anthropic/", "//", f"{TOKEN}/a"]
)
def test_without_the_token_nothing_goes(target: str) -> None:
    refusal = enter(target, [HOST], DOOR)
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.code) == (401, "bad_token")
    assert TOKEN not in refusal.body().decode()


def test_unknown_vendor_names_the_known_ones() -> None:
    refusal = go("nobody/v1/messages")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "unknown_vendor"
    assert "anthropic" in refusal.message
    assert refusal.vendor == "anthropic"


def test_any_needs_something_to_go_by() -> None:
    refusal = go("any/what/is/this")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "vendor_not_recognised"


def test_a_gateway_with_a_prefix() -> None:
    door = Door(27410, TOKEN, {"openai": Upstream.parse("https://gw.example.com/openai/v1/")})
    assert entered("openai/chat/completions", door=door).target == "/openai/v1/chat/completions"
    assert entered("openai/v1/chat/completions", door=door).target == "/openai/v1/chat/completions"


@pytest.mark.parametrize(
    ("url", "authority", "prefix"),
    [
        ("https://api.anthropic.com", "api.anthropic.com", ""),
        ("http://127.0.0.1:4000/", "127.0.0.1:4000", ""),
        ("http://[::1]:8080/x/y/", "[::1]:8080", "/x/y"),
        ("https://gw.example.com:443/p", "gw.example.com", "/p"),
    ],
)
def test_upstreams_parse(url: str, authority: str, prefix: str) -> None:
    upstream = Upstream.parse(url)
    assert (upstream.authority, upstream.prefix) == (authority, prefix)
    assert Upstream.parse(upstream.url) == upstream


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x",
        "https://",
        "https://u:p@x",
        "https://x?q=1",
        "https://x#f",
        "http://x:0",
        "http://x:99999",
        "https://a b/",
        "https://gateway.example/ä",
        "https://" + "a" * 64 + ".example",
        "https://a..example",
        "https://a\udcffb.example",
        "https://a<b.example",
    ],
)
def test_bad_upstreams_are_named(url: str) -> None:
    with pytest.raises(ValueError, match=r"upstream|port"):
        Upstream.parse(url)


def test_an_international_host_is_kept_in_its_ascii_form() -> None:
    assert Upstream.parse("https://bücher.example/v1").url == "https://xn--bcher-kva.example/v1"


def test_base_url() -> None:
    assert base_url(27410, "tok", "any", "aider") == "http://127.0.0.1:27410/tok/any.aider"
    with pytest.raises(ValueError, match="tool's name"):
        base_url(1, "t", "any", "a/b")
    with pytest.raises(ValueError, match="vendor's name"):
        base_url(1, "t", "../x")


@given(st.text(max_size=80), st.lists(st.tuples(st.binary(max_size=12), st.binary(max_size=20)), max_size=4))
def test_anything_gets_an_answer(target: str, headers: list[tuple[bytes, bytes]]) -> None:
    answer = enter(target, [HOST, *headers], DOOR)
    assert isinstance(answer, Refusal)
    assert 400 <= answer.status < 500


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_the_upstream_never_comes_from_the_request(path: str) -> None:
    answer = enter(f"/{TOKEN}/anthropic/{path}", [HOST], DOOR)
    assert isinstance(answer, Entry)
    assert answer.upstream is DOOR.upstreams["anthropic"]
    assert answer.target.startswith("/")


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(DOOR)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("::ffff:0.0.0.0", "127.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("127.0.0.2", "127.0.0.2"),
        ("not an address", "not an address"),
    ],
)
def test_where_an_address_arrives(address, plain):
    assert reached_at(address) == plain
