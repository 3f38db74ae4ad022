"""The scripted afternoon: who works on what, in which order, and what the vendor answers.

Everything that makes up the demo's story lives here: five tools and a script, each in its own project, in acts of
about ten minutes; title and routing calls, tool loops with a growing cached prefix, a cold start after a pause, a
retry after an overload, an answer that the user stops, an error, and one model that no price list knows.

Rules: the same seed gives the same requests; time is divided by ``speed``; a tool works in its own task and waits
for its own answers only.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from trayapp.demo.courier import Courier
from trayapp.demo.plan import SimulatedPlan
from trayapp.demo.prefixes import ratio
from trayapp.demo.script import Ask, Script, ToolUse, default_plan
from trayapp.demo.tools import Aider, ClaudeCode, Codex, GeminiCli, Notebook, OpenCode, Shot, Tool, prose

TOKENS_PER_SECOND: Final = 70.0
"""How fast a model writes."""

BaseUrl = Callable[[str, str | None], str]
"""Vendor and tool (where the address has to name it) to the base URL without a version segment."""


class Prompter:
    """A planner whose scripts the tools file under their key just before they send. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._filed: dict[str, deque[Script]] = defaultdict(deque)
        self._plan = SimulatedPlan()

    def file(self, key: str, script: Script) -> None:
        """The next answer for this credential."""
        with self._lock:
            self._filed[key].append(script)

    def __call__(self, ask: Ask) -> Script:
        """The script for a request."""
        with self._lock:
            filed = self._filed[ask.key]
            script = filed.popleft() if filed and ask.op != "count" else default_plan(ask)
        if ask.vendor == "chatgpt":
            script = replace(script, headers=(*script.headers, *self._plan.headers()))
        return script


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One call of a session and what surrounds it."""

    wait_s: float
    """Before the call, in story time."""
    model: str
    side: bool = False
    """The tool's own side call instead of the conversation."""
    adds: int = 0
    """Characters that the user or a tool's result adds to the conversation."""
    output: int = 300
    """Tokens of the visible answer."""
    reasoning: int = 0
    uses_tool: bool = False
    overloaded: bool = False
    """The vendor first answers 529; the tool tries again."""
    refused: int = 0
    """The vendor answers with this status, and the tool gives up on the turn."""
    stopped: bool = False
    """The user stops the answer half-way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One tool's work in one project."""

    tool: type[Tool]
    project: str
    base_size: int
    """Characters of system prompt and project context."""
    turns: tuple[Turn, ...]


@dataclass(slots=True)
class Tally:
    """What was played."""

    sent: int = 0
    """Requests that left, retries included."""
    completed: int = 0
    stopped: int = 0
    failed: int = 0
    """Error answers, and connections that broke."""


class Afternoon:
    """Plays acts. For one event loop."""

    def __init__(self, base_url: BaseUrl, prompter: Prompter, *, speed: float = 20.0, seed: int = 7) -> None:
        """Configure the story.

        Args:
            base_url: where each vendor is reached.
            prompter: the vendor's planner.
            speed: story seconds in one real second, above 0.
            seed: of all that looks random.
        """
        if speed <= 0:
            raise ValueError("speed has to be above 0")
        self._base_url = base_url
        self._prompter = prompter
        self._speed = speed
        self._seed = seed
        self.tally = Tally()

    async def play(self, acts: int | None = None) -> Tally:
        """Play so many acts (``None``: until cancelled), and say what was played."""
        number = 0
        while acts is None or number < acts:
            async with asyncio.TaskGroup() as group:
                for session in act(number, self._seed):
                    group.create_task(self._session(session, number))
            number += 1
        return self.tally

    async def _session(self, session: Session, number: int) -> None:
        rng = random.Random(f"{self._seed}/{number}/{session.tool.name}/{session.project}")  # noqa: S311 - a story
        tool = session.tool(rng, session.project, session.base_size)
        courier = Courier()
        try:
            for turn in session.turns:
                await asyncio.sleep(turn.wait_s / self._speed)
                await self._turn(turn, tool, courier)
        finally:
            await courier.close()

    async def _turn(self, turn: Turn, tool: Tool, courier: Courier) -> None:
        if turn.adds:
            tool.says(prose(tool.rng, turn.adds))
        shot = tool.side(turn.model) if turn.side else tool.main(turn.model)
        if turn.overloaded:
            await self._send(shot, Script(status=529, first_ms=self._ms(400)), tool, courier)
            await asyncio.sleep(2.0 / self._speed)
            shot = tool.again(shot)
        script = self._script(turn, tool)
        leave_after = None
        if turn.stopped:
            # The vendor falls silent after a dozen events, so that the user's Escape always comes before the end.
            script = replace(script, stall_after=12)
            leave_after = 1200
        await self._send(shot, script, tool, courier, leave_after)
        if not turn.side and not turn.refused:
            tool.heard(script.text, used_tool=turn.uses_tool)

    async def _send(
        self, shot: Shot, script: Script, tool: Tool, courier: Courier, leave_after: int | None = None
    ) -> None:
        self._prompter.file(shot.key, script)
        url = self._base_url(shot.vendor, tool.name if tool.named_in_url else None) + shot.path
        self.tally.sent += 1
        went = await courier.post(url, shot.headers, shot.body, leave_after=leave_after)
        if went.status == 200 and went.whole:
            self.tally.completed += 1
        elif went.status == 200 and leave_after is not None:
            self.tally.stopped += 1
        else:
            self.tally.failed += 1

    def _script(self, turn: Turn, tool: Tool) -> Script:
        """What the vendor answers to a turn."""
        if turn.refused:
            return Script(status=turn.refused, first_ms=self._ms(300))
        thinking_ms = turn.reasoning / TOKENS_PER_SECOND * 1000
        if turn.side:
            text = '{"title":"Simulated session"}' if isinstance(tool, ClaudeCode) else ""
            if isinstance(tool, GeminiCli):
                text = '{"complexity_reasoning":"A simulated request.","complexity_score":34}'
            return Script(
                text=text or "Simulated session",
                output_tokens=turn.output + turn.reasoning,
                reasoning_tokens=turn.reasoning,
                first_ms=self._ms(500 + thinking_ms),
                chunk_ms=self._ms(100),
            )
        size = max(48, round(turn.output * ratio(turn.model)))
        chunk = 48
        call = ToolUse(name="Bash", arguments='{"command":"make test"}') if turn.uses_tool else None
        return Script(
            text=prose(tool.rng, size),
            tool=call,
            output_tokens=turn.output + turn.reasoning,
            reasoning_tokens=turn.reasoning,
            first_ms=self._ms(900 + thinking_ms),
            chunk_ms=self._ms(chunk / ratio(turn.model) / TOKENS_PER_SECOND * 1000),
            chunk_chars=chunk,
        )

    def _ms(self, story_ms: float) -> float:
        return story_ms / self._speed


