"""Which calls repeat another one: attempts of the same call, a tool's own retries, doubles, and echoes.

Everything that says that a call repeats another lives here. Sizes, ids and times are all there is to tell it by.

Rules:

* a *repeat* is another attempt of a call (``attempt_of``), or a request of the same caller, vendor, model and size that
  begins within ten minutes after one that failed, was cut or was aborted. The caller is the session, or the tool and
  its credential where there is no session. A tool that streamed and asks again without streaming (Claude Code after a
  cut stream) drops a few bytes of the request: so much may the sizes differ then;
* a *double* is a request of the same session, vendor, model and size that begins while the other still runs. Where the
  vendor has counted both prompts, they have to be equal. Without a session there is none: a script's parallel calls of
  one size are no doubles;
* an *echo* is a main request of the same session that is the same but for the model, while the other ran or within ten
  minutes after it was answered: the prompt that a tool sends to a second model beside the one that was asked for;
* the later one counts, never the first. What never left the machine is neither; what was not measured (imported calls)
  has no size and is neither;
* bounded: what is more than ten minutes over is forgotten, and of one caller and model the latest 64 are remembered.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final, NamedTuple

from trayapp.spent import Spent
from trayapp.values import Kind, State

SOON_US: Final = 10 * 60 * 10**6
"""So long after its end an attempt may be repeated."""
UNSTREAMED: Final = 32
"""Bytes by which a request may differ that is asked again without streaming: ``"stream":true`` and the numbers of a
smaller limit of output."""
FAILED: Final = frozenset({State.VENDOR_ERROR, State.CLIENT_ABORT, State.UPSTREAM_CUT, State.INTERRUPTED})
_MOST: Final = 64


class _Attempt(NamedTuple):
    size: int
    ends_us: int
    failed: bool
    streamed: int
    prompt: int
    """As the vendor counted it; 0: it did not."""
    asked: str
    done: bool


class _Kept:
    """What was asked lately, by who and what, forgotten when it is over for long."""

    __slots__ = ("_by",)

    def __init__(self) -> None:
        self._by: OrderedDict[tuple[str, ...], deque[_Attempt]] = OrderedDict()

    def of(self, key: tuple[str, ...], now_us: int) -> deque[_Attempt]:
        """Those of a key that may still be repeated; the key is the newest now."""
        found = self._by.get(key)
        if found is None:
            found = self._by[key] = deque(maxlen=_MOST)
            self._forget(now_us)
        else:
            self._by.move_to_end(key)
        return found

    def _forget(self, now_us: int) -> None:
        """Let go of those that were used longest ago, as far as nothing of them can be repeated any more."""
        while len(self._by) > 1:
            key, attempts = next(iter(self._by.items()))
            if any(each.ends_us + SOON_US >= now_us for each in attempts):
                return
            del self._by[key]


class Repeats:
    """Told of every call in the order of their start, it says which are repeats, and which are echoes."""

    __slots__ = ("_asked", "_said")

    def __init__(self) -> None:
        self._asked = _Kept()
        self._said = _Kept()

    def take(self, row: Spent) -> tuple[bool, bool]:
        """Whether a call is a repeat (or a double), and whether it is an echo."""
        again = row.attempt_of is not None
        if row.state == State.NOT_SENT or not row.context_bytes or row.asked is None:
            return again, False
        session, start = row.session, row.started_us
        if session is not None:
            who: tuple[str, ...] = ("", session, row.vendor, row.asked)
        elif row.tool is not None or row.credential is not None:
            who = (row.tool or "?", row.credential or "", row.vendor, row.asked)
        else:
            return again, False
        this = _Attempt(
            row.context_bytes,
            row.ended_us,
            row.state in FAILED,
            row.streamed,
            row.prompt if row.exact else 0,
            row.asked,
            row.state == State.DONE,
        )
        earlier = self._asked.of(who, start)
        if not again and earlier:
            again = any(_repeats(each, this, start, together=session is not None) for each in earlier)
        earlier.append(this)
        if session is None or row.kind != Kind.MAIN:
            return again, False
        answered = self._said.of((session, row.vendor), start)
        echo = not again and any(_echoes(each, this, start) for each in answered)
        if this.done:
            answered.append(this)
        return again, echo


def _repeats(first: _Attempt, this: _Attempt, start_us: int, *, together: bool) -> bool:
    if first.failed and start_us <= first.ends_us + SOON_US:
        apart = abs(first.size - this.size)
        if apart == 0 or (first.streamed and not this.streamed and apart <= UNSTREAMED):
            return True
    return together and first.size == this.size and start_us < first.ends_us and _same_prompt(first, this)


def _same_prompt(first: _Attempt, this: _Attempt) -> bool:
    return not first.prompt or not this.prompt or first.prompt == this.prompt


def _echoes(first: _Attempt, this: _Attempt, start_us: int) -> bool:
    # A request's size holds the model's name.
    return (
        first.asked != this.asked
        and first.size - len(first.asked) == this.size - len(this.asked)
        and start_us <= first.ends_us + SOON_US
    )
