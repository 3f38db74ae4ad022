"""What the engine does when a face asks for a mail: the last whole week's summary, now.

Rules: as in ``trayapp.engine.verbs``. What arrives by hand does not go once more by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trayapp.control import ControlError
from trayapp.engine.configure import Configuration
from trayapp.engine.control_server import Verb
from trayapp.engine.delivery import Delivery, UndeliveredError
from trayapp.said import say
from trayapp.trouble import Trouble


@dataclass(slots=True)
class MailVerbs:
    """The engine's answers about mails."""

    delivery: Delivery
    configuration: Configuration

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {"mail_report": self.mail}

    async def mail(self, _: Mapping[str, Any]) -> Any:
        """Mail the last whole week's summary."""
        try:
            week = await self.delivery.send("mail")
        except UndeliveredError as error:
            raise ControlError(
                Trouble(
                    title=say("It was not mailed"),
                    message=error.why,
                    fix=say("`spendlight mail` shows what is set; `spendlight config set` changes it."),
                    code="not_mailed",
                )
            ) from None
        return {"week": week, "to": str(self.configuration.chosen.values["report.mail_to"])}
