"""OpenAI Responses, as its API, Codex (API key or ChatGPT login) and compatible vendors speak it.

Everything about this wire format lives here. Facts: OpenAI's SDK 3.54 types, captures of Codex 0.169, opencode,
Cline and Continue (2026-11-23).

Usage rules: the usage stands in ``response.completed``, ``response.incomplete`` or ``response.failed`` only; the
billed ``service_tier`` is the response's; web and file searches are billed per call and counted from the output
items, from the final response or, where the vendor leaves its output empty, from the items as they were done.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import Raw

from trayapp.dialects import asker, fields, kinds, openai_usage, windows, workspace
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import EMPTY, Opened, effort, own_texts, texts_of, tool_names
from trayapp.dialects.tally import CountTally, Tally, as_object
from trayapp.values import Call, Kind, Leg

WIRE: Final = "openai-responses"

_PATH = re.compile(r"(?:/.*)?/responses(?P<more>/compact|/input_tokens)?\Z")
_DEPLOYMENT = re.compile(r"/deployments/([^/]+)/")
_FINAL: Final = frozenset({"response.completed", "response.incomplete", "response.failed", "response.done"})
_FIRST: Final = frozenset({"response.created", "response.in_progress", "response.queued"})


class _Request(msgspec.Struct):
    model: Any = None
    max_output_tokens: Any = None
    stream: Any = None
    service_tier: Any = None
    reasoning: Raw = Raw(b"")
    text: Raw = Raw(b"")
    tools: Raw = Raw(b"")
    instructions: Raw = Raw(b"")
    prompt_cache_key: Any = None
    client_metadata: Raw = Raw(b"")


class _Full(_Request):
    input: list[Raw] = []


class _OneText(_Request):
    input: str = ""


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (
    msgspec.json.Decoder(_Full),
    msgspec.json.Decoder(_OneText),
    msgspec.json.Decoder(_Request),
)


class Responses:
    """The Responses endpoint, its compaction or its token counting."""

    wire = WIRE

    def __init__(self, kind: Kind | None) -> None:
        self._kind = kind

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        request = opened.decode(_decoders, _Request())
        items: list[Raw] = request.input if isinstance(request, _Full) else []
        metadata = fields.parse(request.client_metadata) if request.client_metadata else None
        turn = _turn_metadata(opened, metadata)
        reasoning = fields.parse(request.reasoning) if request.reasoning else None
        folder = workspace.from_codex_metadata(turn)
        if folder is None:
            folder = workspace.search((bytes(request.instructions), *_early_texts(items)))
        return opened.call(
            WIRE,
            model=request.model if request.model is not None else _deployment(head.path),
            session=_session(opened, request, metadata),
            workspace=folder,
            stream=request.stream is True,
            kind=self._kind or _kind(opened, request, items, turn),
            effort=effort(fields.part({"r": reasoning}, "r").get("effort")),
            max_output=request.max_output_tokens,
            tier=request.service_tier,
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        tally = CountTally(WIRE, "input_tokens") if self._kind == Kind.COUNT else ResponsesTally()
        return ResponseReader(tally, content_type=content_type, content_encoding=content_encoding, status=status)


_main: Final = Responses(None)
_compact: Final = Responses(Kind.COMPACTION)
_counting: Final = Responses(Kind.COUNT)


def claim(vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it speaks Responses."""
    match = _PATH.match(path)
    if match is None:
        return None
    return {None: _main, "/compact": _compact, "/input_tokens": _counting}[match["more"]]


def _deployment(path: str) -> str | None:
    """The name in an Azure path, which stands for the model until the answer names it."""
    match = _DEPLOYMENT.search(path)
    return unquote(match[1]) if match else None


def _turn_metadata(opened: Opened, metadata: Any) -> Any:
    """Codex's turn metadata: from its header, or from the body where the header is cut or missing."""
    header = asker.text(opened.headers, b"x-codex-turn-metadata")
    turn = fields.parse(header.encode("latin-1", "replace")) if header else None
    if isinstance(turn, dict):
        return turn
    inner = metadata.get("x-codex-turn-metadata") if isinstance(metadata, dict) else None
    return fields.parse(inner.encode("utf-8", "replace")) if isinstance(inner, str) else None


def _session(opened: Opened, request: _Request, metadata: Any) -> object:
    if opened.tool not in ("codex", "opencode"):
        return None  # others use constant cache keys
    own = metadata.get("session_id") if isinstance(metadata, dict) else None
    return own if own is not None else request.prompt_cache_key


def _early_texts(items: list[Raw]) -> list[bytes]:
    """The first messages; the tools that newer Codex sends as an input item hold no folder."""
    raw = (bytes(item) for item in items[:8])
    return [item for item in raw if not item.startswith(b'{"type":"additional_tools"')]


def _kind(opened: Opened, request: _Request, items: list[Raw], turn: Any) -> Kind:
    if isinstance(turn, dict):
        agent = turn.get("agent_name")
        if isinstance(agent, str) and agent not in ("", "/root"):
            return Kind.SUBAGENT
    last = bytes(items[-1]) if items else b""
    if last.startswith(b"{") and b'"compaction_trigger"' in last[:256]:
        trigger = fields.parse(last)
        if isinstance(trigger, dict) and trigger.get("type") == "compaction_trigger":
            return Kind.COMPACTION
    limit = request.max_output_tokens
    form = fields.part(fields.parse(request.text), "format") if request.text else {}
    turns = len(items) or 1
    return kinds.classify(
        kinds.Shape(
            headers=opened.headers,
            tools=bytes(request.tools) not in EMPTY or any(b'"additional_tools"' in bytes(i)[:256] for i in items[:2]),
            max_output=limit if type(limit) is int else None,
            messages=turns,
            schema=form.get("schema"),
            system=lambda: _system(request, items),
            last=lambda: _last(request, last),
            offered=lambda: tool_names(request.tools),
        )
    )