def act(number: int, seed: int) -> Iterator[Session]:
    """The sessions of one act. Acts differ in length and contents, not in kind."""
    rng = random.Random(f"{seed}/{number}")  # noqa: S311 - a story, nothing secret
    opus, sonnet, haiku = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
    yield Session(
        tool=ClaudeCode,
        project="api-server",
        base_size=110_000,
        turns=(
            Turn(wait_s=1, model=haiku, side=True, output=18),
            *_loop(rng, opus, first_wait=1, calls=7, adds=9_000, overloaded=2),
            Turn(wait_s=35, model=opus, adds=500, output=900, reasoning=300, stopped=True),
            # A pause that outlives the prompt cache: the next turn pays for the whole prefix again.
            *_loop(rng, opus, first_wait=310 if number % 2 else 25, calls=6, adds=12_000),
        ),
    )
    yield Session(
        tool=Codex,
        project="web",
        base_size=64_000,
        turns=(
            *_loop(rng, "gpt-6.1-sol", first_wait=8, calls=8, adds=14_000),
            *_loop(rng, "gpt-6-luna", first_wait=45, calls=3, adds=4_000),
        ),
    )
    yield Session(
        tool=OpenCode,
        project="mobile-app",
        base_size=36_000,
        turns=(
            Turn(wait_s=15, model="claude-haiku-4-5-20251001", side=True, output=16, reasoning=240),
            *_loop(rng, sonnet, first_wait=1, calls=6, adds=16_000),
        ),
    )
    yield Session(
        tool=GeminiCli,
        project="infra",
        base_size=42_000,
        turns=(
            Turn(wait_s=22, model="gemini-3.5-flash-lite", side=True, adds=400, output=30),
            *_loop(rng, "gemini-3.8-flash", first_wait=1, calls=5, adds=9_000, has_begun=True),
        ),
    )
    yield Session(
        tool=Aider,
        project="scripts",
        base_size=9_000,
        turns=(
            Turn(wait_s=30, model="gpt-5.5", adds=6_000, output=700),
            Turn(wait_s=50, model="gpt-5.5", adds=2_500, refused=400 if number % 2 == 0 else 0, output=500),
            Turn(wait_s=40, model="gpt-5.5", adds=1_500, output=900),
        ),
    )
    yield Session(
        tool=Notebook,
        project="evaluation",
        base_size=3_000,
        turns=tuple(
            Turn(wait_s=20 + 15 * i, model="nightjar-2-preview", adds=1_500, output=220, reasoning=90) for i in range(3)
        ),
    )


def _loop(
    rng: random.Random,
    model: str,
    *,
    first_wait: float,
    calls: int,
    adds: int,
    overloaded: int = -1,
    has_begun: bool = False,
) -> Iterator[Turn]:
    """A user's request and the tool loop that follows it: results come in, the prefix grows, an answer ends it."""
    for i in range(calls):
        last = i == calls - 1
        yield Turn(
            wait_s=first_wait if i == 0 else rng.uniform(1.5, 6.0),
            model=model,
            adds=(0 if has_begun else 600) if i == 0 else round(adds * rng.uniform(0.5, 1.5)),
            output=round(rng.uniform(900, 1600) if last else rng.uniform(150, 700)),
            reasoning=round(rng.uniform(200, 900)),
            uses_tool=not last,
            overloaded=i == overloaded,
        )
