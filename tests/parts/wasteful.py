"""Weeks of calls in which waste is planted: each scene knows which of its calls a line has to count, and for how much.

Nothing here knows how Spendlight counts: a scene is written as it happens (a stream that is cut and asked again, a
coffee break that outlasts a cache), and says what of it is waste, in tokens times the list's rates. Beside each stands
its near miss: the same, but for the one thing that makes it waste. Scenes are drawn from a seed and run interleaved.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from traffic import (
    DAY,
    HAIKU,
    HOUR,
    LITE,
    LUNA,
    MINUTE,
    NOBODYS,
    OPUS,
    PRO,
    SECOND,
    SOL,
    SONNET,
    START,
    Planted,
    Traffic,
)

from trayapp.pricing import Book
from trayapp.values import Kind, Leg, State

__all__ = ["DAY", "HOUR", "MINUTE", "NOBODYS", "SCENES", "SECOND", "START", "Planted", "Scene", "Traffic", "week"]

Scene = Callable[[Traffic], None]


# -- what is no waste ------------------------------------------------------------------------------------------------


def ordinary(t: Traffic) -> None:
    """A session as it should be: a prompt that grows in the cache, titles on a small model are hidden calls."""
    session, at = t.name(), t.time(2 * HOUR)
    vendor, model, tool, write = t.rng.choice(
        [
            ("anthropic", OPUS, "claude-code", "cache_write"),
            ("anthropic", SONNET, "opencode", "cache_write_1h"),
            ("openai", SOL, "codex", "cache_write"),
            ("openai", LUNA, "codex", "cache_write"),
            ("gemini", PRO, "copilot", None),
        ]
    )
    prompt, size = t.rng.randrange(8_000, 20_000), t.size()
    held = 0
    for _ in range(t.rng.randrange(1, 24)):
        new = prompt - held
        if write is None:
            leg = Leg(input=new, cache_read=held, output=t.rng.randrange(10, 2000))
        else:
            leg = Leg(input=3, cache_read=held, output=t.rng.randrange(10, 2000), **{write: new})
        call = t.call(at, session, leg, vendor=vendor, model=model, tool=tool, size=size)
        held, prompt, size = prompt, prompt + t.rng.randrange(50, 900), size + t.rng.randrange(40, 900)
        at = call.end + t.rng.randrange(1, 200) * SECOND
        if at > t.begins + t.days * DAY - 10 * MINUTE:
            return


def scripts(t: Traffic) -> None:
    """Programs without a session, many calls of one size at once, and tools without one."""
    at, size, leg = t.time(HOUR), t.size(), Leg(input=400, output=20)
    for n in range(t.rng.randrange(2, 8)):
        t.call(at + n * SECOND, None, leg, tool="python-anthropic", size=size, lasts=20 * SECOND, model=SONNET)
    for n in range(t.rng.randrange(1, 6)):
        t.call(at + n * MINUTE, None, vendor="gemini", model=PRO, tool="gemini-cli", credential="c2")


def counts(t: Traffic) -> None:
    """Token counts are free, and so is asking for one again."""
    session, at, size = t.name(), t.time(MINUTE), t.size()
    t.call(at, session, (), kind=Kind.COUNT, state=State.VENDOR_ERROR, size=size, free=True)
    for n in range(3):
        t.call(at + n * 1000, session, (), kind=Kind.COUNT, lasts=SECOND, size=size, free=True)


def never_left(t: Traffic) -> None:
    """What never left the machine is nobody's waste, and nothing repeats it."""
    session, at, size = t.name(), t.time(MINUTE), t.size()
    t.call(at, session, (), state=State.NOT_SENT, size=size, free=True, lasts=1000)
    t.call(at + SECOND, session, size=size)
    t.call(at + 5 * SECOND, session, (), state=State.NOT_SENT, kind=Kind.TITLE, free=True, lasts=1000)
    size = t.size()
    t.call(at + 6 * SECOND, session, (), state=State.VENDOR_ERROR, size=size, free=True)
    t.call(at + 9 * SECOND, session, (), state=State.NOT_SENT, size=size, free=True)


# -- retries ---------------------------------------------------------------------------------------------------------


