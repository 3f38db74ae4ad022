"""The wheel holds everything that runs, and little else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="needs hatchling: run packaging/check.py, which installs it")


def test_the_wheel_is_small_and_finds_its_resources(repo: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=repo, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size < 6_000_000
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(unpacked)
    tokenizer = {"NOTICE.txt", "cl100k_base.tiktoken.xz", "o200k_base.tiktoken.xz"}
    assert {f"trayapp/resources/tokenizer/{name}" for name in tokenizer} <= set(names)
    assert {f"trayapp/resources/routing/{name}" for name in ("weights.json", "evaluation.json")} <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"trayapp", "spendlight"}
    assert "spendlight = trayapp.cli:main" in next(unpacked.glob("*.dist-info/entry_points.txt")).read_text()
    code = "from trayapp.platform.resources import resource; print(resource('pricebook.json'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert Path(done.stdout.strip()).is_relative_to(unpacked)
