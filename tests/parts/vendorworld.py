"""A vendor that caches by content, people who work in sessions, and two worlds that they may live in.

Nothing here knows how Spendlight reckons: a prompt is a list of blocks with names, a cache keeps chains of names, and
what a call reads is what the longest kept chain holds. ``World`` makes the usage of a call for whatever model is asked.
A person's sessions are plans in numbers (tokens and pauses), drawn from a seed and modelled on recorded sessions of
coding agents: 12 to 25 thousand tokens of instructions and tools, 1 to 12 human turns of 1 to 8 calls, some hundred to
some thousand new tokens a call, a few hundred of output, a title, fetched pages, sub-agents, compaction, coffee breaks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from heapq import heapify, heappop, heappush

from trayapp.values import Leg, Usage

SECOND = 10**6
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@dataclass(frozen=True)
class Maker:
    """How a vendor's cache works."""

    life_us: int | None
    write: str | None
    """The component that writing is billed as; ``None``: it is not billed."""
    least: int = 1024
    tail: int = 0
    """Tokens at the end of each prompt that are never cached."""


@dataclass(frozen=True)
class Prompt:
    """Named blocks with their sizes (in the original's tokens)."""

    blocks: tuple[tuple[str, int], ...]
    cached: bool = True
    """Whether the tool asks for caching."""

    def plus(self, name: str, tokens: int) -> Prompt:
        return replace(self, blocks=(*self.blocks, (name, tokens)))


class World:
    """The vendor's side: one cache for each model."""

    def __init__(self, maker: Maker, ratio: dict[str, Fraction]) -> None:
        self.maker = maker
        self.ratio = ratio
        self.kept: dict[tuple[str, int], int] = {}

    def call(self, model: str, at_us: int, prompt: Prompt, output: int) -> Usage:
        maker = self.maker
        ends, chains, total, chain = [], [], 0, 0
        for name, tokens in prompt.blocks:
            total += tokens
            chain = hash((chain, name))
            ends.append(self.count(model, total))
            chains.append((model, chain))
        whole = ends[-1]
        if (not prompt.cached and maker.write is not None) or whole < maker.least:
            leg = Leg(input=self.count(model, total + maker.tail), output=self.count(model, output))
            return Usage(legs=(leg,), model=model, complete=True)
        read = 0
        for end, key in zip(ends, chains, strict=True):
            used = self.kept.get(key)
            if used is not None and (maker.life_us is None or at_us - used < maker.life_us):
                read = end
                self.kept[key] = at_us
        # Tools mark the end of their instructions and the end of the prompt.
        self.kept[chains[0]] = self.kept[chains[-1]] = at_us
        rest = whole - read
        tail = self.count(model, total + maker.tail) - whole
        if maker.write is None:
            leg = Leg(input=rest + tail, cache_read=read, output=self.count(model, output))
        else:
            leg = Leg(input=tail, cache_read=read, output=self.count(model, output), **{maker.write: rest})
        return Usage(legs=(leg,), model=model, complete=True)

    def count(self, model: str, tokens: int) -> int:
        return round(tokens * self.ratio.get(model, Fraction(1)))


@dataclass(frozen=True)
class Step:
    """One call as it is planned."""

    kind: str
    """``main``, ``title``, ``webfetch``, ``subagent``, ``compaction``."""
    gap_us: int
    """Since the call before."""
    new: int
    output: int
    human: bool = False
    agent: int = 0
    """Which sub-agent; 0 is the main conversation."""
    begins: bool = False


@dataclass
class Plan:
    """One session."""

    pause_us: int
    """Since the last one's end."""
    steps: list[Step] = field(default_factory=list)


