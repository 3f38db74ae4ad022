"""What the tests of the model switch share: making a choice, watching the vendor, and reading what became of it."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from connected import Home, Ran, run_program
from strict.loops import SHELL, ToolLoop, answered
from strict.upstream import StrictVendor

from trayapp.control import Address, Client
from trayapp.demo.script import Ask, Script, default_plan

PROMPT = "Run the command `echo xyzzy` once and tell me what it printed."


def ask(scene: Any, verb: str, **arguments: Any) -> Any:
    """One of the control socket's verbs."""
    with Client(Address(scene.paths.control)) as client:
        return client.ask(verb, **arguments)


def spendlight(scene: Any, *arguments: str) -> Ran:
    """One of our own commands, for the running Spendlight's profile."""
    home = scene.paths.config.parent
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SPENDLIGHT_HOME": str(home)}
    return run_program([*Home.spendlight_command(), *arguments], home, environment)


def use(scene: Any, model: str) -> str:
    """A person chooses a model from the next turn on; the id of the rule that this makes."""
    ran = spendlight(scene, "use", model, "--format", "json")
    assert ran.code == 0, ran.err
    return str(json.loads(ran.out)["rule"]["id"])


def undo(scene: Any, rule: str) -> None:
    """A person takes a rule back."""
    ran = spendlight(scene, "rules", "remove", rule)
    assert ran.code == 0, ran.err


@dataclass(frozen=True)
class Arrived:
    """One request as the vendor got it."""

    ask: Ask
    body: dict[str, Any]
    results: int
    """How many of a tool's results stand behind the person's last words."""
    main: bool
    """It offers a tool that the loop calls: a turn of the conversation itself, no side call."""

    @property
    def model(self) -> str:
        return self.ask.model


class Watching:
    """A planner that keeps what it was asked, and answers with a loop of two calls of a shell.

    ``during`` is called once, on the vendor's own thread, while the request that brings a loop's first result waits
    for its answer: what a person does then is done inside the loop, without any timing. ``refuses`` are models that
    the vendor does not serve, and with which status.
    """

    def __init__(self, *, times: int = 2) -> None:
        self._loop = ToolLoop(SHELL, times=times)
        self._lock = threading.Lock()
        self._arrived: list[Arrived] = []
        self.during: Callable[[], object] | None = None
        self.refuses: dict[str, int] = {}
        self.overloaded: dict[str, int] = {}
        """How many requests for a model are still turned away."""
        self.claims: dict[str, str] = {}
        """Models whose answers name another one."""

    def __call__(self, ask: Ask) -> Script:
        body = json.loads(ask.body)
        script = self._loop(ask)
        main = script != default_plan(ask)
        arrived = Arrived(ask=ask, body=body, results=answered(body), main=main)
        with self._lock:
            self._arrived.append(arrived)
            during, self.during = (self.during, None) if main and arrived.results == 1 else (None, self.during)
        if during is not None:
            during()
        if self.overloaded.get(ask.model, 0) > 0:
            self.overloaded[ask.model] -= 1
            return Script(status=529, retry_after="0")
        if ask.model in self.refuses:
            return Script(status=self.refuses[ask.model])
        return replace(script, model=self.claims[ask.model]) if ask.model in self.claims else script

    def arrived(self, *, main: bool = False) -> list[Arrived]:
        """All requests for an answer so far, or those of the conversation itself."""
        with self._lock:
            return [each for each in self._arrived if each.ask.op != "count" and (each.main or not main)]

    def models(self) -> list[str]:
        """The models that the conversation's requests asked for, in order."""
        return [each.model for each in self.arrived(main=True)]

    def clear(self) -> None:
        """Forget what was asked."""
        with self._lock:
            self._arrived.clear()


