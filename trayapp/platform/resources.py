"""Where the files that ship with Spendlight are: price book, icons, fonts.

Everything that finds a packed file lives here. In the wheel they lie in ``trayapp/resources``; in a checkout, also
one that is installed for editing, in ``resources`` beside the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_FOLDERS: Final = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def resource(name: str) -> Path:
    """The path of a packed file or folder, e.g. ``resource("pricebook.json")`` or ``resource("icons/tray.svg")``.

    Raises:
        FileNotFoundError: no such file is packed; ``filename`` names it. The installation is damaged.
        ValueError: the name leaves the folder.
    """
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(f"{name!r} is not the name of a packed file")
    for folder in _FOLDERS:
        path = folder / name
        if path.exists():
            return path
    raise FileNotFoundError(2, "not among Spendlight's packed files", name)
