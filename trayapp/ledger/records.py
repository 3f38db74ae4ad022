"""How openings, closings and rows look in SQLite: parameters in, ``Row`` out.

Rules:

* nothing here may fail because of what a vendor or a tool said: a count outside 0 … 10**12 or an amount outside
  64 bits is not stored but flagged ``out_of_range`` (the count as 0 with confidence at most ``partial``, the amount
  as unknown), and text that is not Unicode or absurdly long is repaired by ``repaired``;
* flags are one text, separated by blanks, in order, each once;
* ``legs`` is kept (compact JSON) only when the row's own columns cannot say the same: more than one leg, another
  model or another kind of leg. A later repricing needs them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from trayapp.ledger.rollups import TOKENS
from trayapp.values import Basis, Closing, Confidence, Cost, Leg, Metering, Opening, Row, State, Usage

LATE: Final = "late_open"
"""Flag of a row whose request left before the row was on disk."""
OUT_OF_RANGE: Final = "out_of_range"

MAX_COUNT: Final = 10**12
MAX_INT: Final = 2**63 - 1
_MAX_TEXT: Final = 512

OPEN_COLUMNS: Final = (
    "id",
    "started_us",
    "state",
    "metering",
    "source",
    "confidence",
    "vendor",
    "wire",
    "tool",
    "tool_version",
    "session",
    "project",
    "project_name",
    "model_asked",
    "kind",
    "effort",
    "tier_asked",
    "account",
    "credential",
    "streamed",
    "context_bytes",
    "upstream",
    "attempt_of",
    "rule",
    "model_sent",
    "flags",
)
USAGE_COLUMNS: Final = (
    "model_served",
    "message_id",
    *TOKENS,
    "web_searches",
    "file_searches",
    "tier",
    "speed",
    "geo",
    "error",
    "pico_stated",
    "legs",
)
COST_COLUMNS: Final = ("pico_list", "basis", "book", "components", "cost_flags")
CLOSE_COLUMNS: Final = (
    "id",
    "ended_us",
    "state",
    "metering",
    "confidence",
    "http_status",
    "vendor_request_id",
    "ttfb_us",
    "bytes_up",
    "bytes_down",
    "pico_contract",
    "pico_marginal",
    "agreement",
    "task",
    "pico_asked",
    "saved_low",
    "saved_high",
    "flags",
    *USAGE_COLUMNS,
    *COST_COLUMNS,
)
MARK_COLUMNS: Final = ("id", "state", "http_status", "ttfb_us", *USAGE_COLUMNS, *COST_COLUMNS)

ROW_COLUMNS: Final = tuple(Row.__struct_fields__)
"""In the order of ``Row``; every one is a column of ``calls``."""

Parameters = tuple[Any, ...]

_encode: Final = msgspec.json.Encoder().encode
_opening_decoder: Final = msgspec.json.Decoder(Opening)
_NO_TOKENS: Final = (0,) * len(TOKENS)
_NO_COST: Final = (None, str(Basis.UNPRICED), None, None, None)


def joined(*groups: Iterable[str]) -> str:
    """Flags as one text, in order, each once."""
    seen: dict[str, None] = {}
    for group in groups:
        for flag in group:
            seen[flag.replace(" ", "_")] = None
    return " ".join(seen)


def opening_parameters(opening: Opening, *extra: str) -> Parameters:
    """The values of ``OPEN_COLUMNS``; ``extra`` are flags to add."""
    o = opening
    flags = joined(o.flags, extra) if o.flags or extra else ""
    size = o.context_bytes
    if not 0 <= size <= MAX_COUNT:
        size, flags = 0, joined(flags.split(), (OUT_OF_RANGE,))
    return (
        o.id,
        o.started_us,
        "open",
        str(o.metering),
        o.source,
        "none",
        o.vendor,
        o.wire,
        o.tool,
        o.tool_version,
        o.session,
        o.project,
        o.project_name,
        o.model_asked,
        str(o.kind),
        o.effort,
        o.tier_asked,
        o.account,
        o.credential,
        1 if o.streamed else 0,
        size,
        o.upstream,
        o.attempt_of,
        o.rule,
        o.model_sent,
        flags,
    )


def tokens_of(usage: Usage) -> tuple[tuple[int, ...], bool]:
    """The sums of the components over all legs, in the order of ``TOKENS``, and whether all are in range."""
    legs = usage.legs
    if not legs:
        return _NO_TOKENS, True
    sums = _leg_tokens(legs[0])
    if len(legs) > 1:
        sums = tuple(map(sum, zip(*map(_leg_tokens, legs), strict=True)))
    if min(sums) < 0 or max(sums) > MAX_COUNT:
        return tuple(n if 0 <= n <= MAX_COUNT else 0 for n in sums), False
    return sums, True


def _leg_tokens(leg: Leg) -> tuple[int, ...]:
    return (
        leg.input,
        leg.cache_read,
        leg.cache_write,
        leg.cache_write_1h,
        leg.cache_write_12h,
        leg.output,
        leg.reasoning,
        leg.input_audio,
        leg.cache_read_audio,
        leg.output_audio,
        leg.output_image,
    )


def _legs_text(usage: Usage) -> str | None:
    legs = usage.legs
    if not legs or (len(legs) == 1 and legs[0].kind == "message" and legs[0].model in (None, usage.model)):
        return None
    document = [
        {"model": leg.model, "kind": leg.kind, **{n: c for n, c in zip(TOKENS, _leg_tokens(leg), strict=True) if c}}
        for leg in legs
    ]
    return _encode(document).decode()


def _amount(value: int | None) -> tuple[int | None, bool]:
    if value is None or -MAX_INT <= value <= MAX_INT:
        return value, True
    return None, False


def _cost_parameters(cost: Cost | None) -> tuple[Parameters, bool]:
    if cost is None:
        return _NO_COST, True
    pico, fits = _amount(cost.pico)
    components = _encode(dict(cost.components)).decode() if cost.components and fits else None
    return (
        pico,
        str(cost.basis) if pico is not None else str(Basis.UNPRICED),
        cost.book,
        components if components is None or len(components) <= _MAX_TEXT else None,  # half of it would be none
        " ".join(cost.flags) or None,
    ), fits


def _usage_parameters(usage: Usage, tokens: tuple[int, ...]) -> tuple[Parameters, bool]:
    stated, stated_fits = _amount(usage.stated_pico)
    web, files = usage.web_searches, usage.file_searches
    fits = stated_fits and 0 <= web <= MAX_COUNT and 0 <= files <= MAX_COUNT
    if not fits:
        web = web if 0 <= web <= MAX_COUNT else 0
        files = files if 0 <= files <= MAX_COUNT else 0
    return (
        usage.model,
        usage.message_id,
        *tokens,
        web,
        files,
        usage.tier,
        usage.speed,
        usage.geo,
        usage.error,
        stated,
        _legs_text(usage) if usage.legs else None,
    ), fits


def priced_parameters(
    cost: Cost, contract: int | None, marginal: int | None, agreement: str | None
) -> tuple[Parameters, tuple[int, int | None, int | None], str] | None:
    """The values of ``PRICED_COLUMNS``, the amounts and the basis of a price that came later.

    ``None`` when it is none, or does not fit into 64 bits.
    """
    of_cost, fits = _cost_parameters(cost)
    if not fits or of_cost[0] is None:
        return None
    contract, marginal = _amount(contract)[0], _amount(marginal)[0]
    return (*of_cost, contract, marginal, agreement), (of_cost[0], contract, marginal), of_cost[1]


PRICED_COLUMNS: Final = (*COST_COLUMNS, "pico_contract", "pico_marginal", "agreement")


def legs_from(text: str | None, tokens: Sequence[int]) -> tuple[Leg, ...]:
    """The legs of a stored row: its ``legs`` column, or one leg of its token columns; none when nothing was counted."""
    if text is not None:
        return _legs_decoder.decode(text)
    return (msgspec.convert(dict(zip(TOKENS, tokens, strict=True)), Leg),) if any(tokens) else ()


def usage_from(row: sqlite3.Row) -> Usage:
    """What was counted for a stored row that has the columns of a usage, ``metering`` and ``flags``."""
    return Usage(
        legs=legs_from(row["legs"], [row[name] for name in TOKENS]),
        model=row["model_served"],
        message_id=row["message_id"],
        tier=row["tier"],
        speed=row["speed"],
        geo=row["geo"],
        web_searches=row["web_searches"],
        file_searches=row["file_searches"],
        stated_pico=row["pico_stated"],
        complete=row["metering"] == Metering.EXACT,
        error=row["error"],
        flags=tuple(row["flags"].split()),
    )


_legs_decoder: Final = msgspec.json.Decoder(tuple[Leg, ...])


class Closed:
    """A closing made ready: its parameters, and what the rollups need of it."""

    __slots__ = (
        "amounts",
        "basis",
        "components",
        "confidence",
        "cost_flags",
        "legs",
        "parameters",
        "tokens",
        "web_searches",
    )

    def __init__(self, closing: Closing, opening_flags: Iterable[str]) -> None:
        usage = closing.usage
        self.tokens, fits = tokens_of(usage)
        of_usage, usage_fits = _usage_parameters(usage, self.tokens)
        of_cost, cost_fits = _cost_parameters(closing.cost)
        contract, contract_fits = _amount(closing.pico_contract)
        marginal, marginal_fits = _amount(closing.pico_marginal)
        saving = tuple(_amount(each) for each in (closing.pico_asked, closing.saved_low, closing.saved_high))
        saving_fits = all(each_fits for _, each_fits in saving)
        up, down = closing.bytes_up, closing.bytes_down
        whole = fits and usage_fits and cost_fits and contract_fits and marginal_fits and saving_fits
        if not (0 <= up <= MAX_INT and 0 <= down <= MAX_INT):
            up = down = 0
            whole = False
        confidence = closing.confidence
        if not whole and confidence in (Confidence.EXACT, Confidence.ESTIMATED):
            confidence = Confidence.PARTIAL
        self.confidence = confidence
        self.basis = of_cost[1]
        self.amounts: tuple[int | None, int | None, int | None] = (of_cost[0], contract, marginal)
        self.web_searches: int = of_usage[2 + len(TOKENS)]
        self.legs: str | None = of_usage[-1]
        cost = closing.cost
        self.components = None if cost is None or of_cost[3] is None else dict(cost.components)
        self.cost_flags: str | None = of_cost[4]
        self.parameters: Parameters = (
            closing.id,
            closing.ended_us,
            str(closing.state),
            str(closing.metering),
            str(confidence),
            closing.http_status,
            closing.vendor_request_id,
            closing.ttfb_us,
            up,
            down,
            contract,
            marginal,
            closing.agreement,
            closing.task,
            *((each if saving_fits else None) for each, _ in saving),
            joined(opening_flags, closing.flags, usage.flags, () if whole else (OUT_OF_RANGE,)),
            *of_usage,
            *of_cost,
        )


def mark_parameters(
    row_id: int, state: State, http_status: int | None, ttfb_us: int | None, usage: Usage, cost: Cost | None
) -> Parameters:
    """The values of ``MARK_COLUMNS``: what is known of a call that still runs."""
    tokens, _ = tokens_of(usage)
    of_usage, _ = _usage_parameters(usage, tokens)
    of_cost, _ = _cost_parameters(cost)
    return (row_id, str(state), http_status, ttfb_us, *of_usage, *of_cost)


def repaired(parameters: Sequence[Any]) -> Parameters:
    """Parameters that SQLite takes for certain: text made valid Unicode and short, numbers within 64 bits."""
    out: list[Any] = []
    for value in parameters:
        if isinstance(value, str):
            out.append(value.encode("utf-8", "replace").decode()[:_MAX_TEXT])
        elif isinstance(value, int) and not -MAX_INT <= value <= MAX_INT:
            out.append(MAX_INT if value > 0 else -MAX_INT)
        else:
            out.append(value)
    return tuple(out)


def opening_line(opening: Opening) -> bytes:
    """An opening as one line of JSON, for the late spool."""
    try:
        return _encode(opening) + b"\n"
    except UnicodeEncodeError:
        names = Opening.__struct_fields__
        values = repaired([getattr(opening, name) for name in names])
        return _encode(dict(zip(names, values, strict=True))) + b"\n"


def opening_from_line(line: bytes) -> Opening | None:
    """Read a line of the late spool; ``None`` when it is torn or not ours."""
    try:
        return _opening_decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


_STATES: Final = {str(state): state for state in State}
_METERINGS: Final = {str(metering): metering for metering in Metering}
_CONFIDENCES: Final = {str(confidence): confidence for confidence in Confidence}
_BASES: Final = {str(basis): basis for basis in Basis}


def row_from(values: sqlite3.Row | Sequence[Any]) -> Row:
    """A ``Row`` from the values of ``ROW_COLUMNS``.

    Raises:
        KeyError: the file holds a state, metering, confidence or basis that this version does not know.
    """
    named = dict(zip(ROW_COLUMNS, values, strict=True))
    named["state"] = _STATES[named["state"]]
    named["metering"] = _METERINGS[named["metering"]]
    named["confidence"] = _CONFIDENCES[named["confidence"]]
    named["basis"] = _BASES[named["basis"]]
    named["streamed"] = bool(named["streamed"])
    named["flags"] = tuple(named["flags"].split())
    return Row(**named)
