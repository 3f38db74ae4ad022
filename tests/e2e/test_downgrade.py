"""The model switch with real clients, in front of a vendor that checks every parameter.

A person chooses a cheaper model while a tool works: the tool goes on and notices nothing, the vendor serves the cheaper
model and refuses nothing, the ledger says what was asked, what was served and what that saved; and it is taken back
without a trace. The vendor's models call a shell twice after each of a person's words, so each turn is three requests.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from connected import LIMIT_S, Home
from downgrading import PROMPT, Switching, ask, spendlight, there_and_back, undo, use
from strict.upstream import StrictVendor

from trayapp.demo.vendor import SimulatedVendor

OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"
SOL, LUNA = "gpt-6.1-sol", "gpt-6-luna"
FLASH, LITE = "gemini-3.8-flash", "gemini-3.5-flash-lite"
GEMINI = {"GEMINI_CLI_TRUST_WORKSPACE": "true", "GEMINI_API_KEY": "AIza-test"}


@pytest.fixture(scope="module")
def upstream() -> SimulatedVendor:
    return StrictVendor(keep_headers=True)


@pytest.fixture
def switching(scene) -> Iterator[Switching]:
    made = Switching(scene)
    yield made
    made.end()


def told(ran: Any) -> None:
    """The client has told what the vendor's model said, and warns of nothing."""
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.out + ran.err
    assert not warned(ran), ran.out + ran.err


def warned(ran: Any) -> bool:
    """Codex warns when another model answers than it has asked for."""
    return any(words in ran.out + ran.err for words in ("rerouted", "high-risk"))


@pytest.mark.parametrize(
    ("asked", "cheaper"),
    [
        (OPUS, HAIKU),
        ("claude-opus-4-8", "claude-haiku-4-5"),
        pytest.param(OPUS, "claude-haiku-4-5", marks=pytest.mark.thorough),
        pytest.param("claude-sonnet-4-6", HAIKU, marks=pytest.mark.thorough),
    ],
)
def test_claude_code(switching, claude_code, asked, cheaper):
    def say(*, again: bool = False) -> None:
        more = ("--continue",) if again else ()
        options = ("-p", PROMPT, "--model", asked, "--allowedTools", "Bash", *more)
        told(claude_code(switching.scene.url("anthropic"), *options))

    there_and_back(switching, say, asked, cheaper)


@pytest.mark.parametrize("login", ["apikey", "chatgpt"])
def test_codex(switching, codex, login):
    def say(*, again: bool = False) -> None:
        more = ("resume", "--last") if again else ()
        told(codex(switching.scene.url("openai") + "/v1", "--model", SOL, *more, PROMPT, login=login))

    with switching.scene.setting("routing.subscriptions", login == "chatgpt"):
        there_and_back(switching, say, SOL, LUNA)
    assert {call.headers.get("x-codex-routing-hint") for call in switching.vendor.seen.calls()} == {
        f"model={SOL}" if login == "chatgpt" else None
    }


def test_codex_warns_when_another_model_answers(switching, codex):
    """Without this the test above would prove nothing."""
    switching.watching.claims[SOL] = LUNA
    assert warned(codex(switching.scene.url("openai") + "/v1", "--model", SOL, PROMPT))


def test_gemini_cli(switching, client_home):
    home = client_home("gemini")
    changed = home.connect("gemini-cli", more=GEMINI)

    def say(*, again: bool = False) -> None:
        more = ("--resume", "latest") if again else ()
        told(home.run(["gemini", "--yolo", *more, "-p", PROMPT], GEMINI))
        # Its own router asks the small model for what it is and is left alone.
        side = [each for each in switching.watching.arrived() if not each.main]
        assert side
        assert {each.model for each in side} == {LITE}

    there_and_back(switching, say, FLASH, LITE)
    home.disconnect("gemini-cli", changed)


class TestOpencode:
    @pytest.fixture
    def home(self, client_home) -> Iterator[Home]:
        home = client_home("opencode")
        auth = {name: {"type": "api", "key": f"{name}-test"} for name in ("anthropic", "openai", "google")}
        home.write(".local/share/opencode/auth.json", json.dumps(auth), 0o600)
        changed = home.connect("opencode")
        yield home
        home.disconnect("opencode", changed)

    def test_anthropic(self, switching, home):
        def say(*, again: bool = False) -> None:
            more = ("--continue",) if again else ()
            told(home.run(["opencode", "run", *more, "--model", "anthropic/claude-sonnet-5", PROMPT]))

        there_and_back(switching, say, "claude-sonnet-5", HAIKU)

    @pytest.mark.parametrize(
        ("provider", "asked", "cheaper", "title"),
        [("openai", "gpt-5.5", "gpt-5.4-mini", "gpt-5.4-nano"), ("google", FLASH, LITE, LITE)],
    )
    def test_others(self, switching, home, provider, asked, cheaper, title):
        """A session that begins after the choice; what asks for its title is never made dearer."""
        rule = use(switching.scene, cheaper)
        told(home.run(["opencode", "run", "--model", f"{provider}/{asked}", PROMPT]))
        switching.went(asked=asked, served=cheaper, rule=rule)
        assert {each.model for each in switching.watching.arrived() if not each.main} == {title}
        undo(switching.scene, rule)
        switching.begin()
        told(home.run(["opencode", "run", "--continue", "--model", f"{provider}/{asked}", PROMPT]))
        switching.went(asked=asked, served=asked, rule=rule, again=True)


