"""What was learned about tokens, on its way through a restart.

Everything that reads or writes ``estimate.json`` in the profile's cache folder lives here: numbers and names of models.
``kept`` says when it is written, ``Calibration.restore`` what of it is believed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from trayapp.engine.estimate import Calibration
from trayapp.engine.kept import Kept

NAME: Final = "estimate.json"
EVERY: Final = 300.0
_MOST: Final = 1 << 18
"""Bytes of a file that is ours."""


class Learned:
    """Keeps one calibration on disk. Use it on one event loop."""

    def __init__(self, path: Path, *, every: float = EVERY) -> None:
        self._file = Kept(path, self._contents, every=every)
        self.calibration = Calibration()
        """As it was kept, and from then on as it learns."""
        try:
            kept = json.loads(self._file.read(_MOST) or b"")
            if isinstance(kept, dict):
                self.calibration.restore(kept)
        except (ValueError, RecursionError):
            pass
        self.calibration.changed = self._file.changed

    async def close(self) -> None:
        """Write what is new; the engine ends."""
        await self._file.close()

    def _contents(self) -> bytes:
        return json.dumps(self.calibration.kept(), separators=(",", ":")).encode()
