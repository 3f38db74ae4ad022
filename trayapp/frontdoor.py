"""The front door: who may come in, and to which upstream a request goes.

Everything that decides whether a request on the loopback port is served, and by whom, lives here. Both the
proxy and the guard's own relay ask this module, so their doors cannot differ.

Rules:

* pure and standard library only; framing has been checked before, the peer's uid by whoever accepted;
* order: exact Host, then what only browsers send, then the peer's user, then the token in constant time, then the
  route. A browser is known by Origin, Referer, Sec-Fetch-User, a Sec-Fetch-Site other than none and same-origin, or a
  Sec-Fetch-Dest other than empty: so an address that was typed, pasted or clicked is refused too, and no page of our
  own origin can ever come to be. ``Sec-Fetch-Mode`` is ignored: Node's fetch sends it (``cors``), and of all recorded
  tools (2026-11) none sends another of these;
* the upstream comes from the table, never from the request. The request chooses a *name* in the table;
* paths: ``/<token>/<vendor or any>[.<tool>]/<the vendor's own path>``. Only the endpoints that we know are
  normalised (a version segment missing or doubled, facts seen with opencode, aider and google-genai in
  2026-11); every other path passes untouched.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from trayapp.refusal import Refusal

Headers = Iterable[tuple[bytes, bytes]]

_NO_PAGE: Final[Mapping[bytes, frozenset[bytes]]] = {
    b"origin": frozenset(),
    b"referer": frozenset(),
    b"sec-fetch-user": frozenset(),
    b"sec-fetch-site": frozenset((b"none", b"same-origin")),
    b"sec-fetch-dest": frozenset((b"empty",)),
}
"""Fields that browsers set, and the values that do not come from a page."""

DEFAULT_UPSTREAMS: Final[Mapping[str, str]] = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com",
    # Codex with a ChatGPT login; reached through the openai route (header chatgpt-account-id).
    "chatgpt": "https://chatgpt.com/backend-api/codex",
    "gemini": "https://generativelanguage.googleapis.com",
    # Google logins (Gemini Code Assist) and the global location of Vertex AI.
    "code-assist": "https://cloudcode-pa.googleapis.com",
    "vertex": "https://aiplatform.googleapis.com",
    # A personal Copilot plan; companies' plans have hosts of their own (api.business.…, api.enterprise.…).
    "copilot": "https://api.githubcopilot.com",
    "dashscope": "https://dashscope.aliyuncs.com/compatible-mode",
    "openrouter": "https://openrouter.ai/api",
    "deepseek": "https://api.deepseek.com",
    "groq": "https://api.groq.com/openai",
    "mistral": "https://api.mistral.ai",
    "xai": "https://api.x.ai",
}
"""Vendor name to the base URL of its public API."""

ANY: Final = "any"

METHODS: Final = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))
"""What the vendors' APIs are asked with. Anything else is no tool's request."""

_TOOL = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?\Z")
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d*)?\Z")
_ANTHROPIC = re.compile(r"/messages(?:/count_tokens|/batches(?:/.*)?)?\Z")
_GEMINI = re.compile(r"/(?:models|tunedModels)/[^/]+:[A-Za-z]+\Z")
_OPENAI = re.compile(
    r"/(?:chat/completions|responses(?:/.*)?|completions|embeddings|moderations|images/.*|audio/.*|files.*|batches.*)\Z"
)
_CLOUDS = (
    ("vertex", re.compile(r"/publishers/[^/]+/models/[^/]+:[A-Za-z]+\Z")),
    ("code-assist", re.compile(r"/v1internal:[A-Za-z]+\Z")),
    ("bedrock", re.compile(r"/model/[^/]+/(?:converse|invoke)(?:-stream|-with-response-stream)?\Z")),
)
"""Paths that only a cloud's own host answers. Bedrock's host is its region's: the user sets it."""
_MODELS = re.compile(r"/models(?:/[^/:]+)?\Z")


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a vendor's calls go."""

    scheme: str
    host: str
    port: int
    prefix: str
    """Path put before the vendor's own path, without a trailing slash."""

    @classmethod
    def parse(cls, url: str) -> Upstream:
        """Read a base URL.

        Raises:
            ValueError: the text is not an http(s) URL with a host, or carries credentials, a query or a
                fragment. The message says which, in words for the user.
        """
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"an upstream starts with http:// or https://, not {url!r}")
        if not parts.hostname:
            raise ValueError(f"an upstream names a host: {url!r} has none")
        if parts.username is not None or parts.password is not None:
            raise ValueError("an upstream's address carries no user name or password")
        if parts.query or parts.fragment:
            raise ValueError("an upstream's address has no query and no fragment")
        try:
            port = parts.port
        except ValueError:
            raise ValueError(f"the port of {url!r} is not a number from 1 to 65535") from None
        if port == 0:
            raise ValueError(f"the port of {url!r} is not a number from 1 to 65535")
        if any(c <= " " or c == "\x7f" for c in url.strip()):
            raise ValueError("an upstream's address has no spaces or control characters")
        if not parts.path.isascii():
            raise ValueError("the path of an upstream is plain ASCII; other letters are written as %XX")
        return cls(
            parts.scheme,
            _host(parts.hostname),
            port or (443 if parts.scheme == "https" else 80),
            parts.path.rstrip("/"),
        )

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL again."""
        return f"{self.scheme}://{self.authority}{self.prefix}"


@dataclass(frozen=True, slots=True)
class Door:
    """What the door checks against."""

    port: int
    """The loopback port that the tools were given."""
    token: str = field(repr=False)
    """The user's path token."""
    upstreams: Mapping[str, Upstream]
    """The route table: vendor to upstream."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that may go on."""

    vendor: str
    tool: str | None
    """The tool that the address names, if it names one."""
    upstream: Upstream
    path: str
    """The vendor's path without query, normalised; what dialects look at."""
    target: str = field(repr=False)
    """The request target for the upstream: prefix, path and query, which may hold a key."""


