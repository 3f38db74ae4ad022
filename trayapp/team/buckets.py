"""Hours of the ledger become buckets of the wire: rows that look alike to the team are added up before they leave.

Everything that says what stands in a bucket lives here. Pure. Rules: sums are exact; tokens stay disjoint (audio and
images are counted with the text of their direction, the longest-lived cache writes with those of an hour); the same
rows always make the same text, so that what has not changed is not sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, cast

import msgspec

from trayapp.ledger.outbox import Cell, Group, Hour, Waiting
from trayapp.team import dimensions
from trayapp.team.wire import HOUR_S, Bucket, BucketTotals, Dims, Put

_COUNTS: Final = {
    "calls": ("calls",),
    "errors": ("vendor_error", "upstream_cut", "not_sent"),
    "interrupted": ("interrupted",),
    "unpriced": ("unpriced",),
    "unmetered": ("unmetered",),
    "input": ("input", "input_audio"),
    "cache_read": ("cache_read", "cache_read_audio"),
    "cache_write": ("cache_write",),
    "cache_write_1h": ("cache_write_1h", "cache_write_12h"),
    "output": ("output", "output_audio", "output_image"),
    "reasoning": ("reasoning",),
    "contract_known": ("contract_known",),
    "marginal_known": ("marginal_known",),
}
"""A bucket's figure to the ledger's that are added up in it."""
_AMOUNTS: Final = {
    "pico_list": "list",
    "pico_contract": "contract",
    "pico_marginal": "marginal",
    "pico_estimated": "estimated",
}

_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_dims: Final = msgspec.json.Decoder(Dims)
_totals: Final = msgspec.json.Decoder(BucketTotals)


class Divider:
    """Divides hours by what one team may be told."""

    def __init__(self, allowed: Collection[str], public: dimensions.Public, project_key: bytes) -> None:
        """Args:
        allowed: the dimensions that are told.
        public: see ``dimensions.Public``.
        project_key: the team's.
        """
        self._allowed = tuple(allowed)
        self._public = public
        self._key = project_key

    def cells(self, hour: Hour) -> list[Cell]:
        """The buckets of an hour, as they are kept."""
        found: dict[Dims, list[Group]] = {}
        for group in hour.groups:
            found.setdefault(dimensions.told(group, self._allowed, self._public, self._key), []).append(group)
        return [
            Cell(
                key=dims.key,
                dims=_encode(dims).decode(),
                totals=_encode(totals(groups)).decode(),
                book=dimensions.book(max(group.book for group in groups)),
            )
            for dims, groups in found.items()
        ]

    def first(self, hours: Iterable[Hour]) -> list[Bucket]:
        """Hours as they would be sent the first time; for a look at what leaves."""
        found: list[Waiting] = []
        for hour in hours:
            for cell in self.cells(hour):
                found.append(Waiting(hour.number, cell.key, cell.dims, cell.totals, cell.book, revision=len(found) + 1))
        return [bucket(each) for each in sorted(found, key=lambda each: (each.hour, each.key))]


def totals(groups: Sequence[Group]) -> BucketTotals:
    """What these calls come to."""
    sums = {name: sum(group.figures[part] for group in groups for part in parts) for name, parts in _COUNTS.items()}
    amounts = {name: str(sum(group.figures[amount] for group in groups)) for name, amount in _AMOUNTS.items()}
    saved = str(sum(group.saved for group in groups))
    # Not checked here: what a server would not take is its word on one bucket, and stops no other.
    made: BucketTotals = BucketTotals(**cast("dict[str, Any]", {**sums, **amounts, "pico_saved": saved}))
    return made


def bucket(kept: Waiting) -> Bucket:
    """A kept bucket, as it is sent."""
    return Bucket(
        start=kept.hour * HOUR_S,
        dims=_dims.decode(kept.dims),
        revision=kept.revision,
        totals=None if kept.totals is None else _totals.decode(kept.totals),
        book=kept.book,
    )


def put(buckets: Sequence[Bucket]) -> bytes:
    """The exact JSON of one batch; nothing else of it leaves."""
    return _encode(Put(buckets=tuple(buckets)))
