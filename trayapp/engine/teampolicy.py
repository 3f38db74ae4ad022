"""Which policy holds: verified at each start, held offline until it expires, never replaced by one that is worse.

Everything that keeps a policy lives here; ``team.judging`` judges in the courier's process, ``team.terms`` says what it
means. Rules: what was in force stays when another one is refused; the signed bytes are kept before the
terms take effect; a policy that has run out takes its terms with it, and everybody is on his own again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, MutableMapping
from typing import Final

import msgspec

from trayapp import __version__
from trayapp.engine.teamcourier import Messenger
from trayapp.said import begun, joined, say
from trayapp.team.errand import Errand, Judging, Verdict
from trayapp.team.membership import Folder, Kept, Member
from trayapp.team.terms import NONE, Terms, TermsError, terms
from trayapp.team.wire import Policy, Pool
from trayapp.trouble import Trouble

log = logging.getLogger(__name__)

_LOOK_S: Final = 3600.0
"""A clock may be set: the end of a policy is looked for at least so often."""


class TeamPolicy:
    """The policy in force. Use it on one event loop."""

    def __init__(
        self,
        folder: Folder,
        messenger: Messenger,
        obey: Callable[[Terms], None],
        tell: Callable[[str, str, str], None],
        troubles: MutableMapping[str, Trouble],
        now_us: Callable[[], int],
    ) -> None:
        self.terms: Terms = NONE
        self.etag = ""
        self.pools: tuple[Pool, ...] = ()
        """As the server has told them last."""
        self._folder = folder
        self._messenger = messenger
        self._obey = obey
        self._tell = tell
        self._troubles = troubles
        self._now_us = now_us

    def judging(self, member: Member) -> Judging:
        """By what a policy for this member is judged now."""
        return Judging(
            key=member.policy_key,
            team=member.team,
            floor=member.floor,
            held=member.held,
            now=self._now_us() // 10**6,
        )

    async def restore(self, member: Member) -> None:
        """The engine begins: what was kept holds if it is still what it was."""
        kept = await asyncio.to_thread(self._folder.policy)
        if kept is None:
            return
        errand = Errand(do="verify", signed=kept.signed, judging=self.judging(member))
        report = await self._messenger.go(errand)
        verdict = report.verdict
        if verdict is None or verdict.why:
            log.warning("the team's policy does not hold any more")
            return
        self.etag = kept.etag
        self._hold(verdict, member)

    async def take(self, verdict: Verdict, member: Member) -> bool:
        """A policy came; whether it holds now. Who calls this remembers its version."""
        if verdict.why:
            log.warning("a policy was not taken")
            self._troubles["team_policy"] = Trouble(
                title=say("Your team's policy was not taken"),
                message=say("{why} The one before holds.", why=verdict.why)
                if self.terms.team
                else say("{why} None holds.", why=verdict.why),
                fix=say("Tell whoever keeps your team's server."),
                code="team_policy",
            )
            return False
        self._troubles.pop("team_policy", None)
        before = self.terms
        await asyncio.to_thread(self._folder.write, Kept(signed=verdict.signed, etag=verdict.etag))
        self.etag = verdict.etag
        self._hold(verdict, member)
        if before.version and before.version != self.terms.version:
            lines = [line for line in self.terms.lines if line not in before.lines]
            what = joined("; ", lines) if lines else say("less than before")
            self._tell(
                say("{team} has decided anew", team=member.team_name), say("{what}.", what=begun(what)), "team_policy"
            )
        return True

    def _hold(self, verdict: Verdict, member: Member) -> None:
        try:
            policy = msgspec.json.decode(verdict.payload, type=Policy)
            found = terms(policy, member.team_name, member.consents)
        except (msgspec.MsgspecError, TermsError):  # judged already; another version of ours may have
            log.warning("the team's policy cannot be understood")
            return
        self.terms = found
        if older(__version__, policy.min_client):
            self._troubles["team_client"] = Trouble(
                title=say("{team} wants a newer Spendlight", team=member.team_name),
                message=say(
                    "It asks for {wanted} or newer; this is {version}. Syncing goes on.",
                    wanted=policy.min_client,
                    version=__version__,
                ),
                fix=say("Update Spendlight."),
                code="team_client",
            )
        else:
            self._troubles.pop("team_client", None)
        self._obey(found)

    def lapse(self) -> float | None:
        """See whether the policy has run out; seconds until it does, ``None``: there is none."""
        if self.terms is NONE:
            return None
        left = self.terms.expires - self._now_us() / 10**6
        if left > 0:
            return min(left + 0.01, _LOOK_S)
        self._tell(
            say("The policy of {team} has expired", team=self.terms.team),
            say("The server has not been reached for so long. What you have set yourself holds."),
            "team_expired",
        )
        self.forget()
        return None

    def forget(self) -> None:
        """No policy holds."""
        had, self.terms, self.etag = self.terms is not NONE, NONE, ""
        self.pools = ()
        if had:
            self._obey(NONE)


def older(version: str, wanted: str) -> bool:
    """Whether a version comes before another; what is none comes before nothing."""
    return _numbers(version) < _numbers(wanted)


def _numbers(version: str) -> tuple[int, ...]:
    found = []
    for part in version.split("."):
        if not (part.isascii() and part.isdigit() and len(part) < 9):
            break
        found.append(int(part))
    return tuple(found)
