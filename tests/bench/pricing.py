"""``python tests/bench/pricing.py``: what reading and pricing one call costs, in this process.

Wanted: 60 µs for the price of one call. Method: the best of five rounds, so that other processes' work does not
count; the golden costs' lines, read by the dialects first and priced then, and some of a kind on their own. The tests
assert ten times the figure only.
"""

from __future__ import annotations

import json
import sys
import timeit
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from trayapp.dialects import usage_of  # noqa: E402
from trayapp.pricing import load, price  # noqa: E402
from trayapp.values import Leg, Usage  # noqa: E402

WANTED_US = 60
NOW = 1_795_446_000_000_000  # 2026-11-23T15:00:00Z


def best(run: Callable[[], object], number: int) -> float:
    """Microseconds of the quickest of five rounds."""
    return min(timeit.repeat(run, number=number, repeat=5)) / number * 1e6


def main() -> int:
    """Measure and print; 1 when a price takes longer than wanted."""
    data = (ROOT / "resources" / "pricebook.json").read_bytes()
    book = load(data)
    legs = (Leg(input=10, cache_read=1000, cache_write=100, cache_write_1h=5, output=50), Leg(input=7, output=1))
    usages = {
        "one leg": (Usage(legs=legs[1:], tier="default"), "openai", "gpt-6.1-sol"),
        "two legs, region, search": (Usage(legs=legs, geo="us", web_searches=1), "anthropic", "claude-opus-5-5"),
        "peak hours": (Usage(legs=legs[1:]), "deepseek", "deepseek-v4-pro"),
        "Bedrock profile": (Usage(legs=legs), "bedrock", "us.anthropic.claude-opus-5-5"),
        "unknown name": (Usage(legs=legs[1:]), "openai", "no-such-model"),
    }
    body = json.dumps({"model": "claude-opus-5-5", "usage": {"input_tokens": 9, "output_tokens": 3}}).encode()
    print(f"load the book: {best(lambda: load(data), 1) / 1000:.1f} ms")
    print(f"read a usage: {best(lambda: usage_of('anthropic-messages', body), 500):.1f} µs")
    slowest = 0.0
    for name, (usage, vendor, model) in usages.items():
        took = best(lambda u=usage, v=vendor, m=model: price(u, vendor=v, model_asked=m, at_us=NOW, book=book), 500)
        slowest = max(slowest, took)
        print(f"price, {name}: {took:.1f} µs")
    print(f"wanted: at most {WANTED_US} µs")
    return int(slowest > WANTED_US)


if __name__ == "__main__":
    raise SystemExit(main())
