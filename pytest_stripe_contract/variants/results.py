"""The results of a run's cases: where the code broke, and which changes the tests notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .._support.tables import align
from .cases import RECORDED

_HEAD = ("property", "variants", "broke at", "test")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one case of a test.

    ``changes`` has the JSON path and the label of each variation. ``broke_at`` is the line of the
    user's code that failed, or None. ``unfit`` is the reason why the variants could not be shown.
    """

    test: str
    case: str
    changes: tuple[tuple[str, str], ...]
    broke_at: str | None
    unfit: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON data, for a report of another process."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Outcome:
        """Return the outcome of JSON data; other keys are ignored."""
        changes = tuple((path, label) for path, label in data["changes"])
        return cls(data["test"], data["case"], changes, data["broke_at"], data["unfit"])


@dataclass(slots=True)
class Tally:
    """The outcomes of a run; a case that fails in several phases of its test counts once."""

    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> None:
        """Add the outcome of one phase of a case."""
        key = (outcome.test, outcome.case)
        known = self.outcomes.get(key)
        if known is None or known.broke_at is None:
            self.outcomes[key] = outcome

    def table(self, seed: str | None) -> Iterator[str]:
        """Return the lines of the summary: the number of variants, and where the code broke."""
        number = sum(outcome.case != RECORDED for outcome in self.outcomes.values())
        broken = [outcome for outcome in self._conclusive() if outcome.broke_at is not None]
        sampled = f" (sampled with seed {seed})" if seed else ""
        yield f"stripe variants: {number} run{sampled}, {len(broken) or 'none'} broke the code"
        rows = list(self._rows(broken))
        has_one_test = len({test for *_, test in rows}) == 1
        table = [_HEAD, *rows] if rows else []
        yield from (
            f"  {line}" for line in align([row[:-1] if has_one_test else row for row in table])
        )
        for test in self._failing_as_recorded():
            yield f"  {test} fails on the recorded answer too: fix that first"
        unfit = {each.test: each.unfit for each in self.outcomes.values() if each.unfit}
        yield from (f"  {test}: {reason}" for test, reason in unfit.items())

    def sensitivity(self) -> list[str]:
        """Return a line for each property: whether a test noticed a change, and which changes."""
        properties: dict[str, dict[str, bool]] = {}
        for outcome in self._conclusive():
            if len(outcome.changes) == 1:
                [(path, label)] = outcome.changes
                labels = properties.setdefault(path, {})
                labels[label] = labels.get(label, False) or outcome.broke_at is not None
        rows = []
        for path, labels in properties.items():
            noticed = [label for label, is_noticed in labels.items() if is_noticed]
            word = "noticed" if noticed else "unnoticed"
            rows.append((word, path, ", ".join(sorted(noticed or labels))))
        return list(align(sorted(rows)))

    def _failing_as_recorded(self) -> list[str]:
        recorded = (each for each in self.outcomes.values() if each.case == RECORDED)
        return [outcome.test for outcome in recorded if outcome.broke_at is not None]

    def _conclusive(self) -> list[Outcome]:
        """Return the outcomes of variants whose test passes on the recorded answer."""
        failing = self._failing_as_recorded()
        shown = (outcome for outcome in self.outcomes.values() if not outcome.unfit)
        return [each for each in shown if each.test not in failing and each.case != RECORDED]

    def _rows(self, broken: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
        """Yield single changes first, then the combinations that none of those explains."""
        singles: dict[tuple[str, str, str], dict[str, None]] = {}
        combined = []
        for outcome in broken:
            if len(outcome.changes) == 1:
                [(path, label)] = outcome.changes
                labels = singles.setdefault((path, outcome.broke_at or "", outcome.test), {})
                labels[label] = None
            else:
                combined.append(outcome)
        for (path, place, test), labels in sorted(singles.items()):
            yield path, ", ".join(sorted(labels)), place, test
        explained = {
            (test, path, label) for (path, _, test), labels in singles.items() for label in labels
        }
        for each in combined:
            if not any((each.test, path, label) in explained for path, label in each.changes):
                yield each.case, f"{len(each.changes)} at once", each.broke_at or "", each.test
