"""The ledger's outbox on its way out: which epoch runs, what is laid out, what was acknowledged.

Everything that decides about epochs lives here. Rules:

* beside the ledger stands, in a file of its own, which epoch runs and a mark: a revision that was about to be sent. A
  ledger with another epoch, or that has given out less, was restored from a copy (or is a new one): a new epoch begins,
  all is told again under it, and the server is told that it stands for the former. Should a whole folder be restored,
  file and ledger alike, the server's own word tells (``Acks.before``, ``Acks.others``);
* the log is forced to the disk and the mark written before anything is sent;
* dimensions are changed for hours that the server may still change, so that no hour is half in one form.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from trayapp.ledger import Ledger
from trayapp.ledger.outbox import Cell, Hour, Standing, Told, Waiting
from trayapp.team.buckets import Divider
from trayapp.team.membership import Epoch, Folder
from trayapp.team.wire import FROZEN_DAYS, HOUR_S, MOST_BUCKETS, Ack

log = logging.getLogger(__name__)

_HOURS: Final = 4
"""Summed at a time: a busy hour takes the reading thread some 20 ms, and a glance waits behind it."""
_PART: Final = 64
"""Buckets of one transaction, 2 ms: an open row never waits 5 ms behind them."""
_DAY_US: Final = 86_400 * 10**6
MOST: Final = 4 * 500
"""Buckets that are taken at once."""


class Portion:
    """How many buckets are taken at once: fewer after a refusal, until it is known what it is about."""

    def __init__(self) -> None:
        self.most = MOST
        self._ceiling = MOST

    def took(self, sent: int) -> bool:
        """They were taken; whether more may wait."""
        full = sent >= self.most
        self.most = min(self._ceiling, self.most * 4)
        return full

    def refused(self, sent: int, *, whole: bool) -> bool:
        """They were not; whether it is known which one it is about: it went alone.

        ``whole``: it is too much in bytes for something on the way, and no bucket's fault.
        """
        part = min(sent, self.most, MOST_BUCKETS)
        if whole:
            self.most = self._ceiling = max(1, part // 2)
            return False
        self.most = max(1, part // 8)
        return sent == 1


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be sent now."""

    epoch: Epoch
    buckets: Sequence[Waiting]
    floor: int
    """The mark before: no greater revision has ever been sent of this epoch."""


