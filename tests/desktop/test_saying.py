"""What engine, guard and tools say reaches the tray in its own language, and none of it is forgotten."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desktop_faces import cut, popover_of
from desktop_tongues import builder, speaking
from PySide6.QtGui import QImage

from trayapp.desktop import look, saying, toolwords
from trayapp.desktop.link import Line
from trayapp.desktop.toolwork import ToolWork
from trayapp.desktop.view import Link, View
from trayapp.engine.notices import told
from trayapp.engine.reprice import Arrived
from trayapp.guard import failure
from trayapp.money import PICO
from trayapp.platform import guardstate, single
from trayapp.said import begun, counted, say
from trayapp.snapshot import Notice, Snapshot, snapshot_from_json, to_json
from trayapp.team.terms import terms
from trayapp.team.wire import Commitment, ModelMap, Policy, Rate, TeamBudget
from trayapp.teamviews import TeamView
from trayapp.toolbox import Toolbox
from trayapp.tools import files, registry
from trayapp.tools.desk import Outcome
from trayapp.trouble import Trouble

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")

REPO = Path(__file__).resolve().parents[2]
MADE_OF = {"say", "counted", "joined", "begun", "tr", "several"}
"""What makes a text that can be said in another language."""
TEXTS = {"title", "message", "fix"}
FACES = ("cli", "demo", "teamserver")
"""What the tray never shows: a terminal's own words, the demo's, another server's."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    package = REPO / "trayapp"
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if name.split("/")[0] not in FACES:
            yield name, ast.parse(path.read_text("utf-8"))


def english_only(node: ast.expr, assigned: dict[str, list[ast.expr]]) -> bool:
    """Whether a text is put together where no translation sees it."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return True
    if isinstance(node, ast.IfExp):
        return english_only(node.body, assigned) or english_only(node.orelse, assigned)
    if isinstance(node, ast.BoolOp):
        return any(english_only(value, assigned) for value in node.values)
    if isinstance(node, ast.Name):
        return any(english_only(value, {}) for value in assigned.get(node.id, ()))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        # Of a function of another module it is found there.
        return node.func.id in ("str", "repr")
    return False


def told_to_people(call: ast.Call) -> list[ast.expr]:
    """The texts of a trouble, of an error that becomes one, or of a notice."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name == "Trouble":
        return [each.value for each in call.keywords if each.arg in TEXTS]
    if name == "LedgerError":
        return call.args[:3]
    if name == "refused" and len(call.args) == 4:
        return call.args[1:3]
    if name in ("_tell", "UndeliveredError", "wrong"):
        return [each for each in call.args[:2] if not isinstance(call.args[0], ast.Starred)]
    return []


def test_all_that_the_tray_may_be_told_can_be_said_in_another_language() -> None:
    found, seen = [], 0
    for name, tree in modules():
        scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inside = {id(call) for scope in scopes for call in ast.walk(scope) if isinstance(call, ast.Call)}
        for scope in (*scopes, tree):
            assigned: dict[str, list[ast.expr]] = {}
            for node in ast.walk(scope):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        if isinstance(target, ast.Name):
                            assigned.setdefault(target.id, []).append(node.value)
            for call in ast.walk(scope):
                if not isinstance(call, ast.Call) or (scope is tree and id(call) in inside):
                    continue
                for text in told_to_people(call):
                    seen += 1
                    if english_only(text, assigned):
                        found.append(f"{name}:{text.lineno}: {ast.unparse(text)}")
    assert not found, "\n".join(found)
    assert seen > 200


def test_none_of_it_is_untranslated() -> None:
    made = builder()
    entries = {entry.text for entry in made.read(made.SOURCES / "spendlight_de.ts") if entry.finished}
    wanted = {text for text in made.texts() if text.context == "said"}
    assert len(wanted) > 300
    assert wanted <= entries


