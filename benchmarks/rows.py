"""The rows of the table: samples that are measured in turns, and the limit of their ratio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .timing import Sample

Medians = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a row: texts of three cells, and if it keeps its limit (None: no limit)."""

    ours: str
    peer: str
    figure: str
    reached: bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """``prepare`` writes what it needs to a folder and gives the samples, by name.

    ``judge`` takes the medians of these. ``rounds`` is how often, in turns, each is taken.
    """

    name: str
    what: str
    must: str
    rounds: int
    prepare: Callable[[Path], Mapping[str, Sample]]
    judge: Callable[[Medians], Outcome]


def ratio(limit: float) -> Callable[[Medians], Outcome]:
    """Judges ``ours`` by its ratio to ``peer``."""

    def judge(taken: Medians) -> Outcome:
        found = taken["ours"] / taken["peer"]
        return Outcome(
            seconds(taken["ours"]), seconds(taken["peer"]), f"{found:.2f} x", found <= limit
        )

    return judge


def above(base: str, limit: float) -> Callable[[Medians], Outcome]:
    """Judges what ``ours`` takes more than ``base`` does, by what ``peer`` takes more than that."""

    def judge(taken: Medians) -> Outcome:
        ours, peer = taken["ours"] - taken[base], taken["peer"] - taken[base]
        found = ours / peer
        return Outcome(seconds(ours), seconds(peer), f"{found:.2f} x", found <= limit)

    return judge


def shown(taken: Medians) -> Outcome:
    """Judges nothing: there is one figure, for comparison."""
    [value] = taken.values()
    return Outcome("", seconds(value), "", None)


def seconds(value: float) -> str:
    """Format a duration in a readable unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(value) >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-6:.2f} µs"
