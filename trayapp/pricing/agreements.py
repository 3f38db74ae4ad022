"""What a user wrote about contracts, pools and plans, read and checked.

Everything that turns ``[[contracts]]``, ``[[pools]]`` and ``[[plans]]`` into values lives here; ``spendlight cost``
reads its lines' ``contract`` with the same function.

Rules:

* the sections are accepted whole or refused whole: an unknown field, a wrong number, a name given twice raise
  ``BookError``, which says which entry it is and what to do. An agreement that is only half understood would price
  calls by the list as if it were the contract;
* entries keep their order; the first match wins. Pools are asked before contracts, plans before both;
* a date is midnight in the entry's ``zone``, UTC unless one is said. A pool's dates are dates only: it is counted in
  whole days;
* amounts and factors may be texts or numbers; a number of TOML is taken by its shortest decimal text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from trayapp.moments import micros
from trayapp.money import PICO
from trayapp.pricing.book import BookError
from trayapp.pricing.contracts import FIX, Contract, Occasion, contract, first
from trayapp.pricing.plans import Plan, name_of
from trayapp.pricing.pools import CYCLES, Pool
from trayapp.said import say

TITLE: Final = say("An agreement cannot be used")
SECTIONS: Final = ("contracts", "pools", "plans")
_MOST: Final = Decimal(10) ** 9
_MATCH: Final = ("provider", "model", "credential", "project", "host")
_PRICE: Final = ("multiplier", "rates", "discount")
_SPELLINGS: Final = {
    "key": "credential",
    "valid_from": "from",
    "valid_to": "to",
    "discount_by_component": "discount",
}
"""Other names that the same field may have, as in ``spendlight cost``'s lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreements:
    """All that was agreed, in order."""

    contracts: tuple[Contract, ...] = ()
    pools: tuple[Pool, ...] = ()
    plans: tuple[Plan, ...] = ()
    readable: bool = True
    """Whether what the user wrote is known. If it is not, no contract's amount is known either."""

    @property
    def none(self) -> bool:
        """Whether the list price is all there is."""
        return self.readable and not (self.contracts or self.pools or self.plans)

    @property
    def apart(self) -> tuple[str, ...]:
        """The names of plans that are told from a vendor's other plan by their rows alone."""
        return tuple(dict.fromkeys(plan.name for plan in self.plans if plan.apart))

    def contract(self, call: Occasion) -> Contract | None:
        """The contract that covers a call."""
        return first(self.contracts, call)

    def pool(self, call: Occasion) -> Pool | None:
        """The pool that a call draws on."""
        return next((pool for pool in self.pools if pool.covers(call)), None)

    def plan(self, call: Occasion, account: str | None) -> str | None:
        """The name of the plan that a call is made on."""
        return name_of(self.plans, call, account)


UNREADABLE: Final = Agreements(readable=False)
"""Something was agreed, nobody knows what."""


def read(sections: Mapping[str, Any]) -> Agreements:
    """Read the sections of the settings file.

    Raises:
        BookError: an entry cannot be used.
    """
    made = Agreements(
        contracts=tuple(_each(sections, "contracts", read_contract)),
        pools=tuple(_each(sections, "pools", _pool)),
        plans=tuple(_each(sections, "plans", _plan)),
    )
    seen: set[str] = set()
    for name in (*(c.name for c in made.contracts), *(p.name for p in made.pools), *{p.name for p in made.plans}):
        if name is not None and name in seen:
            raise BookError(
                say("two agreements are called {name!r}.", name=name), title=TITLE, fix=say("Give one another name.")
            )
        seen.add(name or "")
    return made


def _each(sections: Mapping[str, Any], section: str, make: Callable[[Mapping[str, Any], str], Any]) -> list[Any]:
    made = []
    for number, entry in enumerate(sections.get(section) or (), start=1):
        name = entry.get("name")
        default = f"{section.removesuffix('s')}-{number}"
        try:
            made.append(make(entry, name if isinstance(name, str) and name else default))
        except BookError as error:
            where = (
                say("number {number} in [[{section}]] ({name})", number=number, section=section, name=name)
                if isinstance(name, str)
                else say("number {number} in [[{section}]]", number=number, section=section)
            )
            raise BookError(
                say("{where}: {message}", where=where, message=error.message), title=TITLE, fix=FIX
            ) from None
    return made


def read_contract(entry: Mapping[str, Any], name: str | None = None) -> Contract:
    """One contract, as the settings or a line of ``spendlight cost`` say it.

    Raises:
        BookError: it cannot be used.
    """
    fields = _fields(entry, ("name", *_MATCH, "from", "to", "zone", *_PRICE))
    zone = _zone(fields)
    return _contract(_label(fields, name), fields, moment(fields.get("from"), zone), moment(fields.get("to"), zone))


def _contract(
    name: str | None,
    fields: Mapping[str, Any],
    since_us: int | None,
    until_us: int | None,
    *,
    list_price: bool = False,
    price: Mapping[str, Any] | None = None,
) -> Contract:
    told = fields if price is None else price
    times, rates, discount = (told.get(field) for field in _PRICE)
    return contract(
        name=name,
        **{field: _text(fields, field) for field in _MATCH},
        since_us=since_us,
        until_us=until_us,
        times_list=None if times is None else str(times),
        usd_per_million=_numbers("rates", rates),
        discount=_numbers("discount", discount),
        list_price=list_price,
    )