def _host(name: str) -> str:
    """A host as it stands on the wire: an international name in its ASCII form."""
    try:
        host = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if ":" not in host and not _HOST.match(host):
        raise ValueError("the host of an upstream is an address or a DNS name; this one is neither")
    return host


def default_upstreams() -> dict[str, Upstream]:
    """The public route table."""
    return {vendor: Upstream.parse(url) for vendor, url in DEFAULT_UPSTREAMS.items()}


def base_url(port: int, token: str, vendor: str, tool: str | None = None) -> str:
    """The base URL to give to a tool, without a version segment.

    Raises:
        ValueError: the vendor or the tool's name is not one that an address can carry.
    """
    if vendor != ANY and not _TOOL.match(vendor):
        raise ValueError(f"{vendor!r} is not a vendor's name")
    if tool is not None and not _TOOL.match(tool):
        raise ValueError(f"{tool!r} is not a tool's name: small letters, digits and dashes only")
    name = vendor if tool is None else f"{vendor}.{tool}"
    return f"http://127.0.0.1:{port}/{token}/{name}"


def enter(target: str, headers: Headers, door: Door, *, stranger: bool = False) -> Entry | Refusal:
    """Decide whether a request comes in, and where it goes.

    Args:
        target: the request target as received (origin form), decoded as latin-1.
        headers: all header fields as received.
        door: the port, the token and the route table.
        stranger: the connection is another user's (``trayapp.platform.peeruid``).
    """
    seen: dict[bytes, bytes] = {}
    page = False
    for field_name, value in headers:
        name = field_name.lower()
        seen.setdefault(name, value)
        if name in _NO_PAGE and value.strip().lower() not in _NO_PAGE[name]:
            page = True
    if not _host_is_ours(seen.get(b"host", b""), door.port):
        return Refusal(403, "wrong_host", "this port answers only to its own loopback address.")
    if page:
        return Refusal(403, "from_a_web_page", "this address is for tools; requests from web browsers are refused.")
    if stranger:
        return Refusal(403, "other_user", "this port serves the user who started Spendlight, and nobody else.")
    path, mark, query = target.partition("?")
    segments = path.split("/", 3)
    token = segments[1] if len(segments) > 1 else ""
    if segments[0] != "" or not hmac.compare_digest(token.encode("latin-1", "replace"), door.token.encode()):
        return Refusal(
            401,
            "bad_token",
            "this address has no valid token. `spendlight url VENDOR` prints the address to use.",
            _shape(path, seen),
        )
    route, _, tool = (segments[2] if len(segments) > 2 else "").partition(".")
    rest = "/" + (segments[3] if len(segments) > 3 else "")
    if tool and not _TOOL.match(tool):
        return Refusal(404, "bad_tool_name", "the tool's name in this address is not valid.", _shape(rest, seen))
    vendor: str | None = recognise(rest, seen) if route == ANY else route
    if vendor == "openai" and b"chatgpt-account-id" in seen:
        vendor = "chatgpt"
    if vendor is None:
        return Refusal(
            404,
            "vendor_not_recognised",
            "neither the path nor the headers say whose API this is. Use `spendlight url VENDOR` with its name.",
        )
    upstream = door.upstreams.get(vendor)
    if upstream is None:
        known = ", ".join(sorted(v for v in door.upstreams if v != "chatgpt"))
        return Refusal(
            404,
            "unknown_vendor",
            f"no such vendor is known here. Known are: {known}, {ANY}.",
            _shape(rest, seen),
        )
    normal = normalise(vendor, rest)
    outgoing = _join(upstream.prefix, normal)
    return Entry(vendor, tool or None, upstream, normal, outgoing + mark + query)


