"""What a settings file says that nobody can use, section by section, as whoever obeys it would say.

Rules: nothing is changed; a file that cannot be read at all is one trouble, and its sections are not looked at.
"""

from __future__ import annotations

from trayapp import settings
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble


def troubles(paths: Paths) -> list[Trouble]:
    """Everything that is wrong with the file."""
    from trayapp import currency
    from trayapp.engine.pricebook import trouble
    from trayapp.pricing import BookError
    from trayapp.pricing.agreements import read as read_agreements
    from trayapp.pricing.own import entry_from

    try:
        chosen = settings.load(paths.settings)
    except settings.SettingsError as error:
        return [error.trouble]
    found: list[Trouble] = []

    try:
        read_agreements(chosen.sections)
    except BookError as error:
        found.append(trouble(error, "bad_agreement"))
    try:
        for raw in chosen.sections.get("prices", ()):
            entry_from(raw)
    except BookError as error:
        found.append(trouble(error, "bad_price"))
    try:
        currency.read(chosen.currency, chosen.sections.get("currency") or ())
    except currency.CurrencyError as error:
        found.append(
            Trouble(
                title="A currency's rate cannot be used",
                message=f"{str(error)[:1].upper()}{str(error)[1:]}.",
                fix="Correct it in the settings.",
                code="bad_currency",
            )
        )
    return found
