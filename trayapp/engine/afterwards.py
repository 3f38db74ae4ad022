"""What happens after a call whose vendor did not say what it used: it is counted, and then its row is closed.

Everything between the end of such a call and its estimate lives here. A prompt is estimated from the best there is:
the conversation's last exact prompt, else the texts of the request's body by the tokenizer, else the body's size. An
answer is its text by the tokenizer, else its size. The counting happens elsewhere (``tokens``); calls with a final
usage come here only to teach how long tokens are.

Rules:

* each call is concluded exactly once, in ``tokens.counter.PATIENCE`` seconds at most, whatever becomes of counting;
  when the engine ends, in ``END_SECONDS``;
* request bodies are kept up to ``BODY`` bytes each and ``BODIES`` in all, answers as ``dialects.said`` says; both are
  forgotten with the conclusion.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from trayapp.dialects import Family, ResponseReader, family_of
from trayapp.engine.estimate import Calibration
from trayapp.engine.tokens.counter import Counter
from trayapp.values import Call, Kind, Leg

log = logging.getLogger(__name__)

BODY: Final = 4 << 20
BODIES: Final = 16 << 20
END_SECONDS: Final = 0.75
PROMPT_FIRST: Final = frozenset({"anthropic-messages", "bedrock-invoke", "gemini"})
"""Wire formats whose vendor counts the prompt with the first thing it says."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Estimates in the vendor's own tokens; ``None`` where there is nothing better than sizes."""

    prompt: int | None = None
    answer: int | None = None
    thought: int | None = None


NOT_COUNTED: Final = Counted()


class Body:
    """A request's body, kept in case its prompt has to be counted."""

    __slots__ = ("_after", "coding", "data")

    def __init__(self, after: Afterwards, data: bytes, coding: str) -> None:
        self._after = after
        self.data = data
        self.coding = coding

    def __repr__(self) -> str:
        return f"<Body of {len(self.data)} bytes>"

    def drop(self) -> None:
        """Forget it."""
        self._after.held -= len(self.data)
        self.data = b""


class Afterwards:
    """Counts what vendors did not. Use it on one event loop."""

    def __init__(self, calibration: Calibration, counter: Counter) -> None:
        self._calibration = calibration
        self._counter = counter
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()
        self.held = 0
        """Bytes of request bodies that are kept just now."""

    def keep(self, call: Call, body: bytes | None, coding: str) -> Body | None:
        """Keep a request's body, if it may be needed and there is room."""
        if not body or len(body) > BODY or self.held + len(body) > BODIES or not self._counter.able:
            return None
        if call.kind is Kind.COUNT:
            return None
        if call.model is not None and self._calibration.anchored(call.model, call.session):
            return None
        self.held += len(body)
        return Body(self, body, coding)

    def count(
        self, call: Call, reader: ResponseReader | None, body: Body | None, then: Callable[[Counted], None]
    ) -> None:
        """Count what can be counted, then go on with it: at once when there is nothing, else soon."""
        answer, thought = (b"", b"") if reader is None else reader.take_texts()
        asks_body = body is not None and body.data and (reader is None or not reader.prompt_known)
        if self._ending.is_set() or not self._counter.able or not (answer or thought or asks_body):
            then(NOT_COUNTED)
            return
        data = (body.data, body.coding) if body is not None and asks_body else (b"", "")
        work = self._work(call, reader, answer, thought, *data, then)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Conclude all that is still being counted; from now on nothing is counted."""
        self._ending.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=END_SECONDS)
        await self._counter.close()  # whoever still waits is told that nobody counts
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _work(
        self,
        call: Call,
        reader: ResponseReader | None,
        answer: bytes,
        thought: bytes,
        body: bytes,
        coding: str,
        then: Callable[[Counted], None],
    ) -> None:
        counted = NOT_COUNTED
        try:
            family = family_of(call.wire, (None if reader is None else reader.model) or call.model)
            told = await self._counter.count(family.encoding, answer, thought, body, coding)
            if told is not None:
                ratio = self._calibration.per_o200k(family.name, family.per_o200k)
                prompt = None if told.prompt is None else round(told.prompt * ratio) + told.extra
                counted = Counted(prompt=prompt)
                if reader is not None:
                    self._learn(family, reader, told.answer)
                    said = _whole(told.answer, len(answer), reader.text_bytes - reader.thought_bytes)
                    mused = _whole(told.thought, len(thought), reader.thought_bytes)
                    counted = Counted(
                        prompt=prompt,
                        answer=None if said is None else family.billed(said, ratio),
                        thought=None if mused is None else round(mused * ratio),
                    )
        except Exception as error:  # noqa: BLE001  the row is closed with sizes instead
            log.warning("tokens could not be counted: %s", type(error).__name__)
        except BaseException:
            self._conclude(then, counted)
            raise
        self._conclude(then, counted)

    def _conclude(self, then: Callable[[Counted], None], counted: Counted) -> None:
        try:
            then(counted)
        except Exception as error:  # noqa: BLE001  as the relay does with a call that is closed at once
            log.warning("a call could not be concluded: %s", type(error).__name__)

    def learn(self, call: Call, reader: ResponseReader, leg: Leg) -> None:
        """A call ended with an exact count: its text says how many bytes a token has."""
        size, tokens = reader.text_bytes, leg.output
        if call.model is None or not size:
            return
        family = family_of(reader.wire, reader.model or call.model)
        if leg.reasoning or family.thinking != "shown":
            if reader.thinks and not leg.reasoning:
                return  # how much was thinking, nobody said
            size, tokens = size - reader.thought_bytes, tokens - leg.reasoning
        self._calibration.learn_answer(call.model, size, tokens, family.bytes_per_token)

    def _learn(self, family: Family, reader: ResponseReader, counted: int) -> None:
        """A vendor that counts as it goes along (Gemini) has said how its tokens compare."""
        usage = reader.finish()
        billed = usage.total("output") - usage.total("reasoning")
        if usage.legs and family.name.startswith("gemini"):
            self._calibration.learn_encoding(family.name, counted, billed, family.per_o200k)


def _whole(counted: int, kept: int, size: int) -> float | None:
    """A whole text's tokens, where perhaps only a part of it was kept and counted; ``None`` where nothing was."""
    if size > 0 and not kept:
        return None
    return counted * (size / kept if size > kept > 0 else 1.0)
