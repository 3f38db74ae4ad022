from __future__ import annotations

import pytest

from trayapp.platform.resources import resource


def test_a_packed_file_is_found() -> None:
    assert resource("pricebook.json").is_file()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        resource("no-such-file")
    assert caught.value.filename == "no-such-file"


@pytest.mark.parametrize("name", ["../pyproject.toml", "icons/../../x", "/etc/passwd"])
def test_no_name_leaves_the_folder(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a packed file"):
        resource(name)
