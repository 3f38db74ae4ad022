"""Plans with a flat price: which calls they cover, what they are called, what they cost a month.

Everything that knows vendors' plans lives here. A plan is *detected* by its traffic: the credential, the endpoint or
the path of a call says ``subscription`` (``trayapp.dialects.asker``). Nobody sells its price over the wire, so that
is typed once by the user.

Rules: pure. A typed plan covers the subscription calls of its vendor within its validity; one that names a
credential or a host covers those calls whatever they look like. Without a typed plan a detected one has the name in
``DETECTED``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from trayapp.pricing.contracts import Occasion

SUBSCRIPTION: Final = "subscription"
DETECTED: Final = {
    "anthropic": "claude",
    "openai": "chatgpt",
    "github-copilot": "github-copilot",
    "zai": "zai-coding",
    "moonshotai": "kimi-coding",
    "google": "gemini-code-assist",
}
"""The book's name of a seller to the name of its plan, as it is shown until the user gives another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan whose price the user has typed."""

    name: str
    vendor: str
    """The route's name or the book's name of the seller."""
    monthly_pico: int | None = None
    since_us: int | None = None
    until_us: int | None = None
    credential: str | None = None
    host: str | None = None

    @property
    def apart(self) -> bool:
        """Only its calls' rows tell that they were made on it: it is for one credential or one host."""
        return self.credential is not None or self.host is not None

    def covers(self, call: Occasion, account: str | None) -> bool:
        """Whether a call is made on it."""
        if self.vendor not in call.vendors or not self.holds(call.at_us):
            return False
        if not self.apart:
            return account == SUBSCRIPTION
        return self.credential in (None, call.credential) and self.host in (None, call.host)

    def holds(self, at_us: int) -> bool:
        """Whether it is paid for at a moment."""
        return (self.since_us is None or at_us >= self.since_us) and (self.until_us is None or at_us < self.until_us)


def name_of(plans: Iterable[Plan], call: Occasion, account: str | None) -> str | None:
    """The name of the plan that a call is made on, or ``None`` when it is made on none."""
    for plan in plans:
        if plan.covers(call, account):
            return plan.name
    return detected(call.vendors) if account == SUBSCRIPTION else None


def detected(vendors: Iterable[str]) -> str:
    """The name of a plan that only its traffic tells of; ``vendors`` as in ``Occasion``."""
    names = tuple(vendors)
    return next((DETECTED[name] for name in names if name in DETECTED), f"{names[0]}-plan")
