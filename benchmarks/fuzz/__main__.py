"""Run the fuzzing: ``python -m benchmarks.fuzz [--inputs 100000] [--seed 1] [--only NAME] [--quick]``.

Each input follows from the seed, the target and its number, so that a find can be made again:
``--only "deadlines" --from 1234 --inputs 1``. Writes ``benchmarks/results/fuzz.json`` unless ``--quick`` or ``--only``.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.fuzz.mutations import bytes_of, text_of
from benchmarks.fuzz.targets import Target, targets
from benchmarks.surroundings import RESULTS, surroundings

HANGS = 30
"""Seconds of the clock after which an input hangs."""


class Hung(BaseException):
    """It takes far too long."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--from", type=int, default=0, dest="start")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the inputs, nothing is written")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _hung)
    with tempfile.TemporaryDirectory(prefix="rongcuo-fuzz-") as folder:
        chosen = [one for one in targets(Path(folder)) if given.only in ("", one.name)]
        shares = sum(one.share for one in chosen)
        inputs = given.inputs // 100 if given.quick else given.inputs
        found = [_fuzz(one, -(-inputs * one.share // shares), given.seed, given.start) for one in chosen]
    whole = {
        "date": time.strftime("%Y-%m-%d"),
        "seed": given.seed,
        "inputs": sum(one["inputs"] for one in found),
        "finds": sum(len(one["finds"]) for one in found),
        "targets": found,
    }
    print(f"{whole['inputs']} inputs, {whole['finds']} finds")
    if not given.quick and not given.only:
        around = surroundings()
        whole |= {name: around[name] for name in ("date", "cores", "cpu", "python", "commit")}
        (RESULTS / "fuzz.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if whole["finds"] else 0


def _fuzz(target: Target, count: int, seed: int, start: int) -> dict[str, Any]:
    """Feed one target; a find is told once for each place where it comes up."""
    finds: dict[str, dict[str, Any]] = {}
    refused: Counter[str] = Counter()
    slowest, began = 0.0, time.process_time()
    make = text_of if isinstance(target.seeds[0], str) else bytes_of
    for number in range(start, start + count):
        rng = random.Random(f"{seed}/{target.name}/{number}")
        data = make(rng, target.seeds)  # type: ignore[arg-type]
        at = time.process_time()
        signal.alarm(HANGS)
        try:
            target.run(data)
        except target.refuses as refusal:
            refused[type(refusal).__name__] += 1
        except (Exception, Hung) as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            if place not in finds:
                finds[place] = {"what": place, "number": number, "message": str(error)[:200]}
                print(f"{target.name} #{number}: {place}: {str(error)[:200]}", file=sys.stderr, flush=True)
        finally:
            signal.alarm(0)
        slowest = max(slowest, time.process_time() - at)
    took = time.process_time() - began
    print(
        f"{target.name}: {count} inputs, {sum(refused.values())} refused, {len(finds)} finds, {took:.0f} s", flush=True
    )
    return {
        "name": target.name,
        "inputs": count,
        "refused": sum(refused.values()),
        "finds": list(finds.values()),
        "slowest_ms": round(slowest * 1000, 1),
        "seconds": round(took, 1),
    }


def _hung(*_: object) -> None:
    raise Hung(f"no answer within {HANGS} s")


if __name__ == "__main__":
    sys.exit(main())
