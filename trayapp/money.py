"""Money and token counts as people read them; one place, so that tray, terminal and reports agree.

Input is pico-USD as ``int`` or ``None``; ``None`` reads "unpriced", never "$0". Nothing here is parsed back.
Standard library only, so that the command line starts quickly.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

PICO: Final = 10**12
"""Pico-USD in one USD."""
UNPRICED: Final = "unpriced"
_CENT = PICO // 100


def dollars(pico: int | None, *, estimated: bool = False) -> str:
    """``$12.20``, ``$1,234``, ``$0.0042``, ``<$0.0001``; ``≈`` before an estimate."""
    if pico is None:
        return UNPRICED
    sign = "−" if pico < 0 else ""
    amount = abs(pico)
    if amount == 0:
        text = "$0.00"
    elif amount < 100_000_000:
        text = "<$0.0001"
    elif amount < _CENT:
        text = f"${_rounded(amount, '0.0001')}"
    elif amount < 1000 * PICO:
        text = f"${_rounded(amount, '0.01')}"
    else:
        text = f"${_rounded(amount, '1'):,}"
    return f"{'≈' if estimated else ''}{sign}{text}"


def _rounded(amount: int, step: str) -> Decimal:
    return (Decimal(amount) / PICO).quantize(Decimal(step), ROUND_HALF_EVEN)


def tokens(count: int) -> str:
    """``940``, ``12.4k``, ``1.2M``."""
    if count < 1000:
        return str(count)
    if count < 99_950:
        return f"{count / 1000:.1f}k"
    if count < 999_500:
        return f"{count / 1000:.0f}k"
    return f"{count / 1_000_000:.1f}M"
