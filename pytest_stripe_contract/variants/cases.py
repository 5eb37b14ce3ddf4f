"""The cases that a test is run for: the recorded answer, and each of its legal neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, partial
from random import Random
from typing import Any

from ..cassettes import ConversionError
from ..errors import InvalidOption, UnknownName
from ..messages import Response
from ..stripe_api import resolve
from . import _generate
from ._pairwise import combinations
from ._variation import KINDS, Variation

RECORDED = "recorded"

_SHOWN = 8
"""Of the names that there are, an error tells so many."""

_ONLY_IF_NAMED = ("value",)
"""Kinds that change what a test may well assert: a recorded amount, a name."""


class Unfit(ConversionError):
    """An answer in another API version than the variants of its test were made for."""

    def __init__(self, version: str, made_for: Iterable[str]) -> None:
        self.made_for = tuple(made_for)
        super().__init__(version, f"its variants are of {', '.join(self.made_for)}")
        self.args = (version, self.made_for)
        self.advice = f"say stripe_replay(…, api_version={version!r}): the code asks for that one"


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

        `Unfit` if the case was not made for that version's release line.
        """
        line = resolve(version).name
        if self.parts and line not in self.lines:
            raise Unfit(version, sorted(self.lines))
        try:
            changed = self.applied(response.json(), line)
        except (ValueError, RecursionError):
            changed = None
        if changed is None:
            return response
        shown = response.with_payload(changed)
        return Varied(shown.status, shown.headers, shown.body, shown.reason)

    def applied(self, payload: Any, line: str) -> Any:
        """A copy of an answer's payload with all parts that are legal in it; None if none is."""
        return _with(payload, self.parts, line)[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded answer that cases are made of: its payload as a release line shows it.

    ``limit`` is how many items the request asked for, if it is a list.
    """

    payload: Any
    line: str
    keeps_status: bool
    limit: int | None = None

    def variations(self, *, with_values: bool = True) -> list[Variation]:
        """Those that are legal: a page that is full has no item more.

        Other values take the longest to make, as much follows from them.
        """
        found = _generate.of(
            self.payload, self.line, keeps_status=self.keeps_status, with_values=with_values
        )
        if self.limit is None or len(self.payload["data"]) < self.limit:
            return list(found)
        return [each for each in found if (each.kind, each.path) != ("longer", ("data",))]


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
        """Those that are wanted; `UnknownName` for a name that no release line knows."""
        for term in (*self.only, *self.exclude):
            if not any(_fits(term, each) for each in found) and not _is_known(term):
                known = dict.fromkeys(each.json_path for each in found)
                nearest = get_close_matches(term, [*KINDS, *known], n=_SHOWN, cutoff=0)
                raise UnknownName("kind or place of a variation", term, nearest)
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
        for variation in each.variations(with_values=selection.values or bool(selection.only)):
            found.setdefault(str(variation), variation)
    wanted = selection.pick(list(found.values()))
    made = [Case(str(each), (each,), lines) for each in wanted]
    paired = [each for each in wanted if each.kind not in _ONLY_IF_NAMED]
    rows = combinations(paired, partial(_stand, answers)) if pairs else []
    for number, row in enumerate(rows, 1):
        seen = {str(part) for each in answers for part in _seen(each, row)}
        parts = tuple(part for part in row if str(part) in seen)
        made.append(Case(f"pairs-{number}", parts, lines))
    return [Case(RECORDED, (), lines), *made]


def _with(payload: Any, parts: Iterable[Variation], line: str) -> tuple[Any, list[Variation]]:
    """A copy of a payload with those parts that are legal in it, and which those are.

    None instead of a payload, if there is none.
    """
    shown, taken = payload, []
    for part in parts:
        changed = _generate.varied(shown, part, line)
        if changed is not None:
            shown = changed
            taken.append(part)
    return (shown if taken else None), taken


def _seen(answer: Answer, parts: Iterable[Variation]) -> list[Variation]:
    """Which of the changes can be seen once all are made: one may have another follow."""
    shown, taken = _with(answer.payload, parts, answer.line)
    return [part for part in taken if part.is_in(shown)]


def _stand(answers: Sequence[Answer], one: Variation, other: Variation) -> bool:
    """Whether two changes that rules may be about can be seen together in one of the answers."""
    if not (one.is_ruled or other.is_ruled):
        return True
    both = [one, other]
    return any(_seen(each, both) == both for each in answers)


def sample(made: Sequence[Case], size: int, seed: str) -> list[Case]:
    """The recorded case, and so many of the others, in their order; the same for the same seed."""
    recorded, *others = made
    numbers = Random(seed).sample(range(len(others)), min(size, len(others)))  # noqa: S311
    return [recorded, *(others[number] for number in sorted(numbers))]


def _terms(option: str, said: object) -> tuple[str, ...]:
    expected = "kinds of variation or JSON paths, each a text"
    terms: Any = (said,) if isinstance(said, str) else said
    if terms is None:
        return ()
    is_listed = isinstance(terms, (tuple, list, set, frozenset))
    if not is_listed or not terms or not all(isinstance(term, str) for term in terms):
        raise InvalidOption(option, said, expected)
    return tuple(map(_term, terms))


def _term(said: str) -> str:
    """A kind, a JSON path, or a case's name, as it stands; a path may lack its beginning."""
    if said in KINDS or "=" in said:
        return said
    path = re.sub(r"\[\d+\]", "[*]", said)
    return path if path.startswith("$") else f"$.{path}"


def _fits(term: str, variation: Variation) -> bool:
    return term in (variation.kind, str(variation)) or _is_at(term, variation.json_path)


def _is_at(term: str, path: str) -> bool:
    """Whether a JSON path is that of a term, or leads to something below it."""
    return path.startswith(term) and path[len(term) : len(term) + 1] in ("", ".", "[")


@cache
def _is_known(term: str) -> bool:
    """Whether it is a kind, or a place of any answer in any release line."""
    place = term.partition("=")[0]
    term = place if place.startswith("$") else f"$.{place}"
    return place in KINDS or any(_is_at(term, path) for path in _generate.known_paths())
