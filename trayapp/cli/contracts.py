"""``spendlight contracts``: prices agreed with a vendor. List, add, remove, import; the keys that one can name."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from trayapp.cli import agreed
from trayapp.cli.trouble import CommandError
from trayapp.pricing.contracts import Contract
from trayapp.pricing.managed import MANAGED, ManagedError, from_managed
from trayapp.pricing.prices import MICRO, SEARCHES
from trayapp.trouble import Trouble

MANAGED_FILES: Final[Mapping[str, str]] = {
    "linux": "/etc/claude-code/managed-settings.json",
    "darwin": "/Library/Application Support/ClaudeCode/managed-settings.json",
    "win32": r"C:\Program Files\ClaudeCode\managed-settings.json",
}
"""Where an administrator puts Claude Code's managed settings."""
_MOST: Final = 1 << 20
_MATCH: Final = ("provider", "model", "credential", "project", "host")


def run(arguments: list[str]) -> int:
    """List or change contracts."""
    parser = argparse.ArgumentParser(
        prog="spendlight contracts", description="Prices agreed with a vendor; the first that covers a call wins."
    )
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar="list | add NAME … | remove NAME | import [FILE] | keys")
    verbs.add_parser("list", help="all contracts, in the order in which they are asked")
    adder = verbs.add_parser("add", help="add one")
    adder.add_argument("name")
    for field in _MATCH:
        adder.add_argument(f"--{field}", help=_HELP[field])
    adder.add_argument("--from", dest="since", type=_date, help="first day, ISO; midnight UTC, or in --zone")
    adder.add_argument("--to", dest="until", type=_date, help="the day on which it holds no more")
    adder.add_argument("--zone", help="a time zone such as Europe/Berlin")
    adder.add_argument("--multiplier", help="times the list price, 0 to 10")
    adder.add_argument("--rate", action="append", default=[], metavar="COMPONENT=USD", help="per million tokens")
    adder.add_argument("--discount", action="append", default=[], metavar="COMPONENT=FACTOR", help="times the list")
    adder.add_argument("--first", action="store_true", help="ask it before all others")
    verbs.add_parser("remove", help="remove one").add_argument("name")
    importer = verbs.add_parser("import", help="take over Claude Code's managed modelPricing")
    importer.add_argument("file", nargs="?", type=Path)
    importer.add_argument("--dry-run", action="store_true", help="show what would be written, change nothing")
    verbs.add_parser("keys", help="fingerprints of the keys that were seen, to name in a contract")
    options = parser.parse_args(arguments)
    if options.verb == "keys":
        return _keys(options.format)
    if options.verb == "add":
        _add(options)
    elif options.verb == "remove":
        agreed.change("contracts", lambda entries: _remove(entries, options.name))
    elif options.verb == "import" and _import(options.file, options.dry_run):
        return 0
    return _list(options.format)


_HELP: Final = {
    "provider": "who sells: a route's name, or the price book's",
    "model": "a pattern over model names, such as 'claude-opus-*'",
    "credential": "a key's fingerprint, see `spendlight contracts keys`",
    "project": "a project's name",
    "host": "the upstream's host name",
}


def _add(options: argparse.Namespace) -> None:
    entry = agreed.table(
        {
            "name": options.name,
            **{field: getattr(options, field) for field in _MATCH},
            "from": options.since,
            "to": options.until,
            "zone": options.zone,
            "multiplier": options.multiplier,
            "rates": _pairs(options.rate, "--rate") or None,
            "discount": _pairs(options.discount, "--discount") or None,
        }
    )

    def alter(entries: agreed.Entries) -> None:
        if agreed.position(entries, "contracts", options.name) is not None:
            raise CommandError(
                Trouble(
                    title="There is such a contract",
                    message=f"One is called {options.name!r} already.",
                    fix=f"Give another name, or `spendlight contracts remove {options.name}` first.",
                    code="bad_contract",
                )
            )
        entries.insert(0 if options.first else len(entries), entry)

    agreed.change("contracts", alter)


def _remove(entries: agreed.Entries, name: str) -> None:
    at = agreed.position(entries, "contracts", name)
    if at is None:
        raise CommandError(
            Trouble(
                title="There is no such contract",
                message=f"None is called {name!r}.",
                fix="`spendlight contracts` lists all.",
                code="bad_contract",
            )
        )
    del entries[at]


