"""Every link between a tool and its vendor, looked at one by one: what ``spendlight doctor`` prints and can mend.

Rules: a link is *fine* only when that was seen; what cannot be looked at is *not known*. The live call of a connected
tool goes to the very address that stands in its settings, asks for nothing that costs, and carries no key: an answer
of the vendor's own, whichever, proves the way there and back. Nothing is changed by looking.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from trayapp.cli.autostart import standing
from trayapp.control import Address, Client, ControlError
from trayapp.guard import launch
from trayapp.ledger.storage import is_sound
from trayapp.platform import doctor
from trayapp.platform.doctor import Finding, Severity
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths
from trayapp.platform.secretplace import secret_place
from trayapp.settings import SettingsError
from trayapp.settings import load as load_settings
from trayapp.snapshot import Snapshot
from trayapp.toolbox import Toolbox
from trayapp.tools import autostart, pointing
from trayapp.tools.connection import Connection, Standing
from trayapp.tools.desk import Desk
from trayapp.tools.probe import probe
from trayapp.tools.registry import TOOLS
from trayapp.tools.tool import Links, Tool
from trayapp.trouble import Trouble, TroubleError

_CHECK_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Link:
    """One link, as it was found."""

    name: str
    """Stable: ``system``, ``folders``, ``settings``, ``guard``, ``engine``, ``ledger``, ``tool:X``, ``call:X``."""
    state: str
    """``ok``, ``broken``, ``warning``, ``unknown`` or ``unused``."""
    text: str
    """One sentence."""
    findings: tuple[Finding, ...] = ()
    repair: Callable[[], str] | None = field(default=None, compare=False)
    """Mends it and says what it did; ``None``: only the user can."""
    offer: str = ""
    """What the repair would do, as a question's middle: "start Spendlight"."""


def examine(paths: Paths, *, offline: bool = False) -> list[Link]:
    """All links, from the machine to the vendor.

    Args:
        paths: the profile.
        offline: make no call to a vendor.
    """
    box = Toolbox(paths)
    led = pointing.led(paths, box.desk.journal)
    found = [*_machine(paths), *_guard_and_engine(paths, led), *_autostart(paths, box.desk, led), _ledger(paths)]
    found.append(_keyring(paths))
    found += _tools(box, offline=offline)
    return found


def _machine(paths: Paths) -> Iterator[Link]:
    findings = doctor.examine(paths)
    kinds = {"folders": ("folder", "disk", "read_only"), "port": ("port", "no_loopback")}
    told: dict[str, list[Finding]] = {"system": [], "folders": [], "port": []}
    for finding in findings:
        name = next((n for n, codes in kinds.items() if finding.code.startswith(codes)), "system")
        told[name].append(finding)
    fine = {
        "system": "nothing that Spendlight needs is missing",
        "folders": "Spendlight's folders can be written, by you alone",
        "port": "the loopback address and the port can be used",
    }
    for name, found in told.items():
        yield Link(name, _worst(found), fine[name] if not found else found[0].title, tuple(found))


def _guard_and_engine(paths: Paths, led: tuple[pointing.Led, ...]) -> Iterator[Link]:
    state = read_state(paths)
    if state is None or state.state == "stopping":
        names = ", ".join(pointing.tools(led))
        finding = Finding(
            code="tools_reach_nobody" if led else "not_running",
            title="Connected tools reach nobody" if led else "Spendlight does not run",
            message=f"{names}: led here, but Spendlight does not run." if led else "Nothing is counted.",
            fix="spendlight start" + ("; or, to lead them back: spendlight restore --all" if led else ""),
            severity=Severity.ERROR if led else Severity.WARNING,
        )
        yield Link("guard", "broken", finding.title, (finding,), lambda: _start(paths), "start Spendlight")
        yield Link("engine", "unknown", "it runs only with its guard")
        return
    yield Link(
        "guard", "ok", f"holds 127.0.0.1:{state.port} (process {state.pid}, {state.deaths} deaths of the engine)"
    )
    if state.port and (elsewhere := pointing.elsewhere(led, state.port)):
        yield Link("address", "broken", elsewhere.title, (_finding(elsewhere, Severity.ERROR),))
    if state.trouble is not None:
        finding = _finding(state.trouble, Severity.ERROR)
        yield Link("engine", "broken", f"{finding.title}; calls pass unmetered", (finding,))
        return
    try:
        with Client(Address(paths.control), timeout=5) as client:
            yield _engine(client.snapshot())
    except ControlError as error:
        yield Link("engine", "broken", error.trouble.title, (_finding(error.trouble, Severity.ERROR),))


