"""The cases that a test is run for: the recorded answer, and each of its legal neighbours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from .. import installed
from ..errors import InvalidOption, UnknownName
from ..messages import Response
from ..renditions import NotShown
from . import neighbours
from .variation import KINDS, Variation

RECORDED = "recorded"

_ONLY_IF_NAMED = ("value",)
"""Kinds that change what a test may well assert: a recorded amount, a name."""


class Varied(Response):
    """A response of which something is otherwise than it was recorded, and legal."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is otherwise in one run of a test: nothing in the first, which is ``recorded``.

    ``lines`` names the release lines whose contract allows it.
    """

    name: str
    parts: tuple[Variation, ...]
    lines: frozenset[str]

    def __str__(self) -> str:
        return self.name

    def shown(self, response: Response, version: str) -> Response:
        """A response in an API version with this in it: a `Varied`, or itself if nothing fits.

        `renditions.NotShown` if the case was not made for that version's release line.
        """
        line = installed.resolve(version).name
        if self.parts and line not in self.lines:
            made_for = ", ".join(sorted(self.lines))
            problem = (
                f"its variants are of {made_for}; say api_version={version!r} in stripe_replay"
            )
            raise NotShown(version, problem)
        try:
            changed = self.applied(response.json(), line)
        except ValueError:
            changed = None
        if changed is None:
            return response
        headers = response.headers.copy()
        headers.pop("Content-Encoding", None)
        return Varied(response.status, headers, json.dumps(changed).encode(), response.reason)

    def applied(self, payload: Any, line: str) -> Any:
        """A copy of an answer's payload with all parts that are legal in it; None if none is."""
        shown = payload
        for part in self.parts:
            changed = neighbours.varied(shown, part, line)
            shown = shown if changed is None else changed
        return None if shown is payload else shown


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded answer that cases are made of: its payload as a release line shows it."""

    payload: Any
    line: str
    keeps_status: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which variations are wanted: by kind, by JSON path (with all below it), or by name."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    values: bool = False
    """Whether those of the kind ``value`` are among them unless the others say so."""

    @classmethod
    def of(cls, only: object = None, exclude: object = None, *, values: bool = False) -> Selection:
        """The selection of a marker; `InvalidOption` for what is no name."""
        return cls(_terms("only", only), _terms("exclude", exclude), values)

    def pick(self, found: Sequence[Variation]) -> list[Variation]:
        """Those that are wanted; `UnknownName` for a name that fits none."""
        for term in (*self.only, *self.exclude):
            if term not in KINDS and not any(_fits(term, each) for each in found):
                paths = dict.fromkeys(each.json_path for each in found)
                raise UnknownName("kind or place of a variation", term, [*KINDS, *paths])
        return [each for each in found if self._wants(each)]

    def _wants(self, variation: Variation) -> bool:
        if any(_fits(term, variation) for term in self.exclude):
            return False
        if self.only:
            return any(_fits(term, variation) for term in self.only)
        return self.values or variation.kind not in _ONLY_IF_NAMED


def cases(answers: Iterable[Answer], selection: Selection, *, pairs: bool = False) -> list[Case]:
    """The cases of a test that gets these answers: a variation holds in all that it fits."""
    answers = list(answers)
    lines = frozenset(answer.line for answer in answers)
    found: dict[str, Variation] = {}
    for each in answers:
        for variation in neighbours.of(each.payload, each.line, keeps_status=each.keeps_status):
            found.setdefault(str(variation), variation)
    wanted = selection.pick(list(found.values()))
    made = [Case(str(each), (each,), lines) for each in wanted]
    if pairs:
        from .pairs import combinations

        rows = enumerate(combinations(wanted), 1)
        made += [Case(f"pairs-{number}", row, lines) for number, row in rows]
    return [Case(RECORDED, (), lines), *made]


def sample(made: Sequence[Case], size: int, seed: str) -> list[Case]:
    """The recorded case, and so many of the others, in their order; the same for the same seed."""
    recorded, *others = made
    numbers = Random(seed).sample(range(len(others)), min(size, len(others)))  # noqa: S311
    return [recorded, *(others[number] for number in sorted(numbers))]


def _terms(option: str, said: object) -> tuple[str, ...]:
    terms = (said,) if isinstance(said, str) else said or ()
    if not isinstance(terms, (tuple, list, set, frozenset)) or not all(
        isinstance(term, str) for term in terms
    ):
        raise InvalidOption(option, said, "kinds of variation or JSON paths, each a text")
    return tuple(re.sub(r"\[\d+\]", "[*]", term) for term in terms)


def _fits(term: str, variation: Variation) -> bool:
    path = variation.json_path
    inside = path.startswith(term) and path[len(term) : len(term) + 1] in ("", ".", "[")
    return term in (variation.kind, str(variation)) or (term.startswith("$") and inside)
