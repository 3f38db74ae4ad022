"""Repeats and conversations are forgotten when they are over, and never before."""

from __future__ import annotations

import random

import pytest

from trayapp.insight import repeats, rewrites
from trayapp.insight.repeats import SOON_US, Repeats
from trayapp.insight.rewrites import WEEK_US, Rewrites
from trayapp.spent import Spent

MINUTE = 60 * 10**6
PLAIN = Spent(
    id=1,
    started_us=0,
    ended_us=1,
    state="done",
    exact=1,
    sure=1,
    vendor="anthropic",
    tool="t",
    session="s",
    credential=None,
    project=None,
    model="m",
    asked="m",
    kind="main",
    streamed=1,
    context_bytes=100,
    attempt_of=None,
    prompt=10,
    cache_read=0,
    cache_write=0,
    cache_write_1h=0,
    cache_write_12h=0,
    output=1,
    web_searches=0,
    pico=5,
    components=None,
    several=0,
    flags="",
)


def drawn(seed: int) -> list[Spent]:
    """Many callers that fail, try again, and ask twice."""
    rng = random.Random(seed)
    rows, at = [], 0
    for n in range(4000):
        at += rng.randrange(0, MINUTE)
        rows.append(
            PLAIN._replace(
                id=n,
                started_us=at,
                ended_us=at + rng.choice([1, MINUTE, 30 * MINUTE]),
                state=rng.choice(["done", "vendor_error", "client_abort", "not_sent"]),
                session=rng.choice([None, *(f"s{at // (40 * MINUTE)}-{k}" for k in range(3))]),
                asked=rng.choice(["m", "n"]),
                context_bytes=rng.choice([100, 101, 108, 200]),
                streamed=rng.randrange(2),
                prompt=rng.choice([10, 10, 11]),
                exact=rng.randrange(2),
                kind=rng.choice(["main", "title"]),
            )
        )
    return rows


def plainly(rows: list[Spent]) -> list[tuple[bool, bool]]:
    """The rules read aloud: each row against all before it."""
    said = []
    for n, row in enumerate(rows):
        again = echo = False
        latest: dict[str, Spent] = {}
        answered: dict[str, int] = {}
        failed = 0
        if row.state == "not_sent":
            said.append((False, False))
            continue
        for first in rows[max(0, n - 600) : n]:
            if first.state == "not_sent" or first.session != row.session:
                continue
            soon = row.started_us <= first.ended_us + SOON_US
            apart = abs(first.context_bytes - row.context_bytes)
            if first.asked == row.asked and first.state in ("vendor_error", "client_abort") and soon:
                failed += 1
                again |= apart == 0 or (first.streamed == 1 and row.streamed == 0 and apart <= 32)
            if row.session is None or apart or len(first.asked) != len(row.asked):
                continue
            if first.asked == row.asked:
                if first.ended_us >= latest.get(first.asked, first).ended_us:
                    latest[first.asked] = first
            elif row.kind == first.kind == "main" and first.state == "done":
                answered[first.asked] = max(answered.get(first.asked, 0), first.ended_us)
        assert failed < 64
        double = latest.get(row.asked)
        if double is not None and row.started_us < double.ended_us:
            both = row.exact and double.exact
            again |= not both or row.prompt == double.prompt
        echo = any(row.started_us <= end + SOON_US for end in answered.values())
        said.append((again, echo and not again))
    return said


@pytest.mark.parametrize("room", [1, 7, 2048])
@pytest.mark.parametrize("seed", range(3))
def test_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch, room: int, seed: int) -> None:
    rows = drawn(seed)
    monkeypatch.setattr(repeats, "_ROOM", room)
    told = Repeats()
    assert [told.take(row) for row in rows] == plainly(rows)


def test_what_is_over_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_ROOM", 8)
    told = Repeats()
    for n in range(1000):
        row = PLAIN._replace(
            started_us=n * 5 * MINUTE, ended_us=n * 5 * MINUTE + 1, session=f"s{n}", state="client_abort"
        )
        told.take(row)
        assert len(told._sent) <= 8
        assert len(told._failed) <= 8


def test_only_so_many_failures_of_one_caller_are_remembered() -> None:
    told = Repeats()
    for n in range(200):
        told.take(PLAIN._replace(context_bytes=1000 * (n + 1), state="vendor_error"))
    later = PLAIN._replace(started_us=2, ended_us=3)
    assert not told.take(later._replace(context_bytes=1000))[0]
    assert told.take(later._replace(context_bytes=1000 * 200))[0]


def test_conversations_of_last_week_are_forgotten() -> None:
    told = Rewrites(lambda vendor, model: 5 * MINUTE, {}, lambda row, component: None)
    for n in range(50):
        told.take(PLAIN._replace(session=f"s{n}", started_us=n * WEEK_US // 4, cache_write=9))
        assert len(told._by) <= 6
    assert rewrites.WEEK_US == 7 * 24 * 60 * MINUTE