class Switching:
    """One test's vendor, planner and rules."""

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self.vendor = scene.vendor.vendor
        assert isinstance(self.vendor, StrictVendor)
        self.watching = Watching()
        self.vendor.planner = self.watching
        self.begin()

    def begin(self) -> None:
        """Forget what came before; rules and conversations stay."""
        self.scene.begin()
        self.vendor.seen.clear()
        self.watching.clear()

    def end(self) -> None:
        """As if no rule had been made."""
        for rule in ask(self.scene, "choices")["rules"]:
            ask(self.scene, "remove_rule", rule=rule["id"])
        with suppress(IndexError):
            ask(self.scene, "dismiss")

    def rows(self) -> list[dict[str, Any]]:
        """The ledger's rows of what has arrived, one for each attempt."""
        assert [(call.model, call.refused) for call in self.vendor.seen.refusals()] == []
        return self.scene.rows(len(self.vendor.seen.calls()))

    def mine(self) -> list[dict[str, Any]]:
        """The rows of the conversation itself."""
        ids = {each.ask.request_id for each in self.watching.arrived(main=True)}
        return [row for row in self.rows() if row["vendor_request_id"] in ids]

    def notices(self) -> list[str]:
        """The codes of what the person is told."""
        return [notice["code"] for notice in ask(self.scene, "snapshot")["notices"]]

    def went(
        self, *, asked: str, served: str, rule: str | None = None, calls: int = 3, again: bool = False
    ) -> list[dict[str, Any]]:
        """The conversation's requests since ``begin``: each was served by that model, and its row says so.

        Args:
            asked: what the tool asks for.
            served: what the vendor was asked for, and served.
            rule: the rule that the rows name; ``None``: none, or one under which an earlier session has left the
                beginning that both share to the other model's cache, so that this one pays for it.
            calls: how many there are.
            again: the conversation has returned: only its first row names the rule, for it pays for reading anew.
        """
        assert self.watching.models() == [served] * calls
        main = self.mine()
        sent = served if served != asked else None
        told = [(row["model_asked"], row["model_served"], row["model_sent"]) for row in main]
        assert told == [(asked, served, sent)] * calls
        assert [row["attempt_of"] for row in main] == [None] * calls
        if rule is None:
            assert [row for row in main if row["rule"] and "after_switch" not in row["flags"]] == []
        else:
            assert [row["rule"] for row in main] == [rule, *([None if again else rule] * (calls - 1))]
        for row in main:
            assert (row["usd_saved"] is None) == (row["rule"] is None), row
            if row["rule"] is not None:
                low, saved, high = (Decimal(row[name]) for name in ("usd_saved_low", "usd_saved", "usd_saved_high"))
                assert low <= saved <= high
        # What the first one costs to read anew is on its own row; the last one finds its model's cache warm.
        if rule is not None:
            assert (Decimal(main[0]["usd_saved"]) < 0) if again else (Decimal(main[-1]["usd_saved"]) > 0)
        return main

    def letters(self) -> list[tuple[str, list[tuple[str, str]], str]]:
        """What arrived since ``begin`` as it stood on the wire: target, header lines in order, and body as text.

        Left out is what is another one in each run whoever stands between: the address and framing of the connection
        (``host``, ``connection``, ``content-length``); for one word each stand names that a client or the vendor makes
        up (UUIDs, spans, identifiers of calls and answers, seals, processes), the time (now, and how long a
        command took) and the order in ``client_metadata``.
        """
        counted = {call.request_id: call for call in self.vendor.counted.calls()}
        letters = []
        for each in self.watching.arrived():
            call = counted[each.ask.request_id]
            lines = [(name, plain(value)) for name, value in call.headers if name.lower() not in _FRAMING]
            letters.append((call.path, lines, plain(_ordered(each.ask.body.decode()))))
        return letters


def there_and_back(
    switching: Switching, say: Callable[..., None], asked: str, cheaper: str, *, cached: bool = True
) -> None:
    """One conversation: a turn as asked, one after a model was chosen, one after that was taken back.

    ``cached``: it is long enough for a cache, so that going back costs something, and a row says so.
    """
    say()
    switching.went(asked=asked, served=asked)
    switching.begin()
    rule = use(switching.scene, cheaper)
    say(again=True)
    switching.went(asked=asked, served=cheaper, rule=rule)
    switching.begin()
    undo(switching.scene, rule)
    say(again=True)
    switching.went(asked=asked, served=asked, rule=rule if cached else None, again=cached)


_FRAMING: Final = ("host", "connection", "content-length")
_VARYING: Final = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "UUID"),
        (r"\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b", "SPAN"),
        (r"\b(toolu|call|msg|rs|fc|ctc|resp|req)_[0-9A-Za-z]{8,}", r"\1_ID"),
        (r"\b[A-Za-z0-9+/_-]{60,}=*", "SEAL"),
        (r"(?<![0-9.])1[0-9]{9}(?:[0-9]{3})?(?:\.[0-9]+)?(?![0-9.])", "NOW"),
        (r"Wall time:? [0-9.]+ seconds", "TIME"),
        (r"PGID: [0-9]+", "PROCESS"),
    )
)


def _ordered(body: str) -> str:
    """A body whose ``client_metadata`` is in order: Codex writes it in another one each time."""
    before, mark, rest = body.partition('"client_metadata":')
    if not mark:
        return body
    metadata, end = json.JSONDecoder().raw_decode(rest)
    return before + mark + json.dumps(metadata, sort_keys=True) + rest[end:]


def plain(text: str) -> str:
    """A text without what is another one in each run; see ``Switching.letters``."""
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text