def plan(rng: random.Random) -> Plan:
    """A session as people have them."""
    made = Plan(rng.choice([2 * MINUTE, 10 * MINUTE, 40 * MINUTE, 3 * HOUR, 15 * HOUR]) + rng.randrange(MINUTE))
    steps = made.steps
    agents = 0
    context = 0
    limit = rng.choice([60_000, 120_000, 10**9])
    steps.append(Step("title", SECOND, rng.randrange(80, 600), rng.randrange(5, 30)))
    for turn in range(rng.choice([1, 1, 2, 3, 4, 6, 8, 12])):
        gap = rng.choices([20 * SECOND, 90 * SECOND, 4 * MINUTE, 7 * MINUTE, 50 * MINUTE, 5 * HOUR], [8, 8, 4, 3, 2, 1])
        for loop in range(rng.choice([1, 1, 2, 3, 5, 8])):
            new = rng.randrange(30, 900) if loop == 0 else rng.choice([200, 900, 2500, 9000]) + rng.randrange(400)
            wait = gap[0] + rng.randrange(30 * SECOND) if loop == 0 else rng.randrange(2, 40) * SECOND
            steps.append(
                Step("main", wait, new, rng.randrange(40, 1800), human=loop == 0, begins=turn == 0 and loop == 0)
            )
            context += new + steps[-1].output
            if rng.random() < 0.06:
                steps.append(Step("webfetch", 2 * SECOND, rng.randrange(1500, 15_000), rng.randrange(80, 700)))
            if rng.random() < 0.08:
                agents += 1
                for call in range(rng.randrange(1, 7)):
                    more = rng.randrange(200, 6000)
                    steps.append(
                        Step("subagent", 4 * SECOND, more, rng.randrange(60, 900), agent=agents, begins=call == 0)
                    )
        if context > limit:
            steps.append(Step("compaction", 30 * SECOND, 900, rng.randrange(1500, 5000)))
            steps.append(Step("main", 5 * SECOND, 300, rng.randrange(100, 900), human=True, begins=True))
            context = 5000
    return made


def acquaintance() -> list[Plan]:
    """Two short sessions, one right after the other: whoever watches has seen what begins alike."""
    steps = [
        Step("title", SECOND, 300, 10),
        Step("webfetch", SECOND, 4000, 100),
        Step("main", SECOND, 200, 100, human=True, begins=True),
        Step("subagent", SECOND, 700, 100, agent=1, begins=True),
    ]
    return [Plan(MINUTE, steps), Plan(MINUTE, steps)]


@dataclass(frozen=True)
class Course:
    """How a session goes in the world with rules."""

    kinds: frozenset[str] = frozenset()
    """What goes to the cheaper model."""
    since: int = 0
    """From which human turn on, for the main conversation."""
    at_boundary: bool = False
    """Only where a conversation begins or its cache is cold."""
    until: int | None = None
    """The human turn at which the person goes back."""
    fails: frozenset[int] = frozenset()
    """Human turns that the cheaper model fails at, and that are done again by the original."""
    refused: int | None = None
    """The human turn at whose first call the vendor refuses the cheaper model; then the rule rests."""


@dataclass(frozen=True)
class Call:
    """A call that was made."""

    session: int
    key: str
    shared: str
    kind: str
    at_us: int
    model: str
    usage: Usage
    as_asked: bool
    begins: bool
    redone: bool = False


Life = Iterator[Call | int]
"""Before each call the moment at which it will be made, so that several people's calls can be put in order."""


def alone(life: Life) -> Iterator[Call]:
    """The calls of one person."""
    return (made for made in life if isinstance(made, Call))


def together(lives: Sequence[Life]) -> Iterator[Call]:
    """The calls of several people, in the order in which they are made."""
    waiting: list[tuple[int, int]] = []
    for number, life in enumerate(lives):
        if isinstance(moment := next(life, None), int):
            waiting.append((moment, number))
    heapify(waiting)
    while waiting:
        _, number = heappop(waiting)
        while isinstance(made := next(lives[number], None), Call):
            yield made
        if made is not None:
            heappush(waiting, (made, number))


class Person:
    """Lives the same plans in a world, with rules or without, and keeps the clock there."""

    def __init__(
        self, world: World, original: str, cheaper: str, at_us: int, *, system: int, agent_system: int
    ) -> None:
        self.world = world
        self.original = original
        self.cheaper = cheaper
        self.now = at_us
        self.system = system
        self.agent_system = agent_system

    def live(self, number: int, plan: Plan, course: Course | None = None) -> Life:
        self.now += plan.pause_us
        yield from _Session(self, number, plan, course or Course()).run()