def attempts(t: Traffic) -> None:
    session, at, size = t.name(), t.time(MINUTE), t.size()
    stale = t.call(
        at, session, (), state=State.UPSTREAM_CUT, size=size, free=True, flags=("not_billed", "stale_connection")
    )
    t.waste("retries", t.call(at + 3 * SECOND, session, size=size, again=stale))


def overloaded(t: Traffic) -> None:
    """A tool tries again until it is served; whoever has no session is known by tool and key."""
    session, at, size = t.rng.choice([t.name(), None]), t.time(30 * MINUTE), t.size()
    tool = "aider" if session is None else "claude-code"
    t.call(at, session, (), state=State.VENDOR_ERROR, size=size, tool=tool, free=True)
    for n in (1, 2):
        again = t.call(
            at + n * MINUTE,
            session,
            (),
            state=State.VENDOR_ERROR,
            size=size,
            tool=tool,
            free=True,
            lasts=SECOND,
            exact=False,
        )
        t.waste("retries", again)
    last = t.call(at + 2 * MINUTE + SECOND + 10 * MINUTE, session, size=size, tool=tool)
    t.waste("retries", last)  # ten minutes to the microsecond after the last one ended
    t.call(last.end + SECOND, session, size=size, tool=tool)  # what was answered is not repeated


def refetched(t: Traffic) -> None:
    """A cut stream is fetched again without streaming; the request is some bytes shorter."""
    session, at, size = t.name(), t.time(10 * MINUTE), t.size()
    cut = t.call(at, session, state=State.UPSTREAM_CUT, size=size, exact=False)
    t.waste("interrupted", cut)
    again = t.call(cut.end + SECOND, session, size=size - t.rng.randrange(0, 33), streamed=False)
    t.waste("retries", again)


def doubled(t: Traffic) -> None:
    session, at, size = t.name(), t.time(10 * MINUTE), t.size()
    leg = Leg(input=900, output=50)
    t.call(at, session, leg, size=size, lasts=30 * SECOND, kind=Kind.SUBAGENT)
    t.waste("retries", t.call(at + SECOND, session, leg, size=size, lasts=9 * SECOND, kind=Kind.SUBAGENT))
    t.call(at + 30 * SECOND, session, leg, size=size, kind=Kind.SUBAGENT)  # one after the other


def no_repeats(t: Traffic) -> None:
    """Each is a repeat but for one thing."""
    at, size = t.time(HOUR), t.size()
    fail: dict[str, Any] = {"state": State.VENDOR_ERROR, "free": True, "size": size}
    first = t.call(at, session := t.name(), (), **fail)
    t.call(first.end + 10 * MINUTE + 1, session, size=size)
    t.call(at, session := t.name(), (), **fail)
    t.call(at + MINUTE, session, size=size + 1)
    t.call(at + MINUTE, session, size=size - 33, streamed=False)
    t.call(at + MINUTE, session, size=size, model=HAIKU)
    t.call(at + MINUTE, session, size=size, vendor="bedrock")
    t.call(at + MINUTE, t.name(), size=size)
    t.call(at, session := t.name(), size=size)
    t.call(at + MINUTE, session, size=size)
    # Sub-agents that start together differ in size, or in what the vendor counted.
    session = t.name()
    for n in range(4):
        t.call(at + n, session, size=size + 7 * n, kind=Kind.SUBAGENT, lasts=MINUTE)
    session = t.name()
    for n in range(4):
        t.call(at + n, session, Leg(input=800 + n, output=9), size=size, kind=Kind.EXPLORE, lasts=MINUTE)
    fail["tool"] = "aider"
    t.call(at, None, (), **fail)
    t.call(at + MINUTE, None, size=size, tool="aider", credential="c9")
    t.call(at + MINUTE, None, size=size, tool="pi")


# -- interrupted, errors ---------------------------------------------------------------------------------------------


