"""What the engine does when a face asks about the team: one function a verb of ``trayapp.control.VERBS``.

Rules: as in ``trayapp.engine.verbs``. Joining takes three steps, and before each its user has seen the exact JSON: the
enrolment is shown (``team_invite``), sent (``team_join``), and then what would be told first is shown and agreed to
(``team_agree``). Until then nothing about a call leaves.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from trayapp import __version__
from trayapp.control import ControlError
from trayapp.engine import teampreview, teamwords
from trayapp.engine.control_server import Verb
from trayapp.engine.teamsync import TeamSync
from trayapp.ledger.rollups import HOUR_US
from trayapp.platform.paths import Paths
from trayapp.platform.secrets import SecretStore
from trayapp.said import say
from trayapp.snapshot import to_json
from trayapp.team import dimensions
from trayapp.team.buckets import Divider
from trayapp.team.errand import Do, Errand, Report
from trayapp.team.membership import DEVICE_KEY, PROJECT_KEY, Member, read_invite
from trayapp.team.terms import BLOCK
from trayapp.team.wire import Enrol
from trayapp.trouble import Trouble

_SHOWN: Final = 8
"""Previews that may still be agreed to."""


@dataclass(slots=True)
class _Invited:
    """An enrolment that was shown."""

    server: str
    enrol: Enrol
    private_key: str


@dataclass(slots=True)
class TeamVerbs:
    """The engine's answers about the team."""

    paths: Paths
    port: int
    sync: TeamSync
    now_us: Callable[[], int] = lambda: time.time_ns() // 1000
    _invited: _Invited | None = field(default=None)
    _shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What faces have shown lately, by a mark of its exact text: the dimensions by which it was divided."""

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {
            "team": self.team,
            "team_invite": self.invite,
            "team_join": self.join,
            "team_preview": self.preview,
            "team_agree": self.agree,
            "team_leave": self.leave,
            "team_pause": self.pause,
            "team_resume": self.resume,
            "team_sync": self.sync_now,
            "team_export": self.export,
            "team_console": self.console,
        }

    async def team(self, _: Mapping[str, Any]) -> Any:
        """How it stands."""
        await self.sync.restored()
        await self.sync.look()
        view = self.sync.view()
        return None if view is None else to_json(view)

    async def invite(self, arguments: Mapping[str, Any]) -> Any:
        """Show what would be sent to join."""
        if self.sync.member is not None:
            raise ControlError(teamwords.IN_TEAM)
        try:
            server, token = read_invite(str(arguments["invite"]))
        except ValueError as error:
            raise ControlError(teamwords.bad_invite(f"{error}")) from None
        made = await self.sync.messenger.go(Errand(do="keys"))
        if made.result != "ok":
            raise ControlError(teamwords.not_done(made.message, made.result))
        consents = tuple(str(each) for each in arguments.get("consents") or ())
        if any(each != BLOCK for each in consents):
            raise ControlError(
                Trouble(
                    title=say("There is no such consent"),
                    message=say("There is only {consent}.", consent=BLOCK),
                    code="bad_setting",
                )
            )
        enrol = Enrol(
            invite=token,
            public_key=made.public_key,
            client=__version__,
            label="".join(each for each in str(arguments.get("label") or "") if each.isprintable())[:80],
            consents=consents,
        )
        self._invited = _Invited(server, enrol, made.private_key)
        return {"server": server, "body": msgspec.json.encode(enrol).decode()}

    async def join(self, arguments: Mapping[str, Any]) -> Any:
        """Send what was shown."""
        invited = self._invited
        if invited is None or self.sync.member is not None:
            raise ControlError(teamwords.NO_TEAM if self.sync.member is None else teamwords.IN_TEAM)
        since_us = _since(arguments.get("since_us"), self.now_us())
        store = SecretStore(self.paths.secrets)
        # The key is kept before the invitation is used: it holds only once.
        place = await asyncio.to_thread(store.put, DEVICE_KEY, invited.private_key.encode())
        report = await self.sync.messenger.go(
            Errand(do="enrol", server=invited.server, port=self.port, enrol=invited.enrol)
        )
        enrolled = report.enrolled
        if report.result != "ok" or enrolled is None:
            # What was shown stays: the same again means the same, should the answer have been lost.
            raise ControlError(teamwords.not_done(report.message, report.result))
        if not _is_key(enrolled.policy_key) or not _is_base64(enrolled.project_key):
            raise ControlError(teamwords.not_done("Its answer holds no keys.", "refused"))
        await asyncio.to_thread(store.put, PROJECT_KEY, enrolled.project_key.encode())
        member = Member(
            server=invited.server,
            tenant=enrolled.tenant,
            tenant_name=_name(enrolled.tenant_name),
            team=enrolled.team,
            team_name=_name(enrolled.team_name),
            device=enrolled.device,
            policy_key=enrolled.policy_key,
            roles=enrolled.roles,
            consents=invited.enrol.consents,
            since_us=since_us,
        )
        await asyncio.to_thread(self.sync.folder.write, member)
        self._invited = None
        await self.sync.joined(member)
        await self._learn()
        return {**await self.preview({}), "key": place.badge, "why": place.why}

    async def _learn(self) -> None:
        """What the team decides, before anything is told."""
        member, secrets = self.sync.must(), await self.sync.secrets()
        if secrets is None:
            raise ControlError(teamwords.LOCKED)
        errand = self.sync.errand("sync", member, secrets)
        await self.sync.learn(
            msgspec.structs.replace(errand, judging=self.sync.policy.judging(member), etag=self.sync.policy.etag)
        )

    async def preview(self, _: Mapping[str, Any]) -> Any:
        """The exact JSON of what would be sent next; before agreeing, by all that the team wants."""
        await self.sync.restored()
        member = self.sync.must()
        wanted = self.sync.policy.terms.dimensions
        asks = self.sync.asks()
        told = dimensions.allowed(wanted, wanted) if not member.accepted or asks else self.sync.told()
        bodies = await self._waiting(self.sync.told() if member.accepted else told)
        asked = await self._example(told) if asks or not bodies else ""
        view = self.sync.view()
        return {
            "bodies": bodies,
            "dimensions": list(told),
            "accepted": member.accepted,
            "asks": list(asks) if member.accepted else [],
            "asked": asked,
            "shown": self._show(member, told, [*bodies, asked]),
            "team": None if view is None else to_json(view),
        }

    async def _divider(self, told: tuple[str, ...]) -> Divider:
        """Divides by these dimensions, for this team.

        Raises:
            ControlError: the team's key cannot be had now.
        """
        secrets = await self.sync.secrets()
        if secrets is None:
            raise ControlError(teamwords.LOCKED)
        return Divider(told, self.sync.public, secrets.project_key)

    async def _example(self, told: tuple[str, ...]) -> str:
        """The last day by some dimensions; nothing of it is sent."""
        return await teampreview.example(self.sync.ledger, self.now_us(), await self._divider(told))

    async def _waiting(self, told: tuple[str, ...]) -> list[str]:
        """The exact JSON of what would be sent next, by these dimensions."""
        member, divider = self.sync.must(), await self._divider(told)
        if not member.accepted:
            return await teampreview.first(self.sync.ledger, member.since_us, self.now_us(), divider)
        async with self.sync.round:
            return await teampreview.following(self.sync.ledger, self.sync.outbox(member), told, divider)

    def _show(self, member: Member, told: tuple[str, ...], texts: Sequence[str]) -> str:
        """A mark by which a face says later what its user has agreed to."""
        mark = hashlib.sha256("\n".join((member.device, *told, *texts)).encode()).hexdigest()[:32]
        self._shown.pop(mark, None)
        self._shown[mark] = told
        while len(self._shown) > _SHOWN:
            self._shown.pop(next(iter(self._shown)))
        return mark

    async def agree(self, arguments: Mapping[str, Any]) -> Any:
        """Agree to what this very face has shown."""
        await self.sync.restored()
        member = self.sync.must()
        told = self._shown.get(str(arguments.get("shown") or ""))
        if told is None:
            raise ControlError(teamwords.LOOK_FIRST)
        # What was agreed to is what was shown, even if the team has decided otherwise since.
        agreed = tuple(dict.fromkeys((*member.agreed, *told)))
        self._shown.clear()
        await self.sync.change(accepted=True, agreed=agreed)
        return await self.team({})

    async def leave(self, arguments: Mapping[str, Any]) -> Any:
        """Stop; ``delete``: have the server delete what it has stored of this device first."""
        paused = self.sync.must().paused
        if arguments.get("delete"):
            # Nothing may be on its way any more, or it would arrive after the deletion.
            asked_before = self.sync.must().deleting
            await self.sync.change(paused=True, deleting=True)
            self.sync.messenger.interrupt()
            async with self.sync.round:
                report = await self._went("delete")
            # Was the answer to a former try lost, the server knows this device no more: that is what was wanted.
            if report.result != "ok" and not (asked_before and report.result in ("unknown", "revoked")):
                perhaps = asked_before or report.result in ("offline", "later", "failed")
                await self.sync.change(paused=paused, deleting=perhaps)
                raise ControlError(teamwords.not_done(report.message, report.result))
        await self.sync.forget()
        return {}

    async def pause(self, _: Mapping[str, Any]) -> Any:
        """Send nothing for a while."""
        self.sync.must()
        await self.sync.change(paused=True)
        self.sync.messenger.interrupt()
        return await self.team({})

    async def resume(self, _: Mapping[str, Any]) -> Any:
        """Go on; also after the server has not let this device in."""
        self.sync.must()
        await self.sync.change(paused=False, revoked="")
        return await self.team({})

    async def sync_now(self, _: Mapping[str, Any]) -> Any:
        """One round now."""
        self.sync.must()
        result = await self.sync.sync()
        return {"result": result, "team": await self.team({})}

    async def export(self, _: Mapping[str, Any]) -> Any:
        """What the server has stored of this device."""
        return {"document": (await self._go("export")).document}

    async def console(self, _: Mapping[str, Any]) -> Any:
        """A link into the server's console that holds once."""
        return {"url": (await self._go("console")).document}

    async def _go(self, do: Do) -> Report:
        report = await self._went(do)
        if report.result != "ok":
            raise ControlError(teamwords.not_done(report.message, report.result))
        return report

    async def _went(self, do: Do) -> Report:
        member, secrets = self.sync.must(), await self.sync.secrets()
        if secrets is None:
            raise ControlError(teamwords.LOCKED)
        return await self.sync.messenger.go(self.sync.errand(do, member, secrets))


def _since(value: object, now_us: int) -> int:
    """From which hour on the team is told; without a word from this one on."""
    found = int(value) if isinstance(value, int | str) else now_us
    return min(max(found, 0), now_us) // HOUR_US * HOUR_US


def _name(text: str) -> str:
    return "".join(each for each in text if each.isprintable())[:60] or "the team"


def _is_base64(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) >= 16
    except (binascii.Error, ValueError):
        return False


def _is_key(text: str) -> bool:
    return _is_base64(text) and len(base64.b64decode(text)) == 32
