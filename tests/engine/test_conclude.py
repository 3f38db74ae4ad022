"""What a call's end is worth, in every combination."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.engine.conclude import Conclusion, Facts, conclude
from trayapp.values import Basis, Confidence, Cost, Leg, Metering, State, Usage

FULL = Usage(legs=(Leg(input=10, output=5),), complete=True, model="m")
SOME = Usage(legs=(Leg(input=10, output=1),), model="m")
OUTCOMES = ("complete", "client_abort", "upstream_cut", "not_sent")


def price(usage: Usage) -> Cost:
    return Cost(pico=usage.total("input") * 2 + usage.total("output") * 10, basis=Basis.LIST, book="b")


def estimate(usage: Usage) -> Usage:
    return usage if usage.legs else Usage(legs=(Leg(input=7),), flags=("estimated",))


def end(outcome: str = "complete", **changes: object) -> Conclusion:
    values: dict[str, object] = {
        "outcome": outcome,
        "status": 200,
        "metered": True,
        "usage": FULL,
        "stream_ended": True,
        "overflow": False,
    }
    return conclude(Facts(**(values | changes)), price=price, estimate=estimate, book="b")  # type: ignore[arg-type]


def test_a_whole_answer_is_exact() -> None:
    got = end()
    assert (got.state, got.metering, got.confidence) == (State.DONE, Metering.EXACT, Confidence.EXACT)
    assert got.cost == Cost(pico=70, basis=Basis.LIST, book="b")


def test_a_tool_that_hangs_up_after_the_last_event_got_its_answer() -> None:
    assert end("client_abort").state is State.DONE
    assert end("upstream_cut").state is State.DONE


def test_an_aborted_answer_is_an_estimate() -> None:
    got = end("client_abort", usage=SOME, stream_ended=False)
    assert (got.state, got.metering) == (State.CLIENT_ABORT, Metering.ESTIMATED)
    assert got.cost is not None
    assert got.cost.basis is Basis.ESTIMATED


def test_a_refused_call_is_a_known_zero() -> None:
    got = end(status=529, usage=Usage(error="overloaded_error"))
    assert got.state is State.VENDOR_ERROR
    assert got.cost is not None
    assert got.cost.pico == 0
    assert "not_billed" in got.flags


def test_an_error_in_mid_stream_keeps_what_was_counted() -> None:
    got = end(usage=Usage(legs=SOME.legs, error="overloaded_error"), stream_ended=False)
    assert got.state is State.VENDOR_ERROR
    assert got.metering is Metering.ESTIMATED
    assert got.cost is not None
    assert got.cost.pico


def test_a_success_without_usage_is_estimated_not_zero() -> None:
    got = end(usage=Usage())
    assert (got.state, got.metering, got.confidence) == (State.DONE, Metering.ESTIMATED, Confidence.ESTIMATED)


def test_overflow_is_a_lower_bound() -> None:
    got = end(usage=SOME, overflow=True)
    assert (got.metering, got.confidence) == (Metering.OVERFLOW, Confidence.PARTIAL)


def test_unread_calls_have_no_price() -> None:
    got = end(metered=False)
    assert (got.metering, got.confidence, got.cost) == (Metering.UNMETERED, Confidence.NONE, None)


def test_not_sent_and_stale() -> None:
    assert end("not_sent", status=None, usage=Usage()).cost == Cost(pico=0, basis=Basis.LIST, book="b")
    stale = end("upstream_cut", status=None, usage=Usage(), stale=True)
    assert stale.flags == ("not_billed", "stale_connection")


def test_what_our_own_end_cut_short_is_interrupted() -> None:
    got = end("client_abort", usage=SOME, stream_ended=False, shutdown=True)
    assert (got.state, got.metering) == (State.INTERRUPTED, Metering.ESTIMATED)


@pytest.mark.parametrize("outcome", OUTCOMES)
@given(
    status=st.sampled_from([None, 200, 400, 401, 429, 500, 529]),
    metered=st.booleans(),
    usage=st.sampled_from([Usage(), SOME, FULL, Usage(error="x")]),
    stream_ended=st.booleans(),
    overflow=st.booleans(),
)
def test_every_end_is_a_final_state_and_no_zero_is_silent(
    outcome: str, status: int | None, metered: bool, usage: Usage, stream_ended: bool, overflow: bool
) -> None:
    got = end(outcome, status=status, metered=metered, usage=usage, stream_ended=stream_ended, overflow=overflow)
    assert got.state.final
    if got.cost is not None and got.cost.pico == 0:
        assert "not_billed" in got.flags
    if got.confidence is Confidence.EXACT and got.cost is not None and got.cost.pico:
        assert usage.complete
