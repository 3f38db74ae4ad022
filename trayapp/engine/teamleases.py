"""Money of hard pools, set aside for this device a little at a time: asked for, spent, given back.

Everything about leases lives here. Rules: what a device spends is read from its ledger, by contract, since the pool's
period began; a device that spends nothing asks for nothing, so that what is left of a pool goes to those who work; the
next lease is asked for before the last one is used up; an errand whose answer was lost is done again under the same
name, so nothing is set aside twice; a pool that gives nothing is used up, whatever its totals say.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from trayapp.ledger import Ledger
from trayapp.team.errand import Leased, LeaseErrand
from trayapp.team.membership import Folder, LeaseKept, Leases
from trayapp.team.wire import LeaseAsk, Pool
from trayapp.teamviews import PoolView
from trayapp.values import PICO

SIZE: Final = 2 * PICO
"""Small enough that what lies unused on many devices is little, large enough for some minutes."""
_EARLY: Final = 80
"""Percent used from which the next one is asked for."""


class TeamLeases:
    """The leases of this device. Use it on one event loop."""

    def __init__(self, folder: Folder, ledger: Ledger, now_us: Callable[[], int]) -> None:
        self._folder = folder
        self._ledger = ledger
        self._now_us = now_us
        self._kept: dict[str, LeaseKept] = {}
        self._empty: set[str] = set()

    @property
    def any(self) -> bool:
        """Whether a hard pool is drawn on."""
        return bool(self._kept)

    async def restore(self) -> None:
        """The engine begins."""
        self._kept = dict((await asyncio.to_thread(self._folder.leases)).leases)

    async def forget(self) -> None:
        """No team, no leases."""
        self._kept, self._empty = {}, set()

    async def follow(self, pools: Sequence[Pool]) -> None:
        """These are the pools now."""
        hard = {pool.name for pool in pools if pool.kind == "hard"}
        if not hard and not self._kept:
            return
        self._empty &= hard
        kept = {name: self._kept.get(name, LeaseKept()) for name in hard}
        if kept != self._kept:
            self._kept = kept
            await self._write()

    async def due(self, pools: Sequence[Pool]) -> bool:
        """Whether a lease has to be asked for now."""
        for pool in pools:
            lease = self._kept.get(pool.name)
            if lease is not None and pool.name not in self._empty and self._wants(lease, await self._spent(pool)):
                return True
        return False

    async def errands(self, pools: Sequence[Pool]) -> tuple[LeaseErrand, ...]:
        """The leases to ask for now."""
        found = []
        for pool in pools:
            lease = self._kept.get(pool.name)
            if lease is None:
                continue
            spent = await self._spent(pool)
            if not lease.once and not self._wants(lease, spent) and pool.name not in self._empty:
                continue
            if not lease.once:
                lease = msgspec.structs.replace(lease, once=uuid.uuid4().hex, asked_base=spent)
                self._kept[pool.name] = lease
            used = max(0, lease.asked_base - lease.base) if lease.id else 0
            ask = LeaseAsk(pico=str(SIZE), used=str(used), last=lease.id)
            found.append(LeaseErrand(pool=pool.name, ask=ask, once=lease.once))
        if found:
            await self._write()
        return tuple(found)

    async def take(self, leased: Sequence[Leased]) -> None:
        """Leases came."""
        for each in leased:
            before = self._kept.get(each.pool)
            if before is None:
                continue
            pico = int(each.lease.pico) if each.lease.pico.isdigit() else 0
            self._kept[each.pool] = LeaseKept(
                id=each.lease.id, pico=pico, expires=each.lease.expires, base=before.asked_base
            )
            (self._empty.discard if pico else self._empty.add)(each.pool)
        if leased:
            await self._write()

    def over(self, pools: Sequence[PoolView]) -> tuple[PoolView, ...]:
        """The pools as they are for this device: one that gives nothing is used up."""
        return tuple(
            replace(pool, share=max(1.0, pool.share or 0.0)) if pool.name in self._empty else pool for pool in pools
        )

    def _wants(self, lease: LeaseKept, spent: int) -> bool:
        base = lease.base if lease.base <= spent else 0  # another period has begun
        if not lease.id or lease.expires <= self._now_us() // 10**6:
            return spent > base
        return (spent - base) * 100 >= lease.pico * _EARLY

    async def _spent(self, pool: Pool) -> int:
        """What this device has spent in the pool's period."""
        totals = await asyncio.wrap_future(self._ledger.totals(pool.since * 10**6, pool.until * 10**6))
        return totals.pico_contract

    async def _write(self) -> None:
        await asyncio.to_thread(self._folder.write, Leases(leases=self._kept))
