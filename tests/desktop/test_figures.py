"""What the tray costs and how quick it is, held to ten times what is wanted.

``tests/bench/desktop.py`` has the figures. Memory is no matter of luck, so it is held to what is wanted itself.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from dataclasses import replace

import pytest
from hands import until

from trayapp.desktop.menu import TrayMenu
from trayapp.desktop.tray import Tray
from trayapp.desktop.view import Link, View


@pytest.fixture(scope="module")
def bench(repo):
    spec = importlib.util.spec_from_file_location("bench_desktop", repo / "tests" / "bench" / "desktop.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_no_figure_is_ten_times_what_is_wanted(bench, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    result = bench.measure(rounds=1, clicks=2, seconds=1.0)
    for row in result["budgets"]:
        most = float(row["budget"].removeprefix("<= "))
        bound = most if row["what"].startswith("RSS") else 10 * most
        assert row["value"] <= bound, (row, result["all"])
    table = bench.table(result)
    assert all(what in table for what, *_ in bench.BUDGETS)


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")
def test_an_engines_first_word_waits_for_no_beat(qapp, day):
    """The icon's texts change at most once a second, but for this: from a start without numbers to numbers."""
    menu = TrayMenu()
    tray = Tray(menu)
    try:
        tray.show_view(View())
        before = tray._item.toolTip()
        tray.show_view(View(link=Link.CONNECTED, snapshot=day))
        assert "$12.20" not in before
        assert "$12.20" in tray._item.toolTip()
        tray.show_view(View(link=Link.CONNECTED, snapshot=replace(day, running_pico=0)))
        assert "$12.20" in tray._item.toolTip()  # this one waits
    finally:
        tray.close()
        menu.close()


def test_the_popover_is_read_ahead_of_the_first_click_and_nothing_else(make_panel, make_engine, make_tray, day):
    """Python itself says what it imports: what the first click needs, but no other window's modules."""
    panel = make_panel()
    make_engine(day)
    tray = make_tray(PYTHONPROFILEIMPORTTIME="1")
    panel.wait_item()
    pipe = tray.process.stderr.fileno()
    os.set_blocking(pipe, False)
    said = b""

    def read() -> bool:
        nonlocal said
        with contextlib.suppress(BlockingIOError):
            said += os.read(pipe, 65_536)
        return b" trayapp.desktop.popover\n" in said

    until(read, "the popover's modules read")
    for other in (b"priceentry", b"toolswindow", b"nudges", b"buttoned"):
        assert b"trayapp.desktop." + other not in said


def test_it_says_what_it_does(bench, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["desktop.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 0
    assert "--rounds" in capsys.readouterr().out