def broken_off(t: Traffic) -> None:
    session, at = t.name(), t.time(10 * MINUTE)
    for n, state in enumerate((State.CLIENT_ABORT, State.UPSTREAM_CUT, State.INTERRUPTED)):
        t.waste("interrupted", t.call(at + n * SECOND, session, state=state, exact=False))
    # Without a cost it is interrupted all the same; without a price nobody knows.
    t.waste("interrupted", t.call(at + 5 * SECOND, session, (), state=State.CLIENT_ABORT, free=True))
    t.waste("interrupted", t.call(at + 6 * SECOND, session, (), state=State.INTERRUPTED, unknown=True, exact=False))
    t.waste("interrupted", t.call(at + 7 * SECOND, session, state=State.CLIENT_ABORT, model=NOBODYS))


def billed(t: Traffic) -> None:
    session, at = t.name(), t.time(10 * MINUTE)
    t.waste("errors", t.call(at, session, state=State.VENDOR_ERROR))
    t.waste("errors", t.call(at + SECOND, session, state=State.VENDOR_ERROR, model=NOBODYS))
    t.call(at + 2 * SECOND, session, (), state=State.VENDOR_ERROR, free=True)


# -- cache -----------------------------------------------------------------------------------------------------------

LIVES = {
    "cache_write": ("anthropic", OPUS, 5 * MINUTE),
    "cache_write_1h": ("anthropic", SONNET, HOUR),
    "cache_write_12h": ("openai", SOL, 12 * HOUR),
    "openai": ("openai", LUNA, 30 * MINUTE),
}


