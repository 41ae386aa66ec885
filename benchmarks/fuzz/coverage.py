"""The same readers under atheris, which looks for inputs that reach new code: ``python -m benchmarks.fuzz.coverage --only Exif``.

Atheris is no dependency of the project: ``make fuzz-coverage`` installs it for one run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["knowledge", "handlers", "bot"]):
    from benchmarks.fuzz.targets import Target, targets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", required=True, help="the name of a target")
    parser.add_argument("--runs", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rongcuo-fuzz-") as folder:
        found = [one for one in targets(Path(folder)) if one.name == given.only]
        if not found:
            parser.error(f"no target {given.only}")
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(found[0].seeds):
            (corpus / str(number)).write_bytes(seed.encode() if isinstance(seed, str) else seed)
        atheris.Setup([sys.argv[0], f"-atheris_runs={given.runs}", "-max_len=4096", str(corpus)], _feeding(found[0]))
        atheris.Fuzz()


def _feeding(target: Target) -> Any:
    is_text = isinstance(target.seeds[0], str)

    def feed(data: bytes) -> None:
        try:
            target.run(data.decode("utf-8", "ignore") if is_text else data)
        except target.refuses:
            return

    return feed


if __name__ == "__main__":
    main()
