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
* bounded: what is more than ten minutes over is forgotten, and of one caller and model the latest 64 failures are
  remembered.
"""

from __future__ import annotations

from typing import Final

from trayapp.spent import Spent
from trayapp.values import Kind, State

SOON_US: Final = 10 * 60 * 10**6
"""So long after its end an attempt may be repeated."""
UNSTREAMED: Final = 32
"""Bytes by which a request may differ that is asked again without streaming: ``"stream":true`` and the numbers of a
smaller limit of output."""
FAILED: Final = frozenset(
    str(state) for state in (State.VENDOR_ERROR, State.CLIENT_ABORT, State.UPSTREAM_CUT, State.INTERRUPTED)
)
# Looking up a member of an enumeration a million times takes a tenth of a second.
_NOT_SENT: Final = str(State.NOT_SENT)
_DONE: Final = str(State.DONE)
_MAIN: Final = str(Kind.MAIN)
_MOST: Final = 64
_ROOM: Final = 2048

Key = tuple[object, ...]
_Failed = tuple[int, int, int]
"""An attempt that may be tried again: its end, its size, whether it streamed."""
_Sent = tuple[int, str, int, int]
"""The latest of the requests that are the same but for the model: its end, the model, the prompt as the vendor counted
it (0: it did not), and the end of the latest main one that was answered (0: none)."""


class Repeats:
    """Told of every call in the order of their start, it says which are repeats, and which are echoes."""

    __slots__ = ("_failed", "_failed_room", "_sent", "_sent_room")

    def __init__(self) -> None:
        self._failed: dict[Key, list[_Failed]] = {}
        """By caller, vendor and model."""
        self._sent: dict[Key, list[_Sent]] = {}
        """By session, vendor, and size without the model's name."""
        self._failed_room = self._sent_room = _ROOM

    def copy(self) -> Repeats:
        """Another one that goes on from here by itself."""
        other = Repeats()
        other._failed = {key: list(attempts) for key, attempts in self._failed.items()}
        other._sent = {key: list(requests) for key, requests in self._sent.items()}
        other._failed_room, other._sent_room = self._failed_room, self._sent_room
        return other

    def take(self, row: Spent) -> tuple[bool, bool]:
        """Whether a call is a repeat (or a double), and whether it is an echo."""
        again = row.attempt_of is not None
        size, asked, session, state = row.context_bytes, row.asked, row.session, row.state
        if state == _NOT_SENT or not size or asked is None:
            return again, False
        if session is not None:
            who: Key = ("", session, row.vendor, asked)
        elif row.tool is not None or row.credential is not None:
            who = (row.tool, row.credential, row.vendor, asked)
        else:
            return again, False
        failed = self._failed.get(who)
        if failed is not None and not again:
            again = any(_tried_again(each, row) for each in failed)
        if state in FAILED:
            self._fails(who, row)
        if session is None:
            return again, False
        double, echo = self._sends((session, row.vendor, size - len(asked)), asked, row)
        return again or double, echo and not (again or double)

    def _fails(self, who: Key, row: Spent) -> None:
        attempt = (row.ended_us, row.context_bytes, row.streamed)
        attempts = self._failed.get(who)
        if attempts is None:
            self._failed[who] = [attempt]
            if len(self._failed) >= self._failed_room:
                self._failed_room = _forget(self._failed, row.started_us)
            return
        attempts.append(attempt)
        if len(attempts) > _MOST:
            del attempts[0]

    def _sends(self, what: Key, asked: str, row: Spent) -> tuple[bool, bool]:
        """Whether a request is a double, and whether it is an echo."""
        ended_us = row.ended_us
        main = row.kind == _MAIN
        prompt = row.prompt if row.exact else 0
        answered_us = ended_us if main and row.state == _DONE else 0
        before = self._sent.get(what)
        if before is None:
            self._sent[what] = [(ended_us, asked, prompt, answered_us)]
            if len(self._sent) >= self._sent_room:
                self._sent_room = _forget(self._sent, row.started_us)
            return False, False
        double = echo = False
        latest = (ended_us, asked, prompt, answered_us)
        at = len(before)
        for place, each in enumerate(before):
            their_end, model, their_prompt, their_answer = each
            if model != asked:
                echo |= main and their_answer != 0 and row.started_us <= their_answer + SOON_US
                continue
            at = place
            same = not their_prompt or not prompt or their_prompt == prompt
            double = same and row.started_us < their_end
            answered_us = max(answered_us, their_answer)
            latest = (*((their_end, asked, their_prompt) if their_end > ended_us else latest[:3]), answered_us)
        before[at : at + 1] = [latest]
        return double, echo


def _tried_again(first: _Failed, row: Spent) -> bool:
    ends_us, size, streamed = first
    if row.started_us > ends_us + SOON_US:
        return False
    apart = abs(size - row.context_bytes)
    return apart == 0 or (bool(streamed) and not row.streamed and apart <= UNSTREAMED)


def _forget(kept: dict[Key, list[_Failed]] | dict[Key, list[_Sent]], now_us: int) -> int:
    """Let go of what has been over for ten minutes; returns how many there may be before it is time to look again."""
    for key in [key for key, attempts in kept.items() if max(each[0] for each in attempts) + SOON_US < now_us]:
        del kept[key]
    return max(_ROOM, 2 * len(kept))
