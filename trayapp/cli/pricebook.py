"""The verbs of ``spendlight prices``: prices of one's own, deployments, what has no price, and the daily download.

With an engine they are asked of it, so that they take effect at once and calls without a price get theirs. Without
one they change the same files; calls are then priced when Spendlight starts.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from trayapp import settings
from trayapp.cli.source import own_ledger, price_book
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client, ControlError
from trayapp.money import count, plural
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble

_RATES: Final = {
    "input": "input tokens",
    "output": "output tokens",
    "cache_read": "cached input (default: as input)",
    "cache_write": "input written to the cache (default: as input)",
    "cache_write_1h": "the same, kept for an hour",
    "cache_write_12h": "the same, kept for twelve hours",
    "input_audio": "audio input",
    "output_audio": "audio output",
    "web_search_k": "a thousand web searches",
}
_PATIENCE_S: Final = 200.0


def run(arguments: list[str]) -> int:
    """Do what the verb says."""
    parser = argparse.ArgumentParser(prog="spendlight prices", description="Prices of your own, and the price book.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    waiting = verbs.add_parser("unpriced", help="calls that have no price")
    setter = verbs.add_parser("set", help="a price of your own, USD per million tokens")
    setter.add_argument("model", help="the name as it is shown with the calls")
    setter.add_argument("--vendor", help="only for this vendor")
    for name, text in _RATES.items():
        setter.add_argument(f"--{name.replace('_', '-')}", dest=f"rate_{name}", metavar="USD", help=text)
    setter.add_argument("--from", dest="since", metavar="DATE", help="the first day (default: always)")
    setter.add_argument("--to", dest="until", metavar="DATE", help="the first day after (default: for ever)")
    unsetter = verbs.add_parser("unset", help="the book's price again; calls keep what they have")
    unsetter.add_argument("model")
    unsetter.add_argument("--vendor")
    mapper = verbs.add_parser("map", help="say that a deployment is a known model")
    mapper.add_argument("pair", metavar="VENDOR/NAME=VENDOR/MODEL", help="for example azure/mine=openai/gpt-5.5")
    verbs.add_parser("unmap", help="take that back").add_argument("name", metavar="VENDOR/NAME")
    status = verbs.add_parser("status", help="the book in use, where it comes from, what is held back")
    updater = verbs.add_parser("update", help="fetch prices, if there are newer ones")
    updater.add_argument("--now", action="store_true", help="the whole list, also when the download is switched off")
    verbs.add_parser("accept", help="take a price that is held back").add_argument("model")
    for each in (waiting, status, updater):
        each.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    return _COMMANDS[options.verb](places.find(), options)


def _set(paths: Paths, options: argparse.Namespace) -> int:
    rates = {name: getattr(options, f"rate_{name}") for name in _RATES}
    given = {name: value for name, value in rates.items() if value is not None}
    done = _ask(paths, "set_price", model=options.model, vendor=options.vendor, rates=given,
                **{"from": options.since, "to": options.until})  # fmt: skip
    if done is None:
        from trayapp.engine import ownprices

        ownprices.set_price(
            paths, _listed(paths), model=options.model, vendor=options.vendor, rates=given, since=options.since,
            until=options.until,
        )  # fmt: skip
    return _told(done, f"{options.model} has your price now.")


def _unset(paths: Paths, options: argparse.Namespace) -> int:
    done = _ask(paths, "unset_price", model=options.model, vendor=options.vendor)
    if done is None:
        from trayapp.engine import ownprices

        removed = ownprices.unset_price(paths, _listed(paths), model=options.model, vendor=options.vendor)
    else:
        removed = done["removed"]
    if not removed:
        where = f" at {options.vendor}" if options.vendor else ""
        raise CommandError(
            Trouble(
                title="There is no such price of yours",
                message=f"Nothing was set for {options.model!r}{where}.",
                fix="A price for one vendor is unset with --vendor.",
                code="bad_price",
            )
        )
    print(f"{options.model} has the book's price again. Calls keep what they have.")
    return 0


def _map(paths: Paths, options: argparse.Namespace) -> int:
    # A model's name may hold "=", an ARN's does not; the target's vendor never does.
    name, equals, target = options.pair.rpartition("=")
    if not equals:
        raise CommandError(
            Trouble(
                title="That is no mapping",
                message=f"{options.pair!r} is not of the form VENDOR/NAME=VENDOR/MODEL.",
                fix="For example: spendlight prices map azure/my-deployment=openai/gpt-5.5",
                code="bad_price",
            )
        )
    return _mapped(paths, name.strip(), target.strip())


def _unmap(paths: Paths, options: argparse.Namespace) -> int:
    return _mapped(paths, options.name.strip(), None)


def _mapped(paths: Paths, name: str, target: str | None) -> int:
    done = _ask(paths, "map_model", name=name, to=target)
    if done is None:
        from trayapp.engine import ownprices

        ownprices.map_model(paths, _listed(paths), name=name, to=target)
    return _told(done, f"{name} is priced as {target}." if target else f"{name} is no other model any more.")


def _told(done: Mapping[str, Any] | None, sentence: str) -> int:
    print(sentence)
    if done is None:
        print("Spendlight is not running; calls without a price get theirs when it starts.")
    elif done["calls"]:
        print(done["message"])
    return 0


_WHY: Final = {
    "unknown_speed": "the speed that the vendor names",
    "unknown_tier": "the service tier that the vendor names",
    "unknown_geo": "the geography that the vendor names",
    "unknown_region": "the region",
    "no_price_at_that_time": "a price at that time",
    "no_usage": "nothing was counted",
    "missing_rate": "a rate for something that was used",
}


def _unpriced(paths: Paths, options: argparse.Namespace) -> int:
    answer = _ask(paths, "unpriced")
    if answer is not None:
        models = answer["models"]
    elif paths.ledger.exists():
        from trayapp.engine.price_verbs import model_as_json

        with own_ledger() as ledger:
            book = price_book()
            models = [model_as_json(model, book) for model in ledger.unpriced_models().result()]
    else:
        models = []
    if options.format == "json":
        print(json.dumps(models, ensure_ascii=False))
        return 0
    if not models:
        print("Every call has a price.")
        return 0
    print(f"{'vendor':<14} {'model':<36} {'calls':>7}  tokens")
    for model in models:
        tokens = ", ".join(f"{count(n)} {c}" for c, n in model["tokens"].items()) or "none counted"
        since = datetime.fromtimestamp(model["since_us"] / 1e6).astimezone()
        vendor, name = _plain_text(model["vendor"]), _plain_text(model["model"]) or "–"
        print(f"{vendor:<14} {name:<36} {count(model['calls']):>7}  {tokens}; since {since:%Y-%m-%d}")
        why = [_WHY.get(word, word.replace("_", " ")) for word in model.get("why", ()) if word != "unknown_model"]
        if model.get("known"):
            missing = "; ".join(why) or "the price of a part of the call"
            print(f"{'':<14} its own price is known; what is missing: {missing}")
        elif why:
            print(f"{'':<14} also: {'; '.join(why)}")
    if any(model["model"] and not model.get("known") for model in models):
        print(
            "\nSet a price with `spendlight prices set MODEL --input USD --output USD`, or map a deployment with `map`."
        )
    return 0


def _status(paths: Paths, options: argparse.Namespace) -> int:
    answer = _ask(paths, "price_status")
    if answer is None:
        from trayapp.engine.price_verbs import status_as_json
        from trayapp.engine.pricebook import find

        answer = status_as_json(paths, price_book().version, find(paths).source)
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    print("\n".join(status_lines(answer)))
    return 0


def status_lines(status: Mapping[str, Any]) -> list[str]:
    """The price book and its download, for people."""
    lines = [f"Price book  {status['version']}", f"Source      {status['source']}"]
    switch = "once a day" if status["update"] else "switched off (`spendlight config set pricebook.update true`)"
    lines.append(f"Download    {switch}, from {status['url']}{' (signed)' if status['signed'] else ''}")
    if status["update"]:
        lines.append(
            "            It sends nothing but the request. `spendlight config set pricebook.update false` ends it."
        )
    lines.append(f"Last check  {_moment(status['checked_us'])}: {_RESULTS.get(status['result'], status['result'])}")
    if status["message"]:
        lines.append(f"            {_plain_text(status['message'])}")
    if status["held"]:
        lines.append("Held back   The old price stays in use until you accept the new one:")
        lines += [f"            {_plain_text(held['words'])} (since {held['since']})" for held in status["held"]]
        lines.append("            `spendlight prices accept MODEL` takes it.")
    if status["differences"]:
        names = ", ".join(_plain_text(each["model"]) for each in status["differences"][:6])
        more = len(status["differences"]) - 6
        rest = f" and {more} more" if more > 0 else ""
        lines.append(f"Kept        The book keeps its own word on {names}{rest}.")
    return lines


_RESULTS: Final = {
    "never": "nothing was fetched yet",
    "taken": "new prices were taken",
    "unchanged": "nothing new",
    "refused": "what came was not taken",
    "failed": "it could not be fetched; the book in use stays",
}


def _update(paths: Paths, options: argparse.Namespace) -> int:
    chosen = settings.load(paths.settings)
    if not chosen.pricebook_update and not options.now:
        raise CommandError(
            Trouble(
                title="The download is switched off",
                message=f"`pricebook.update` is false, so {chosen.pricebook_url} is not asked.",
                fix="`spendlight prices update --now` asks once; `spendlight config set pricebook.update true` daily.",
                code="switched_off",
            )
        )
    answer = _ask(paths, "update_prices", anew=options.now)
    if answer is None:
        answer = _bookkeeper(["update", *(["--anew"] if options.now else [])])
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False))
    return _answered(answer, quiet=options.format == "json")


def _accept(paths: Paths, options: argparse.Namespace) -> int:
    answer = _ask(paths, "accept_price", model=options.model)
    return _answered(_bookkeeper(["accept", options.model]) if answer is None else answer)


def _answered(answer: Mapping[str, Any], *, quiet: bool = False) -> int:
    result = answer["result"]
    if result in ("failed", "refused", "busy", "unknown"):
        titles = {"unknown": "No such price is held back", "busy": "Somebody else is at it"}
        raise CommandError(
            Trouble(
                title=titles.get(result, "The price book stays as it is"),
                message=_plain_text(answer["message"]),
                fix="`spendlight prices status` shows what is in use.",
                code="bad_price" if result == "unknown" else "not_fetched",
            )
        )
    if quiet:
        return 0
    if result == "unchanged":
        print(f"Nothing new: the price book {answer['version']} stays in use.")
    else:
        parts = [f"{plural(len(answer['added']), 'model')} new", f"{len(answer['changed'])} changed"]
        print(f"The price book {answer['version']} is in use: {', '.join(parts)}.")
    if answer["held"]:
        print(f"Held back: {', '.join(map(_plain_text, answer['held']))}; see `spendlight prices status`.")
    return 0


def _bookkeeper(arguments: list[str]) -> dict[str, Any]:
    """The same process that the engine starts."""
    import subprocess

    import msgspec

    from trayapp.engine import bookkeeper_answer

    done = subprocess.run(
        bookkeeper_answer.command(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_PATIENCE_S,
        check=False,
    )
    answer: dict[str, Any] = msgspec.to_builtins(bookkeeper_answer.read(done.stdout))
    return answer


def _ask(paths: Paths, verb: str, **arguments: Any) -> Any:
    """What the engine answers; ``None`` when none runs."""
    try:
        client = Client(Address(paths.control), timeout=_PATIENCE_S)
    except ControlError:
        return None
    with client:
        return client.ask(verb, **arguments)


def _listed(paths: Paths) -> Any:
    from trayapp.engine.pricebook import find

    return find(paths).book


def _moment(at_us: int | None) -> str:
    return "–" if at_us is None else f"{datetime.fromtimestamp(at_us / 1e6).astimezone():%Y-%m-%d %H:%M}"


def _plain_text(text: str) -> str:
    """What came from elsewhere, without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)


_COMMANDS: Final[Mapping[str, Callable[[Paths, argparse.Namespace], int]]] = {
    "set": _set,
    "unset": _unset,
    "map": _map,
    "unmap": _unmap,
    "unpriced": _unpriced,
    "status": _status,
    "update": _update,
    "accept": _accept,
}