class TeamOutbox:
    """Use it on one event loop, for one member."""

    def __init__(
        self,
        ledger: Ledger,
        folder: Folder,
        since_us: int,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """``since_us``: hours from here on are told."""
        self._outbox = ledger.outbox
        self._barrier = ledger.barrier
        self._folder = folder
        self._since_us = since_us
        self._now_us = now_us

    async def standing(self) -> Standing | None:
        """How the outbox stands."""
        return await asyncio.wrap_future(self._outbox.standing())

    async def ready(self, dimensions: Sequence[str]) -> Epoch:
        """See to it that an epoch runs that is this ledger's own, by these dimensions.

        Raises:
            Exception: the ledger or the folder cannot be read or written now.
        """
        standing, epoch = await self.standing(), await asyncio.to_thread(self._folder.epoch)
        if standing is None or epoch is None or standing.epoch != epoch.epoch or standing.revision < epoch.mark:
            return await self.anew(dimensions, epoch, standing)
        if standing.dimensions != tuple(dimensions):
            await asyncio.wrap_future(
                self._outbox.divide(epoch.epoch, dimensions, self._now_us() - (FROZEN_DAYS - 1) * _DAY_US)
            )
        return epoch

    async def anew(self, dimensions: Sequence[str], epoch: Epoch | None, standing: Standing | None) -> Epoch:
        """Begin another epoch; it stands for those that were known."""
        known = () if epoch is None else (*epoch.former, epoch.epoch)
        if standing is not None:  # of a ledger whose file beside it is gone
            known = (*known, standing.epoch)
        fresh = Epoch(epoch=uuid.uuid4().hex, former=tuple(dict.fromkeys(known)))
        if known:
            log.warning("the ledger is not the one that the team's server knows; a new epoch begins")
        # The ledger first: a kill in between leaves two that differ, and the next look begins yet another one.
        await asyncio.wrap_future(self._outbox.begin(fresh.epoch, self._since_us, dimensions))
        await asyncio.to_thread(self._barrier)
        await asyncio.to_thread(self._folder.write, fresh)
        return fresh

    async def lay_out(self, epoch: Epoch, dimensions: Sequence[str], divider: Divider) -> None:
        """Sum what has changed, until enough waits or nothing is left."""
        standing = await self.standing()
        # Hours that change all the while are summed once a round.
        for _ in range(0 if standing is None else standing.unsent // _HOURS + 1):
            hours = await asyncio.wrap_future(self._outbox.gather(_HOURS))
            laid = await asyncio.to_thread(lambda: [(hour, divider.cells(hour)) for hour in hours])  # noqa: B023
            for part in _parts(laid):
                if await asyncio.wrap_future(self._outbox.lay(epoch.epoch, dimensions, part)) is None:
                    return
            standing = await self.standing()
            if standing is None or not standing.unsent or standing.waiting >= MOST:
                return

    async def take(self, epoch: Epoch, most: int = MOST) -> Outgoing:
        """What is to be sent now; from here on the ledger is bound to it.

        Raises:
            Exception: it cannot be made sure that it outlives a power cut; then nothing may be sent.
        """
        buckets = await asyncio.wrap_future(self._outbox.waiting(most))
        floor = epoch.mark
        greatest = max((each.revision for each in buckets), default=0)
        fresh = 0
        for at in range(0, len(buckets), _PART):
            fresh += await asyncio.wrap_future(self._outbox.taken(epoch.epoch, buckets[at : at + _PART]))
        if fresh or greatest > epoch.mark:
            await asyncio.to_thread(self._barrier)
        if greatest > epoch.mark:
            epoch = Epoch(epoch=epoch.epoch, mark=greatest, former=epoch.former)
            await asyncio.to_thread(self._folder.write, epoch)
        return Outgoing(epoch, buckets, floor)

    async def others(self, epoch: Epoch, others: Sequence[str]) -> None:
        """The server counts other epochs of this device, which nobody here remembers: this one stands for them."""
        strange = tuple(each for each in others if each != epoch.epoch and each not in epoch.former)
        if strange:
            log.warning("the team's server counts a former life of this ledger; it is superseded")
            fresh = Epoch(epoch=epoch.epoch, mark=epoch.mark, former=(*epoch.former, *strange))
            await asyncio.to_thread(self._folder.write, fresh)

    async def superseded(self, epoch: Epoch, told: Sequence[str]) -> Epoch:
        """The server knows for which epochs this one stands."""
        epoch = Epoch(epoch=epoch.epoch, mark=epoch.mark, former=tuple(f for f in epoch.former if f not in told))
        await asyncio.to_thread(self._folder.write, epoch)
        return epoch

    async def acknowledged(self, going: Outgoing, acks: Sequence[Sequence[Ack]], befores: Sequence[int] = ()) -> bool:
        """The server has answered; ``False``: it knows of more than this ledger, which is a restored one, then.

        Args:
            going: what was sent.
            acks: for each batch that was answered, in order.
            befores: for these, the greatest revision that the server held before.
        """
        by_key = {(each.hour * HOUR_S, each.key): each for each in going.buckets}
        told, ahead, floor = [], False, going.floor
        for number, part in enumerate(acks):
            ahead = ahead or (number < len(befores) and befores[number] > floor)
            for ack in part:
                each = by_key.get((ack.start, ack.key))
                if each is None:
                    continue
                floor = max(floor, each.revision)
                if ack.why == "superseded":
                    ahead = True
                elif ack.why == "future":
                    continue  # this machine's clock is ahead; it is taken when the server's has come so far
                elif ack.why:
                    told.append(Told(each.hour, each.key, each.revision, ack.why[:40]))
                elif ack.revision == each.revision:
                    told.append(Told(each.hour, each.key, each.revision))
                elif ack.revision > each.revision:
                    ahead = True
        # What is settled and can be changed no more need not be kept; some days more, for clocks that differ.
        oldest = self._now_us() - (FROZEN_DAYS + 5) * _DAY_US
        for at in range(0, max(len(told), 1), _PART):
            await asyncio.wrap_future(self._outbox.acknowledge(going.epoch.epoch, told[at : at + _PART], oldest))
        return not ahead

    async def end(self) -> None:
        """Nothing is kept for a team any more."""
        await asyncio.wrap_future(self._outbox.end())


def _parts(laid: Sequence[tuple[Hour, Sequence[Cell]]]) -> Iterator[list[tuple[Hour, Sequence[Cell]]]]:
    """Hours in parts of few buckets; one hour stays whole."""
    part: list[tuple[Hour, Sequence[Cell]]] = []
    size = 0
    for hour, cells in laid:
        if part and size + len(cells) > _PART:
            yield part
            part, size = [], 0
        part.append((hour, cells))
        size += len(cells)
    if part:
        yield part
