"""The composition root: what the engine is made of, in the order in which it starts and ends.

Start: folders, settings, ledger, price book, door, proxy on the guard's sockets, control socket, first beat.
End (SIGTERM, the ``stop`` verb, the guard's death): stop accepting, let streams finish, close the ledger.

Exit codes: 0 asked to stop; 10 the ledger cannot be used; 11 a folder cannot be written; 12 the price book is
missing. With 10 to 19 a restart would not help: the guard relays alone and shows what stands in
``engine.error.json``.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import json
import logging
import logging.handlers
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from trayapp import settings
from trayapp.engine import countingahead, led
from trayapp.engine.afterwards import Afterwards
from trayapp.engine.agreed import Agreed
from trayapp.engine.bookings import Bookings
from trayapp.engine.budget_verbs import BudgetVerbs
from trayapp.engine.budgetbook import BudgetBook
from trayapp.engine.budgetkeeper import BudgetKeeper
from trayapp.engine.budgetsums import BudgetSums
from trayapp.engine.choosing import Choosing
from trayapp.engine.configure import Configuration
from trayapp.engine.control_server import ControlServer
from trayapp.engine.credentials import Credentials
from trayapp.engine.dayhabits import DayHabits
from trayapp.engine.delivery import Delivery
from trayapp.engine.drawdown import Drawdown
from trayapp.engine.gatekeeper import Gatekeeper
from trayapp.engine.glance import Facts, Glance, is_demo
from trayapp.engine.insights import insights
from trayapp.engine.keychain import Keychain
from trayapp.engine.learned import NAME, Learned
from trayapp.engine.lifeline import Lifeline
from trayapp.engine.listings import Listings
from trayapp.engine.mail_verbs import MailVerbs
from trayapp.engine.meant import Meant
from trayapp.engine.monthahead import MonthAhead
from trayapp.engine.notices import Notices
from trayapp.engine.past_verbs import PastVerbs
from trayapp.engine.price_verbs import PriceVerbs
from trayapp.engine.pricebook import Shelf
from trayapp.engine.prices import Prices
from trayapp.engine.projects import Projects
from trayapp.engine.report_verbs import ReportVerbs
from trayapp.engine.reportways import Ways, wanted
from trayapp.engine.router import Router
from trayapp.engine.routing_verbs import RoutingVerbs
from trayapp.engine.tariff import Tariff
from trayapp.engine.team_verbs import TeamVerbs
from trayapp.engine.teamrules import TeamRules
from trayapp.engine.teamsync import TeamSync
from trayapp.engine.tokens.counter import Counter
from trayapp.engine.verbs import Verbs
from trayapp.engine.waste_verbs import WasteVerbs
from trayapp.engine.wasteledger import WasteLedger
from trayapp.engine.windows import Windows
from trayapp.frontdoor import Door, Upstream
from trayapp.ledger import Ledger, LedgerError
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths, read_or_make_secret, write_private
from trayapp.pricing import BookError
from trayapp.proxy import ProxyServer
from trayapp.said import begun, say
from trayapp.team.terms import Terms
from trayapp.trouble import Trouble

log = logging.getLogger(__name__)

EXIT_LEDGER: Final = 10
EXIT_FOLDER: Final = 11
EXIT_BOOK: Final = 12
DRAIN_SECONDS: Final = 8.0
"""How long running answers may take to end after a stop. The guard kills after ten seconds."""


class Fatal(Exception):
    """The engine cannot start; the guard and the faces are told why."""

    def __init__(self, code: int, trouble: Trouble) -> None:
        super().__init__(trouble.title)
        self.code = code
        self.trouble = trouble


def run(sockets: Sequence[int], beat: int | None, life: int | None) -> int:
    """Run until stopped; the arguments are inherited file descriptors. Returns the exit code."""
    paths = places.find()
    error_file = paths.run / "engine.error.json"
    try:
        try:
            paths.make()
            error_file.unlink(missing_ok=True)
            _log_to(paths)
        except OSError as error:
            raise Fatal(EXIT_FOLDER, _unwritable(error)) from None
        asyncio.run(_serve(paths, [socket.socket(fileno=fd) for fd in sockets], Lifeline(beat, life)))
    except Fatal as fatal:
        print(f"{fatal.trouble.title}: {fatal.trouble.message} {fatal.trouble.fix}", file=sys.stderr)
        try:
            write_private(error_file, json.dumps(asdict(fatal.trouble)).encode())
        except OSError:
            pass  # It has been said on standard error.
        return fatal.code
    return 0


async def _serve(paths: Paths, sockets: list[socket.socket], lifeline: Lifeline) -> None:
    troubles: dict[str, Trouble] = {}
    chosen, routes = _settings(paths, troubles)
    ledger = _ledger(paths)
    try:
        shelf = _shelf(paths)
        port = sockets[0].getsockname()[1]
        facts = Facts(
            port=port,
            demo=is_demo(),
            troubles=lambda: (*troubles.values(), *ledger_troubles(ledger)),
        )
        glance = Glance(ledger, facts)
        habits = DayHabits(ledger, glance.changed)
        windows = Windows(paths.windows, habit=habits.of)
        facts.plan = windows.shown
        facts.month = MonthAhead(ledger).point
        door = Door(port, read_or_make_secret(paths.token), routes)
        install_key = read_or_make_secret(paths.install_key)

        def settled() -> None:
            router.after.written(all_of_them=bookings.closed)
            glance.settled()

        bookings = Bookings(ledger, settled)
        learned = Learned(paths.cache / NAME)
        afterwards = Afterwards(learned.calibration, Counter())
        notices = Notices(glance.changed)
        facts.notices = notices.shown
        router = Router(
            paths,
            install_key,
            learned.calibration,
            lambda: keeper.tariff,
            Listings(lambda: keeper.door),
            notices.add,
            glance.changed,
        )
        budgets = BudgetKeeper(
            BudgetSums(ledger),
            BudgetBook(paths.budgets),
            lambda now_s: windows.shown(now_s).windows,
            notices.add,
            glance.changed,
        )
        facts.budgets = budgets.shown
        router.thrift = budgets
        keeper = Gatekeeper(
            door,
            ledger,
            Tariff(shelf.found.book),
            glance,
            bookings,
            Projects(install_key),
            Credentials(install_key),
            learned.calibration,
            afterwards,
            windows,
            Keychain(paths, lifeline.hand_over, troubles, glance.changed),
            router,
            budgets,
        )
        stopped = asyncio.Event()
        agreed = Agreed(keeper, Drawdown(ledger), troubles, glance.changed)
        configuration = Configuration(paths, keeper, glance, troubles, agreed, shelf, budgets=budgets.take)
        router.team = teamrules = TeamRules(
            lambda: shelf.found.book, router.rulebook.resting, router.dearer, notices.add
        )
        keeper.allowed = teamrules.refusal

        def obey(terms: Terms) -> None:
            teamrules.terms = terms
            configuration.decide(terms)

        team = TeamSync(paths, port, ledger, shelf.public, obey, notices.add, troubles, glance.changed)
        facts.team = team.view
        budgets.pools = team.shown_pools

        def totals_changed() -> None:
            budgets.touch()
            team.touch()

        facts.settled = totals_changed
        prices = Prices(paths, ledger, keeper, glance, configuration, notices)
        configuration.take(chosen, routes)
        await configuration.ready()
        await budgets.begin()
        choosing = Choosing(router, ledger)
        facts.choices = choosing.made
        routing = RoutingVerbs(paths, choosing, configuration, Meant(router, keeper.projects))
        verbs = Verbs(paths, ledger, glance, keeper, configuration, stopped.set).table()
        verbs |= PriceVerbs(prices).table() | routing.table() | BudgetVerbs(paths, budgets, configuration).table()
        waste = WasteLedger(ledger, lambda: keeper.tariff.book, keeper.projects.mark)
        looking_into = insights(
            lambda: keeper.tariff.book, lambda _ledger: waste, lambda: configuration.chosen.repositories
        )
        reports = ReportVerbs(ledger, keeper, glance, choosing, budgets, looking_into)
        ways = Ways(paths, lambda: configuration.chosen)
        delivery = Delivery(
            paths.delivered, reports.of_week, ways.table(), troubles, glance.changed, reports.state_of_week
        )
        facts.week = lambda: delivery.week
        configuration.deliver = lambda settings: delivery.take(wanted(settings))
        if "settings" not in troubles:
            configuration.deliver(chosen)
        verbs |= reports.table() | MailVerbs(delivery, configuration).table()
        verbs |= WasteVerbs(ledger, waste, configuration).table()
        verbs |= PastVerbs(ledger, router.tariff).table()
        verbs |= TeamVerbs(paths, port, team).table()
        proxy = ProxyServer(keeper, inspect_limit=chosen.inspect_limit)
        control = ControlServer(paths.control, verbs, glance.listen, glance.unlisten)
        loop = asyncio.get_running_loop()
        if sys.platform != "win32":
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stopped.set)
        keeper.keychain.begin()
        await proxy.serve(sockets)
        await control.start()
        _rest_collector()
        lifeline.ready(stopped.set)
        log.info("engine ready on port %d", port)
        spool = asyncio.create_task(_import_spool(ledger, paths, glance))
        prices.begin()
        router.begin()
        team.begin()
        delivery.begin()
        looking = asyncio.create_task(led.watch(paths, port, troubles, glance.changed))
        ahead = asyncio.create_task(countingahead.count(waste, lambda: configuration.chosen.repositories))
        await stopped.wait()
        looking.cancel()
        ahead.cancel()
        log.info("engine stopping")
        proxy.stop_accepting()
        keeper.keychain.end()
        await proxy.drain(DRAIN_SECONDS)
        waste.close()
        await control.stop()
        glance.close()
        await proxy.close()
        bookings.flush()  # what is decided first: counting what is left may take a moment
        try:
            await afterwards.close()
        finally:
            bookings.flush()
        await learned.close()
        await delivery.close()
        await choosing.close()
        await budgets.close()
        await router.close()
        await windows.close()
        await habits.close()
        await prices.close()
        await team.close()
        await spool
        lifeline.stop()
    finally:
        ledger.close()


def _rest_collector() -> None:
    """What was made at the start stays for good: the cycle collector need not look at it again, nor so often.

    A call makes some hundred objects and almost no cycles; the default threshold of 700 would collect twice a call.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def _import_spool(ledger: Ledger, paths: Paths, glance: Glance) -> None:
    """Take in what the guard relayed while no engine ran."""
    try:
        if await asyncio.to_thread(ledger.import_unmetered, paths.spool):
            glance.settled()
    except Exception as error:  # noqa: BLE001  the lines stay and are read at the next start
        log.warning("the guard's spool could not be read: %s", type(error).__name__)


