"""``python tests/bench``: what the proxy adds, beside direct and nginx, in one run; a table and ``.bench/proxy.json``.

Method: upstream and load generator share processor 0, the proxy under test has processor 1. The upstream is an nginx
that answers from memory, so it bounds nothing; the load generator is wrk. Each figure is the median of ``--rounds``
rounds in which direct, nginx and Spendlight take turns, so a drift of the machine hits all alike. Streams come from a
paced upstream whose every event carries the time at which it was written. Absolute figures depend on the machine;
the ratios to nginx are the claim.

Needs wrk and nginx (Debian packages ``wrk`` and ``nginx-light``) and two processors.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import load
import parts
import streams

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = 2_000, 400_000


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one load window")
    parser.add_argument("--calls", type=int, default=0, help="calls to pass before the last memory figure (0: none)")
    parser.add_argument("--output", type=Path, default=ROOT / ".bench" / "proxy.json")
    options = parser.parse_args()
    missing = [name for name in ("wrk", "nginx") if shutil.which(name) is None]
    if missing or (os.cpu_count() or 1) < 2:
        print(f"bench: needs two processors and {' and '.join(missing) or 'wrk and nginx'}", file=sys.stderr)
        return 2
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        result = measure(stack, folder, options)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))
    print(f"\nwritten to {options.output}")
    return 0


def measure(stack: ExitStack, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    upstream = stack.enter_context(parts.nginx_upstream(folder / "upstream", cpu=0))
    paced = stack.enter_context(streams.upstream(cpu=0))
    nginx = stack.enter_context(parts.nginx_proxy(folder / "nginx", upstream, paced, cpu=1))
    light = stack.enter_context(parts.spendlight(folder / "home", upstream, cpu=1))
    ways = {
        "direct": (f"http://127.0.0.1:{upstream}", f"http://127.0.0.1:{paced}", ()),
        "nginx": (f"http://127.0.0.1:{nginx.port}", f"http://127.0.0.1:{nginx.port}/paced", nginx.pids),
        "spendlight": (light.base("anthropic"), light.base("anthropic"), light.pids),
    }
    result: dict[str, Any] = {
        "machine": parts.machine(),
        "rss_idle_mib": {"nginx": parts.rss(nginx.pids), "spendlight": parts.rss(light.pids)},
        "start_s": light.start_seconds,
    }
    seen: dict[str, dict[str, list[float]]] = {name: {} for name in ways}
    for _ in range(options.rounds):
        for size, label in ((SMALL, "2k"), (LARGE, "400k")):
            for clients in (1, 20):
                for name, (base, _, pids) in ways.items():
                    before = parts.cpu_seconds(pids)
                    got = load.run(base + "/v1/messages", size=size, clients=clients, seconds=options.seconds, cpu=0)
                    used = parts.cpu_seconds(pids) - before
                    keep = seen[name]
                    keep.setdefault(f"rps_{label}_c{clients}", []).append(got.rps)
                    keep.setdefault(f"p50_us_{label}_c{clients}", []).append(got.p50_us)
                    keep.setdefault(f"p99_us_{label}_c{clients}", []).append(got.p99_us)
                    keep.setdefault(f"errors_{label}_c{clients}", []).append(got.errors)
                    if pids:
                        keep.setdefault(f"cpu_ms_{label}_c{clients}", []).append(used * 1000 / max(got.requests, 1))
        light.lead_to(paced)
        for name, (_, base, _pids) in ways.items():
            for key, value in streams.run(base + "/v1/messages").items():
                seen[name].setdefault(key, []).append(value)
        light.lead_to(upstream)
    result["figures"] = {
        name: {key: statistics.median(values) for key, values in figures.items()} for name, figures in seen.items()
    }
    if options.calls:
        passed = 0
        while passed < options.calls:
            passed += load.run(
                ways["spendlight"][0] + "/v1/messages", size=SMALL, clients=20, seconds=5, cpu=0
            ).requests
        result["calls"] = passed
    result["rss_after_mib"] = {"nginx": parts.rss(nginx.pids), "spendlight": parts.rss(light.pids)}
    result["idle_cpu_percent"] = idle(light.pids)
    result["budgets"] = budgets(result)
    return result


def idle(pids: tuple[int, ...], seconds: float = 20.0) -> float:
    """Processor share while nothing happens, in percent of one core."""
    time.sleep(8)  # the last rows are being committed and made durable
    before = parts.cpu_seconds(pids)
    time.sleep(seconds)
    return round((parts.cpu_seconds(pids) - before) / seconds * 100, 2)


def budgets(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Each budget, what was measured, and whether it is met."""
    f = result["figures"]
    direct, nginx, ours = f["direct"], f["nginx"], f["spendlight"]

    def added(key: str) -> float:
        return (ours[key] - direct[key]) / max(nginx[key] - direct[key], 1e-9)

    def over(key: str) -> float:
        return (ours[key] - direct[key]) / 1000

    rows = [
        ("calls/s, 20 in parallel, 2 KB, of nginx", ours["rps_2k_c20"] / nginx["rps_2k_c20"], ">=", 0.25),
        ("added p50, 2 KB, of what nginx adds", added("p50_us_2k_c1"), "<=", 3),
        ("added p50, 400 KB, of what nginx adds", added("p50_us_400k_c1"), "<=", 3),
        ("SSE first byte over direct, p50 ms", over("sse_first_p50_us"), "<=", 0.6),
        ("SSE chunk over direct, p50 ms", over("sse_chunk_p50_us"), "<=", 0.15),
        ("SSE chunk over direct, p99 ms", over("sse_chunk_p99_us"), "<=", 0.5),
        ("SSE chunks merged, share", ours["sse_merged"], "<=", 0),
        ("CPU ms a call, 2 KB", ours["cpu_ms_2k_c20"], "<=", 0.25),
        ("CPU ms a call, 400 KB", ours["cpu_ms_400k_c20"], "<=", 1.2),
        ("RSS idle MiB (engine)", result["rss_idle_mib"]["spendlight"][0], "<=", 45),
        ("RSS after the load MiB (engine)", result["rss_after_mib"]["spendlight"][0], "<=", 60),
        ("idle CPU %", result["idle_cpu_percent"], "<=", 0.05),
        ("start until listening s", result["start_s"], "<=", 0.35),
    ]
    return [
        {
            "what": what,
            "value": round(value, 3),
            "budget": f"{sign} {limit}",
            "met": value <= limit if sign == "<=" else value >= limit,
        }
        for what, value, sign, limit in rows
    ]


def table(result: dict[str, Any]) -> str:
    """The figures as text."""
    figures = result["figures"]
    keys = sorted({key for values in figures.values() for key in values})
    lines = [f"{'':<22}" + "".join(f"{name:>14}" for name in figures)]
    for key in keys:
        cells = "".join(f"{values[key]:>14,.3f}" if key in values else f"{'–':>14}" for values in figures.values())
        lines.append(f"{key:<22}{cells}")
    lines += ["", f"{'budget':<46}{'measured':>10}  {'wanted':<9}"]
    lines += [
        f"{row['what']:<46}{row['value']:>10}  {row['budget']:<9}{'met' if row['met'] else 'MISSED'}"
        for row in result["budgets"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
