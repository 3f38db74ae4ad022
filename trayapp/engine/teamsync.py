"""The team is kept up to date: totals go up, the policy and the pools come down.

Everything that follows from an answer lives here; ``teampace`` knows when, ``teamoutbox`` what is to be sent,
``teamcourier`` carries it, ``teampolicy`` what holds.

Rules:

* nothing leaves before its member has seen the exact JSON and agreed, nor by dimensions that he has not agreed to;
* what has piled up goes at once, a bounded part at a time; a server that lets this device in no more is left alone
  until its member says so;
* all of it beside the calls: threads and a child process do what takes time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, MutableMapping
from typing import Final

import msgspec

from trayapp.engine import teampace, teampreview, teamsecrets, teamwords
from trayapp.engine.teamcourier import Messenger
from trayapp.engine.teamleases import TeamLeases
from trayapp.engine.teamoutbox import Outgoing, Portion, TeamOutbox
from trayapp.engine.teampace import Pace
from trayapp.engine.teampolicy import TeamPolicy
from trayapp.engine.teamsecrets import Secrets
from trayapp.ledger import Ledger
from trayapp.ledger.outbox import Standing
from trayapp.platform.paths import Paths
from trayapp.platform.secrets import SecretStore
from trayapp.said import say
from trayapp.team import dimensions
from trayapp.team.buckets import Divider
from trayapp.team.errand import Batch, Do, Errand, Report, Verdict
from trayapp.team.membership import Epoch, Folder, Member
from trayapp.team.terms import NONE, Terms
from trayapp.team.wire import MOST_BUCKETS, Ack, Pool
from trayapp.teamviews import PoolView, TeamView
from trayapp.trouble import Trouble, TroubleError

log = logging.getLogger(__name__)

LEASES_S: Final = 5.0
"""Between two looks at what is left of a lease, while there are calls."""
LOCKED_S: Final = 300.0


class TeamSync:
    """Syncs. Use it on one event loop."""

    def __init__(
        self,
        paths: Paths,
        port: int,
        ledger: Ledger,
        public: dimensions.Public,
        obey: Callable[[Terms], None],
        tell: Callable[[str, str, str], None],
        troubles: MutableMapping[str, Trouble],
        changed: Callable[[], None],
        pause_s: Callable[[float], float] = teampace.spread,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """Wire it up.

        Args:
            paths: the profile.
            port: our own port.
            ledger: what is told from.
            public: what the public price book calls a model.
            obey: told what the team decides, whenever that changes.
            tell: title, message and code of a notice.
            troubles: what the user has to know; the entries ``team…`` are ours.
            changed: called when faces see something else now.
            pause_s: spreads what many devices would do at once.
            now_us: the clock.
        """
        self.folder = Folder(paths.team)
        self.messenger = Messenger()
        self.member: Member | None = None
        self.pools: tuple[PoolView, ...] = ()
        self._paths = paths
        self._port = port
        self.ledger = ledger
        self.public = public
        self._tell = tell
        self._troubles = troubles
        self._changed = changed
        self._now_us = now_us
        self.policy = TeamPolicy(self.folder, self.messenger, obey, tell, troubles, now_us)
        self.pace = Pace(lambda: self.policy.terms.interval_s, pause_s)
        self.leases = TeamLeases(self.folder, ledger, now_us)
        self._secrets: Secrets | None = None
        self._token: tuple[str, int] = ("", 0)
        self._task: asyncio.Task[None] | None = None
        self._restoring: asyncio.Task[None] | None = None
        self.round = asyncio.Lock()
        """Held while something may be sent."""
        self._keeping = asyncio.Lock()
        self._wake = asyncio.Event()
        self._portion = Portion()
        self._last_us = 0
        self._standing: Standing | None = None
        self._state = "ok"
        self._words = ""

    # the life

    def begin(self) -> None:
        """The engine listens: go on where the last one ended."""
        loop = asyncio.get_running_loop()
        self.member = self.folder.member()
        self._restoring = loop.create_task(self.restore())
        self._task = loop.create_task(self._run())

    async def restore(self) -> None:
        """What was known. What holds of the policy is verified before it does."""
        self.member = await asyncio.to_thread(self.folder.member)
        await self.leases.restore()
        if self.member is not None:
            await self.look()
            await self.policy.restore(self.member)
            self.pace.rest(teampace.FIRST_S)
            self._changed()

    async def close(self) -> None:
        """The engine ends; an errand that runs is ended, and done again by the next one."""
        self.messenger.close()
        for task in (self._task, self._restoring):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def touch(self) -> None:
        """Totals have changed."""
        if self.member is not None and self.pace.touch():
            self._wake.set()

    @property
    def active(self) -> bool:
        """Whether anything may be sent."""
        member = self.member
        return member is not None and member.accepted and not member.paused and not member.revoked

    async def _run(self) -> None:
        await self.restored()
        while True:
            self._wake.clear()
            try:
                wait = await self._look()
            except Exception as error:  # noqa: BLE001  whatever it is, the calls go on and so does this
                log.warning("syncing with the team failed: %s", type(error).__name__)
                self._failed("failed", "Something went wrong here; it is tried again.", 0)
                wait = self.pace.due()
            try:
                await asyncio.wait_for(self._wake.wait(), wait)
            except TimeoutError:
                continue

    async def restored(self) -> None:
        """Wait until it is known what was. Before, nothing may be told: nobody knows by which dimensions."""
        restoring = self._restoring
        if restoring is None:
            return
        await asyncio.wait([restoring])
        if self._restoring is restoring:
            self._restoring = None
            error = None if restoring.cancelled() else restoring.exception()
            if error is not None:  # the server is asked for what could not be read
                log.warning("what was known of the team could not be read: %s", type(error).__name__)

    async def _look(self) -> float | None:
        """Do what is due; seconds until the next look, ``None``: until something changes."""
        lapses = self.policy.lapse()
        if not self.active:
            return lapses
        due = self.pace.due()
        if due <= 0:
            await self.sync()
            due = self.pace.due()
        elif self.leases.any and await self.leases.due(self.policy.pools):
            await self.sync()
        if self.leases.any and self.pace.dirty:
            due = min(due, LEASES_S)
        return max(0.05, due if lapses is None else min(due, lapses))

    # one round

    async def sync(self) -> str:
        """One round, now. How it went: a word of ``errand.Result``."""
        async with self.round:
            member = self.member
            if member is None or not self.active:
                return "refused"
            secrets = await self.secrets()
            if secrets is None:
                self.pace.rest(LOCKED_S)
                self._show("locked", "The device's key lies in the keyring, which does not give it now.")
                return "failed"
            self.pace.begun()
            told = self.told()
            outbox = self.outbox(member)
            epoch = await outbox.ready(told)
            await outbox.lay_out(epoch, told, Divider(told, self.public, secrets.project_key))
            going = await outbox.take(epoch, self._portion.most)
            report = await self.messenger.go(await self._errand(member, secrets, going))
            result = await self._take(member, outbox, going, report)
            self._standing = await outbox.standing()
            if self._standing is not None and self._standing.unsent:
                self.pace.dirty = True  # it has changed while this was under way
            self._changed()
            return result

    async def _errand(self, member: Member, secrets: Secrets, going: Outgoing) -> Errand:
        parts = [going.buckets[at : at + MOST_BUCKETS] for at in range(0, len(going.buckets), MOST_BUCKETS)]
        bodies = await asyncio.to_thread(lambda: [teampreview.body(part) for part in parts])
        return msgspec.structs.replace(
            self.errand("sync", member, secrets),
            epoch=going.epoch.epoch,
            supersedes=going.epoch.former,
            batches=tuple(Batch(body=each) for each in bodies),
            judging=self.policy.judging(member),
            etag=self.policy.etag,
            pools=True,
            leases=await self.leases.errands(self.policy.pools),
        )

    def errand(self, do: Do, member: Member, secrets: Secrets) -> Errand:
        """An errand as this device."""
        token, expires = self._token
        return Errand(
            do=do,
            server=member.server,
            port=self._port,
            device=member.device,
            key=secrets.device_key,
            token=token,
            token_expires=expires,
        )

    async def _take(self, member: Member, outbox: TeamOutbox, going: Outgoing, report: Report) -> str:
        """What follows from an answer; what was done before something failed counts."""
        self._token = (report.token, report.token_expires)
        epoch = going.epoch
        if report.superseded:
            epoch = await outbox.superseded(epoch, report.superseded)
        progress = not going.buckets
        if report.acks:
            before = await outbox.standing()
            if not await outbox.acknowledged(going, report.acks, report.befores):
                await self._begin_anew(outbox, epoch)
                return report.result
            if report.others:
                await outbox.others(epoch, report.others)
                self.pace.at_once = True
            after = await outbox.standing()
            progress = before is None or after is None or after.waiting < before.waiting
        await self._see_policy(report.verdict)
        if report.pools is not None:
            await self._see_pools(report.pools)
        await self.leases.take(report.leased)
        if report.result == "ok" and progress:
            self._succeeded(len(going.buckets))
        elif report.result == "revoked":
            await self._revoked(report.message)
        elif report.code == "superseded":
            await self._begin_anew(outbox, epoch)
        elif report.untaken and not report.acks:
            await self._refused(outbox, going, report)
        elif report.result == "ok":
            self._failed("later", "The server did not take what was sent now; this machine's clock may be ahead.", 0)
        else:
            self._failed(report.result, report.message, report.retry_after)
        return report.result

    async def _begin_anew(self, outbox: TeamOutbox, epoch: Epoch) -> None:
        """The server knows more than this ledger, or counts another life of it: all is told again under a new epoch."""
        standing = await outbox.standing()
        await outbox.anew(self.told(), epoch, standing)
        if self.pace.again():
            self._show("offline", teamwords.TWICE)
            return
        self.pace.at_once = True
        self._wake.set()

    def _succeeded(self, sent: int) -> None:
        self._last_us = self._now_us()
        self.pace.done()
        self._show("ok", "")
        if self._portion.took(sent):
            self.pace.at_once = True  # more waits

    async def _refused(self, outbox: TeamOutbox, going: Outgoing, report: Report) -> None:
        """The server does not take this as a whole: smaller parts, until it is known which bucket it is.

        Only a bucket of which the server itself has said so is given up until it changes.
        """
        if not self._portion.refused(len(going.buckets), whole=report.untaken == "batch"):
            self._failed("later", report.message, report.retry_after)
            return
        (bad,) = going.buckets
        ack = Ack(start=bad.hour * 3600, key=bad.key, revision=bad.revision, why="refused")
        await outbox.acknowledged(going, [[ack]])
        log.warning("the team's server does not take one bucket: %s", report.message)
        self.pace.at_once = True

    def _failed(self, result: str, message: str, retry_after: int) -> None:
        self.pace.failed(unknown=result == "unknown", retry_after=retry_after)
        self._show("offline", message)

    async def _revoked(self, why: str) -> None:
        await self._keep(revoked=why)
        self._token = ("", 0)
        self._tell(
            say("Your team does not let this device in any more"),
            say("{why} Nothing is sent.", why=why),
            "team_revoked",
        )

    async def _see_policy(self, verdict: Verdict | None) -> None:
        if verdict is None or self.member is None:
            return
        if await self.policy.take(verdict, self.member):
            await self._keep(floor=verdict.version, held=verdict.digest)
        self._see_asks()

    async def _see_pools(self, pools: tuple[Pool, ...]) -> None:
        self.pools = tuple(filter(None, (teamwords.pool(each) for each in pools)))
        self.policy.pools = pools
        await self.leases.follow(pools)

    def _see_asks(self) -> None:
        asks = self.asks()
        self._troubles.pop("team_asks", None)
        if asks and self.active:
            self._troubles["team_asks"] = teamwords.wants_more(self.policy.terms.team, asks)

    # what others ask

    def told(self) -> tuple[str, ...]:
        """The dimensions by which the team is told."""
        member, terms = self.member, self.policy.terms
        if member is None:
            return dimensions.allowed((), ())
        if terms is NONE and self._standing is not None:
            return self._standing.dimensions  # what was, until the policy is known again
        return dimensions.allowed(terms.dimensions, member.agreed)

    def asks(self) -> tuple[str, ...]:
        """Dimensions that the team wants and its member has not agreed to."""
        told = self.told()
        wanted = dimensions.allowed(self.policy.terms.dimensions, self.policy.terms.dimensions)
        return tuple(name for name in wanted if name not in told)

    def outbox(self, member: Member) -> TeamOutbox:
        """The outbox for a member."""
        return TeamOutbox(self.ledger, self.folder, member.since_us, self._now_us)

    async def secrets(self) -> Secrets | None:
        """What lies in the keyring; ``None``: it cannot be had now."""
        await self.restored()
        if self._secrets is None:
            self._secrets = await asyncio.to_thread(teamsecrets.load, SecretStore(self._paths.secrets))
        return self._secrets

    async def learn(self, errand: Errand) -> None:
        """Ask for the policy and the pools, and nothing else; for a member that has not agreed yet."""
        report = await self.messenger.go(msgspec.structs.replace(errand, pools=True))
        self._token = (report.token, report.token_expires)
        await self._see_policy(report.verdict)
        if report.pools is not None:
            await self._see_pools(report.pools)
        if report.result != "ok":
            raise TroubleError(teamwords.not_done(report.message, report.result))

    def must(self) -> Member:
        """The membership.

        Raises:
            TroubleError: there is none.
        """
        if self.member is None:
            raise TroubleError(teamwords.NO_TEAM)
        return self.member

    async def _keep(self, **changes: object) -> None:
        async with self._keeping:
            if self.member is not None:
                member = msgspec.structs.replace(self.member, **changes)
                await asyncio.to_thread(self.folder.write, member)
                self.member = member

    async def joined(self, member: Member) -> None:
        """Its user is in a team now."""
        self.member = member
        self._secrets, self._token, self._last_us = None, ("", 0), 0
        await self.change()

    async def change(self, **changes: object) -> None:
        """The membership is another now: paused, agreed to …"""
        await self._keep(**changes)
        self.pace.anew()
        self._see_asks()
        self._wake.set()
        self._changed()

    async def forget(self) -> None:
        """Its user has left: nothing is sent, nothing holds, nothing is kept."""
        member, self.member = self.member, None
        self.messenger.interrupt()
        async with self.round, self._keeping:
            await asyncio.to_thread(self.folder.forget)
            await asyncio.to_thread(teamsecrets.forget, SecretStore(self._paths.secrets))
            if member is not None:
                await self.outbox(member).end()
            self._secrets, self._token, self.pools, self._standing = None, ("", 0), (), None
            self.policy.forget()
            await self.leases.forget()
            for code in [code for code in self._troubles if code.startswith("team")]:
                self._troubles.pop(code)
        self._show("ok", "")
        self._wake.set()

    def _show(self, state: str, words: str) -> None:
        if (state, words) != (self._state, self._words):
            self._state, self._words = state, words
        self._changed()

    def shown_pools(self) -> tuple[PoolView, ...]:
        """The pools as they are for this device."""
        return self.leases.over(self.pools)

    async def look(self) -> None:
        """Read how the outbox stands; for a face that looks."""
        member = self.member
        if member is not None:
            self._standing = await self.outbox(member).standing()

    def view(self) -> TeamView | None:
        """What faces see; ``None``: its user is in no team."""
        member = self.member
        if member is None:
            return None
        return teamwords.view(
            member,
            self.policy.terms,
            self._standing,
            state=self._state,
            words=self._words,
            last_us=self._last_us,
            told=self.told(),
            asks=self.asks(),
            pools=self.shown_pools(),
            now_us=self._now_us(),
        )