def _settings(paths: Paths, troubles: dict[str, Trouble]) -> tuple[settings.Settings, dict[str, Upstream]]:
    """The settings, or after damage the defaults with the last routes that worked: tools go on, the user is told."""
    try:
        chosen = settings.load(paths.settings)
    except settings.SettingsError as error:
        troubles["settings"] = error.trouble
        log.warning("the settings file is damaged; defaults and the last good routes are used")
        routes = settings.defaults().routes()
        try:
            last = json.loads(paths.routes.read_text("utf-8"))
            routes.update({vendor: Upstream.parse(url) for vendor, url in last.items()})
        except (OSError, ValueError, AttributeError, TypeError):
            pass
        return settings.defaults(), routes
    return chosen, chosen.routes()


def _ledger(paths: Paths) -> Ledger:
    try:
        return Ledger.open(paths.ledger, spool=paths.state / "late.jsonl")
    except LedgerError as error:
        trouble = Trouble(title=error.title, message=error.message, fix=error.fix, code="ledger")
        raise Fatal(EXIT_LEDGER, trouble) from None


def _shelf(paths: Paths) -> Shelf:
    try:
        return Shelf(paths)
    except (OSError, BookError) as error:
        trouble = Trouble(
            title=say("The price book cannot be read"),
            message=begun(error.message)
            if isinstance(error, BookError)
            else say("{filename}: {why}.", filename=error.filename, why=error.strerror),
            fix=say("Install Spendlight again."),
            code="price_book",
        )
        raise Fatal(EXIT_BOOK, trouble) from None


def ledger_troubles(ledger: Ledger) -> tuple[Trouble, ...]:
    """What the ledger has to tell the user."""
    problem = ledger.problem
    if problem is None:
        return ()
    return (
        Trouble(
            title=say("The ledger needs attention"),
            message=problem,
            fix=say("Calls go on meanwhile. `spendlight doctor` shows details."),
            code="ledger",
        ),
    )


def _unwritable(error: OSError) -> Trouble:
    return Trouble(
        title=say("A folder cannot be written"),
        message=say("{filename}: {why}.", filename=error.filename, why=error.strerror),
        fix=say("Make it writable, or set SPENDLIGHT_HOME to a folder that is."),
        code="read_only",
    )


def _log_to(paths: Paths) -> None:
    """A small rotating log of names, counts and states; text of calls has no way in."""
    target = paths.log / "spendlight.log"
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.handlers.RotatingFileHandler(target, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    faulthandler.enable()
