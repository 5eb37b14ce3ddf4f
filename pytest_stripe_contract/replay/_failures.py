"""What a replay found wrong, as texts: one a problem, its first line the whole of it in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..contract import Finding
from ._recording import Recording


@dataclass(frozen=True, slots=True)
class Observation:
    """What was found in one message of a call: ``subject`` says in which."""

    subject: str
    finding: Finding


def of_observations(observations: Iterable[Observation], *, strict: bool) -> Iterator[str]:
    """Messages that break the contract; those with the same findings are told together."""
    kinds = ("violation", "drift") if strict else ("violation",)
    by_subject: dict[str, list[Finding]] = {}
    for each in observations:
        if each.finding.kind in kinds:
            by_subject.setdefault(each.subject, []).append(each.finding)
    by_lines: dict[tuple[str, ...], list[str]] = {}
    for subject, findings in by_subject.items():
        broken = any(finding.kind == "violation" for finding in findings)
        verb = (
            "breaks the contract"
            if broken
            else "drifts from the contract, which is to be kept strictly"
        )
        lines = tuple(dict.fromkeys(map(str, findings)))
        by_lines.setdefault((verb, *lines), []).append(subject)
    for (verb, *told), subjects in by_lines.items():
        more = f" (and {len(subjects) - 1} more like it)" if len(subjects) > 1 else ""
        yield "\n  ".join([f"{subjects[0]} {verb}{more}", *told])


def of_unplayed(recording: Recording) -> str:
    """A recording that was played less often than it is to be."""
    times, plays = recording.times, recording.plays
    how_often = "never" if times == "any" else f"{plays} of {times} times"
    advice = f"say times={plays}" if plays else "say allow_unplayed=True"
    if not recording.cassette.is_shipped:
        advice += " or record anew (--stripe-record=rewrite)"
    return (
        f"played {how_often}: {recording}\n"
        f"  to do:    see that the code sends this request, or {advice} if it is right not to"
    )
