"""The row on memory, and the process that it runs: ``python -m benchmarks.memory FILE``."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import files
from .rows import Medians, Outcome, Row
from .timing import Sample, process

EARLY, LATE = 1_000, 10_000
FLAT = 0.01
"""Growth of the resident memory between the two that is none."""
_TRACED = 1_000


def main() -> None:
    """Replay many times in this process; write what it holds early and late."""
    Path(sys.argv[1]).write_text(json.dumps(_held()), encoding="utf-8")


def _held() -> dict[str, float]:
    import stripe

    from pytest_stripe_contract.cassettes import Library
    from pytest_stripe_contract.replay import Replay, Settings

    library, settings = Library(Path.cwd()), Settings()
    client = stripe.StripeClient("sk_test_not_a_real_key")

    def replay() -> None:
        with Replay(library, ("mark_uncollectible_open",), settings):
            client.v1.invoices.mark_uncollectible(files.ID)

    held: dict[str, float] = {}
    for number in range(1, LATE + 1):
        replay()
        if number in (EARLY, LATE):
            gc.collect()
            held |= {f"rss {number}": _resident(), f"objects {number}": len(gc.get_objects())}
    tracemalloc.start()
    replay()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(_TRACED):
        replay()
    gc.collect()
    held["traced"] = tracemalloc.get_traced_memory()[0] - before
    return held


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    import resource

    return pages * resource.getpagesize()


def _prepare(folder: Path) -> Mapping[str, Sample]:
    result = folder / "held.json"
    run = process(("-m", "benchmarks.memory", result), Path.cwd())
    held: dict[str, float] = {}

    def early() -> float:
        run()
        held.update(json.loads(result.read_text(encoding="utf-8")))
        return held[f"rss {EARLY}"]

    return {
        "early": early,
        "late": lambda: held[f"rss {LATE}"],
        "objects": lambda: held[f"objects {LATE}"] - held[f"objects {EARLY}"],
        "traced": lambda: held["traced"] / _TRACED,
    }


def _judge(taken: Medians) -> Outcome:
    growth = taken["late"] / taken["early"] - 1
    figure = (
        f"{growth:+.1%} resident, {taken['objects']:+.0f} objects, "
        f"{taken['traced']:+.0f} bytes a replay"
    )
    flat = abs(growth) <= FLAT or growth < 0
    return Outcome(_mebibytes(taken["late"]), _mebibytes(taken["early"]), figure, flat)


def _mebibytes(size: float) -> str:
    return f"{size / 2**20:.1f} MiB"


def rows() -> Sequence[Row]:
    """Return the rows of this module."""
    what = f"memory after {LATE:,} replays in one process; after {EARLY:,}"
    return (Row("memory", what, "flat", 1, _prepare, _judge),)


if __name__ == "__main__":
    main()