class Live:
    """Claude Code in one process that is told one thing after another."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        more = ("--input-format", "stream-json", "--output-format", "stream-json", "--verbose")
        self._process = subprocess.Popen(
            [*command, *more],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._limit = threading.Timer(LIMIT_S, self._process.kill)
        self._limit.start()

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:  # closes its input, and waits
            pass
        self._limit.cancel()
        assert self._process.returncode == 0

    def say(self, text: str) -> None:
        """One turn, to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        message = {"type": "user", "message": {"role": "user", "content": [{"type": "text", "text": text}]}}
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            event = json.loads(line)
            if event["type"] == "result":
                assert (event["subtype"], "xyzzy" in event["result"]) == ("success", True), event
                return
        raise AssertionError("it ended in the middle of a turn")


def test_claude_code_in_one_process(switching, client_home):
    """Its conversation holds the thinking of both models; each is sent only its own."""
    home = client_home("claude")
    environment = home.environment(
        {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": switching.scene.url("anthropic"), "IS_SANDBOX": "1"}
    )
    with Live(["claude", "-p", "--model", OPUS, "--allowedTools", "Bash"], home.project, environment) as claude:

        def say(*, again: bool = False) -> None:
            claude.say("And once more: " + PROMPT if again else PROMPT)

        there_and_back(switching, say, OPUS, HAIKU)
    thoughts = [call.blocks.get("thinking", 0) for call in switching.vendor.seen.calls() if "Bash" in call.tools]
    assert thoughts == [3, 4, 5]
    rows = switching.rows()
    assert ["rewrote_thinking_blocks" in row["flags"] for row in rows] == [True] * 3  # it had kept the other's as well


def test_a_clients_own_retry(switching, claude_code):
    """The cheaper model is overloaded once: Claude Code asks again by itself, and is served by the same one."""
    switching.watching.overloaded[HAIKU] = 1
    rule = use(switching.scene, HAIKU)
    options = ("-p", PROMPT, "--model", OPUS, "--allowedTools", "Bash")
    told(claude_code(switching.scene.url("anthropic"), *options))
    assert switching.watching.models() == [HAIKU] * 4
    rows = switching.mine()
    assert [row["http_status"] for row in rows] == [529, 200, 200, 200]
    assert {(row["model_sent"], row["rule"], row["attempt_of"]) for row in rows} == {(HAIKU, rule, None)}
    assert switching.notices() == []


class TestInsideALoop:
    """A model that is chosen while a tool's result is awaited answers from the next turn on."""

    def loop(self, switching: Switching, say: Callable[..., None], asked: str, cheaper: str) -> None:
        made: list[str] = []
        switching.watching.during = lambda: made.append(use(switching.scene, cheaper))
        say()
        switching.went(asked=asked, served=asked)
        switching.begin()
        (rule,) = made
        switching.watching.during = lambda: undo(switching.scene, rule)
        say(again=True)
        switching.went(asked=asked, served=cheaper, rule=rule)
        switching.begin()
        say(again=True)
        switching.went(asked=asked, served=asked, rule=rule, again=True)

    def test_claude_code(self, switching, claude_code):
        def say(*, again: bool = False) -> None:
            more = ("--continue",) if again else ()
            options = ("-p", PROMPT, "--model", OPUS, "--allowedTools", "Bash", *more)
            told(claude_code(switching.scene.url("anthropic"), *options))

        self.loop(switching, say, OPUS, HAIKU)

    def test_codex(self, switching, codex):
        def say(*, again: bool = False) -> None:
            more = ("resume", "--last") if again else ()
            told(codex(switching.scene.url("openai") + "/v1", "--model", SOL, *more, PROMPT))

        self.loop(switching, say, SOL, LUNA)

    def test_gemini_cli(self, switching, client_home):
        home = client_home("gemini")
        home.connect("gemini-cli", more=GEMINI)

        def say(*, again: bool = False) -> None:
            more = ("--resume", "latest") if again else ()
            told(home.run(["gemini", "--yolo", *more, "-p", PROMPT], GEMINI))

        self.loop(switching, say, FLASH, LITE)


class TestUntouched:
    """What no rule concerns goes out as if there were no Spendlight: headers and bodies as they are sent directly."""

    def compare(self, switching: Switching, vendor: str, run: Callable[[str], Any], asked: str, cheaper: str) -> None:
        told(run(switching.scene.vendor.url))  # the first start in a home sets things up
        switching.begin()
        told(run(switching.scene.vendor.url))
        directly = switching.letters()
        url = switching.scene.url(vendor)

        def same() -> None:
            switching.begin()
            told(run(url))
            assert switching.watching.models() == [asked] * 3
            for ours, other in zip(switching.letters(), directly, strict=True):
                assert ours == other
            rows = switching.rows()
            assert [row for row in rows if row["model_sent"] or Decimal(row["usd_saved"] or 0)] == []

        ask(switching.scene, "add_rule", model=cheaper, vendor=vendor, asked=f"{asked}-other", scope="always")
        same()
        rule = use(switching.scene, cheaper)
        switching.begin()
        told(run(url))
        assert switching.watching.models() == [cheaper] * 3
        undo(switching.scene, rule)
        same()

    def test_claude_code(self, switching, claude_code):
        options = ("-p", PROMPT, "--model", OPUS, "--allowedTools", "Bash")
        self.compare(switching, "anthropic", lambda url: claude_code(url, *options), OPUS, HAIKU)

    def test_codex(self, switching, codex):
        self.compare(switching, "openai", lambda url: codex(f"{url}/v1", "--model", SOL, PROMPT), SOL, LUNA)

    def test_gemini_cli(self, switching, client_home):
        home = client_home("gemini")
        home.write(".gemini/settings.json", '{"security": {"auth": {"selectedType": "gemini-api-key"}}}')

        def run(url: str) -> Any:
            return home.run(["gemini", "--yolo", "-p", PROMPT], {**GEMINI, "GOOGLE_GEMINI_BASE_URL": url})

        self.compare(switching, "gemini", run, FLASH, LITE)


class TestRefused:
    """The vendor does not serve the cheaper model: the tool gets what it asked for, and the person is told once."""

    def refused(self, switching: Switching, say: Callable[..., None], asked: str, cheaper: str, status: int) -> None:
        switching.watching.refuses[cheaper] = status
        rule = use(switching.scene, cheaper)
        say()
        assert switching.watching.models() == [cheaper, asked, asked, asked]
        first, second, *others = switching.mine()
        assert (first["model_sent"], first["http_status"], first["rule"]) == (cheaper, status, rule)
        assert (first["attempt_of"], "rewrite_refused" in first["flags"]) == (None, True)
        assert (second["model_served"], second["http_status"], second["model_sent"]) == (asked, 200, None)
        assert second["attempt_of"] == first["id"]
        assert [(row["model_served"], row["attempt_of"]) for row in others] == [(asked, None)] * 2
        for more in (True, False):
            switching.begin()
            say(again=more)
            assert switching.watching.models() == [asked] * 3
        assert [code for code in switching.notices() if code == "rewrite_refused"] == ["rewrite_refused"]
        (shown,) = [each for each in ask(switching.scene, "choices")["rules"] if each["id"] == rule]
        assert "refused" in shown["paused"]

    @pytest.mark.parametrize("status", [404, pytest.param(403, marks=pytest.mark.thorough)])
    def test_claude_code(self, switching, claude_code, status):
        def say(*, again: bool = False) -> None:
            more = ("--continue",) if again else ()
            options = ("-p", PROMPT, "--model", OPUS, "--allowedTools", "Bash", *more)
            told(claude_code(switching.scene.url("anthropic"), *options))

        self.refused(switching, say, OPUS, HAIKU, status)

    def test_codex(self, switching, codex):
        def say(*, again: bool = False) -> None:
            more = ("resume", "--last") if again else ()
            told(codex(switching.scene.url("openai") + "/v1", "--model", SOL, *more, PROMPT))

        self.refused(switching, say, SOL, LUNA, 403)


def test_a_plan_is_left_alone(switching, client_home):
    """A subscription's requests are nobody's to change unless the user wants that, and the choice says why."""
    home = client_home("claude")
    environment = {
        "CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-test",
        "ANTHROPIC_BASE_URL": switching.scene.url("anthropic"),
        "IS_SANDBOX": "1",
    }
    command = ["claude", "-p", PROMPT, "--model", OPUS, "--allowedTools", "Bash"]
    rule = use(switching.scene, HAIKU)
    told(home.run(command, environment))
    assert {row["account"] for row in switching.went(asked=OPUS, served=OPUS)} == {"subscription"}
    undo(switching.scene, rule)
    refused = spendlight(switching.scene, "use", HAIKU)
    assert refused.code != 0
    assert "plan pays for it" in refused.err
    assert "routing.subscriptions" in refused.err
    switching.begin()
    told(home.run([*command, "--continue"], environment))
    switching.went(asked=OPUS, served=OPUS)
    with switching.scene.setting("routing.subscriptions", True):
        rule = use(switching.scene, HAIKU)
        switching.begin()
        told(home.run([*command, "--continue"], environment))
        switching.went(asked=OPUS, served=HAIKU, rule=rule)
    switching.begin()
    told(home.run([*command, "--continue"], environment))
    switching.went(asked=OPUS, served=OPUS, rule=rule, again=True)