def lapsed(t: Traffic) -> None:
    """A break that is a microsecond longer than the cache lives, or (the near miss) not."""
    life = t.rng.choice(sorted(LIVES))
    vendor, model, us = LIVES[life]
    component = "cache_write" if life == "openai" else life
    session, at, size = t.name(), t.time(30 * HOUR), t.size()
    late = t.rng.randrange(2)
    held = t.rng.randrange(2_000, 9_000)
    kind = t.rng.choice([Kind.MAIN, Kind.SUBAGENT])
    more: dict[str, Any] = {"vendor": vendor, "model": model, "kind": kind}
    t.call(at, session, Leg(input=5, output=300, **{component: held}), size=size, **more)
    # Reading prolongs it; another kind of call in between, or one without a word of the cache, does not.
    other = Kind.SUBAGENT if kind is Kind.MAIN else Kind.MAIN
    beside: dict[str, Any] = {**more, "kind": other}
    t.call(at + SECOND, session, Leg(input=5, output=300, **{component: 700}), size=size + 1, **beside)
    reading = t.call(at + us - SECOND, session, Leg(input=5, cache_read=held, output=9), size=size + 10, **more)
    t.call(reading.at + 2 * SECOND - us // 2, session, Leg(cache_read=700, output=9), size=size + 12, **beside)
    t.call(reading.at + us // 2 - SECOND, session, Leg(cache_read=700, output=9), size=size + 13, **beside)
    t.call(reading.at + MINUTE, session, Leg(input=40, output=9), kind=Kind.EXPLORE, vendor=vendor, model=model)
    t.call(reading.at + MINUTE, session, Leg(input=40, output=9), **{**more, "size": size + 20})
    back = reading.at + us + late
    read = t.rng.choice([0, held // 3])
    new = t.rng.randrange(1, 5_000)
    leg = Leg(input=2, cache_read=read, output=70, **{component: held - read + new})
    call = t.call(back, session, leg, size=size + 30, **more)
    if late:
        saved = t.rate(call, component) - t.rate(call, "cache_read")
        t.waste("cache_rewrites", call, (held - read) * saved)
    # Now it is warm again.
    held += new
    t.call(back + us, session, Leg(cache_read=held, output=5, **{component: 77}), size=size + 40, **more)


def warm_by_hour(t: Traffic) -> None:
    """An hour was bought for the beginning: five minutes' writes behind it do not shorten it."""
    session, at, size = t.name(), t.time(4 * HOUR), t.size()
    t.call(at, session, Leg(cache_write_1h=3000, output=9), size=size)
    t.call(at + MINUTE, session, Leg(cache_read=3000, cache_write=400, output=9), size=size + 9)
    t.call(at + 20 * MINUTE, session, Leg(cache_read=3000, cache_write=500, output=9), size=size + 18)
    call = t.call(at + 81 * MINUTE, session, Leg(cache_write_1h=3000, cache_write=700, output=9), size=size + 27)
    hour = 3000 * (t.rate(call, "cache_write_1h") - t.rate(call, "cache_read"))
    rest = 500 * (t.rate(call, "cache_write") - t.rate(call, "cache_read"))
    t.waste("cache_rewrites", call, hour + rest)


def not_lapsed(t: Traffic) -> None:
    """Each was written late, but for one thing."""
    at, size = t.time(4 * HOUR), t.size()
    leg = Leg(cache_write=5000, output=50)
    t.call(at, session := t.name(), leg, size=size)
    t.call(at + HOUR, session, leg, size=size + 5, model=SONNET)  # another model's cache
    t.call(at, session := t.name(), leg, size=size)
    t.call(at + HOUR, session, leg, size=size - 5)  # compacted: another conversation
    t.call(at, session := t.name(), leg, size=size)
    t.call(at + HOUR, session, Leg(input=6000, output=5), size=size + 5)  # nothing was written
    t.call(at, t.name(), leg, size=size)
    t.call(at + HOUR, t.name(), leg, size=size + 5)
    t.call(at, None, leg, size=size)
    t.call(at + HOUR, None, leg, size=size + 5)  # no session: nobody knows
    t.call(at, session := t.name(), leg, size=size, vendor="bedrock", model=NOBODYS)
    t.call(at + HOUR, session, leg, size=size + 5, vendor="bedrock", model=NOBODYS)  # nobody says how long
    t.call(at, session := t.name(), leg, size=size)
    t.waste(
        "interrupted",
        t.call(at + 4 * MINUTE, session, Leg(input=5000), size=size + 5, state=State.CLIENT_ABORT, exact=False),
    )
    t.call(at + 8 * MINUTE, session, leg, size=size + 9)  # what was broken off may have read it
    several = (leg, Leg(model=HAIKU, kind="advisor", input=70, output=7))
    t.call(at, session := t.name(), several, size=size)
    t.call(at + HOUR, session, leg, size=size + 5)  # how much of it was the conversation's?


def lapsed_unpriced(t: Traffic) -> None:
    session, at, size = t.name(), t.time(2 * HOUR), t.size()
    leg = Leg(cache_write=5000, output=50)
    t.call(at, session, leg, size=size)
    t.waste("cache_rewrites", t.call(at + HOUR, session, leg, size=size + 5, unknown=True), None)


# -- bloat -----------------------------------------------------------------------------------------------------------


def bloated(t: Traffic) -> None:
    """One prompt beyond three times the median among ``count``; one of exactly three times is none."""
    count = t.rng.randrange(5, 12)
    session, at = t.name(), t.time(HOUR)
    usual = sorted(t.rng.randrange(900, 1100) for _ in range(count - 2))
    for n, prompt in enumerate(usual):
        t.call(at + n * SECOND, session, Leg(input=prompt, output=30))
    ordered = [*usual, 10**6, 10**6]
    twice = ordered[(count - 1) // 2] + ordered[count // 2]
    leg = Leg(input=100, cache_read=twice * 3, output=500)
    call = t.call(at + count * SECOND, session, leg, exact=t.rng.random() < 0.5, cost=True)
    known = 100 * t.rate(call, "input") + leg.cache_read * t.rate(call, "cache_read")
    t.waste("bloat", call, Fraction(known * (2 * leg.prompt - 3 * twice), 2 * leg.prompt))
    last = t.call(at + (count + 1) * SECOND, session, Leg(input=3 * twice // 2, output=1), kind=Kind.MAIN)
    # The far call of another kind is nobody's.
    t.call(at + (count + 2) * SECOND, session, Leg(input=90_000, output=1), kind=Kind.SUBAGENT)
    if 2 * last.prompt > 3 * twice:
        raise AssertionError("the near miss is none")


def bloated_unpriced(t: Traffic) -> None:
    session, at = t.name(), t.time(HOUR)
    for n in range(4):
        t.call(at + n * SECOND, session, Leg(input=1000, output=30))
    t.waste("bloat", t.call(at + 9 * SECOND, session, Leg(input=5000, output=3), model=NOBODYS), None)


def short_session(t: Traffic) -> None:
    """Four calls have no usual prompt; a failed one is none."""
    session, at = t.name(), t.time(HOUR)
    for n in range(3):
        t.call(at + n * SECOND, session, Leg(input=1000, output=30))
    t.call(at + 5 * SECOND, session, Leg(input=90_000, output=30))
    t.call(at + 6 * SECOND, session, (), state=State.VENDOR_ERROR, free=True)


# -- side and hidden calls -------------------------------------------------------------------------------------------

SIDE = (Kind.TITLE, Kind.PROBE, Kind.SUMMARY, Kind.ROUTER, Kind.MEMORY, Kind.COMPACTION, Kind.OTHER)


def side(t: Traffic) -> None:
    session, at, kind = t.name(), t.time(HOUR), t.rng.choice(SIDE)
    for n, (vendor, model) in enumerate((("anthropic", OPUS), ("openai", SOL), ("gemini", PRO))):
        t.waste("side_calls", t.call(at + n * SECOND, session, kind=kind, vendor=vendor, model=model))
    others = (("anthropic", HAIKU), ("anthropic", SONNET), ("openai", LUNA), ("gemini", LITE), ("qwen", NOBODYS))
    for n, (vendor, model) in enumerate(others):
        t.waste("hidden_calls", t.call(at + MINUTE + n, session, kind=kind, vendor=vendor, model=model))
    t.call(at, session, kind=Kind.SUBAGENT)
    t.call(at, session, kind=Kind.BATCH)


def searched(t: Traffic) -> None:
    session, at = t.name(), t.time(HOUR)
    t.waste("hidden_calls", t.call(at, session, searches=3))
    t.call(at + MINUTE, session, searches=3, tool="python-anthropic")


def echoed(t: Traffic) -> None:
    """The main prompt goes to a second model as well."""
    session, at, size = t.name(), t.time(HOUR), t.size()
    first = t.call(at, session, size=size, lasts=MINUTE, model=OPUS)
    other = size - len(OPUS) + len(HAIKU)
    t.waste("hidden_calls", t.call(at + SECOND, session, size=other, model=HAIKU))
    t.call(first.end + 10 * MINUTE + 1, session, size=size - len(OPUS) + len(SONNET), model=SONNET)
    # One that failed is tried on another model: nobody's second call.
    failed = t.call(at, session := t.name(), (), size=size, state=State.VENDOR_ERROR, free=True)
    t.call(failed.end + SECOND, session, size=other, model=HAIKU)
    t.call(at, session := t.name(), size=size)
    t.call(at + MINUTE, session, size=other + 1, model=HAIKU)
    t.call(at + MINUTE, session, size=other, model=HAIKU, kind=Kind.SUBAGENT)


def overlapping(t: Traffic) -> None:
    """One call in three lines: a title on a frontier model that is cut, and asked again."""
    session, at, size = t.name(), t.time(HOUR), t.size()
    cut = t.call(at, session, kind=Kind.TITLE, size=size, state=State.UPSTREAM_CUT, exact=False)
    again = t.call(cut.end, session, kind=Kind.TITLE, size=size, state=State.CLIENT_ABORT, exact=False)
    for kind in ("interrupted", "side_calls"):
        t.waste(kind, cut)
        t.waste(kind, again)
    t.waste("retries", again)


SCENES: tuple[Scene, ...] = (
    scripts,
    counts,
    never_left,
    attempts,
    overloaded,
    refetched,
    doubled,
    no_repeats,
    broken_off,
    billed,
    lapsed,
    warm_by_hour,
    not_lapsed,
    lapsed_unpriced,
    bloated,
    bloated_unpriced,
    short_session,
    side,
    searched,
    echoed,
    overlapping,
)


def week(book: Book, seed: int, *, sessions: int = 120, scenes: int = 60) -> Traffic:
    """Ordinary sessions, and each scene at least once (while ``scenes`` lasts)."""
    traffic = Traffic(book, seed)
    for _ in range(sessions):
        ordinary(traffic)
    drawn = [*SCENES, *traffic.rng.choices(SCENES, k=max(0, scenes - len(SCENES)))]
    traffic.rng.shuffle(drawn)
    for scene in drawn:
        scene(traffic)
    return traffic
