"""The control protocol between the engine and its faces (tray, CLI, tests): one module, both ends' words.

Everything that crosses the control socket is defined here, but for what a glance holds (``trayapp.snapshot``). The
transport is a Unix socket with mode 0600 in a folder with mode 0700 (on Windows a loopback port whose number and secret
stand in a 0600 file).

Wire format: one JSON object a line, UTF-8, ``\\n`` at the end, at most ``MAX_LINE`` bytes.

* a face sends ``{"id": 1, "do": VERB, …arguments}``;
* the engine answers ``{"id": 1, "ok": RESULT}`` or ``{"id": 1, "error": {title, message, fix, code, said}}``;
* after ``subscribe`` the engine also sends ``{"event": "snapshot", "data": {…}}``: one at once, then one whenever
  something changed, at most four a second, none while nothing happens. ``{"event": "bye"}`` announces its end.

Verbs: ``hello`` ``snapshot`` ``subscribe`` ``calls`` ``url`` ``upstreams`` ``set_upstream`` ``reset_upstream``
``reload`` ``plans`` ``pools`` ``keys`` ``pause`` ``resume`` ``stop``, and for prices ``unpriced`` ``models``
``set_price`` ``unset_price`` ``map_model`` ``price_status`` ``update_prices`` ``accept_price`` ``dismiss``, and for
cheaper models ``choices`` ``use`` ``asis`` ``set_mode`` ``accept_suggestion`` ``decline_suggestion`` ``add_rule``
``preview_rule`` ``remove_rule`` ``restore_rule`` ``pause_rule`` ``resume_rule`` ``savings`` ``feedback`` ``advice``
``evidence``, for budgets ``budgets`` ``set_budget`` ``remove_budget`` ``override_budget``, and for reports ``report``
``waste`` ``waste_rows`` ``trend`` ``whatif`` ``mail_report``,
and for the team ``team`` ``team_invite`` ``team_join`` ``team_preview`` ``team_agree`` ``team_leave`` ``team_pause``
``team_resume`` ``team_sync`` ``team_export`` ``team_console``.
What each takes and gives stands in ``VERBS``.

Rules: standard library only, so that ``spendlight status`` stays quick; unknown fields are ignored and missing
ones take their default, so that faces and engines of neighbouring versions understand each other; money is a
decimal string of pico-USD (a JSON number would be read as a float by some); no text of any call, no key.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.snapshot import Snapshot, snapshot_from_json
from trayapp.trouble import Trouble, TroubleError, trouble_from_json

PROTOCOL: Final = 1
MAX_LINE: Final = 16 * 1024 * 1024

VERBS: Final[Mapping[str, str]] = {
    "hello": "→ {protocol, version, pid, port, demo}",
    "snapshot": "→ Snapshot",
    "subscribe": "→ {} and then snapshot events",
    "calls": "{since_us?, until_us?, limit?, after_id?} → {rows: [row as `spendlight calls` prints it], more: bool}",
    "url": "{vendor, tool?} → {url}",
    "upstreams": "→ {vendor: {url, default: bool}}",
    "set_upstream": "{vendor, url} → {vendor, url}",
    "reset_upstream": "{vendor?} → {vendor: {url, default}}",
    "reload": "→ {}: the settings file is read again (all but the port and the inspection limit)",
    "set_setting": "{key, value?} → {key}: one setting of `spendlight config`; without a value its default again",
    "reload_keys": "→ {}: the virtual keys are read again",
    "plans": "→ [plan as `spendlight plans` prints it]",
    "pools": "→ [pool as `spendlight pools` prints it]",
    "keys": "→ [fingerprint of a credential as `spendlight contracts keys` prints it]",
    "pause": "{seconds} → {until_us}: calls pass without being read; each is still one row, unmetered",
    "resume": "→ {}",
    "unpriced": "{since_us?} → {models: [{vendor, model, calls, tokens: {component: count}, total, since_us}]}",
    "models": "→ {models: [VENDOR/MODEL that the price book knows], version}",
    "set_price": (
        "{model, vendor?, rates: {component: USD per million tokens}, from?, to?} → {calls, pico, message}: the"
        " user's own price; calls without a price that it concerns are priced"
    ),
    "unset_price": "{model, vendor?} → {removed}: the book's price again; rows keep what they have",
    "map_model": "{name: VENDOR/NAME, to: VENDOR/MODEL or null} → {calls, pico, message}: that name is that model",
    "price_status": "→ the price book in use, its source, the last check, what is held back",
    "update_prices": "{anew?} → {result, message, version, added, changed, held}: fetch prices now",
    "accept_price": "{model} → as update_prices: take a price that is held back",
    "mail_report": "→ {week, to}: the last whole week's summary is mailed now",
    "dismiss": "{at_us?} → {}: a notice (or all) was read",
    "choices": "→ Choices, and {suggestions: [Suggestion]}: all that could be suggested now, the best first",
    "use": (
        "{model?, effort?, scope?: always|session|project, session?, project?, seconds?, vendor?, asked?} →"
        " {rule: RuleView, lines}: serve this from the next human turn on"
    ),
    "asis": "{on?: bool, seconds?} → Choices: everything as requested, now; off: by the rules again",
    "set_mode": "{mode} → Choices",
    "accept_suggestion": "{suggestion: its id} → {rule: RuleView}",
    "decline_suggestion": "{suggestion: its id, days?} → {}: not again for so long (30)",
    "add_rule": "{model?, effort?, vendor?, asked?, scope, value?, seconds?} → {rule: RuleView, preview}",
    "preview_rule": "as add_rule → {calls, days, pico_then, pico_now, lines}: what it would have touched last week",
    "remove_rule": "{rule: its id} → {rule: RuleView}: conversations return at their next human turn",
    "restore_rule": "{rule: its id} → {rule: RuleView}: take the last removal back",
    "pause_rule": "{rule: its id} → {rule: RuleView}",
    "resume_rule": "{rule: its id} → {rule: RuleView}",
    "savings": (
        "{days?} → {days: [{day, rows, unknown, pico_asked, pico_list, pico_saved, pico_low, pico_high}]}: signed, the"
        " oldest first"
    ),
    "feedback": "{good: bool, session?} → {text}: a person's word on the latest turn that a rule has changed",
    "advice": "→ {lines, pairs}: what the models cost for a finished task here, with n and interval",
    "evidence": (
        "{reset?: bool} → {counts: [{type, from, to, good, bad, week}], suggestions: {accepted, taken_back, declined}}:"
        " no text, no sessions"
    ),
    "budgets": "→ Budgets",
    "set_budget": (
        "{usd?, period?, scope?, counts?, at?, action?, act_at?, name?: as in [[budgets]]} → {budget: its name,"
        " budgets: Budgets}: the one of that name anew, or another one"
    ),
    "remove_budget": "{budget: its name} → Budgets",
    "override_budget": "{budget: its name, seconds?, on?: bool} → Budgets: lift its action; off: it holds again",
    "report": (
        "{week?: this|last|2026-W48, month?: this|last|2026-11, from?, to?: local dates} → Report; without any the last"
        " whole week"
    ),
    "waste": (
        "{since_us, until_us, repositories?: [folder]} → {lines: [Waste as in `trayapp.reports`]}: counted, the folders"
        " beside those of the settings"
    ),
    "waste_rows": (
        "{kind, since_us, until_us, repositories?, after?: id of a row, limit?} → {rows: [row as `spendlight calls`"
        " prints it], more: bool}: the rows that a line counts"
    ),
    "trend": "{months?} → {months: [Month], growth: Change}: each month against the one before, and the whole way",
    "whatif": (
        "{model, since_us, until_us, asked?} → {model, billed, plan: {rows, unknown, pico_was, pico_would, pico_low,"
        " pico_high}, others, pico_others}: a range on another model, row by row, with cold starts"
    ),
    "team": "→ TeamView, or null",
    "team_invite": "{invite: its address, label?, consents?: [block]} → {server, body: exact JSON that joining sends}",
    "team_join": "{since_us?} → as team_preview, {key, why}: what was shown is sent; nothing about calls is yet",
    "team_preview": (
        "→ {bodies: [exact JSON that is sent next], dimensions, accepted, asks, asked: this day by what is asked, too,"
        " shown: a mark of all this, team: TeamView}"
    ),
    "team_agree": "{shown: the mark of what its user has seen} → TeamView: that may leave from now on",
    "team_leave": "{delete?: bool} → {}: nothing is sent any more; delete: what the server has stored is deleted first",
    "team_pause": "→ TeamView",
    "team_resume": "→ TeamView",
    "team_sync": "→ {result, team: TeamView}: one round now",
    "team_export": "→ {document}: what the server has stored of this device",
    "team_console": "→ {url}: a link into its console that holds once",
    "stop": "→ {}: the engine ends (its guard, asked by signal, ends both)",
}


class ControlError(TroubleError):
    """The engine could not be asked, or answered with a trouble."""


def encode(message: Mapping[str, Any]) -> bytes:
    """One line for the wire. Half a surrogate pair, as from an argument that was not UTF-8, becomes a question mark."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def error_message(request_id: object, trouble: Trouble) -> bytes:
    """The answer that carries a trouble."""
    return encode({"id": request_id, "error": asdict(trouble)})