def _engine(snapshot: Snapshot) -> Link:
    # Where the tools look is seen here at first hand; the engine looks only now and then.
    own = (trouble for trouble in snapshot.troubles if trouble.code != "tools_elsewhere")
    findings = tuple(_finding(trouble, Severity.WARNING) for trouble in own)
    if findings:
        return Link("engine", "warning", findings[0].title, findings)
    doing = "meters" if snapshot.mode == "metering" else "is paused: calls pass without being read"
    return Link("engine", "ok", f"{doing}; version {snapshot.version}, {snapshot.today.calls} calls today")


def _autostart(paths: Paths, desk: Desk, led: tuple[pointing.Led, ...]) -> Iterator[Link]:
    now = standing(desk, paths)
    if now.state == "on":
        yield Link("autostart", "ok", now.text)
    elif now.state == "declined" or not led:
        yield Link("autostart", "unused", now.text)
    else:
        finding = Finding(
            code="no_autostart",
            title="Spendlight would not be there after the next login",
            message=" ".join([now.text, *now.problems]),
            fix="spendlight autostart on; or, to lead the tools back: spendlight restore --all",
            severity=Severity.WARNING,
        )
        mend = (lambda: _start_at_login(desk, paths)) if now.state != "impossible" else None
        yield Link("autostart", "warning", finding.title, (finding,), mend, "have it start at login")


def _start_at_login(desk: Desk, paths: Paths) -> str:
    done = autostart.ensure(desk, paths, again=True)
    return done.text if isinstance(done, autostart.Ready) else f"Not done: {done.message}"


def _ledger(paths: Paths) -> Link:
    """By SQLite's own check, over a connection that cannot write; a running engine does the same at start and daily."""
    if not paths.ledger.exists():
        return Link("ledger", "unused", "no call was ever counted here")
    size = paths.ledger.stat().st_size / 1e6
    started = time.monotonic()
    try:
        connection = sqlite3.connect(f"{paths.ledger.as_uri()}?mode=ro", uri=True, timeout=1)
        try:
            connection.set_progress_handler(lambda: int(time.monotonic() - started > _CHECK_S), 10_000)
            sound = is_sound(connection)
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return Link("ledger", "unknown", f"{size:.1f} MB are too much for a quick look; the engine checks it daily")
        return Link("ledger", "unknown", f"it cannot be looked at now: {error}")
    except sqlite3.DatabaseError:
        sound = False
    if sound:
        return Link("ledger", "ok", f"{size:.1f} MB, sound")
    finding = Finding(
        code="ledger_damaged",
        title="The ledger is damaged",
        message="SQLite's own check fails. At its next start Spendlight puts it aside and takes the newest sound copy.",
        fix="spendlight stop; spendlight start",
        severity=Severity.ERROR,
    )
    return Link("ledger", "broken", finding.title, (finding,))


def _keyring(paths: Paths) -> Link:
    place = secret_place(paths)
    if place.finding is not None:
        return Link("keyring", "warning", place.finding.title, (place.finding,))
    if not place.in_keyring:
        return Link("keyring", "unused", f"nothing secret is kept; it would go to: {place.place.badge}")
    return Link("keyring", "ok", place.line)


