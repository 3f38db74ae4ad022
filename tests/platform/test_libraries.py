"""Which libraries are asked for, and which packages are named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.platform import libraries

ALL = {library.soname for library in libraries.LIBRARIES}


def loader(*, lacking: set[str]) -> Callable[[str], object]:
    """A machine without the libraries in ``lacking``."""

    def dlopen(soname: str) -> object:
        if soname in lacking:
            raise OSError(f"{soname}: cannot open shared object file")
        return object()

    return dlopen


@given(st.sets(st.sampled_from(sorted(ALL))), st.sets(st.sampled_from(libraries.ALL_LAYERS)))
def test_exactly_what_is_missing_is_named(lacking: set[str], layers: set[str]) -> None:
    missing = libraries.missing_libraries(layers, loader(lacking=lacking))
    assert {m.soname for m in missing} == {
        library.soname for library in libraries.LIBRARIES if library.soname in lacking and library.layer in layers
    }


def test_the_table_is_well_formed() -> None:
    assert len(ALL) == len(libraries.LIBRARIES)
    assert {library.layer for library in libraries.LIBRARIES} == set(libraries.ALL_LAYERS)
    for library in libraries.LIBRARIES:
        assert re.fullmatch(r"lib[\w+-]+(?:\.\d+)?[\w.-]*\.so\.\d+", library.soname)
        assert all((library.apt, library.dnf, library.pacman))


@pytest.mark.parametrize(
    ("env", "layers"),
    [
        ({}, ()),
        ({"DISPLAY": ":0"}, ("base", "xcb")),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ("base", "wayland")),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ("base", "xcb", "wayland")),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, ("base",)),
        ({"QT_QPA_PLATFORM": "xcb:x=1", "WAYLAND_DISPLAY": "w"}, ("base", "xcb")),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, ("base", "wayland")),
    ],
)
def test_layers_of_a_session(env: dict[str, str], layers: tuple[str, ...]) -> None:
    assert libraries.wanted_layers(env) == layers


@pytest.mark.parametrize("manager", ["apt", "dnf", "pacman"])
def test_the_install_line_names_each_package_once(manager: str) -> None:
    line = libraries.install_line(["b", "a", "b"], manager)
    assert line.split()[-2:] == ["a", "b"]
    assert line.count(" b") == 1


def test_no_packages_or_no_manager_is_no_line() -> None:
    assert libraries.install_line([], "apt") == ""
    assert libraries.install_line(["a"], None) == ""


def test_fonts_are_found_below_a_data_folder(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path / "share")}
    folder = tmp_path / "share" / "fonts" / "truetype"
    assert folder.parent in libraries.font_folders(env)
    assert not libraries.has_font(folder.parent)
    folder.mkdir(parents=True)
    (folder / "README").write_text("")
    assert not libraries.has_font(folder.parent)
    (folder / "A.TTF").write_text("")
    assert libraries.has_font(folder.parent)