class _Session:
    def __init__(self, person: Person, number: int, plan: Plan, course: Course) -> None:
        self.person = person
        self.number = number
        self.plan = plan
        self.course = course
        self.main = self._new(0)
        self.agents: dict[int, Prompt] = {}
        self.switched = False
        self.over = False
        self.turn = -1
        self.epoch = 0
        self.names = 0
        self.last_us: dict[str, int] = {}

    def _new(self, agent: int) -> Prompt:
        person = self.person
        return Prompt((("agent", person.agent_system),)) if agent else Prompt((("system", person.system),))

    def _name(self, what: str) -> str:
        self.names += 1
        return f"{self.number}:{what}:{self.names}"

    def run(self) -> Life:
        steps = self.plan.steps
        at = 0
        while at < len(steps):
            step = steps[at]
            if step.human:
                end = next((n for n in range(at + 1, len(steps)) if steps[n].human), len(steps))
                yield from self._turn(steps[at:end])
                at = end
            else:
                self.person.now += step.gap_us
                yield from self._step(step)
                at += 1

    def _turn(self, steps: list[Step]) -> Life:
        course = self.course
        self.turn += 1
        self.person.now += steps[0].gap_us
        self._decide(steps[0])
        failed = self.switched and self.turn in course.fails and not steps[0].begins
        before = self.main
        last = max(n for n, step in enumerate(steps) if step.kind == "main") + 1
        yield from self._steps(steps[:last])
        if failed:
            kept, self.switched, self.main = self.switched, False, before
            self.person.now += 70 * SECOND
            yield from self._steps([step for step in steps[:last] if step.kind == "main"], redone=True)
            self.switched = kept
        for step in steps[last:]:
            self.person.now += step.gap_us
            yield from self._step(step)

    def _steps(self, steps: list[Step], *, redone: bool = False) -> Life:
        for step in steps:
            if step is not steps[0]:
                self.person.now += step.gap_us
            yield from self._step(step, redone=redone)

    def _decide(self, first: Step) -> None:
        course, life = self.course, self.person.world.maker.life_us
        if course.until is not None and self.turn >= course.until:
            self.over, self.switched = True, False
        if "main" not in course.kinds or self.over or self.turn < course.since or self.switched:
            return
        idle = self.person.now - self.last_us.get("main", self.person.now)
        cold = first.begins or (life is not None and idle >= life)
        self.switched = cold or not course.at_boundary

    def _step(self, step: Step, *, redone: bool = False) -> Life:
        begins = step.begins
        if step.kind == "subagent":
            prompt = self.agents.get(step.agent) or self._new(step.agent)
            key, shared = f"{self.number}/agent{step.agent}", "agent"
        elif step.kind in ("main", "compaction"):
            if begins and self.turn > 0 and not redone:  # it has been compacted
                self.epoch += 1
                self.main = self._new(0).plus(self._name("summary"), 3000)
            prompt, key, shared = self.main, f"{self.number}/main{self.epoch}", "main"
        else:
            prompt, key, shared = Prompt((), cached=False), f"{self.number}/{self._name(step.kind)}", step.kind
            begins = True
        asked = prompt.plus(self._name("ask"), step.new)
        yield from self._send(step, key, shared, asked, begins, redone)
        after = asked.plus(self._name("answer"), step.output)
        if step.kind == "main":
            self.main = after
            self.last_us["main"] = self.person.now
        elif step.kind == "subagent":
            self.agents[step.agent] = after

    def _send(self, step: Step, key: str, shared: str, prompt: Prompt, begins: bool, redone: bool) -> Life:
        person, course = self.person, self.course
        away = self.switched if step.kind == "main" else step.kind in course.kinds and not self.over
        if step.kind == "compaction":
            away = away or self.switched
        made = {"session": self.number, "key": key, "shared": shared, "kind": step.kind, "at_us": person.now}
        yield person.now
        if away and step.kind == "main" and course.refused == self.turn and not self.over:
            refusal = Usage(error="invalid_request_error")
            yield Call(model=person.cheaper, usage=refusal, as_asked=False, begins=begins, redone=True, **made)
            self.over, self.switched, away = True, False, False
        model = person.cheaper if away and not redone else person.original
        usage = person.world.call(model, person.now, prompt, step.output)
        yield Call(model=model, usage=usage, as_asked=model == person.original, begins=begins, redone=redone, **made)