def test_troubles_and_notices_of_an_engine_are_german(qapp, qtbot, profile, make_engine, day) -> None:
    trouble = Trouble(
        title=say("The ledger needs attention"),
        message=say("The disk is full: {count} entries wait in memory.", count=12),
        fix=say("Calls go on meanwhile. `spendlight doctor` shows details."),
        code="ledger",
    )
    arrived = Arrived(vendor="openai", model="kimi-k4", calls=12, pico=4 * PICO, estimated=True, since_us=day.at_us)
    notice = Notice(title=say("Prices arrived"), message=told([arrived]), at_us=5, code="priced")
    foreign = Trouble(title="Something of a later version", message="Nobody here knows it.")
    engine = make_engine(replace(day, troubles=(trouble, foreign), notices=(notice,), currency="EUR",
                                 currency_rate="0.5", currency_since="2026-11-01"))  # fmt: skip
    line = Line(profile)
    with speaking(qapp, "de"):
        line.start()
        qtbot.waitUntil(lambda: line.view.live)
        first, second = line.view.troubles()
        assert (first.title, first.code) == ("Das Kassenbuch braucht Aufmerksamkeit", "ledger")
        assert first.message == "Die Platte ist voll: 12 Einträge warten im Speicher."
        assert second == foreign
        shown = line.view.snapshot
        assert shown is not None
        assert shown.notices[0].title == "Preise sind da"
        assert re.fullmatch(
            r"12 Aufrufe von kimi-k4 seit \d+\.\W\w+\.? haben jetzt einen Preis: ≈2,00\xa0€\.", shown.notices[0].message
        )
        engine.refuse = Trouble(
            title=say("There is no such budget"),
            message=say("Nothing is called {name!r}. There is: {names}.", name="x", names=say("none")),
            code="no_budget",
        )
        line.ask("override_budget", name="x")
        qtbot.waitUntil(lambda: line.view.failed is not None)
        assert line.view.failed is not None
        assert line.view.failed.title == "Dieses Budget gibt es nicht"
        assert line.view.failed.message == "„x“ gibt es nicht. Es gibt: nichts."
        line.close()


def test_what_the_guard_wrote_down_is_german(qapp, qtbot, profile) -> None:
    lock = single.Single.take(profile.guard_lock)
    line = Line(profile)
    try:
        trouble = failure.engine_crash_loop(-9, Path("/log"))
        guardstate.write_state(profile, guardstate.GuardState(pid=os.getpid(), state="relaying", trouble=trouble))
        with speaking(qapp, "de"):
            line.start()
            qtbot.waitUntil(lambda: line.view.link is Link.RELAYING)
            (shown,) = line.view.troubles()
            assert "Spendlights Engine endete immer wieder, bevor sie bereit war (Signal SIGKILL)." in shown.message
            assert shown.fix == "Jede Minute wird es neu versucht. Warum sie endet, steht in /log."
    finally:
        line.close()
        lock.release()


def test_what_a_tools_file_refuses_is_german(qapp, qtbot, profile, tmp_path) -> None:
    def refuse(_: Toolbox) -> None:
        raise files.refused(tmp_path, say("it is larger than 8 MiB"), say("Make that change yourself."), "too_large")

    work, answers = ToolWork(Toolbox(profile)), []
    with speaking(qapp, "de"):
        work.ask(refuse, lambda ok, trouble: answers.append(trouble))
        qtbot.waitUntil(lambda: bool(answers))
    work.close()
    (trouble,) = answers
    assert trouble.title == "Diese Datei wird nicht geändert"
    assert trouble.message == f"{tmp_path}: sie ist größer als 8 MiB."
    assert trouble.fix == "Diese Änderung von Hand machen."


def test_what_tools_say_of_themselves_is_german(qapp) -> None:
    texts = [
        text
        for tool in registry.TOOLS
        for text in (tool.advice, *tool.key_costs, *(cost for mode in tool.modes for cost in mode.costs))
        if text
    ]
    assert len(texts) > 30
    with speaking(qapp, "de"):
        assert [text for text in texts if saying.speak(text) == text] == []


def test_what_a_disconnect_did_is_german(qapp) -> None:
    done = Outcome(
        tool="codex", path=Path("/home/me/.x/settings.json"), text=say("as it was, byte for byte"), done=True
    )
    with speaking(qapp, "de"):
        assert toolwords.told([done], None) == "/home/me/.x/settings.json: wie sie war, Byte für Byte."


