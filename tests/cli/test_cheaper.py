"""``use``, ``asis``, ``suggest`` and ``rules`` as a user calls them, on real calls to a vendor that checks all."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from strict.upstream import StrictVendor

from trayapp.control import Address, Client
from trayapp.demo.vendor import VendorThread
from trayapp.guard import launch
from trayapp.platform.paths import Paths

REPO = Path(__file__).resolve().parents[2]
OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
Spendlight = Callable[..., subprocess.CompletedProcess[str]]
HEADERS = {
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    "x-api-key": "sk-ant-api03-test",
    "user-agent": "claude-cli/2.1.330 (external, cli)",
}


@pytest.fixture
def spendlight(home: Path, tmp_path: Path) -> Spendlight:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "SPENDLIGHT_HOME": str(home), "PYTHONPATH": str(REPO)},
            cwd=tmp_path,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        assert (done.returncode == 0) == (not done.stderr), done.stderr
        return done

    return run


class Profile:
    """A whole Spendlight that runs, and a tool that calls through it."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.calls = 0

    def client(self) -> Client:
        return Client(Address(self.paths.control))

    def post(self, vendor: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """One call through Spendlight, counted when this returns."""
        with self.client() as client:
            parts = urlsplit(client.ask("url", vendor=vendor, tool="claude-code")["url"])
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
        try:
            connection.request("POST", f"{parts.path}{path}", json.dumps(body), headers)
            reply = connection.getresponse()
            answer: dict[str, Any] = json.loads(reply.read())
        finally:
            connection.close()
        assert reply.status == 200, answer
        self.calls += 1
        self._settle()
        return answer

    def say(
        self, text: str, *, system: str = "You are a coding agent. ", model: str = OPUS, session: str = "s-1"
    ) -> str:
        """One call of a new conversation; the model that answered."""
        body = {
            "model": model,
            "max_tokens": 32000,
            "metadata": {"user_id": json.dumps({"session_id": session})},
            "system": [{"type": "text", "text": system * 400}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
        }
        answer = self.post("anthropic", "/v1/messages", body, {**HEADERS, "x-claude-code-session-id": session})
        return str(answer["model"])

    def _settle(self) -> None:
        with self.client() as feed, self.client() as client:
            for _ in feed.snapshots():
                rows = client.ask("calls")["rows"]
                if len(rows) == self.calls and all(row["state"] == "done" for row in rows):
                    return
        raise AssertionError("the engine ended")


@pytest.fixture
def profile(home: Path) -> Iterator[Profile]:
    paths = Paths(home / "config", home / "state", home / "cache", home / "run")
    with VendorThread(StrictVendor(keep_headers=True)) as vendor:
        paths.make()
        lines = [f'{name} = "{vendor.url}"' for name in ("anthropic", "openai", "gemini", "chatgpt")]
        paths.settings.write_text("[upstreams]\n" + "\n".join(lines) + "\n")
        launch.start(paths, wait=30)
        yield Profile(paths)
        launch.stop(paths)


def titles(profile: Profile, number: int) -> None:
    for n in range(number):
        assert profile.say(f"the {n}th talk", system="You are a title generator. ", session=f"s-{n}") == OPUS


def document(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_suggestion_is_made_from_rows_and_accepted(profile: Profile, spendlight: Spendlight) -> None:
    nothing = spendlight("suggest").stdout
    assert nothing.startswith("Nothing to suggest: in the last 7 days no kind of call and no simple task")
    assert "at least 5 calls on one model would have cost $0.05 less" in nothing
    assert "No model that has a smaller one beside it was called today." in nothing
    assert spendlight("suggest", "--accept").returncode == 2

    titles(profile, 6)
    shown = spendlight("suggest").stdout
    assert shown.startswith(f"1  Titles to {HAIKU}?\n")
    assert f"6 title calls on {OPUS} cost $0." in shown
    assert f"in the last 7 days; on {HAIKU} ≈$0.0" in shown
    assert "→ spendlight suggest --accept 1   (until you take it back)" in shown
    (one,) = document(spendlight("suggest", "--format", "json"))["suggestions"]
    assert (one["model"], one["trial"]) == (HAIKU, False)
    assert int(one["pico_saved"]) > 5 * 10**10

    wrong = spendlight("suggest", "--accept", "7")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "There are 1; they are numbered from 1." in wrong.stderr
    accepted = spendlight("suggest", "--accept").stdout
    assert accepted.splitlines() == [
        f"r1  Titles: {OPUS} → {HAIKU}",
        "  Where a conversation begins, or goes on after its cache has lapsed, until you take it back.",
        "  Undo: spendlight rules remove r1",
    ]
    assert spendlight("suggest").stdout.startswith("Nothing to suggest: ")
    assert profile.say("one more", system="You are a title generator. ", session="new") == HAIKU
    assert profile.say("and the work itself", session="new") == OPUS

    listed = spendlight("rules").stdout
    assert listed.startswith(
        "Balanced: cheaper models are suggested, and only your own rules change a request.\nSaved "
    )
    assert f"r1  Titles: {OPUS} → {HAIKU}\n    call kind · where a conversation begins · until you take it" in listed
    assert "back · from a suggestion · in force\n    1 call · saved " in listed
    assert "1 rule · saved " in spendlight("status").stdout
    (rule,) = document(spendlight("rules", "--format", "json"))["rules"]
    assert (rule["id"], rule["calls"]) == ("r1", 1)
    assert f"  done  {OPUS} → {HAIKU} (r1)\n" in spendlight("calls").stdout
    assert spendlight("calls").stdout.count("→") == 1


def test_a_suggestion_is_declined(profile: Profile, spendlight: Spendlight) -> None:
    titles(profile, 5)
    assert spendlight("suggest", "--decline", "1").stdout == (
        f"Declined: Titles to {HAIKU}? It is not suggested again for 30 days.\n"
    )
    assert "or you have declined it." in spendlight("suggest").stdout
    assert "There are no rules." in spendlight("rules").stdout


def test_simple_tasks_are_tried_for_an_hour_first(profile: Profile, spendlight: Spendlight) -> None:
    for n in range(5):
        profile.say("rename the variable tmp to rows", session=f"s-{n}")
    shown = spendlight("suggest").stdout
    assert shown.startswith(f"1  Renames to {HAIKU}? Unproven.\n")
    assert "unproven: it has to work" in shown
    assert "(for one hour, to see how it does)" in shown
    accepted = spendlight("suggest", "--accept", "1").stdout
    assert "after its cache has lapsed, until " in accepted
    assert "It is unproven, so it ends by itself after this hour." in accepted


def test_a_model_is_used_and_taken_back(profile: Profile, spendlight: Spendlight) -> None:
    which = spendlight("use", "haiku")
    assert (which.returncode, which.stdout) == (2, "")
    assert "Nothing like 'haiku' goes with the models in use today." in which.stderr
    assert profile.say("explain the parser") == OPUS
    menu = spendlight("suggest").stdout
    assert f"  {OPUS} (claude-code)\n" in menu
    assert f"    {HAIKU}: " in menu
    assert f"    → spendlight use MODEL --asked {OPUS}\n" in menu

    used = spendlight("use", "haiku", "--for", "1h").stdout.splitlines()
    assert used[0] == f"r1  Everything → {HAIKU}"
    assert used[1].startswith("  From your next turn on, never inside a tool loop, until ")
    assert used[2].startswith(f"  claude-code on {OPUS}: ")
    assert used[-1] == "  Undo: spendlight rules remove r1"
    assert profile.say("explain the lexer", session="s-2") == HAIKU
    assert f"    {HAIKU}: " in spendlight("suggest").stdout
    assert "← chosen" in spendlight("suggest").stdout

    back = spendlight("asis").stdout.splitlines()
    assert back[0] == "Everything goes out as requested now, until you take it back."
    assert back[1] == f"  Given back: Everything → {HAIKU} (again: spendlight rules restore r1)"
    assert profile.say("explain the tests", session="s-3") == OPUS
    assert "as requested, now" in spendlight("status").stdout
    assert spendlight("suggest").stdout.startswith("Nothing to suggest: everything goes out as requested now.")
    assert spendlight("rules", "restore", "r1").stdout == (
        f"Back: r1  Everything → {HAIKU}\n"
        "  Everything goes out as requested now; `spendlight asis --off` lets rules work again.\n"
    )
    assert spendlight("asis", "--off").stdout.startswith("By the rules again: 1 rule · ")
    assert spendlight("asis", "--off").stdout.startswith("It was off already. Balanced: ")
    assert profile.say("explain the build", session="s-4") == HAIKU
    removed = spendlight("rules", "remove", "r1").stdout
    assert removed.startswith(f"Removed: Everything → {HAIKU}. It changed 2 calls · ")
    assert "Undo: spendlight rules restore r1" in removed
    assert profile.say("explain the rest", session="s-5") == OPUS
    assert document(spendlight("asis", "--for", "90s", "--format", "json"))["asis_until_us"]


def test_scopes_of_a_choice(profile: Profile, spendlight: Spendlight, tmp_path: Path) -> None:
    profile.say("explain the parser", session="s-7")
    assert spendlight("use", "sonnet", "--session").stdout.startswith(f"r1  This session → {SONNET}\n")
    assert profile.say("again", session="s-7") == SONNET
    assert profile.say("elsewhere", session="s-8") == OPUS
    named = spendlight("use", HAIKU, "--session", "s-8", "--asked", "opus").stdout
    assert named.startswith(f"r2  This session: {OPUS} → {HAIKU}\n")
    assert profile.say("elsewhere again", session="s-8") == HAIKU
    assert spendlight("use", "haiku", "--project").stdout.startswith(f"r3  Project {tmp_path.name} → {HAIKU}\n")
    assert spendlight("use", "--effort", "low", "--project", str(REPO)).stdout.startswith(
        f"r4  Project {REPO.name} → the model asked for with effort low\n"
    )
    assert spendlight("use", "haiku").stdout.startswith(f"r5  Everything → {HAIKU}\n")
    for asked in (OPUS, SONNET):
        narrower = spendlight("use", HAIKU, "--asked", asked).stdout
        assert "replaces" not in narrower
    again = spendlight("use", "opus").stdout
    assert again.startswith(f"r8  Everything → {OPUS}\n")
    for number, text in ((5, ""), (6, f": {OPUS}"), (7, f": {SONNET}")):
        assert f"  It replaces r{number} (Everything{text} → {HAIKU}).\n" in again
    assert spendlight("rules", "restore", "r6").returncode == 0
    for wrong, told in (
        (("use",), "Name a model, or an effort"),
        (("use", "--session", "haiku"), "spendlight use haiku --session"),
        (("use", "haiku", "--for", "soon"), "That is no duration"),
        (("use", "haiku", "--project", "no/such"), "There is no such folder"),
        (("use", "--effort", "bananas"), "An effort is one of: none, minimal, low"),
        (("use", "haiku", "--asked", "grok"), "Nothing like 'grok' goes with"),
        (("use", "5-5"), "'5-5' could be: "),
        (("asis", "--off", "--for", "1h"), "it takes no --for"),
    ):
        done = spendlight(*wrong)
        assert (done.returncode, done.stdout) == (2, ""), wrong
        assert told in done.stderr, done.stderr


def test_a_short_name_is_looked_for_in_all_that_is_in_use(profile: Profile, spendlight: Spendlight) -> None:
    body = {"model": "gpt-5.5", "messages": [{"role": "user", "content": "explain the parser"}]}
    headers = {"content-type": "application/json", "authorization": "Bearer sk-test"}
    assert profile.post("openai", "/chat/completions", body, headers)["model"].startswith("gpt-5.5")
    profile.say("explain the lexer")
    used = spendlight("use", "nano").stdout
    assert used.startswith("r1  Everything → gpt-5.4-nano\n")
    assert OPUS not in used
    assert profile.say("explain the build", session="s-2") == OPUS


def test_standing_rules_are_previewed_made_paused_and_removed(profile: Profile, spendlight: Spendlight) -> None:
    titles(profile, 3)
    add = ("rules", "add", "--model", HAIKU, "--kind", "title")
    dry = spendlight(*add, "--dry-run").stdout
    assert dry.startswith("It would have touched 3 of the last 7 days' calls: $0.")
    assert dry.endswith("Nothing was changed.\n")
    assert document(spendlight(*add, "--dry-run", "--format", "json"))["calls"] == 3
    assert document(spendlight("rules", "list", "--format", "json"))["rules"] == []
    made = spendlight(*add, "--for", "2d").stdout
    assert made.startswith(f"r1  Titles → {HAIKU}\n")
    assert "It would have touched 3 of the last 7 days' calls" in made

    paused = spendlight("rules", "pause", "r1").stdout
    assert paused == f"Paused: Titles → {HAIKU}.\n  It goes on with: spendlight rules resume r1\n"
    assert " · paused\n    has changed no call yet" in spendlight("rules").stdout
    assert profile.say("x", system="You are a title generator. ", session="a") == OPUS
    assert "0 rules, 1 at rest" in spendlight("status").stdout
    assert spendlight("rules", "resume", "r1").stdout == f"In force again: Titles → {HAIKU}\n"
    assert profile.say("y", system="You are a title generator. ", session="b") == HAIKU

    for scope in (("--task", "rename"), ("--subagents",), ("--project",), ("--session", "s-1"), ("--always",)):
        assert spendlight("rules", "add", "--model", HAIKU, *scope).returncode == 0, scope
    assert spendlight("rules").stdout.count(f"→ {HAIKU}") == 6
    assert spendlight("rules", "add", "--effort", "low", "--always", "--vendor", "openai").returncode == 0
    assert spendlight("rules", "remove", "r1").stdout.startswith(f"Removed: Titles → {HAIKU}. It changed 1 call · ")
    assert spendlight("rules", "restore", "r1").stdout.startswith("Back: r1")
    for wrong, code, told in (
        (("add", "--model", HAIKU), 2, "is required"),
        (("add", "--always"), 2, "Name a model, or an effort"),
        (("add", "--model", HAIKU, "--kind", "probe"), 2, "A kind of call is one of: main, side:title"),
        (("add", "--model", HAIKU, "--task", "feature"), 2, "A task type is one of: commit, typo"),
        (("remove", "r99"), 2, "No rule is called 'r99'"),
        (("restore", "r99"), 2, "cannot be brought back"),
        (("mode", "yolo"), 2, "invalid choice"),
        (("feedback", "maybe"), 2, "invalid choice"),
    ):
        done = spendlight("rules", *wrong)
        assert (done.returncode, done.stdout) == (code, ""), wrong
        assert told in done.stderr, done.stderr


def test_only_a_conversations_first_call_is_previewed_as_cold(profile: Profile, spendlight: Spendlight) -> None:
    body = {
        "model": OPUS,
        "max_tokens": 32000,
        "metadata": {"user_id": json.dumps({"session_id": "s-1"})},
        "system": [{"type": "text", "text": "You are a coding agent. " * 2000, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": "explain the parser"}],
    }
    then = []
    for _ in range(2):
        profile.post("anthropic", "/v1/messages", body, {**HEADERS, "x-claude-code-session-id": "s-1"})
        preview = document(spendlight("rules", "--format", "json", "add", "--model", HAIKU, "--always", "--dry-run"))
        then.append(int(preview["pico_then"]))
    assert 0 < (then[1] - then[0]) * 3 < then[0]


def test_modes(profile: Profile, spendlight: Spendlight) -> None:
    titles(profile, 1)
    profile.say("explain the parser")
    assert spendlight("rules", "mode").stdout.startswith("Balanced: ")
    assert spendlight("rules", "mode", "frugal").stdout.startswith("Frugal: titles, web-page summaries and")
    assert profile.say("x", system="You are a title generator. ", session="a") == HAIKU
    listed = spendlight("rules").stdout
    assert f"mode:side:title:{OPUS}  Titles: {OPUS} → {HAIKU}" in listed
    assert "comes with frugal · in force" in listed
    assert "That comes with the mode. Pause it" in spendlight("rules", "remove", f"mode:side:title:{OPUS}").stderr
    assert spendlight("rules", "pause", f"mode:side:title:{OPUS}").returncode == 0
    assert profile.say("y", system="You are a title generator. ", session="b") == OPUS

    assert spendlight("rules", "add", "--model", HAIKU, "--always").returncode == 0
    ripped = spendlight("rules", "mode", "let-it-rip").stdout
    assert ripped.startswith("Let it rip: calls are only metered")
    assert "1 rule kept, without effect until the mode changes." in ripped
    assert profile.say("z", session="c") == OPUS
    assert "1 rule, without effect in let-it-rip" in spendlight("status").stdout
    assert spendlight("suggest").stdout.startswith("Nothing to suggest: the mode is let-it-rip, which only meters.")
    refused = spendlight("use", HAIKU)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "`spendlight rules mode balanced` allows it." in refused.stderr
    waits = spendlight("rules", "add", "--model", HAIKU, "--subagents").stdout
    assert "The mode is let-it-rip, so it waits" in waits
    assert document(spendlight("rules", "--format", "json", "mode", "balanced")) == {"mode": "balanced"}


def test_a_plans_login_is_left_alone_and_the_reason_is_said(
    profile: Profile, spendlight: Spendlight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(HEADERS, "x-api-key")
    monkeypatch.setitem(HEADERS, "authorization", "Bearer sk-ant-oat01-test")
    monkeypatch.setitem(HEADERS, "anthropic-beta", "oauth-2025-04-20")
    profile.say("explain the parser")
    assert "This login's plan pays for it." in spendlight("suggest").stdout
    refused = spendlight("use", "haiku")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "spendlight config set routing.subscriptions true" in refused.stderr


def test_feedback_advice_and_evidence(profile: Profile, spendlight: Spendlight) -> None:
    nothing = spendlight("rules", "feedback", "good")
    assert nothing.returncode == 1
    assert "There is nothing to judge" in nothing.stderr
    assert spendlight("rules", "evidence").stdout.startswith("There is no evidence yet: ")
    advice = spendlight("rules", "advice").stdout
    assert advice.startswith("Nothing can be said yet: it takes eight finished sessions")
    assert "Hold-back: not enough yet: " in advice
    assert spendlight("rules", "add", "--model", HAIKU, "--task", "rename").returncode == 0
    assert profile.say("rename the variable tmp to rows") == HAIKU
    assert spendlight("rules", "feedback", "good").stdout == f"Noted: rename on {HAIKU} worked.\n"
    seen = spendlight("rules", "evidence").stdout.splitlines()
    assert seen[0].split() == ["task", "from", "to", "week", "good", "bad"]
    assert seen[1].split()[:3] == ["rename", OPUS, HAIKU]
    assert seen[1].split()[-2:] == ["1", "0"]
    assert document(spendlight("rules", "evidence", "--format", "json"))["counts"][0]["good"] == 1
    assert spendlight("rules", "evidence", "--reset").stdout == "All evidence is forgotten. Rules stay as they are.\n"
    assert document(spendlight("rules", "evidence", "--format", "json"))["counts"] == []


@pytest.mark.parametrize("command", ["use haiku", "asis", "suggest", "rules", "rules mode frugal"])
def test_without_an_engine(spendlight: Spendlight, command: str) -> None:
    done = spendlight(*command.split())
    assert (done.returncode, done.stdout) == (6, "")
    assert "Spendlight is not running" in done.stderr


@pytest.mark.parametrize("command", ["use", "asis", "suggest", "rules", "rules add", "rules evidence"])
def test_every_help_is_prose(spendlight: Spendlight, command: str) -> None:
    shown = spendlight(*command.split(), "--help").stdout
    assert shown.startswith(f"usage: spendlight {command} ")
    assert "None" not in shown
    assert "SUPPRESS" not in shown


def test_what_each_day_has_saved_or_lost(profile: Profile, spendlight: Spendlight) -> None:
    profile.say("explain the parser")
    assert spendlight("rules", "saved", "--days", "3").stdout == "No rule has changed a call in the last 3 days.\n"
    spendlight("use", "haiku")
    profile.say("explain the rest")
    (line,) = spendlight("rules", "saved").stdout.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d  1 call · saved ≈\$0\.0\d\d \(.*\)", line), line
    days = document(spendlight("rules", "saved", "--days", "2", "--format", "json"))["days"]
    assert [day["rows"] for day in days] == [0, 1]
    assert int(days[1]["pico_saved"]) == int(days[1]["pico_asked"]) - int(days[1]["pico_list"]) > 0
    wrong = spendlight("rules", "saved", "--days", "0x")
    assert wrong.returncode == 2
    assert "1 to 400 days" in spendlight("rules", "saved", "--days", "999").stderr
