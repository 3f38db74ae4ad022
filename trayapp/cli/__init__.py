"""The command line: one file a command; this one finds it.

Rules: a command's module is imported only when it is called, so that ``spendlight status`` stays quick; every error
that a person can cause ends as title, message and what to do on standard error, never as a traceback.

Exit codes: 0 done; 1 it did not work; 2 the command was used wrongly; 3 another Spendlight holds this profile;
4 the port is taken; 5 the settings file is damaged; 6 Spendlight is not running; 7 a folder cannot be written;
8 it has stopped, but tools still lead here.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Final

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "start": ("trayapp.cli.start", "start Spendlight and show the tray, or the meter without a screen (the default)"),
    "stop": ("trayapp.cli.stop", "stop everything"),
    "status": ("trayapp.cli.status", "one glance; --watch redraws it live"),
    "calls": ("trayapp.cli.calls", "list calls"),
    "waste": ("trayapp.cli.waste", "what was retried, cut, sent twice or left nothing: counted lines"),
    "export": ("trayapp.cli.export", "write calls as CSV or JSON lines"),
    "cost": ("trayapp.cli.cost", "exact amounts for recorded calls: JSON lines in, JSON lines out"),
    "classify": ("trayapp.cli.classify", "what recorded requests are for: kind, task, whether a cheaper model may do"),
    "suggest": ("trayapp.cli.suggest", "what a cheaper model would do as well, with proof; accept it or decline it"),
    "use": ("trayapp.cli.use", "serve another model from your next turn on: everywhere, here, or for an hour"),
    "asis": ("trayapp.cli.asis", "everything as requested, now; --off: by the rules again"),
    "rules": ("trayapp.cli.rules", "rules and modes for cheaper models: list, add, remove, pause; what they saved"),
    "report": ("trayapp.cli.report", "a week or a month on one page: why it changed, what is worth doing; PDF, PNG …"),
    "budget": ("trayapp.cli.budget", "budgets with their forecast: list, set, remove; override lifts one"),
    "mail": ("trayapp.cli.mail", "the weekly summary by mail: what is set, the password, send it now"),
    "prices": ("trayapp.cli.prices", "what models cost: rates, tiers, surcharges, sources and dates"),
    "economics": ("trayapp.cli.economics", "whether a switch to another model pays: once, each turn, after how many"),
    "contracts": ("trayapp.cli.contracts", "prices agreed with a vendor: list, add, remove, import; keys seen"),
    "plans": ("trayapp.cli.plans", "plans with a flat price: found in the traffic, what they cost and are worth"),
    "pools": ("trayapp.cli.pools", "commitments and money paid in advance: what is left, how fast it goes"),
    "team": ("trayapp.cli.team", "join a team, see what it is told and decides, leave it; it gets totals, never text"),
    "tools": ("trayapp.cli.tools", "the AI tools: which are here, how each is connected, what that costs"),
    "connect": ("trayapp.cli.connect", "lead a tool through Spendlight, by its own settings"),
    "disconnect": ("trayapp.cli.disconnect", "take that back, byte for byte"),
    "run": ("trayapp.cli.run", "start one command whose calls go through Spendlight; no file is touched"),
    "url": ("trayapp.cli.url", "print the base URL to give to a tool"),
    "upstream": ("trayapp.cli.upstream", "list or change where a vendor's calls go"),
    "keys": ("trayapp.cli.keys", "virtual keys: the tool holds one that works only here, the real one stays away"),
    "config": ("trayapp.cli.config", "list, read or change settings"),
    "autostart": ("trayapp.cli.autostart", "have it start at login: status, on, off"),
    "restore": ("trayapp.cli.restore", "undo what was changed in the tools' files; works with all else broken"),
    "pause": ("trayapp.cli.pause", "let calls pass without reading them, for a while"),
    "resume": ("trayapp.cli.resume", "end a pause"),
    "demo": ("trayapp.cli.demo", "watch a simulated afternoon, without a key and without money"),
    "doctor": ("trayapp.cli.doctor", "look for what is missing or broken"),
    "teamserver": ("trayapp.cli.teamserver", "run a team's server: set it up, invite, policy, pools (an extra)"),
    "engine": ("trayapp.cli.engine", "run guard and engine in the foreground, without a screen"),
    "tray": ("trayapp.cli.tray", "run only the tray, in the foreground"),
}
"""Command to module and summary. The README lists the same; a test compares them."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _have_output()
    from trayapp.cli.trouble import guarded

    return guarded(_dispatch, sys.argv[1:] if argv is None else argv)


def _have_output() -> None:
    """Make standard output and error take whatever is said.

    A terminal that knows no arrows or dashes shows question marks; who closed a stream (``>&-``) wants nothing.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  until the process ends
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if sys.stdin is None:  # closed by who called: there is nothing to read
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  until the process ends


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments and not arguments[0].startswith("-") else None
    if arguments and arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    if arguments and arguments[0] in ("-V", "--version"):
        from trayapp import __version__

        print(f"spendlight {__version__}")
        return 0
    if name is not None and name not in COMMANDS:
        print(f"spendlight: there is no command {name!r}.\n\n{_help()}", file=sys.stderr)
        return 2
    module = importlib.import_module(COMMANDS[name or "start"][0])
    return int(module.run(arguments[1:] if name else arguments))


def _help() -> str:
    lines = ["usage: spendlight [COMMAND] [--help]", ""]
    lines += [f"  {name:<11}{summary}" for name, (_, summary) in COMMANDS.items()]
    lines += ["", "Without a command: start."]
    return "\n".join(lines)