def test_what_a_team_decides_is_german(qapp, day) -> None:
    """As it comes over the control socket, with each kind of line that there is."""
    usd = str(500 * PICO)
    policy = Policy(
        team="t",
        version=3,
        issued=0,
        expires=9,
        mode="frugal",
        override=False,
        budgets=(
            TeamBudget(name="mine", scope="me", period="day", pico_limit=usd, action="stop"),
            TeamBudget(name="all", scope="pool", period="month", pico_limit=usd, action="frugal"),
            TeamBudget(name="us", scope="team", period="week", pico_limit=usd, action="tell"),
        ),
        allowed_models=("gpt-6*",),
        model_map=(ModelMap(to="gpt-6-luna", kind="title", tool="codex"), ModelMap(to="b", asked="a", consent="auto")),
        rates=(Rate(vendor="openai", model="gpt-6", multiplier="0.9"),),
        commitments=(Commitment(name="year", vendor="openai", pico=usd, since="", until=""),),
    )
    english = (
        "Mode: frugal, for all",
        "Budget 'mine' for you: $500.00 a day; then: suggest (you have not agreed to refused calls)",
        "Budget 'all', shared: $500.00 a month; then: frugal",
        "Budget 'us' of the team: $500.00 a week",
        "Models: gpt-6*; others are told to you",
        "title any model in codex → gpt-6-luna (suggested)",
        "a → b (by itself)",
        "Contract rate: openai/gpt-6",
        "Commitment 'year' with openai",
    )
    view = TeamView(team="Platform", policy=3, decides=terms(policy, "Platform", ()).lines)
    assert view.decides == english
    given = snapshot_from_json(json.loads(json.dumps(to_json(replace(day, team=view)))))
    assert given.team == view
    assert saying.snapshot(given) is given
    with speaking(qapp, "de"):
        shown = saying.snapshot(given).team
        assert shown is not None
        assert [each.replace("\N{NO-BREAK SPACE}", " ") for each in shown.decides] == [
            "Stufe: sparsam, für alle",
            "Eigenes Budget „mine“: 500,00 $ am Tag; danach: vorschlagen (abgelehnten Aufrufen ist nicht zugestimmt)",
            "Gemeinsames Budget „all“: 500,00 $ im Monat; danach: sparsam",
            "Budget „us“ des Teams: 500,00 $ in der Woche",
            "Modelle: gpt-6*; andere werden gemeldet",
            "title jedes Modell in codex → gpt-6-luna (als Vorschlag)",
            "a → b (von selbst)",
            "Vertragspreis: openai/gpt-6",
            "Zusage „year“ an openai",
        ]


def test_in_english_nothing_is_touched(day) -> None:
    given = replace(day, troubles=(Trouble(title=say("Metering is off"), message=begun("x")),))
    assert saying.snapshot(given) is given
    assert saying.answer({"message": "m"}, "message") == "m"


def test_a_sentence_inside_a_sentence_begins_with_a_capital(qapp) -> None:
    with speaking(qapp, "de"):
        inner = say("{where} ends before it begins.", where=say("the contract {name!r}", name="ent"))
        assert saying.speak(begun(inner)) == "Der Vertrag „ent“ endet, bevor er beginnt."
        assert saying.speak(counted("%n model(s) new", 3)) == "3 Modelle neu"
        assert saying.speak(say("{where} is of a version that nobody knows", where="x")) == (
            "x is of a version that nobody knows"
        )


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_the_longest_german_troubles_are_not_cut(qapp, qtbot, day: Snapshot, dark: bool) -> None:
    made = builder()
    longest = sorted(
        (entry for entry in made.read(made.SOURCES / "spendlight_de.ts") if entry.text.context == "said"),
        key=lambda entry: -len(entry.forms[0]),
    )[:6]
    values = {place: "anthropic-work" for entry in longest for place in re.findall(r"\{(\w+)", entry.text.source)}
    texts = [say(entry.text.source, **values) for entry in longest]
    troubles = [Trouble(title=one, message=other, fix=third) for one, other, third in (texts[:3], texts[3:])]
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with speaking(qapp, "de"):
        shown = saying.snapshot(replace(day, troubles=tuple(troubles)))
        assert shown.troubles[0].title == longest[0].forms[0].format(**values)
        popover = popover_of(qtbot, View(link=Link.CONNECTED, snapshot=shown), "day")
        qapp.processEvents()
        assert isinstance(popover.grab().toImage(), QImage)
        assert cut(popover) == []
        popover.close()