def _import(file: Path | None, dry_run: bool) -> bool:
    """Take over managed prices; ``True`` when nothing is to be shown after it."""
    source = file or Path(MANAGED_FILES.get(sys.platform, MANAGED_FILES["linux"]))
    try:
        with source.open("rb") as opened:
            found = from_managed(opened.read(_MOST).decode("utf-8"))
    except (ManagedError, UnicodeDecodeError) as error:
        raise CommandError(
            Trouble(
                title="No prices can be taken over",
                message=f"{source}: {error if isinstance(error, ManagedError) else 'it is not UTF-8 text'}.",
                fix="Give the file that holds Claude Code's managed settings, with `modelPricing` in it.",
                code="bad_contract",
            )
        ) from None
    except FileNotFoundError:
        raise CommandError(
            Trouble(
                title="No prices can be taken over",
                message=f"There is no {source}.",
                fix="Give the file: spendlight contracts import FILE",
                code="bad_contract",
            )
        ) from None
    if dry_run:
        import tomlkit

        document = tomlkit.document()
        tables = tomlkit.aot()
        for entry in found:
            tables.append(agreed.table(entry))
        document["contracts"] = tables
        print(f"# From {source}. Contracts called {MANAGED} or {MANAGED}:… would be replaced by these:")
        print(tomlkit.dumps(document).rstrip())
        return True

    def alter(entries: agreed.Entries) -> None:
        for number in range(len(entries) - 1, -1, -1):
            name = str(entries[number].get("name") or "")
            if name == MANAGED or name.startswith(f"{MANAGED}:"):
                del entries[number]
        for entry in found:
            entries.append(agreed.table(entry))

    agreed.change("contracts", alter)
    return False


def _list(form: str) -> int:
    contracts = agreed.agreements().contracts
    if form == "json":
        print(json.dumps([_described(contract) for contract in contracts], ensure_ascii=False))
        return 0
    for contract in contracts:
        print(_line(contract))
    if not contracts:
        print("No contracts: calls are worth their list price. `spendlight contracts add --help` shows how to add one.")
    return 0


def _described(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.name,
        **{field: getattr(contract, field) for field in _MATCH},
        "from": _iso(contract.since_us),
        "to": _iso(contract.until_us),
        "multiplier": None if contract.multiplier is None else _decimal(contract.multiplier, MICRO),
        "rates": None
        if contract.rates is None
        else {
            f"{name}_k" if name in SEARCHES else name: _decimal(rate, 10**9 if name in SEARCHES else 10**6)
            for name, rate in contract.rates.items()
        },
        "discount": None
        if contract.discount is None
        else {name: _decimal(factor, MICRO) for name, factor in contract.discount.items()},
    }


def _line(contract: Contract) -> str:
    told = _described(contract)
    whom = [f"{field} {told[field]}" for field in _MATCH if told[field] is not None]
    if told["multiplier"] is not None:
        price = f"× {told['multiplier']} of the list"
    elif told["rates"] is not None:
        price = ", ".join(f"{name} ${rate}" for name, rate in told["rates"].items())
    else:
        price = ", ".join(f"{name} × {factor}" for name, factor in (told["discount"] or {}).items())
    span = "".join(f" {word} {told[field]}" for word, field in (("from", "from"), ("until", "to")) if told[field])
    return f"{contract.name}: {', '.join(whom) or 'all calls'}: {price}{span}"


def _keys(form: str) -> int:
    from trayapp.engine import standing

    found = agreed.asked("keys", lambda ledger: standing.keys(ledger, datetime.now().astimezone()))
    if form == "json":
        print(json.dumps(found, ensure_ascii=False))
        return 0
    if not found:
        print("No key was seen in the last 90 days.")
        return 0
    print(f"{'fingerprint':<18}{'vendor':<14}{'account':<14}{'calls':>7}  {'last seen':<21}list value")
    for key in found:
        print(
            f"{key['credential']:<18}{key['vendor']:<14}{key['account'] or '':<14}{key['calls']:>7}  "
            f"{key['last_seen']:<21}{_worth(key)}"
        )
    print("A fingerprint tells one key from another on this machine; the key cannot be computed from it.")
    return 0


def _worth(key: dict[str, Any]) -> str:
    """The list value of a key's calls; those without a price are said, never counted as nothing."""
    missing = f"{key['unpriced']} unpriced" if key["unpriced"] else ""
    return f"${key['usd_list']}{' + ' if missing else ''}{missing}" if key["usd_list"] is not None else "unpriced"


def _pairs(words: list[str], option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        name, mark, value = word.partition("=")
        if not mark or name in pairs:
            raise CommandError(
                Trouble(
                    title="That price cannot be used",
                    message=f"{option} {word!r} is not of the form COMPONENT=NUMBER, each component once.",
                    fix=f"For example: {option} input=4 {option} output=20",
                    code="bad_contract",
                )
            )
        pairs[name] = value
    return pairs


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _decimal(number: int, scale: int) -> str:
    text = format(Decimal(number) / scale, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _iso(us: int | None) -> str | None:
    if us is None:
        return None
    return datetime.fromtimestamp(us // 10**6, UTC).isoformat().replace("+00:00", "Z").replace("T00:00:00Z", "")