@dataclass(frozen=True, slots=True)
class Address:
    """Where the engine's control socket is."""

    path: Path
    """The Unix socket; on Windows the file that names port and secret."""

    def connect(self, timeout: float) -> socket.socket:
        """Open a connection.

        Raises:
            OSError: nobody listens there.
        """
        if sys.platform == "win32":
            document = json.loads(self.path.read_text("utf-8"))
            plug = socket.create_connection(("127.0.0.1", int(document["port"])), timeout)
            plug.sendall(encode({"secret": document["secret"]}))
            return plug
        plug = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        plug.settimeout(timeout)
        try:
            plug.connect(os.fspath(self.path))
        except BaseException:
            plug.close()
            raise
        return plug


class Client:
    """A blocking client with the standard library, for the CLI and for tests.

    Use it as a context manager; it is not safe to share between threads.
    """

    def __init__(self, address: Address, timeout: float = 10.0) -> None:
        try:
            self._socket = address.connect(timeout)
        except (OSError, ValueError, KeyError) as error:
            raise ControlError(
                Trouble(
                    title=say("Spendlight is not running"),
                    message=say("Nothing answers at {path}.", path=address.path),
                    fix=say("Start it with `spendlight`."),
                    code="not_running",
                )
            ) from error
        self._lines = self._socket.makefile("rb")
        self._next = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()

    def ask(self, verb: str, **arguments: Any) -> Any:
        """Send one request and wait for its answer; events that arrive meanwhile are dropped.

        Raises:
            ControlError: the engine answered with a trouble, or hung up.
        """
        self._next += 1
        wanted = self._next
        try:
            self._socket.sendall(encode({"id": wanted, "do": verb, **arguments}))
            for message in self._messages():
                if message.get("id") != wanted:
                    continue
                if "error" in message:
                    raise ControlError(trouble_from_json(message["error"]) or _HUNG_UP)
                return message.get("ok")
        except (OSError, ValueError) as error:
            raise ControlError(_HUNG_UP) from error
        raise ControlError(_HUNG_UP)

    def snapshot(self) -> Snapshot:
        """The state of things now."""
        return snapshot_from_json(self.ask("snapshot"))

    def snapshots(self) -> Iterator[Snapshot]:
        """Subscribe and yield each snapshot until the engine ends."""
        self._socket.sendall(encode({"id": 0, "do": "subscribe"}))
        self._socket.settimeout(None)
        try:
            for message in self._messages():
                if message.get("event") == "snapshot":
                    yield snapshot_from_json(message["data"])
                elif message.get("event") == "bye":
                    return
        except (OSError, ValueError):
            return

    def _messages(self) -> Iterator[dict[str, Any]]:
        while line := self._lines.readline(MAX_LINE):
            message = json.loads(line)
            if isinstance(message, dict):
                yield message


_HUNG_UP = Trouble(
    title=say("Spendlight's engine did not answer"),
    message=say("The connection to the engine ended before its answer came."),
    fix=say("Try again; if it stays so, `spendlight doctor` looks for the cause."),
    code="no_answer",
)
