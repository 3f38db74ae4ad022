"""The control connection, over a real socket."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from trayapp.desktop import crash, glance
from trayapp.desktop.link import Line
from trayapp.desktop.pulse import Pulse
from trayapp.desktop.signals import Signals
from trayapp.desktop.view import Link, View
from trayapp.platform import guardstate, single
from trayapp.trouble import Trouble


@pytest.fixture
def line(qapp, profile):
    made = Line(profile)
    yield made
    made.close()


def test_connects_and_follows(line, make_engine, day, qtbot):
    engine = make_engine(day)
    line.start()
    qtbot.waitUntil(lambda: line.view.live)
    assert line.view.snapshot == day
    engine.send(replace(day, running_pico=1))
    qtbot.waitUntil(lambda: line.view.snapshot.running_pico == 1)


def test_asks_and_is_answered(line, make_engine, day, qtbot):
    engine = make_engine(day)
    line.start()
    qtbot.waitUntil(lambda: line.view.live)
    answers = []
    line.ask("pause", lambda ok, trouble: answers.append((ok, trouble)), seconds=60)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [({}, None)]
    assert engine.next_ask("pause")["seconds"] == 60
    engine.refuse = Trouble(title="No", message="Not now.", code="busy")
    line.ask("pause", seconds=60)
    qtbot.waitUntil(lambda: line.view.failed is not None)
    assert line.view.failed.code == "busy"


def test_without_an_engine_an_ask_is_answered_at_once(line):
    answers = []
    line.ask("pause", lambda ok, trouble: answers.append(trouble))
    assert answers[0].code == "no_answer"


def test_no_engine_is_down_and_a_late_one_is_found(line, make_engine, day, qtbot):
    line.start()
    qtbot.waitUntil(lambda: line.view.link is Link.DOWN)
    assert line.view.troubles()[0].code == "not_running"
    make_engine(day)
    qtbot.waitUntil(lambda: line.view.live)
    assert line.view.troubles() == ()


def test_a_guard_that_relays_is_said(line, profile, qtbot):
    lock = single.Single.take(profile.guard_lock)
    try:
        trouble = Trouble(title="The ledger is damaged", message="It cannot be read.", fix="Mend it.")
        guardstate.write_state(profile, guardstate.GuardState(pid=os.getpid(), state="relaying", trouble=trouble))
        line.start()
        qtbot.waitUntil(lambda: line.view.link is Link.RELAYING)
    finally:
        lock.release()
    (shown,) = line.view.troubles()
    assert shown.title == "Calls are not metered"
    assert "The ledger is damaged" in shown.message
    assert shown.fix == "Mend it."
    qtbot.waitUntil(lambda: line.view.link is Link.DOWN)


def test_a_short_absence_is_no_alarm(line, make_engine, day, qtbot):
    engine = make_engine(day)
    seen = []
    line.changed.connect(lambda view: seen.append(view.link))
    line.start()
    qtbot.waitUntil(lambda: line.view.live)
    engine.close()
    make_engine(day)
    qtbot.waitUntil(lambda: seen.count(Link.CONNECTED) == 2)
    assert Link.DOWN not in seen


def test_tooltip_is_short_enough(day):
    troubles = tuple(Trouble(title="T" * 200, message="m", fix="f" * 200) for _ in range(3))
    for link in Link:
        for snapshot in (None, day, replace(day, demo=True, troubles=troubles)):
            view = View(link=link, snapshot=snapshot, guard_trouble=troubles[0])
            assert 0 < len(glance.tooltip(view)) <= glance.TOOLTIP_LIMIT


def test_a_report_holds_no_message(profile, tmp_path, capsys, monkeypatch):
    for name in ("sys.excepthook", "threading.excepthook", "sys.unraisablehook"):
        owner, _, hook = name.partition(".")
        module = __import__(owner)
        monkeypatch.setattr(module, hook, getattr(module, hook))
    told = []
    crash.install(profile.log, told.append)
    import sys

    for _ in range(3):
        try:
            raise ValueError("sk-secret in /home/someone/project")
        except ValueError as error:
            trace = error.__traceback__
            sys.excepthook(ValueError, error, trace)
    (report,) = profile.log.glob("tray-error-*.txt")
    text = report.read_text()
    assert "ValueError" in text
    assert "test_link.py" in text
    assert "secret" not in text
    assert "someone" not in text
    assert report.stat().st_mode & 0o777 == 0o600
    assert len(told) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_signals_reach_the_loop(qapp, qtbot):
    heard = []
    signals = Signals(lambda: heard.append(1))
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        qtbot.waitUntil(lambda: bool(heard))
    finally:
        signals.close()


def test_a_pulse_gathers(qapp, qtbot):
    beats = []
    pulse = Pulse(100, lambda: beats.append(1))
    for _ in range(50):
        pulse.touch()
    assert len(beats) == 1
    qtbot.waitUntil(lambda: len(beats) == 2)