def _system(request: _Request, items: list[Raw]) -> tuple[str, ...]:
    instructions = fields.parse(request.instructions) if request.instructions else None
    if isinstance(instructions, str) and instructions:
        return (instructions,)
    first = fields.parse(items[0]) if items else None
    if isinstance(first, dict) and first.get("role") in ("system", "developer"):
        return texts_of(first.get("content"))
    return ()


def _last(request: _Request, last: bytes) -> tuple[str, ...]:
    if isinstance(request, _OneText):
        return (request.input,)
    message = fields.parse(last) if last else None
    if isinstance(message, dict) and message.get("type", "message") != "message":
        return ()
    return own_texts(message)


class _Event(msgspec.Struct):
    type: Any = None
    delta: Any = None
    response: Raw = Raw(b"")
    item: Raw = Raw(b"")
    copilot_usage: Raw = Raw(b"")


class _Item(msgspec.Struct):
    type: Any = None


class _LooseResponse(msgspec.Struct):
    id: Any = None
    model: Any = None
    status: Any = None
    service_tier: Any = None
    usage: Raw = Raw(b"")
    error: Any = None
    copilot_usage: Raw = Raw(b"")


class _Response(msgspec.Struct):
    id: Any = None
    model: Any = None
    status: Any = None
    service_tier: Any = None
    usage: Raw = Raw(b"")
    error: Any = None
    copilot_usage: Raw = Raw(b"")
    output: list[_Item] | None = None


_event = msgspec.json.Decoder(_Event)
_item = msgspec.json.Decoder(_Item)
_response = msgspec.json.Decoder(_Response)
_loose = msgspec.json.Decoder(_LooseResponse)


class ResponsesTally(Tally):
    """Adds up one response."""

    wire = WIRE

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, Any] = {}
        self._web_items = 0
        self._file_items = 0

    def message(self, data: bytes) -> None:
        """Read one event of a stream."""
        try:
            event = _event.decode(data)
        except fields.BAD_JSON:
            if data.strip() != b"[DONE]":
                self.flags.add("bad_event")
            return
        kind = event.type
        if not isinstance(kind, str):
            if event.response:
                self._read(event.response)
            elif not self.ended:
                document = fields.parse(data)
                if isinstance(document, dict) and document.get("error") is not None:
                    self.fail(document)
        elif kind.endswith(".delta"):
            if "reasoning" in kind:
                self.think(event.delta)
            elif not kind.endswith("audio.delta"):
                self.say(event.delta)
        elif kind in _FINAL:
            self.ended = True
            self._read(event.response, final=True)
        elif kind in _FIRST:
            if self.ended:
                self.flags.add("several_messages")  # one answer is one response: only the newest counts
                self.ended = self.final = False
            if self.message_id is None:
                self._read(event.response)
        elif kind == "response.output_item.done":
            self._done(event.item)
        elif kind == "codex.rate_limits":
            self._hear(data)
        elif kind == "error":
            self.failure(data)
            self._hear(data)
        if event.copilot_usage:
            self.take_credits(event.copilot_usage)

    def document(self, data: bytes) -> bool:
        """Read a whole response."""
        if not self._read(Raw(data), final=True):
            return False
        self.ended = True
        return True

    def _hear(self, data: bytes) -> None:
        told = windows.from_event(fields.parse(data))
        if told is not None:
            self.told = told
            if told.overage:
                self.flags.add(windows.OVERAGE)

    def legs(self) -> tuple[Leg, ...]:
        """One leg, or none before the usage was read."""
        return (openai_usage.leg(self._usage, self.flags, model=self.model),) if self._usage else ()

    def _read(self, raw: Raw, *, final: bool = False) -> bool:
        response: _Response | _LooseResponse
        output: list[_Item] = []
        try:
            response = _response.decode(raw)
            output = response.output or []
        except fields.BAD_JSON:
            try:
                response = _loose.decode(raw)
            except fields.BAD_JSON:
                self.flags.add("bad_event")
                return False
            self.flags.add("bad_shape")
        self.names(response.model, response.id)
        if response.service_tier is not None:
            self.tier = fields.name(response.service_tier, self.flags) or self.tier
        if final:
            self._count_items(output)
        if isinstance(response.error, dict) or (response.status == "failed" and final):
            error = response.error if isinstance(response.error, dict) else {}
            self.error = fields.error_type(error.get("type"), error.get("code")) or "failed"
        usage = as_object(response.usage)
        if response.copilot_usage:
            self.take_credits(response.copilot_usage)
        if usage is not None and final:
            self._usage = usage
            self.known_input, self.known_output = openai_usage.prompt_and_output(usage, self.flags)
            self.stated_pico = openai_usage.stated(usage, self.flags)
            self.final = self.known_input is not None and self.known_output is not None
        return True

    def _count_items(self, output: list[_Item]) -> None:
        web = sum(item.type == "web_search_call" for item in output)
        files = sum(item.type == "file_search_call" for item in output)
        self.web_searches = max(web, self._web_items)
        self.file_searches = max(files, self._file_items)

    def _done(self, raw: Raw) -> None:
        try:
            kind = _item.decode(raw).type
        except fields.BAD_JSON:
            return
        if kind == "web_search_call":
            self._web_items += 1
        elif kind == "file_search_call":
            self._file_items += 1
        self.web_searches = max(self.web_searches, self._web_items)
        self.file_searches = max(self.file_searches, self._file_items)
