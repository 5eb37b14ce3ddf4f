"""What the cases of a run came to: where code broke, and what the tests notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._support.tables import align
from .cases import RECORDED

_HEAD = ("property", "variants", "broke at", "in")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case of a test went.

    ``parts`` has the JSON path of each place that was changed, and what was there then;
    ``broke_at`` is the line of the user's code that failed, None if none did; ``unfit`` says why
    its variants could not be shown at all.
    """

    test: str
    case: str
    parts: tuple[tuple[str, str], ...]
    broke_at: str | None
    unfit: str | None = None

    def as_data(self) -> dict[str, Any]:
        """The outcome as what a report can carry from one process to another."""
        return {
            "test": self.test,
            "case": self.case,
            "parts": [list(part) for part in self.parts],
            "broke_at": self.broke_at,
            "unfit": self.unfit,
        }

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Outcome:
        """The outcome that such data are of."""
        parts = tuple((path, what) for path, what in data["parts"])
        return cls(data["test"], data["case"], parts, data["broke_at"], data["unfit"])


@dataclass(slots=True)
class Tally:
    """The outcomes of a run; a case that fails in several phases of its test counts once."""

    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> None:
        """Take in what one report says of a case."""
        key = (outcome.test, outcome.case)
        known = self.outcomes.get(key)
        if known is None or known.broke_at is None:
            self.outcomes[key] = outcome

    def table(self, seed: str | None) -> Iterator[str]:
        """For the end of a run: how many ran, and what the code broke on."""
        ran = [each for each in self.outcomes.values() if each.case != RECORDED]
        broken = [each for each in self._sound() if each.broke_at is not None]
        sampled = f" (sampled with seed {seed})" if seed else ""
        failed = f"the code broke on {len(broken)}" if broken else "the code broke on none"
        yield f"stripe variants: {len(ran)} ran{sampled}; {failed}"
        table = _without_last_if_same(list(self._rows(broken)))
        yield from (f"  {line}" for line in align(table))
        for test in self._failing():
            yield f"  {test} fails on the recorded answer too: see to that first"
        unfit = {each.test: each.unfit for each in self.outcomes.values() if each.unfit}
        yield from (f"  {test}: {why}" for test, why in unfit.items())

    def sensitivity(self) -> list[str]:
        """A line a property: whether any test noticed that it changed, and by which changes."""
        changed: dict[str, dict[str, bool]] = {}
        for each in self._sound():
            for path, what in each.parts if len(each.parts) == 1 else ():
                whats = changed.setdefault(path, {})
                whats[what] = whats.get(what, False) or each.broke_at is not None
        rows = []
        for path, whats in changed.items():
            noticed = [what for what, was_noticed in whats.items() if was_noticed]
            told = ", ".join(sorted(noticed or whats))
            rows.append(("noticed" if noticed else "unnoticed", path, told))
        return list(align(sorted(rows)))

    def _failing(self) -> list[str]:
        """The tests that fail whatever the answer."""
        recorded = (each for each in self.outcomes.values() if each.case == RECORDED)
        return [each.test for each in recorded if each.broke_at is not None]

    def _sound(self) -> list[Outcome]:
        failing = self._failing()
        known = (each for each in self.outcomes.values() if not each.unfit)
        return [each for each in known if each.test not in failing and each.case != RECORDED]

    def _rows(self, broken: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
        """The single changes first, then the combinations that none of those explains."""
        singles = {(each.test, each.parts[0]) for each in broken if len(each.parts) == 1}
        table: dict[tuple[str, str, str], dict[str, None]] = {}
        for each in broken:
            if len(each.parts) == 1:
                [(path, what)] = each.parts
                table.setdefault((path, each.broke_at or "", each.test), {})[what] = None
        for (path, place, test), whats in sorted(table.items()):
            yield path, ", ".join(sorted(whats)), place, test
        for each in broken:
            if len(each.parts) > 1 and not any((each.test, part) in singles for part in each.parts):
                yield each.case, f"{len(each.parts)} at once", each.broke_at or "", each.test


def _without_last_if_same(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows below their head; which test it was is told if there are several."""
    table = [_HEAD, *rows] if rows else []
    return [row[:-1] for row in table] if len({row[-1] for row in rows}) == 1 else table
