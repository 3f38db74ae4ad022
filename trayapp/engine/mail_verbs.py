"""What the engine does when a face asks for a mail: the last whole week's summary, now.

Rules: as in ``trayapp.engine.verbs``. It is sent because a person asks for it, so it changes nothing of what is written
down about Mondays.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trayapp.control import ControlError
from trayapp.engine.control_server import Verb
from trayapp.engine.delivery import UndeliveredError
from trayapp.engine.reportways import Ways
from trayapp.insight import mondays
from trayapp.insight.periods import Span
from trayapp.reports import Report
from trayapp.trouble import Trouble


@dataclass(slots=True)
class MailVerbs:
    """The engine's answers about mails."""

    ways: Ways
    make: Callable[[Span], Awaitable[Report]]

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {"mail_report": self.mail}

    async def mail(self, _: Mapping[str, Any]) -> Any:
        """Mail the last whole week's summary."""
        week = mondays.last(time.time_ns() // 1000, None)
        try:
            await self.ways.to_mail(await self.make(week))
        except UndeliveredError as error:
            raise ControlError(
                Trouble(
                    title="It was not mailed",
                    message=f"{error}",
                    fix="`spendlight mail` shows what is set; `spendlight config set` changes it.",
                    code="not_mailed",
                )
            ) from None
        return {"week": week.name, "to": str(self.ways.settings().values["report.mail_to"])}
