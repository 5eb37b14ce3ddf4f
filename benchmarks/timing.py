"""Samples taken in turns, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

Sample = Callable[[], float]
"""Does the thing once, and gives what it took, in seconds (or in whatever the row counts)."""

_ENOUGH = 0.02
"""Seconds that one sample of something short lasts at least."""


def in_turns(
    samples: Mapping[str, Sample], rounds: int, tick: Callable[[], None]
) -> dict[str, float]:
    """Return the median of each sample over the rounds (ABBA…); the order turns each round."""
    taken: dict[str, list[float]] = {name: [] for name in samples}
    names = list(samples)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(samples[name]())
        tick()
    return {name: median(values) for name, values in taken.items()}


def per_call(does: Callable[[], object]) -> Sample:
    """Return a sample of a fast function: the mean over as many calls as the clock needs."""
    does()
    started = time.perf_counter()
    does()
    calls = max(1, min(100_000, int(_ENOUGH / max(time.perf_counter() - started, 1e-7))))

    def sample() -> float:
        gc.collect()
        gc.disable()
        started = time.perf_counter()
        for _ in range(calls):
            does()
        taken = (time.perf_counter() - started) / calls
        gc.enable()
        return taken

    return sample


def process(
    command: Sequence[str | Path],
    folder: Path,
    result: Path | None = None,
    *,
    with_plugins: bool = False,
    finds: bool = False,
) -> Sample:
    """Return a sample of a whole Python process: its wall clock, or the number in ``result``.

    With ``with_plugins``, pytest loads the plugins that are installed, else those it is told. With
    ``finds``, it ends with 1, as it is to find something.
    """
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    environment.pop("PYTEST_ADDOPTS", None)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each run compiles all that it imports
    if not with_plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

    def sample() -> float:
        started = time.perf_counter()
        done = subprocess.run(  # noqa: S603 (our own)
            [sys.executable, *map(str, command)],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        taken = time.perf_counter() - started
        if done.returncode != int(finds):
            said = done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:]
            raise RuntimeError(f"{command}: {said}")
        return taken if result is None else float(result.read_text())

    return sample
