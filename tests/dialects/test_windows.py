"""What vendors say beside their answers of plan windows and rate limits: read exactly, or left out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import ResponsesSocket, reader_of
from trayapp.dialects.windows import STATUSES, Credits, Limit, Told, Window, from_event, told

AT = 1_795_445_281_000_000  # 2026-11-23T14:48:01Z
CLAUDE = "anthropic-ratelimit-unified-"
FIVE, WEEK = 1_795_530_000, 1_795_900_000


def tell(headers: dict[str, str] | list[tuple[str, str]]) -> Told | None:
    pairs = headers.items() if isinstance(headers, dict) else headers
    return told([(name.encode("utf-8"), value.encode("utf-8")) for name, value in pairs], AT)


def windows(headers: dict[str, str] | list[tuple[str, str]]) -> tuple[Window, ...]:
    said = tell(headers)
    return () if said is None else said.windows


def limits(headers: dict[str, str]) -> tuple[Limit, ...]:
    said = tell(headers)
    return () if said is None else said.limits


# Claude's plans

WARNING = {
    CLAUDE + "status": "allowed_warning",
    CLAUDE + "reset": str(FIVE),
    CLAUDE + "5h-utilization": "0.91",
    CLAUDE + "5h-status": "allowed_warning",
    CLAUDE + "5h-surpassed-threshold": "0.9",
    CLAUDE + "5h-reset": str(FIVE),
    CLAUDE + "7d-utilization": "0.4",
    CLAUDE + "7d-status": "allowed",
    CLAUDE + "7d-reset": str(WEEK),
    CLAUDE + "7d_oi-utilization": "0.055",
    CLAUDE + "7d_oi-reset": str(WEEK),
    CLAUDE + "representative-claim": "five_hour",
    "Anthropic-Organization-Id": "2f1c-org",
    "content-type": "text/event-stream",
}


def test_claudes_windows() -> None:
    said = tell(WARNING)
    assert said is not None
    assert said.windows == (
        Window(name="5h", minutes=300, used=0.91, resets_at=FIVE, status="allowed_warning", binding=True),
        Window(name="7d", minutes=10_080, used=0.4, resets_at=WEEK, status="allowed"),
        Window(name="7d_oi", minutes=10_080, used=0.055, resets_at=WEEK),
    )
    assert said.organization == "2f1c-org"
    assert (said.limits, said.credits, said.overage) == ((), None, False)


def test_claudes_refusal_and_extra_usage() -> None:
    (extra, five) = windows(
        {
            CLAUDE + "status": "rejected",
            CLAUDE + "reset": str(FIVE),
            CLAUDE + "representative-claim": "five_hour",
            CLAUDE + "overage-status": "rejected",
            CLAUDE + "overage-disabled-reason": "org_level_disabled",
        }
    )
    assert five == Window(name="5h", minutes=300, resets_at=FIVE, status="rejected", binding=True)
    assert extra == Window(name="overage", status="rejected")


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("five_hour", "5h"),
        ("seven_day", "7d"),
        ("seven_day_opus", "7d_opus"),
        ("overage", "overage"),
        ("eight_day", None),
        ("seven_daylight", None),
        ("seven_day_ü", None),
        ("", None),
    ],
)
def test_the_claim_names_the_window_that_decides(claim: str, name: str | None) -> None:
    said = windows({CLAUDE + "status": "allowed", CLAUDE + "reset": str(FIVE), CLAUDE + "representative-claim": claim})
    assert [(w.name, w.status, w.resets_at, w.binding) for w in said] == (
        [] if name is None else [(name, "allowed", FIVE, True)]
    )


@pytest.mark.parametrize("value", ["", "-0.1", "2.1", "lots", "1e-1", "0,4", "٠.٤", "NaN", "inf", "0.4 0.5", "42"])
def test_a_share_that_is_none_is_left_out(value: str) -> None:
    assert windows({CLAUDE + "5h-utilization": value, CLAUDE + "5h-reset": str(FIVE)}) == ()
    (stays,) = windows({CLAUDE + "5h-utilization": value, CLAUDE + "5h-status": "allowed"})
    assert (stays.used, stays.status) == (None, "allowed")


@pytest.mark.parametrize("value", ["", "0", "-5", "1795530000000", "soon", "1795530000.5", "2026-11-23T15:00:00Z"])
def test_a_reset_that_is_none_is_left_out(value: str) -> None:
    (window,) = windows({CLAUDE + "5h-utilization": "0.5", CLAUDE + "5h-reset": value, CLAUDE + "5h-status": "perhaps"})
    assert window == Window(name="5h", minutes=300, used=0.5)


def test_shares_keep_the_digits_that_were_stated() -> None:
    for text in ("0", "0.1", "0.29", "0.123456789", "0.999", "1.0", "1"):
        (window,) = windows({CLAUDE + "5h-utilization": text})
        assert window.used is not None
        assert float(text) == window.used
    (used_up,) = windows({CLAUDE + "5h-utilization": "1.04"})
    assert used_up.used == 1.0


def test_the_first_of_several_fields_counts() -> None:
    name = (CLAUDE + "5h-utilization").title()
    (window,) = windows([(name, "0.2"), (name.lower(), "0.9")])
    assert window.used == 0.2


# Codex

CODEX = {
    "X-Codex-Primary-Used-Percent": "42.5",
    "x-codex-primary-window-minutes": "300",
    "x-codex-primary-reset-at": str(FIVE),
    "x-codex-secondary-used-percent": "13",
    "x-codex-secondary-window-minutes": "10080",
    "x-codex-secondary-reset-at": str(WEEK),
    "x-codex-credits-has-credits": "true",
    "x-codex-credits-unlimited": "false",
    "x-codex-credits-balance": "9.5",
    "x-codex-plan-type": "plus",
}


def test_codexs_headers() -> None:
    said = tell(CODEX)
    assert said is not None
    assert said.windows == (
        Window(name="primary", family="codex", minutes=300, used=0.425, resets_at=FIVE),
        Window(name="secondary", family="codex", minutes=10_080, used=0.13, resets_at=WEEK),
    )
    assert said.credits == Credits(has=True, unlimited=False, balance="9.5")
    assert said.plan == "plus"


def test_other_families_have_their_own_windows_and_name() -> None:
    first, second = windows(
        {
            "x-codex-primary-used-percent": "1",
            "x-codex-spark-primary-used-percent": "80",
            "x-codex-spark-primary-window-minutes": "60",
            "x-codex-spark-limit-name": "GPT-5.3-Codex-Spark",
        }
    )
    assert (first.family, first.label, first.used) == ("codex", "", 0.01)
    assert second == Window(name="primary", family="codex_spark", label="GPT-5.3-Codex-Spark", minutes=60, used=0.8)


def test_a_bare_zero_is_no_window_as_for_codex_itself() -> None:
    assert windows({"x-codex-secondary-used-percent": "0", "x-codex-secondary-window-minutes": "0"}) == ()
    assert len(windows({"x-codex-secondary-used-percent": "0", "x-codex-secondary-window-minutes": "300"})) == 1
    assert windows({"x-codex-primary-window-minutes": "300", "x-codex-primary-reset-at": str(FIVE)}) == ()


EVENT = {
    "type": "codex.rate_limits",
    "plan_type": "plus",
    "rate_limits": {
        "primary": {"used_percent": 77.5, "window_minutes": 300, "reset_at": FIVE},
        "secondary": {"used_percent": 21.0, "window_minutes": 10_080, "reset_at": WEEK},
    },
    "credits": {"has_credits": True, "unlimited": False, "balance": "12"},
    "metered_limit_name": "codex",
}
FROM_EVENT = (
    Window(name="primary", family="codex", minutes=300, used=0.775, resets_at=FIVE),
    Window(name="secondary", family="codex", minutes=10_080, used=0.21, resets_at=WEEK),
)


def test_codexs_event_over_sse() -> None:
    reader = reader_of("openai-responses", content_type="text/event-stream")
    assert reader.take_told() is None
    for byte in b"data: " + json.dumps(EVENT).encode() + b"\n\n":
        reader.feed(bytes([byte]))
    said = reader.take_told()
    assert said is not None
    assert said.windows == FROM_EVENT
    assert (said.plan, said.credits) == ("plus", Credits(has=True, unlimited=False, balance="12"))
    assert reader.take_told() is None


def test_codexs_event_over_a_websocket() -> None:
    socket = ResponsesSocket()
    assert socket.event(json.dumps(EVENT).encode()) == ()
    said = socket.take_told()
    assert said is not None
    assert said.windows == FROM_EVENT
    assert socket.take_told() is None
    refused = {"type": "error", "status": 429, "error": {"type": "usage_limit_reached"}, "headers": CODEX}
    (usage,) = socket.event(json.dumps(refused).encode())
    assert usage.error == "usage_limit_reached"
    said = socket.take_told()
    assert said is not None
    assert [window.used for window in said.windows] == [0.425, 0.13]


def test_an_events_family() -> None:
    said = from_event({**EVENT, "metered_limit_name": "codex-spark", "limit_name": "Spark"})
    assert said is not None
    assert {(window.family, window.label) for window in said.windows} == {("codex_spark", "Spark")}


# Beyond a plan


@pytest.mark.parametrize(
    ("headers", "beyond"),
    [
        ({CLAUDE + "Overage-In-Use": "true"}, True),
        ({CLAUDE + "Overage-In-Use": "false", CLAUDE + "5h-utilization": "1.0"}, False),
        ({CLAUDE + "Overage-Status": "allowed"}, False),
        ({"x-codex-primary-used-percent": "100", "x-codex-credits-has-credits": "True"}, True),
        ({"x-codex-primary-used-percent": "100.0", "x-codex-credits-unlimited": "true"}, True),
        ({"x-codex-secondary-used-percent": "103", "x-codex-credits-has-credits": "true"}, True),
        ({"x-codex-primary-used-percent": "99.9", "x-codex-credits-has-credits": "true"}, False),
        ({"x-codex-primary-used-percent": "100", "x-codex-credits-has-credits": "false"}, False),
        ({"x-codex-primary-used-percent": "100"}, False),
        ({"x-codex-primary-used-percent": "lots", "x-codex-credits-has-credits": "true"}, False),
        ({"x-codex-spark-primary-used-percent": "100", "x-codex-credits-has-credits": "true"}, False),
    ],
)
def test_a_call_that_the_plan_does_not_cover(headers: dict[str, str], beyond: bool) -> None:
    said = tell(headers)
    assert said is not None
    assert said.overage is beyond


@pytest.mark.parametrize(
    ("event", "beyond"),
    [
        ({"rate_limits": {"primary": {"used_percent": 100.0}}, "credits": {"has_credits": True}}, True),
        ({"rate_limits": {"secondary": {"used_percent": 100}}, "credits": {"unlimited": True}}, True),
        ({"rate_limits": {"primary": {"used_percent": 40}}, "credits": {"has_credits": True}}, False),
        ({"rate_limits": {"primary": {"used_percent": 100}}, "credits": {"has_credits": False}}, False),
        ({"rate_limits": {"primary": None}, "credits": None}, False),
        ({"rate_limits": [], "credits": 5}, False),
    ],
)
def test_the_same_in_a_stream(event: dict[str, Any], beyond: bool) -> None:
    reader = reader_of("openai-responses", content_type="text/event-stream")
    done = {"type": "response.completed", "response": {"usage": {"input_tokens": 1, "output_tokens": 1}}}
    for document in ({"type": "codex.rate_limits", **event}, done):
        reader.feed(b"data: " + json.dumps(document).encode() + b"\n\n")
    usage = reader.finish()
    assert usage.complete
    assert ("overage" in usage.flags) is beyond


# Copilot


def test_copilots_quota() -> None:
    premium, week = windows(
        {
            "x-quota-snapshot-premium_interactions": "ent=300&ovPerm=false&rem=29.7&rst=2026-12-01T00%3A00%3A00Z",
            "x-quota-snapshot-chat": "ent=-1&ov=0.0&rem=100.0",
            "x-quota-snapshot-completions": "ent=0&rem=0",
            "x-usage-ratelimit-weekly": "ent=0&rem=74.9",
            "x-usage-ratelimit-session": "rem=much",
        }
    )
    assert premium == Window(name="premium_interactions", used=0.703, resets_at=1_796_083_200)
    assert (week.name, week.used, week.minutes) == ("weekly", 0.251, 10_080)


# Rate limits of keys


def test_anthropics_limits_are_no_windows() -> None:
    said = tell(
        {
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": "2026-11-23T14:48:02Z",
            "anthropic-ratelimit-input-tokens-limit": "40000",
            "anthropic-ratelimit-input-tokens-remaining": "39000",
            "anthropic-ratelimit-input-tokens-reset": "2026-11-23T14:48:03.5Z",
        }
    )
    assert said is not None
    assert said.windows == ()
    assert said.limits == (
        Limit(name="requests", limit=50, remaining=49, resets_us=AT + 1_000_000),
        Limit(name="input-tokens", limit=40_000, remaining=39_000, resets_us=AT + 2_500_000),
    )


@pytest.mark.parametrize(
    ("reset", "us"),
    [
        ("12ms", 12_000),
        ("1m30s", 90_000_000),
        ("8.64s", 8_640_000),
        ("6m0s", 360_000_000),
        ("1h2m3s", 3_723_000_000),
        ("1d0h", 86_400_000_000),
        ("0s", 0),
        ("59.999s", 59_999_000),
        ("1.5ms", 1500),
        ("", None),
        ("60", None),
        ("-1", None),
        ("0", None),
        ("s", None),
        ("1m2h", None),
        ("90000h", None),
        ("9999h9999h", None),
        ("1.s", None),
    ],
)
def test_openais_resets(reset: str, us: int | None) -> None:
    (limit,) = limits(
        {
            "x-ratelimit-limit-tokens": "150000",
            "x-ratelimit-remaining-tokens": "149984",
            "x-ratelimit-reset-tokens": reset,
        }
    )
    assert limit == Limit(name="tokens", limit=150_000, remaining=149_984, resets_us=None if us is None else AT + us)


def test_variants_have_their_own_names() -> None:
    found = limits(
        {
            "x-ratelimit-limit-project-tokens": "10",
            "x-ratelimit-remaining-project-tokens": "1",
            "x-ratelimit-limit-tokens_usage_based": "20",
            "x-ratelimit-remaining-tokens_usage_based": "20",
        }
    )
    assert [(limit.name, limit.remaining) for limit in found] == [("project-tokens", 1), ("tokens_usage_based", 20)]


@pytest.mark.parametrize(
    ("limit", "remaining"),
    [("0", "-1"), ("0", "0"), ("100", "-1"), ("-1", "0"), ("", "5"), ("5", ""), ("5", "6"), ("1e3", "1"), ("5", "1.5")],
)
def test_what_does_not_fit_is_left_out(limit: str, remaining: str) -> None:
    """Azure answers -1 and 0 where it does not know."""
    assert limits({"x-ratelimit-limit-requests": limit, "x-ratelimit-remaining-requests": remaining}) == ()


# Whatever stands there

NAMES = st.sampled_from(
    [
        *(name.lower() for name in (*WARNING, *CODEX)),
        CLAUDE + "overage-in-use",
        CLAUDE + "overage-utilization",
        "x-ratelimit-limit-tokens",
        "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-tokens",
        "anthropic-ratelimit-tokens-reset",
        "x-quota-snapshot-chat",
        "x-odd-primary-used-percent",
        "x-odd-limit-name",
    ]
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(repr),
    st.sampled_from(["true", "1e999", "0.5", str(FIVE), "9999-12-31T23:59:59Z", "rem=5&ent=1&rst=x"]),
)


def sound(said: Told | None) -> None:
    if said is None:
        return
    assert len(said.windows) <= 24
    for window in said.windows:
        assert window.name.isascii()
        assert window.used is None or 0 <= window.used <= 1
        assert window.resets_at is None or 10**9 <= window.resets_at < 10**10
        assert window.minutes is None or 0 < window.minutes <= 999 * 1440
        assert window.status == "" or window.status in STATUSES
        assert window.used is not None or window.status
        assert window.label.isascii()
    for limit in said.limits:
        assert 0 <= limit.remaining <= limit.limit
        assert limit.limit > 0
    assert json.loads(json.dumps(said.plan)) == said.plan


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12))
def test_whatever_a_head_says_nothing_fails_and_nothing_is_made_up(pairs: list[tuple[str, str]]) -> None:
    sound(told([(name.encode(), value.encode("utf-8", "replace")) for name, value in pairs], AT))


@given(st.lists(st.tuples(st.binary(max_size=60), st.binary(max_size=60)), max_size=6))
def test_any_bytes(pairs: list[tuple[bytes, bytes]]) -> None:
    sound(told([*pairs, (b"x-codex-" + pairs[0][0] if pairs else b"x", b"1")], AT))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
LIMIT = st.fixed_dictionaries({}, optional=dict.fromkeys(("used_percent", "window_minutes", "reset_at"), ANYTHING))
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["codex.rate_limits", "error", "codex.response.metadata", 5])},
    optional={
        "rate_limits": ANYTHING | st.fixed_dictionaries({}, optional={"primary": LIMIT | ANYTHING, "secondary": LIMIT}),
        "credits": ANYTHING | st.fixed_dictionaries({}, optional={"has_credits": ANYTHING, "balance": ANYTHING}),
        "metered_limit_name": ANYTHING,
        "limit_name": ANYTHING,
        "plan_type": ANYTHING,
        "headers": ANYTHING | st.dictionaries(NAMES | st.text(max_size=20), ANYTHING, max_size=6),
    },
)


@given(EVENTS)
def test_whatever_an_event_says(event: dict[str, Any]) -> None:
    sound(from_event(event))
    assert from_event([event]) is None


def test_nothing_is_heard_where_nothing_is_said() -> None:
    assert tell({"content-type": "application/json", "x-request-id": "req_1", "anthropic-organization-id": "o"}) is None
    assert tell({CLAUDE + "status": "allowed"}) is None
    assert from_event({"type": "response.created"}) is None


# Real clients' captures


def captured(shared: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((shared / "data" / "clients" / f"{name}.json").read_text("utf-8"))
    answer: dict[str, Any] = document["response_by_mock"]
    return answer


def test_captured_headers(shared: Path) -> None:
    five, week, extra = windows(captured(shared, "claude_429_unified_headers")["headers"])
    assert (five.name, five.used, five.status, five.resets_at, five.binding) == ("5h", 1.0, "rejected", FIVE, True)
    assert (week.name, week.used, week.status, week.resets_at) == ("7d", 0.4, "allowed", WEEK)
    assert (extra.name, extra.used, extra.status) == ("overage", None, "rejected")
    five, week = windows(captured(shared, "claude_200_unified_warning_headers")["headers"])
    assert (five.used, five.status, five.binding) == (0.91, "allowed_warning", True)
    said = tell(captured(shared, "codex_http_chatgpt_login_zstd")["headers"])
    assert said is not None
    assert [(w.used, w.minutes, w.resets_at) for w in said.windows] == [(0.425, 300, FIVE), (0.13, 10_080, WEEK)]
    assert said.credits == Credits(has=True, unlimited=False, balance="9.5")


def test_captured_frames(shared: Path) -> None:
    socket = ResponsesSocket()
    for frame in captured(shared, "codex_ws_rate_limits_event")["ws"]:
        if frame["dir"] == "s2c" and "msg" in frame:
            socket.event(json.dumps(frame["msg"]).encode())
    said = socket.take_told()
    assert said is not None
    assert said.windows == FROM_EVENT
    assert not any(math.isnan(window.used or 0.0) for window in said.windows)
