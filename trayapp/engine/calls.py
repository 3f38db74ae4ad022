"""The life of a call: accept → check → read → open row → forward → meter → price → close row → tell.

``gatekeeper`` is the first half-line (check, route), ``MeteredCall`` the rest, one method a step, in the order
in which the relay calls them. The relay moves the bytes and knows none of this; a failure here never changes one of
them (the relay guards every call into this module).

Rules:

* a row exists before the request leaves. It is given 5 ms; then the call goes out, a line in the late spool stands
  in for the row, and the row follows from memory, flagged ``late_open``;
* each upstream attempt is one row: a second attempt closes the first and opens its own;
* nothing of a body outlives the call; a folder and a credential become HMACs at once.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from trayapp import dialects, frontdoor
from trayapp.dialects import asker
from trayapp.dialects.windows import OVERAGE
from trayapp.engine.afterwards import NOT_COUNTED, PROMPT_FIRST, Body, Counted
from trayapp.engine.conclude import Conclusion, Facts, conclude, needs_estimate, without_price
from trayapp.engine.hearing import Hearing
from trayapp.engine.outgoing import Outgoing, coding
from trayapp.engine.tariff import Circumstances
from trayapp.proxy import Ending, RequestHead, Rewrite
from trayapp.refusal import Refusal
from trayapp.values import Call, Closing, Cost, Kind, Leg, Metering, Opening, State, Usage

if TYPE_CHECKING:
    from trayapp.engine.gatekeeper import Gatekeeper

log = logging.getLogger(__name__)

Pairs = tuple[tuple[bytes, bytes], ...]
_REQUEST_IDS: Final = (b"request-id", b"x-request-id", b"x-goog-request-id", b"apim-request-id")


class MeteredCall:
    """One call from its head to its closed row."""

    def __init__(
        self,
        keeper: Gatekeeper,
        head: RequestHead,
        entry: frontdoor.Entry,
        dialect: dialects.Dialect,
        *,
        metered: bool,
    ) -> None:
        self._keeper = keeper
        self._entry = entry
        self._dialect = dialect
        self._metered = metered
        self._view = dialects.RequestView(
            vendor=entry.vendor, method=head.method, path=entry.path, headers=head.headers, tool_hint=entry.tool
        )
        self._started_us = time.time_ns() // 1000
        self._clock = time.monotonic_ns()
        self._call: Call | None = None
        self._reader: dialects.ResponseReader | None = None
        self._body: Body | None = None
        """Kept while the vendor may still leave the prompt uncounted."""
        self._status: int | None = None
        self._request_id: str | None = None
        self._ttfb_us: int | None = None
        self._first_id: int | None = None
        self._credential: str | None = None
        self._project: tuple[str, str] | tuple[None, None] = (None, None)
        self._beside: tuple[str, ...] = ()
        """What the vendor said beside the usage."""
        self._hearing = Hearing(keeper.windows, keeper.credentials, head.headers, entry.target)
        self._late = False
        """The current attempt went out before its row was written."""
        self._bytes_up = 0
        self._outgoing = Outgoing(keeper, self._view, entry, metered=metered)
        self.opening_row: Opening | None = None
        self.state = State.OPEN

    # read → open row

    async def opening(self, body: bytes | None, _trailers: Pairs) -> Rewrite | Refusal | None:
        """The request is complete (or will be streamed, ``body`` is ``None``): it gets its row, then it may leave.

        One that a used-up budget stops does not leave. It gets its row all the same, ``not_sent`` at a known zero with
        the flag ``budget_stop``: no attempt reached a vendor, but who asks why a tool stood still finds it there.
        """
        try:
            call = self._dialect.read_request(self._view, body)
            if call.account != "subscription" and asker.coding_plan(self._entry.upstream.host, self._entry.target):
                call = replace(call, account="subscription")
            self._credential = self._keeper.credentials.fingerprint(
                self._view.headers, self._entry.target, login=call.account == "subscription"
            )
        except Exception as error:  # noqa: BLE001  law 1: reading is ours, the call is the tool's
            log.warning("a request could not be read: %s", type(error).__name__)
            call = Call(vendor=self._entry.vendor, wire=self._dialect.wire, flags=("request_unreadable",))
        self._call = call
        if call.workspace:
            self._project = self._keeper.projects.identify(call.workspace)
        refusal = self._outgoing.stopped(call, self._project)
        if refusal is not None:
            await self._open(call)
            return refusal
        rewrite = self._outgoing.changed(call, body, self._project, self._credential)
        if self._metered:
            self._body = self._keeper.afterwards.keep(call, body, coding(self._view.headers))
        await self._open(call)
        return rewrite

    async def refused(self, status: int, headers: Pairs, original: bytes) -> Rewrite | None:
        """The vendor does not take what was changed: this attempt ends, the original is another with its own row."""
        if self.opening_row is None or self._call is None:
            return None
        self._head(status, headers)
        facts = Facts(
            outcome="complete",
            status=status,
            metered=self._metered,
            usage=Usage(error=f"http_{status}"),
            stream_ended=False,
            overflow=False,
        )
        self._close(facts, bytes_up=self._bytes_up, flags=("rewrite_refused",), goes_on=True)
        instead = self._outgoing.refused(status, headers, original)
        self._beside = ()
        self._status = self._ttfb_us = self._request_id = None
        await self._again(self._call)
        return instead

    async def retrying(self) -> None:
        """The kept connection was dead: this attempt ends, another begins, each with its row."""
        if self.opening_row is None or self._call is None:
            return
        stale = Facts(
            outcome="upstream_cut",
            status=None,
            metered=self._metered,
            usage=Usage(),
            stream_ended=False,
            overflow=False,
            stale=True,
        )
        self._close(stale, bytes_up=0, goes_on=True)
        await self._again(self._call)

    async def _again(self, call: Call) -> None:
        self._started_us = time.time_ns() // 1000
        self._clock = time.monotonic_ns()
        await self._open(call)

    async def _open(self, call: Call) -> None:
        project, project_name = self._project
        ledger = self._keeper.ledger
        opening = Opening(
            id=ledger.new_id(),
            started_us=self._started_us,
            vendor=call.vendor,
            wire=call.wire,
            attempt_of=self._first_id,
            tool=call.tool,
            tool_version=call.tool_version,
            session=call.session,
            project=project,
            project_name=project_name,
            model_asked=call.model,
            kind=call.kind,
            effort=call.effort,
            tier_asked=call.tier,
            account=call.account,
            credential=self._credential,
            streamed=call.stream,
            context_bytes=call.context_bytes,
            upstream=self._entry.upstream.authority,
            metering=Metering.EXACT if self._metered else Metering.UNMETERED,
            rule=self._outgoing.rule,
            model_sent=self._outgoing.model_sent,
            flags=(*call.flags, *self._outgoing.flags),
        )
        if self._first_id is None:
            self._first_id = opening.id
        self.opening_row = opening
        self.state = State.OPEN
        self._late = not await self._keeper.bookings.open(opening, self._mark)
        self._keeper.glance.started(_Running(self, opening))

    # forward

    def sent(self, nbytes: int) -> None:
        """The whole request was handed to the vendor's socket."""
        self._bytes_up = nbytes
        if self.opening_row is not None and self.state is State.OPEN:
            self.state = State.SENT
        self._outgoing.sent()

    def responded(self, status: int, _reason: bytes, headers: Pairs) -> None:
        """The response head was passed on."""
        if self.opening_row is None:
            return
        self.state = State.STREAMING
        content_type, content_encoding = self._head(status, headers)
        self._outgoing.answered(status, headers)
        if self._metered:
            self._reader = self._dialect.reader(
                content_type=content_type, content_encoding=content_encoding, status=status
            )
            self._reader.note(headers)
        self._keeper.glance.changed()

    def _head(self, status: int, headers: Pairs) -> tuple[str, str]:
        """Take in a response head; returns its content type and coding."""
        self._status = status
        self._ttfb_us = (time.monotonic_ns() - self._clock) // 1000
        content_type = content_encoding = ""
        for name, value in headers:
            lower = name.lower()
            if lower == b"content-type":
                content_type = value.decode("latin-1")
            elif lower == b"content-encoding":
                content_encoding = value.decode("latin-1")
            elif lower in _REQUEST_IDS and self._request_id is None:
                self._request_id = _identifier(value)
        call = self._call
        if self._metered and call is not None and self._hearing.head(call, self._credential, headers):
            self._beside = (OVERAGE,)
        return content_type, content_encoding

    def _mark(self) -> None:
        """Write down what is known, in case the engine is killed before the end."""
        if self.opening_row is None:
            return
        ledger = self._keeper.ledger
        if self.state is State.SENT:
            ledger.mark_sent(self.opening_row.id)
        elif self.state is State.STREAMING:
            usage = None if self._reader is None else self._reader.so_far()
            ledger.mark_streaming(self.opening_row.id, http_status=self._status, ttfb_us=self._ttfb_us, usage=usage)

    # meter

    def received(self, data: bytes) -> None:
        """Body bytes were passed on; read the copy."""
        if self._reader is not None:
            self._reader.feed(data)
            if self._call is not None:
                self._hearing.body(self._call, self._reader)
            if self._body is not None and self._dialect.wire in PROMPT_FIRST:
                self._forget_body()
            self._keeper.glance.changed()

    # price → close row → tell

    def ended(self, ending: Ending) -> None:
        """The attempt is over, however it went."""
        if self.opening_row is None:
            self._forget_body()
            return
        facts = Facts(
            outcome=ending.outcome,
            status=self._status,
            metered=self._metered,
            usage=self._named(Usage() if self._reader is None else self._reader.finish()),
            stream_ended=self._reader is not None and self._reader.ended,
            overflow=self._reader is not None and self._reader.overflow,
            shutdown=ending.reason == "shutdown",
        )
        self._outgoing.ended(interrupted=ending.outcome == "client_abort")
        reason = (ending.reason,) if ending.reason and ending.outcome != "complete" else ()
        self._close(facts, bytes_up=ending.bytes_up, bytes_down=ending.bytes_down, flags=reason)

    def _close(
        self,
        facts: Facts,
        *,
        bytes_up: int,
        bytes_down: int = 0,
        flags: tuple[str, ...] = (),
        goes_on: bool = False,
    ) -> None:
        """End the attempt's row; ``goes_on``: another attempt follows, which needs the body."""
        opening = self.opening_row
        if opening is None:
            return
        ended_us = self._started_us + (time.monotonic_ns() - self._clock) // 1000
        counting = self._call is not None and needs_estimate(facts)
        if counting:
            self._mark()  # a kill while it is counted shall not lose what is known
        self.opening_row = None

        def settle(counted: Counted) -> None:
            if not goes_on:
                self._forget_body()
            try:
                closing = self._settle(opening, facts, counted, ended_us, (bytes_up, bytes_down), flags)
            except Exception as error:  # noqa: BLE001  law 3: a row is closed, whatever its price does
                log.error("a row could not be priced: %s", type(error).__name__)  # noqa: TRY400  no text in logs
                closing = without_price(opening.id, facts, ended_us, (bytes_up, bytes_down), flags)
            try:
                self._keeper.glance.ended(_Running(self, opening), closing.usage, closing.cost)
            finally:
                self._keeper.bookings.close(closing)

        if not counting or self._call is None:
            settle(NOT_COUNTED)
            return
        try:
            self._keeper.afterwards.count(self._call, self._reader, self._body, settle)
        except Exception as error:  # noqa: BLE001  as above
            log.warning("a call could not be counted: %s", type(error).__name__)
            settle(NOT_COUNTED)

    def _settle(
        self,
        opening: Opening,
        facts: Facts,
        counted: Counted,
        ended_us: int,
        moved: tuple[int, int],
        flags: tuple[str, ...],
    ) -> Closing:
        """The row's last words, at once or when what the vendor did not say was counted."""
        tariff = self._keeper.tariff
        circumstances = self._circumstances()
        conclusion = conclude(
            facts,
            price=lambda usage: tariff.cost(usage, circumstances),
            estimate=lambda usage: self._estimate(usage, counted),
            book=tariff.book.version,
        )
        self.state = conclusion.state
        self._learn(conclusion)
        amounts = tariff.amounts(conclusion.usage, conclusion.cost, circumstances)
        tariff.draw(amounts, circumstances)
        as_asked = replace(circumstances, model_asked=None if self._call is None else self._call.model)
        saving = self._outgoing.saving(conclusion.usage, conclusion.cost, lambda usage: tariff.cost(usage, as_asked))
        return Closing(
            id=opening.id,
            ended_us=ended_us,
            state=conclusion.state,
            metering=conclusion.metering,
            confidence=conclusion.confidence,
            http_status=facts.status,
            vendor_request_id=self._request_id,
            ttfb_us=self._ttfb_us,
            bytes_up=moved[0],
            bytes_down=moved[1],
            usage=conclusion.usage,
            cost=conclusion.cost,
            pico_contract=amounts.contract,
            pico_marginal=amounts.marginal,
            agreement=amounts.agreement,
            task=saving.task,
            pico_asked=saving.pico_asked,
            saved_low=saving.low,
            saved_high=saving.high,
            flags=(*conclusion.flags, *amounts.flags, *flags, *(("late_open",) if self._late else ())),
        )

    def _named(self, usage: Usage) -> Usage:
        """The usage with the model that was asked for in the end, where the answer names none."""
        sent = self._outgoing.model_sent
        return replace(usage, model=sent) if usage.model is None and usage.legs and sent is not None else usage

    def price(self, usage: Usage) -> Cost:
        """List price of a usage of this call."""
        return self._keeper.tariff.cost(usage, self._circumstances())

    def _circumstances(self) -> Circumstances:
        call = self._call
        return Circumstances(
            vendor=self._entry.vendor,
            model_asked=self._outgoing.model_sent or (None if call is None else call.model),
            at_us=self._started_us,
            kind=Kind.MAIN if call is None else call.kind,
            host=self._entry.upstream.host,
            account=None if call is None else call.account,
            credential=self._credential,
            project=self._project[0],
            project_name=self._project[1],
            flags=self._beside,
        )

    def _estimate(self, usage: Usage, counted: Counted) -> Usage:
        call = self._call
        if call is None:
            return usage
        prompt = self.prompt_estimate() if counted.prompt is None else counted.prompt
        if self._reader is None:
            # Not even a head came back, but the prompt was handed over and may be billed.
            said = ("estimated", "input_estimated")
            return Usage(legs=(Leg(input=prompt),), flags=said) if prompt else usage
        return dialects.estimate_usage(
            call,
            self._reader,
            input_tokens=prompt or None,
            ratio=self._keeper.calibration.answer_ratio(call.model),
            answer_tokens=counted.answer,
            thought_tokens=counted.thought,
        )

    def _forget_body(self) -> None:
        if self._body is not None:
            self._body.drop()
            self._body = None

    def prompt_estimate(self) -> int:
        """Estimated prompt tokens, before the vendor has counted."""
        call = self._call
        if call is None or call.model is None:
            return 0
        return self._keeper.calibration.prompt_tokens(call.model, call.session, call.context_bytes)

    def _learn(self, conclusion: Conclusion) -> None:
        call = self._call
        if call is None or call.model is None or conclusion.metering is not Metering.EXACT:
            return
        if len(conclusion.usage.legs) == 1 and conclusion.usage.complete:
            prompt = conclusion.usage.legs[0].prompt
            self._keeper.calibration.learn(call.model, call.session, call.context_bytes, prompt)
            if self._reader is not None:
                self._keeper.afterwards.learn(call, self._reader, conclusion.usage.legs[0])

    def tokens_so_far(self) -> tuple[int, int, bool]:
        """(input, output, whether either is an estimate) while the call runs."""
        ratio = None if self._call is None else self._keeper.calibration.answer_ratio(self._call.model)
        known_in, out = (None, 0) if self._reader is None else self._reader.live(ratio)
        return (self.prompt_estimate() if known_in is None else known_in), out, True

    def cost_so_far(self) -> int | None:
        """Pico-USD of what was seen so far; ``None`` without a price."""
        if not self._metered or self._call is None:
            return None
        tokens_in, tokens_out, _ = self.tokens_so_far()
        said = None if self._reader is None else self._reader.so_far()
        if said is not None and said.legs:
            # The vendor has said how much of the prompt was cached; the answer's length is still ours to guess.
            first = said.legs[0]
            return self.price(
                replace(said, legs=(replace(first, output=max(first.output, tokens_out)), *said.legs[1:]))
            ).pico
        return self.price(Usage(legs=(Leg(input=tokens_in, output=tokens_out),))).pico


class _Running:
    """A call and the opening of its current attempt, for the glance."""

    __slots__ = ("_call", "opening")

    def __init__(self, call: MeteredCall, opening: Opening) -> None:
        self._call = call
        self.opening = opening

    @property
    def state(self) -> State:
        return self._call.state

    def tokens_so_far(self) -> tuple[int, int, bool]:
        return self._call.tokens_so_far()

    def cost_so_far(self) -> int | None:
        return self._call.cost_so_far()


def _identifier(value: bytes) -> str | None:
    """A vendor's request id, if it looks like one."""
    text = value.decode("latin-1")
    return text if 0 < len(text) <= 128 and text.isascii() and text.isprintable() else None
