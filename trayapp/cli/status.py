"""``spendlight status``: one glance, in the words of whoever shows it (a person, a bar, an agent's status line)."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from typing import Any, Final

from trayapp import shares
from trayapp.cli import meter
from trayapp.control import Address, Client, ControlError
from trayapp.platform import paths as places
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths
from trayapp.snapshot import Snapshot, snapshot_to_json
from trayapp.trouble import Trouble

FORMATS: Final = ("plain", "json", "waybar", "xbar", "tmux", "genmon", "statusline")
_BARS: Final = ("waybar", "xbar", "tmux", "genmon", "statusline")


def run(arguments: list[str]) -> int:
    """Print the state of things, once or live."""
    parser = argparse.ArgumentParser(prog="spendlight status", description="One glance at today's spend.")
    parser.add_argument("--format", choices=FORMATS, default="plain")
    parser.add_argument("--watch", action="store_true", help="redraw live until Ctrl-C")
    options = parser.parse_args(arguments)
    paths = places.find()
    if options.watch:
        return watch(paths, options.format)
    session = _read_session() if options.format == "statusline" else {}
    try:
        with Client(Address(paths.control)) as client:
            snapshot = client.snapshot()
    except ControlError as error:
        trouble = without_engine(paths, error.trouble)
        if options.format in _BARS:
            # A bar needs something to draw; a dash that says why is honest.
            print(_placeholder(options.format, trouble))
            return 0
        raise ControlError(trouble) from None
    print(render(snapshot, options.format, session))
    return 0


def without_engine(paths: Paths, otherwise: Trouble) -> Trouble:
    """Why nobody answers, as far as the guard's state says."""
    state = read_state(paths)
    if state is None:
        return otherwise
    if state.state == "relaying":
        why, fix = "", ""
        if state.trouble is not None:
            why, fix = f" {state.trouble.title}: {state.trouble.message}", state.trouble.fix
        return Trouble(
            title="Calls pass unmetered",
            message=f"The engine does not run; the guard passes calls on by itself.{why}",
            fix=fix or "`spendlight doctor` looks for the cause.",
            code="relaying",
        )
    return Trouble(
        title="Spendlight is starting",
        message=f"The guard is there ({state.state}), the engine does not answer yet.",
        fix="Try again in a moment.",
        code="not_running",
    )


def render(snapshot: Snapshot, form: str, session: dict[str, Any] | None = None) -> str:
    """A snapshot in one of ``FORMATS``."""
    today = snapshot.today
    short = meter.amount(snapshot)
    if today.unpriced:
        short += "+?"
    if snapshot.mode == "paused":
        short = f"‖ {short}"
    line = ("DEMO " if snapshot.demo else "") + meter.headline(snapshot)
    if form == "json":
        return json.dumps(snapshot_to_json(snapshot), ensure_ascii=False, indent=1)
    if form == "waybar":
        share = today.pico * 100 // snapshot.budget_day_pico if snapshot.budget_day_pico else 0
        window = shares.leading(snapshot)
        warned = window is not None and shares.runs_out(window)
        if window is not None:
            share = shares.percent(window.tightness or 0.0)
        level = "over" if share >= 100 else "warn" if share >= 80 or warned else "ok"
        css = "paused" if snapshot.mode == "paused" else level
        document = {
            "text": short,
            "tooltip": "\n".join(meter.draw(snapshot, width=60)),
            "class": css,
            "percentage": min(share, 100),
        }
        return json.dumps(document, ensure_ascii=False)
    if form == "xbar":
        body = [f"{text} | font=Menlo trim=false" for text in meter.draw(snapshot, width=60) if text]
        return "\n".join([short, "---", *body])
    if form == "genmon":
        tip = "\n".join(meter.draw(snapshot, width=60))
        return f"<txt>{_xml(short)}</txt>\n<tool>{_xml(tip)}</tool>"
    if form == "tmux":
        return short.replace("#", "##")
    if form == "statusline":
        model = (session or {}).get("model")
        name = model.get("display_name") if isinstance(model, dict) else None
        return f"{name} · {line}" if isinstance(name, str) and name.isprintable() else line
    return "\n".join(meter.draw(snapshot, width=_width()))


def watch(paths: Paths, form: str = "plain") -> int:
    """Redraw until Ctrl-C (or until standard output is closed)."""
    terminal = sys.stdout.isatty() and form == "plain"
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _interrupt)
    if terminal:
        sys.stdout.write("\x1b[?1049h\x1b[?25l")
    try:
        while True:
            try:
                with Client(Address(paths.control)) as client:
                    for snapshot in client.snapshots():
                        _show(snapshot, form, terminal)
            except ControlError as error:
                trouble = without_engine(paths, error.trouble)
                _say(trouble, terminal)
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    finally:
        if terminal:
            sys.stdout.write("\x1b[?25h\x1b[?1049l")
            sys.stdout.flush()


def _show(snapshot: Snapshot, form: str, terminal: bool) -> None:
    if not terminal:
        text = meter.headline(snapshot) if form == "plain" else render(snapshot, form)
        print(("DEMO " if snapshot.demo and form == "plain" else "") + text, flush=True)
        return
    size = shutil.get_terminal_size()
    lines = meter.draw(snapshot, width=size.columns, height=size.lines - 1, colour="NO_COLOR" not in os.environ)
    sys.stdout.write("\x1b[H" + "".join(f"{text}\x1b[K\n" for text in lines) + "\x1b[J")
    sys.stdout.flush()


def _say(trouble: Trouble, terminal: bool) -> None:
    text = f"{trouble.title}. {trouble.message}"
    if terminal:
        sys.stdout.write(f"\x1b[H{text}\x1b[K\n  → {trouble.fix}\x1b[K\n\x1b[J")
        sys.stdout.flush()
    else:
        print(text, file=sys.stderr, flush=True)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 80


def _placeholder(form: str, trouble: Trouble) -> str:
    if form == "waybar":
        return json.dumps({"text": "–", "tooltip": f"{trouble.title}. {trouble.message}", "class": "down"})
    if form == "genmon":
        return f"<txt>–</txt>\n<tool>{_xml(trouble.title)}</tool>"
    if form == "xbar":
        return f"–\n---\n{trouble.title}"
    return f"– {trouble.title}" if form == "statusline" else "–"


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _read_session() -> dict[str, Any]:
    """Claude Code's status-line JSON from standard input, if there is any."""
    if sys.stdin is None or sys.stdin.isatty():
        return {}
    try:
        document = json.loads(sys.stdin.read(1_000_000))
    except (ValueError, OSError):
        return {}
    return document if isinstance(document, dict) else {}
