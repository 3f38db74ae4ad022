"""Folders become HMACs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trayapp.engine.projects import Projects


def test_same_folder_same_project_other_key_other_project() -> None:
    projects = Projects("key")
    assert projects.identify("/home/dev/api-server/") == projects.identify("/home/dev/api-server")
    assert projects.identify("/home/dev/api-server")[1] == "api-server"
    assert projects.identify("C:\\dev\\web") == (projects.identify("C:/dev/web")[0], "web")
    assert Projects("other").identify("/x")[0] != projects.identify("/x")[0]


@given(st.text(max_size=200))
def test_any_folder(folder: str) -> None:
    digest, name = Projects("k").identify(folder)
    assert len(digest) == 32
    assert name
    assert len(name) <= 80
    assert name.isprintable() or not any(c < " " for c in name)
