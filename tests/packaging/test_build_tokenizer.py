"""The packed tokenizer data is what its source was, and nothing else gets packed."""

from __future__ import annotations

import importlib.util
import lzma
from pathlib import Path
from types import ModuleType

import pytest

from trayapp.engine.tokens.ranks import HASHES


@pytest.fixture
def builder(repo: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_tokenizer", repo / "packaging" / "build_tokenizer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_builder_and_loader_expect_the_same(builder: ModuleType) -> None:
    assert builder.HASHES == HASHES


def test_the_shipped_files_are_up_to_date(
    builder: ModuleType, repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in HASHES:
        packed = repo / "resources" / "tokenizer" / f"{name}.tiktoken.xz"
        (tmp_path / f"{name}.tiktoken").write_bytes(lzma.decompress(packed.read_bytes()))
    assert builder.main(["--data", str(tmp_path), "--check"]) == 0
    assert "up to date" in capsys.readouterr().out


def test_another_file_is_refused(builder: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "o200k_base.tiktoken").write_bytes(b"YQ== 0\n")
    assert builder.main(["--data", str(tmp_path)]) == 1
    assert "expected 446a9538" in capsys.readouterr().err
    assert builder.main(["--data", str(tmp_path / "nowhere")]) == 1


def test_the_notice_ships_beside_them(repo: Path) -> None:
    notice = (repo / "resources" / "tokenizer" / "NOTICE.txt").read_text("utf-8")
    assert "MIT License" in notice
    assert all(value in notice for value in HASHES.values())
