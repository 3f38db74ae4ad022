"""What a call's end is worth: from how it ended to state, metering, confidence, usage and cost.

Everything that turns the facts of an ended attempt into the words of its row lives here; pure, so that every
combination can be tested.

Rules:

* an answer whose final usage was read is exact, even when the tool hung up in the moment after;
* what never reached a vendor, and what a vendor refused with an HTTP error, costs a *known* zero (flag
  ``not_billed``): Anthropic, OpenAI and Google do not bill failed requests (their pricing pages, 2026-11);
* everything else is an estimate and says so; where nothing can be estimated the cost is unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from trayapp.values import Basis, Closing, Confidence, Cost, Metering, State, Usage

Outcome = Literal["complete", "client_abort", "upstream_cut", "not_sent"]

_STATE: Final[dict[str, State]] = {
    "complete": State.DONE,
    "client_abort": State.CLIENT_ABORT,
    "upstream_cut": State.UPSTREAM_CUT,
    "not_sent": State.NOT_SENT,
}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when an attempt has ended."""

    outcome: Outcome
    status: int | None
    """HTTP status; ``None`` when no response head came."""
    metered: bool
    """Whether anybody looked."""
    usage: Usage
    """What was read, possibly nothing."""
    stream_ended: bool
    """The format's own end was seen."""
    overflow: bool
    """An inspection bound was passed."""
    stale: bool = False
    """A kept connection turned out dead before it carried anything back."""
    shutdown: bool = False
    """The engine ended the call because it was itself asked to end."""


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    """The words of the row."""

    state: State
    metering: Metering
    confidence: Confidence
    usage: Usage
    cost: Cost | None
    flags: tuple[str, ...] = ()


def needs_estimate(facts: Facts) -> bool:
    """Whether ``conclude`` will ask for an estimate."""
    return facts.metered and not facts.usage.complete and not _not_billed(facts)


def _not_billed(facts: Facts) -> bool:
    failed = facts.status is not None and facts.status >= 400
    return facts.outcome == "not_sent" or facts.stale or (failed and not facts.usage.legs)


def conclude(
    facts: Facts,
    *,
    price: Callable[[Usage], Cost],
    estimate: Callable[[Usage], Usage],
    book: str,
) -> Conclusion:
    """Decide the row's words.

    Args:
        facts: how the attempt ended.
        price: prices a usage.
        estimate: fills what is missing in a usage from the bytes that were seen.
        book: the price book's version, for costs that need no price.
    """
    state = _STATE[facts.outcome]
    failed = facts.status is not None and facts.status >= 400
    if state is State.DONE and (failed or facts.usage.error is not None):
        state = State.VENDOR_ERROR
    elif state in (State.CLIENT_ABORT, State.UPSTREAM_CUT) and facts.usage.complete and facts.stream_ended:
        state = State.VENDOR_ERROR if failed else State.DONE
    if facts.shutdown and state in (State.CLIENT_ABORT, State.UPSTREAM_CUT):
        state = State.INTERRUPTED
    if _not_billed(facts):
        return Conclusion(
            state=state,
            metering=Metering.EXACT if facts.metered else Metering.UNMETERED,
            # A vendor that read the request and dropped the connection may bill it all the same.
            confidence=Confidence.ESTIMATED if facts.stale else Confidence.EXACT,
            usage=facts.usage,
            cost=Cost(pico=0, basis=Basis.LIST, book=book),
            flags=("not_billed", "stale_connection") if facts.stale else ("not_billed",),
        )
    if not facts.metered:
        return Conclusion(
            state=state, metering=Metering.UNMETERED, confidence=Confidence.NONE, usage=Usage(), cost=None
        )
    if facts.usage.complete:
        return Conclusion(
            state=state,
            metering=Metering.EXACT,
            confidence=Confidence.EXACT,
            usage=facts.usage,
            cost=price(facts.usage),
        )
    usage = estimate(facts.usage)
    cost = price(usage) if usage.legs else None
    cost = None if cost is None else as_estimate(cost)
    confidence = Confidence.ESTIMATED if usage.legs else Confidence.NONE
    if facts.overflow:
        # Counting stopped on the way: what is known is a lower bound.
        return Conclusion(
            state=state,
            metering=Metering.OVERFLOW,
            confidence=Confidence.PARTIAL if usage.legs else Confidence.NONE,
            usage=usage,
            cost=cost,
        )
    return Conclusion(state=state, metering=Metering.ESTIMATED, confidence=confidence, usage=usage, cost=cost)


def as_estimate(cost: Cost) -> Cost:
    """The cost of a usage that was not counted to its end; what no rate of the list decided stays as it is."""
    return replace(cost, basis=Basis.ESTIMATED) if cost.basis is Basis.LIST else cost


def without_price(row_id: int, facts: Facts, ended_us: int, moved: tuple[int, int], flags: tuple[str, ...]) -> Closing:
    """A closing that says how an attempt ended and nothing of its worth: for when finding that out has failed.

    ``moved`` are the bytes up and down.
    """
    return Closing(
        id=row_id,
        ended_us=ended_us,
        state=_STATE[facts.outcome] if facts.status is None or facts.status < 400 else State.VENDOR_ERROR,
        metering=Metering.UNMETERED,
        confidence=Confidence.NONE,
        http_status=facts.status,
        bytes_up=moved[0],
        bytes_down=moved[1],
        flags=(*flags, "not_priced"),
    )