def _tools(box: Toolbox, *, offline: bool) -> list[Link]:
    try:
        links = box.links()
    except SettingsError as error:
        return [Link("settings", "broken", error.trouble.title, (_finding(error.trouble, Severity.ERROR),))]
    connector = box.connector
    found: list[Link] = []
    calls: list[tuple[Tool, str]] = []
    for tool in TOOLS:
        stands = connector.standing(tool, links)
        if stands.standing is Standing.NOT_CONNECTED:
            continue
        found.append(_tool(box, tool, stands, links))
        if stands.standing is not Standing.CHANGED:
            calls += [(tool, address) for address in connector.addresses(tool)]
    if not found:
        return [Link("tools", "unused", "no tool is connected; `spendlight tools` lists them")]
    if offline or not calls:
        return found
    with ThreadPoolExecutor(min(len(calls), 8)) as pool:
        found += pool.map(lambda call: _live(call[0], call[1]), calls)
    return found


def _tool(box: Toolbox, tool: Tool, stands: Connection, links: Links | None) -> Link:
    name = f"tool:{tool.name}"
    if stands.standing is Standing.CONNECTED:
        where = f" in {', '.join(map(str, stands.files))}" if stands.files else ""
        return Link(name, "ok", f"{tool.title} is connected ({stands.mode}){where}")
    if stands.standing is Standing.BY_HAND:
        return Link(name, "ok", f"{tool.title} is led here by hand: {stands.note}")
    if stands.standing is Standing.CHANGED:
        return Link(name, "warning", f"{tool.title}: {stands.note}", (_changed(tool, stands),))
    finding = Finding(
        code="stale_address",
        title=f"{tool.title} points at a former address",
        message="Its settings name a port or token that this profile no longer has.",
        fix=f"spendlight connect {tool.name}",
        severity=Severity.ERROR,
    )
    mend = None if links is None else (lambda: _reconnect(box, tool, stands.mode))
    return Link(name, "broken", finding.title, (finding,), mend, f"lead {tool.title} to the present address")


def _changed(tool: Tool, stands: Connection) -> Finding:
    return Finding(
        code="changed_by_hand",
        title=f"{tool.title} was changed by hand",
        message=f"{stands.note}. Its calls are perhaps not counted.",
        fix=f"spendlight connect {tool.name} --again, or, to leave it so: spendlight disconnect {tool.name}",
        severity=Severity.WARNING,
    )


def _live(tool: Tool, address: str) -> Link:
    seen = probe(address)
    name = f"call:{tool.name}"
    if seen.code is None:
        return Link(name, "ok", f"{tool.title} reaches its vendor through here: {seen.text}")
    return _unreached(name, tool, seen.vendor, seen.code, seen.text)


def _unreached(name: str, tool: Tool, vendor: str, code: str, text: str) -> Link:
    fixes = {
        "nobody_answers": "spendlight start",
        "upstream_unreachable": "Look at the network; `spendlight upstream list` says where its calls go.",
        "upstream_timeout": "Look at the network; `spendlight upstream list` says where its calls go.",
        "upstream_tls": "A company's proxy may open TLS: its certificate has to be in the system's store.",
        "bad_token": f"spendlight connect {tool.name}",
        "unknown_vendor": f"spendlight upstream set {vendor}=https://…",
    }
    finding = Finding(
        code=code,
        title=f"{tool.title} does not reach {vendor}",
        message=f"A test call through the address in its settings failed: {text}.",
        fix=fixes.get(code, "The table of codes in the README says what it means."),
        severity=Severity.ERROR,
    )
    return Link(name, "broken", f"{finding.title}: {text}", (finding,))


def _start(paths: Paths) -> str:
    paths.make()
    state = launch.start(paths, port=load_settings(paths.settings).port)
    return f"Spendlight runs on 127.0.0.1:{state.port}."


def _reconnect(box: Toolbox, tool: Tool, mode: str) -> str:
    try:
        box.lead_anew(tool, mode)
    except TroubleError as error:
        return f"Not done: {error.trouble.message}"
    return f"{tool.title} is led to the present address."


def _finding(trouble: Trouble, severity: Severity) -> Finding:
    return Finding(
        code=trouble.code, title=trouble.title, message=trouble.message, fix=trouble.fix or "—", severity=severity
    )


def _worst(findings: list[Finding]) -> str:
    if not findings:
        return "ok"
    return "broken" if any(f.severity is Severity.ERROR for f in findings) else "warning"
