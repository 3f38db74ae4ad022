"""The value types that cross the walls between Spendlight's rooms.

Everything that dialects, pricing, routing, ledger and engine say to each other about one call is one of the
types below: ``Call`` (who asked for what), ``Usage`` (what the vendor counted), ``Cost`` (what that is worth),
``Decision`` (what was served and why), ``Opening``/``Closing`` (what the ledger is told) and ``Row`` (what the
ledger remembers).

Rules:

* frozen, typed structs (msgspec: a dataclass of twenty fields costs twenty times as much to make, and some are made
  for each call); no I/O, no clock; changed copies are made with ``msgspec.structs.replace``;
* no field ever holds text of a prompt or an answer, a key, a file name or a branch name. ``Call.workspace`` and
  ``Call.holder`` are the exceptions on their way to becoming HMACs: they live in memory only and the ledger has no
  column for them;
* token components are *disjoint*: a token is counted in exactly one of them, so a cost is a plain sum of
  products. ``reasoning`` alone is informational: it is a part of ``output``;
* money is an ``int`` of pico-USD (1e-12 USD). ``None`` is "not priced", which is never the same as zero;
* times are UTC epoch microseconds (``_us``), durations are microseconds.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from trayapp.money import PICO

__all__ = [
    "PICO",
    "Basis",
    "Call",
    "Closing",
    "Confidence",
    "Cost",
    "Decision",
    "Kind",
    "Leg",
    "Metering",
    "Opening",
    "Row",
    "State",
    "Usage",
]


class State(StrEnum):
    """Where a call's row stands. ``open → sent → streaming →`` one of the final states."""

    OPEN = "open"
    """The row exists; nothing has left yet."""
    SENT = "sent"
    """The request was handed to the upstream socket."""
    STREAMING = "streaming"
    """The response head has arrived."""
    DONE = "done"
    """The vendor answered with success and the answer ended as it should."""
    VENDOR_ERROR = "vendor_error"
    """The vendor answered with an HTTP status of 400 or above, or an error event in the stream."""
    CLIENT_ABORT = "client_abort"
    """The tool went away before the answer ended."""
    UPSTREAM_CUT = "upstream_cut"
    """The vendor's connection ended before the answer did."""
    INTERRUPTED = "interrupted"
    """Spendlight's engine died while the call ran; found at the next start."""
    NOT_SENT = "not_sent"
    """The request never reached a vendor's socket."""

    @property
    def final(self) -> bool:
        """Whether a row in this state never changes state again."""
        return self not in (State.OPEN, State.SENT, State.STREAMING)


class Metering(StrEnum):
    """How the tokens of a row are known."""

    EXACT = "exact"
    """The vendor's final usage was read."""
    ESTIMATED = "estimated"
    """Some or all of it is our estimate (aborted stream, vendor that sends no usage)."""
    OVERFLOW = "overflow"
    """The body passed an inspection bound; the bytes flowed, counting stopped."""
    UNMETERED = "unmetered"
    """Nobody looked: metering was paused, or the guard relayed alone."""


class Confidence(StrEnum):
    """How far the amounts of a row may be trusted."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    PARTIAL = "partial"
    """A lower bound: an exact part is known, the rest is not."""
    NONE = "none"


class Basis(StrEnum):
    """Where the amount of a ``Cost`` comes from."""

    LIST = "list"
    CONTRACT = "contract"
    PROVIDER_STATED = "provider_stated"
    ESTIMATED = "estimated"
    LOCAL = "local"
    """A model that runs on the user's own machine: a known zero."""
    FREE_TIER = "free_tier"
    """A known zero by the vendor's own terms (token counting, model lists)."""
    UNPRICED = "unpriced"
    """No price is known. The amount is ``None``."""