def recognise(path: str, headers: Mapping[bytes, bytes]) -> str | None:
    """Name the vendor of a call by its path's end and its headers, or ``None``.

    Args:
        path: the vendor's own path, without query.
        headers: lower-case names to values.
    """
    for cloud, pattern in _CLOUDS:
        if pattern.search(path):
            return cloud
    if b"copilot-integration-id" in headers:
        return "copilot"  # its plan's calls; those with a key of the user's own do not carry it (1.0.102, 2026-11)
    if "/threads/" in path:
        return "openai"  # its assistants' paths end like Anthropic's
    if b"anthropic-version" in headers or _ANTHROPIC.search(path):
        return "anthropic"
    if b"x-goog-api-key" in headers or b"x-goog-api-client" in headers or _GEMINI.search(path):
        return "gemini"
    if b"chatgpt-account-id" in headers or _OPENAI.search(path) or b"openai-organization" in headers:
        return "openai"
    if _MODELS.search(path):
        return "anthropic" if b"x-api-key" in headers else "openai"
    return None


@lru_cache(maxsize=512)
def normalise(vendor: str, path: str) -> str:
    """Give a known endpoint the version segment that its vendor expects; leave every other path alone."""
    if vendor == "anthropic":
        return _versioned(path, _ANTHROPIC, "v1") or _versioned(path, _MODELS, "v1") or path
    if vendor in ("openai", "mistral"):
        return _versioned(path, _OPENAI, "v1") or _versioned(path, _MODELS, "v1") or path
    if vendor == "chatgpt":
        # The ChatGPT backend has no version segment; Codex is given a /v1 base (facts seen 2026-11, 0.169).
        stripped = _strip_versions(path)
        return stripped if _OPENAI.search(path) or _MODELS.search(path) else path
    if vendor == "gemini":
        return _versioned(path, _GEMINI, "v1beta") or _versioned(path, _MODELS, "v1beta") or path
    return path


def _strip_versions(path: str) -> str:
    segments = path.split("/")
    i = 1
    while i < len(segments) and _VERSION.match(segments[i]):
        i += 1
    return "/" + "/".join(segments[i:])


def _versioned(path: str, endpoint: re.Pattern[str], default: str) -> str | None:
    """``path`` with exactly one version segment, if it is that endpoint at the top level."""
    bare = _strip_versions(path)
    if not endpoint.fullmatch(bare):
        return None
    versions = [s for s in path.removesuffix(bare).split("/") if s]
    return f"/{versions[-1] if versions else default}{bare}"


def _join(prefix: str, path: str) -> str:
    """Put the upstream's prefix before a path; a version segment that both have is written once."""
    last = prefix.rsplit("/", 1)[-1]
    if _VERSION.match(last) and path.startswith(f"/{last}/"):
        return prefix + path[len(last) + 1 :]
    return prefix + path


def reached_at(address: str) -> str:
    """The address at which a connection to ``address`` arrives on this machine: IPv4 in IPv6's clothes, and the
    addresses that mean "this machine", are written plainly."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_unspecified:
        return "127.0.0.1" if found.version == 4 else "::1"
    return str(found)


def _host_is_ours(host: bytes, port: int) -> bool:
    text = host.decode("latin-1").strip().lower()
    return text in (f"127.0.0.1:{port}", f"[::1]:{port}", f"localhost:{port}")


def _shape(path: str, headers: Mapping[bytes, bytes]) -> str | None:
    """The vendor whose error shape the caller most likely reads."""
    return recognise(path, headers)