def _pool(entry: Mapping[str, Any], name: str) -> Pool:
    own = ("name", "amount_usd", "period", "used_usd", "used_on", "over")
    fields = _fields(entry, (*own, *_MATCH, "from", "to", "zone", *_PRICE))
    zone = _zone(fields)
    label = _label(fields, name) or name
    since, until, used_on = (_day(fields, field, zone) for field in ("from", "to", "used_on"))
    cycle = fields.get("period", "once")
    if cycle not in CYCLES:
        raise BookError(say("its `period` has to be one of {cycles}.", cycles=", ".join(CYCLES)), title=TITLE, fix=FIX)
    amount = _usd(fields, "amount_usd")
    if not amount:
        raise BookError(say("it has to say its `amount_usd`, above 0."), title=TITLE, fix=FIX)
    used = _usd(fields, "used_usd") or 0
    if used and cycle != "once" and since is None and used_on is None:
        raise BookError(
            say("`used_usd` needs `used_on`, the day from which calls come on top of it."), title=TITLE, fix=FIX
        )
    over = fields.get("over")
    beyond: Contract | None = None
    if over is not None and over != "list":
        if not isinstance(over, Mapping):
            raise BookError(say('its `over` is neither "list" nor a table with a price.'), title=TITLE, fix=FIX)
        beyond = _contract(label, fields, since, until, price=_fields(over, _PRICE))
    return Pool(
        name=label,
        amount_pico=amount,
        inside=_contract(label, fields, since, until, list_price=True),
        over=beyond,
        cycle=cycle,
        zone=zone,
        used_pico=used,
        used_on_us=used_on,
    )


def _plan(entry: Mapping[str, Any], name: str) -> Plan:
    fields = _fields(entry, ("name", "vendor", "monthly_usd", "from", "to", "zone", "credential", "host"))
    zone = _zone(fields)
    vendor = _text(fields, "vendor")
    if vendor is None:
        raise BookError(say("it has to say its `vendor`."), title=TITLE, fix=FIX)
    credential, host = _text(fields, "credential"), _text(fields, "host")
    since, until = moment(fields.get("from"), zone), moment(fields.get("to"), zone)
    if since is not None and until is not None and since >= until:
        raise BookError(say("it ends before it begins."), title=TITLE, fix=FIX)
    return Plan(
        name=_label(fields, name) or name,
        vendor=vendor.lower(),
        monthly_pico=_usd(fields, "monthly_usd"),
        since_us=since,
        until_us=until,
        credential=None if credential is None else credential.lower(),
        host=None if host is None else host.lower(),
    )


def _fields(entry: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """The entry's fields under their one name, those of a ``match`` table among them."""
    match = entry.get("match")
    if match is not None and not isinstance(match, Mapping):
        raise BookError(say("its `match` is no table."), title=TITLE, fix=FIX)
    fields: dict[str, Any] = {}
    told: list[tuple[str, Any]] = [*entry.items(), *(match or {}).items()]
    for name, value in told:
        if name == "match" and value is match:
            continue
        field: str = _SPELLINGS.get(name, name)
        if field not in known:
            raise BookError(
                say("there is no `{name}` here. Known are {known}.", name=name, known=", ".join(known)),
                title=TITLE,
                fix=FIX,
            )
        if field in fields:
            raise BookError(say("it says `{field}` twice.", field=field), title=TITLE, fix=FIX)
        fields[field] = value
    return fields


def _label(fields: Mapping[str, Any], default: str | None) -> str | None:
    name = fields.get("name", default)
    if name is None:
        return None
    if not isinstance(name, str) or not 0 < len(name) <= 64 or not name.isprintable():
        raise BookError(say("its `name` has to be a text of 1 to 64 characters."), title=TITLE, fix=FIX)
    return name


def _text(fields: Mapping[str, Any], field: str) -> str | None:
    value = fields.get(field)
    if value is None:
        return None
    if isinstance(value, str) and 0 < len(value) <= 256:
        return value
    raise BookError(say("its `{field}` has to be a text.", field=field), title=TITLE, fix=FIX)


def _numbers(field: str, table: Any) -> dict[str, str] | None:
    if table is None:
        return None
    if not isinstance(table, Mapping):
        raise BookError(say("its `{field}` has to be a table of components.", field=field), title=TITLE, fix=FIX)
    return {name: str(value) for name, value in table.items()}


def _usd(fields: Mapping[str, Any], field: str) -> int | None:
    value = fields.get(field)
    if value is None:
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            raise InvalidOperation
        amount = Decimal(str(value))
        if not amount.is_finite() or not 0 <= amount <= _MOST or amount * PICO != int(amount * PICO):
            raise InvalidOperation
    except InvalidOperation:
        raise BookError(
            say("its `{field}` is {value!r}, which is no amount of USD.", field=field, value=value),
            title=TITLE,
            fix=FIX,
        ) from None
    return int(amount * PICO)


def _zone(fields: Mapping[str, Any]) -> tzinfo:
    name = fields.get("zone", "UTC")
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        raise BookError(
            say("its `zone` is {name!r}, a time zone that this system does not know.", name=name), title=TITLE, fix=FIX
        ) from None


def _day(fields: Mapping[str, Any], field: str, zone: tzinfo) -> int | None:
    value = fields.get(field)
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) != 10):
        raise BookError(say("its `{field}` has to be a date without a time.", field=field), title=TITLE, fix=FIX)
    return moment(value, zone)


def moment(value: Any, zone: tzinfo = UTC) -> int | None:
    """Epoch microseconds of a date, a time, an ISO text or epoch seconds; ``None`` stays ``None``.

    Raises:
        BookError: it is none of these.
    """
    if value is None:
        return None
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=zone)
        if isinstance(value, datetime):
            if value.tzinfo is None:
                value = value.replace(tzinfo=zone)
            return micros(value)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value < 10**11:
            return int(value * 10**6)
    except (ValueError, ArithmeticError):
        pass
    raise BookError(say("{value!r} is neither a date nor a time.", value=value), title=TITLE, fix=FIX)