class Kind(StrEnum):
    """What a call is for, as far as its structure says so."""

    MAIN = "main"
    TITLE = "title"
    PROBE = "probe"
    """Asks only whether the account works (one token of output)."""
    COMPACTION = "compaction"
    SUMMARY = "summary"
    ROUTER = "router"
    """A tool's own classifier call that picks a model."""
    MEMORY = "memory"
    SUBAGENT = "subagent"
    EXPLORE = "explore"
    """A sub-agent that can only read."""
    COUNT = "count"
    """Counts tokens; free."""
    BATCH = "batch"
    OTHER = "other"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked whom for what, read from one request's head and body."""

    vendor: str
    """``anthropic``, ``openai``, ``chatgpt``, ``gemini`` … (the route's name)."""
    wire: str
    """The wire format: ``anthropic-messages``, ``openai-chat``, ``openai-responses``, ``gemini`` …"""
    model: str | None = None
    """The model asked for, as written."""
    tool: str | None = None
    """``claude-code``, ``codex``, ``gemini-cli``, ``opencode``, ``python-anthropic`` …"""
    tool_version: str | None = None
    session: str | None = None
    """The tool's own session id."""
    workspace: str | None = None
    """The project's folder as the request names it. In memory only; becomes an HMAC and a display name."""
    stream: bool = False
    kind: Kind = Kind.MAIN
    effort: str | None = None
    max_output: int | None = None
    tier: str | None = None
    """The service tier or speed asked for."""
    context_bytes: int = 0
    """Size of the decoded request body."""
    asks_usage: bool = True
    """Whether a usage object is to be expected (a chat stream without ``include_usage`` sends none)."""
    account: str | None = None
    """``api`` or ``subscription``, where the credentials' kind says so."""
    holder: str | None = None
    """The account's own id, where the request names it. In memory only; becomes an HMAC."""
    flags: tuple[str, ...] = ()


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens that one model consumed inside one call. Most calls have one leg.

    A tier (long prompt) is decided per leg over ``prompt``. All counts are ≥ 0 and disjoint.
    """

    model: str | None = None
    """The leg's own model; ``None`` means the call's."""
    kind: str = "message"
    """``message``, ``compaction``, ``advisor``, ``fallback`` …"""
    input: int = 0
    """Uncached input tokens (text and images; audio is apart)."""
    cache_read: int = 0
    cache_write: int = 0
    """Written to the cache with the vendor's default life (Anthropic 5 minutes, OpenAI 30 minutes)."""
    cache_write_1h: int = 0
    cache_write_12h: int = 0
    output: int = 0
    """Everything billed as output, reasoning included (audio is apart)."""
    reasoning: int = 0
    """The part of ``output`` that was reasoning. Informational."""
    input_audio: int = 0
    cache_read_audio: int = 0
    output_audio: int = 0
    output_image: int = 0

    @property
    def prompt(self) -> int:
        """All tokens of the prompt, cached and written ones included."""
        return (
            self.input
            + self.cache_read
            + self.cache_write
            + self.cache_write_1h
            + self.cache_write_12h
            + self.input_audio
            + self.cache_read_audio
        )


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What the vendor counted for one call."""

    legs: tuple[Leg, ...] = ()
    model: str | None = None
    """The model that served (``response.model``); what is priced."""
    message_id: str | None = None
    tier: str | None = None
    """The service tier that was billed, as the response says (``priority``, ``flex``, ``batch`` …)."""
    speed: str | None = None
    geo: str | None = None
    web_searches: int = 0
    file_searches: int = 0
    stated_pico: int | None = None
    """The amount the provider itself states for the call, in pico-USD."""
    complete: bool = False
    """The final usage was seen. ``False``: the counts are what was known when the stream ended."""
    error: str | None = None
    """The vendor's error type when the answer was an error (``overloaded_error`` …); never its text."""
    flags: tuple[str, ...] = ()
    """Oddities met while reading, e.g. ``cached_exceeds_prompt``."""

    def total(self, component: str) -> int:
        """The sum of one component (a field name of ``Leg``) over all legs."""
        return sum(getattr(leg, component) for leg in self.legs)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a usage is worth, and how that is known."""

    pico: int | None
    """Pico-USD, or ``None`` when unpriced."""
    basis: Basis
    book: str
    """Version of the price book that was asked."""
    components: tuple[tuple[str, int], ...] = ()
    """Component name to pico-USD; they sum to ``pico``."""
    flags: tuple[str, ...] = ()
    """E.g. ``unknown_model``, ``long_prompt``, ``batch``."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to the vendor instead of what was asked. Without a rule it changes nothing."""

    model: str | None = None
    """The model to serve, or ``None`` to leave the request alone."""
    fields: tuple[str, ...] = ()
    """The request fields that were rewritten."""
    why: str = "as requested"


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger is told before a request leaves."""

    id: int
    """Time-ordered 63-bit id, unique in the ledger (see ``trayapp.ledger``)."""
    started_us: int
    vendor: str
    wire: str
    source: str = "proxy"
    """``proxy``, ``guard``, or an importer's name."""
    attempt_of: int | None = None
    """The row of the first attempt, when this one repeats it."""
    tool: str | None = None
    tool_version: str | None = None
    session: str | None = None
    project: str | None = None
    """HMAC of the project's folder under the install key, hex."""
    project_name: str | None = None
    """Display name; never leaves the machine."""
    model_asked: str | None = None
    kind: str = Kind.MAIN
    effort: str | None = None
    tier_asked: str | None = None
    account: str | None = None
    credential: str | None = None
    """Short HMAC of the credential under the install key; tells one key from another and nothing else."""
    streamed: bool = False
    context_bytes: int = 0
    upstream: str = ""
    """The upstream's host and port."""
    metering: Metering = Metering.EXACT
    """``EXACT`` while the outcome is open; the closing has the last word."""
    rule: str | None = None
    """The rule that changed the request, or an earlier one of the conversation, for which this one pays."""
    model_sent: str | None = None
    """The model that was asked for instead of ``model_asked``; ``None``: the request went out as asked."""
    flags: tuple[str, ...] = ()


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger is told when an attempt has ended, however it ended."""

    id: int
    ended_us: int
    state: State
    metering: Metering
    confidence: Confidence
    http_status: int | None = None
    vendor_request_id: str | None = None
    ttfb_us: int | None = None
    """From the request's arrival to the first byte of the response head."""
    bytes_up: int = 0
    bytes_down: int = 0
    usage: Usage = Usage()
    cost: Cost | None = None
    """List price (API-equivalent). ``None`` is stored as unpriced."""
    pico_contract: int | None = None
    pico_marginal: int | None = None
    agreement: str | None = None
    """The contract, plan or pool that decided the two amounts above; ``None``: the public list did."""
    task: str | None = None
    """The task type of the last human text, where it was judged; never the text."""
    pico_asked: int | None = None
    """Of a row with a rule: the list price, had the request and all before it gone out as asked. ``None``: unknown."""
    saved_low: int | None = None
    saved_high: int | None = None
    """The interval around ``pico_asked - cost``, the signed saving; pico-USD."""
    flags: tuple[str, ...] = ()
    """Added to those of the opening."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One upstream attempt, as the ledger remembers it."""

    id: int
    started_us: int
    ended_us: int | None
    state: State
    metering: Metering
    source: str
    confidence: Confidence
    vendor: str
    wire: str
    tool: str | None
    tool_version: str | None
    session: str | None
    project: str | None
    project_name: str | None
    model_asked: str | None
    model_served: str | None
    kind: str
    effort: str | None
    account: str | None
    credential: str | None
    streamed: bool
    context_bytes: int
    upstream: str
    attempt_of: int | None
    http_status: int | None
    vendor_request_id: str | None
    message_id: str | None
    input: int
    cache_read: int
    cache_write: int
    cache_write_1h: int
    cache_write_12h: int
    output: int
    reasoning: int
    input_audio: int
    cache_read_audio: int
    output_audio: int
    output_image: int
    web_searches: int
    tier: str | None
    speed: str | None
    geo: str | None
    pico_list: int | None
    pico_contract: int | None
    pico_marginal: int | None
    agreement: str | None
    task: str | None
    rule: str | None
    model_sent: str | None
    pico_asked: int | None
    saved_low: int | None
    saved_high: int | None
    basis: Basis
    book: str | None
    ttfb_us: int | None
    bytes_up: int
    bytes_down: int
    flags: tuple[str, ...]
