"""The cases of a test with variants: the recorded answer, and each of its legal variations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from ..cassettes import ConversionError
from ..errors import InvalidOption, UnknownName
from ..messages import Response
from ..stripe_api import resolve
from ._generate import apply_variation, known_paths, variations_of
from ._pairwise import combine
from ._variation import KINDS, Variation

RECORDED = "recorded"
"""The name of the case that changes nothing."""

_ONLY_IF_SELECTED = ("value",)
"""Kinds that change what a test may well assert, such as a recorded amount or name."""


class VersionMismatch(ConversionError):
    """An answer in another API version than the variants of its test were made for."""

    def __init__(self, version: str, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__(version, f"its variants were made for {', '.join(self.lines)}")
        self.args = (version, self.lines)
        self.advice = (
            f"write stripe_replay(…, api_version={version!r}): the code requests this version"
        )


class VariantResponse(Response):
    """A response that differs legally from the recorded one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a test, with ``variations`` of its answers: none in the first, ``recorded``.

    ``lines`` names the release lines under which they are legal.
    """

    name: str
    variations: tuple[Variation, ...]
    lines: frozenset[str]

    def __str__(self) -> str:
        return self.name

    def apply_to(self, response: Response, version: str) -> Response:
        """Return a `VariantResponse` in an API version; the same response if nothing fits it.

        Raises `VersionMismatch` if the case was not made for that version's release line.
        """
        line = resolve(version).name
        if self.variations and line not in self.lines:
            raise VersionMismatch(version, sorted(self.lines))
        try:
            changed = self.apply(response.json(), line)
        except (ValueError, RecursionError):
            changed = None
        if changed is None:
            return response
        variant = response.with_payload(changed)
        return VariantResponse(variant.status, variant.headers, variant.body, variant.reason)

    def apply(self, payload: Any, line: str) -> Any:
        """Return a copy of a payload with all variations that are legal in it; None without one."""
        return _apply_all(payload, self.variations, line)[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded answer: its payload in the form of a release line.

    With ``keeps_status`` an invoice keeps its status, as an endpoint sets it. ``limit`` is the
    number of items that the request of a list asks for.
    """

    payload: Any
    line: str
    keeps_status: bool
    limit: int | None = None

    def variations(self, *, with_values: bool = True) -> list[Variation]:
        """Return the legal variations; a full page gets no further item.

        The kind ``value`` takes the longest to generate; ``with_values=False`` leaves it out.
        """
        found = variations_of(
            self.payload, self.line, keeps_status=self.keeps_status, with_values=with_values
        )
        if self.limit is None or len(self.payload["data"]) < self.limit:
            return list(found)
        return [each for each in found if (each.kind, each.path) != ("longer", ("data",))]


@dataclass(frozen=True, slots=True)
class Selection:
    """A marker's selection of variations: by kind, JSON path (with all below it), or name.

    ``values`` selects those of the kind ``value`` even if ``only`` is empty.
    """

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    values: bool = False

    @classmethod
    def of(cls, only: object = None, exclude: object = None, *, values: bool = False) -> Selection:
        """Return the selection of a marker's options; raise `InvalidOption` for other types."""
        return cls(_terms("only", only), _terms("exclude", exclude), values)

    def pick(self, variations: Sequence[Variation]) -> list[Variation]:
        """Return the selected variations; raise `UnknownName` for a term of no release line."""
        for term in (*self.only, *self.exclude):
            if not any(_matches(term, each) for each in variations) and not _is_known(term):
                known = dict.fromkeys((*KINDS, *(each.json_path for each in variations)))
                raise UnknownName("kind or place of a variation", term, known)
        return [each for each in variations if self._selects(each)]

    def _selects(self, variation: Variation) -> bool:
        if any(_matches(term, variation) for term in self.exclude):
            return False
        if self.only:
            return any(_matches(term, variation) for term in self.only)
        return self.values or variation.kind not in _ONLY_IF_SELECTED


def generate_cases(
    answers: Iterable[Answer], selection: Selection, *, pairs: bool = False
) -> list[Case]:
    """Return the cases of a test with these answers: each variation applies wherever it fits.

    With ``pairs`` more cases combine variations, so that each two that can stand together meet.
    """
    answers = list(answers)
    lines = frozenset(answer.line for answer in answers)
    found: dict[str, Variation] = {}
    for answer in answers:
        for variation in answer.variations(with_values=selection.values or bool(selection.only)):
            found.setdefault(str(variation), variation)
    selected = selection.pick(list(found.values()))
    cases = [Case(RECORDED, (), lines)]
    cases += [Case(str(variation), (variation,), lines) for variation in selected]
    if pairs:
        paired = [each for each in selected if each.kind not in _ONLY_IF_SELECTED]
        for number, row in enumerate(combine(paired, partial(_are_compatible, answers)), 1):
            visible = {str(each) for answer in answers for each in _visible(answer, row)}
            variations = tuple(each for each in row if str(each) in visible)
            cases.append(Case(f"pairs-{number}", variations, lines))
    return cases


def sample_cases(cases: Sequence[Case], size: int, seed: str) -> list[Case]:
    """Return the recorded case and ``size`` others, in their order; a seed repeats the choice."""
    recorded, *others = cases
    numbers = Random(seed).sample(range(len(others)), min(size, len(others)))  # noqa: S311  no secret
    return [recorded, *(others[number] for number in sorted(numbers))]


def _apply_all(
    payload: Any, variations: Iterable[Variation], line: str
) -> tuple[Any, list[Variation]]:
    """Return a copy of a payload with the variations that are legal in it, and these.

    The copy is None without any.
    """
    current, applied = payload, []
    for variation in variations:
        changed = apply_variation(current, variation, line)
        if changed is not None:
            current = changed
            applied.append(variation)
    return (current if applied else None), applied


def _visible(answer: Answer, variations: Iterable[Variation]) -> list[Variation]:
    """Return the variations that an answer shows once all are applied: one may undo another."""
    changed, applied = _apply_all(answer.payload, variations, answer.line)
    return [variation for variation in applied if variation.is_in(changed)]


def _are_compatible(answers: Sequence[Answer], one: Variation, other: Variation) -> bool:
    """Return True if two variations can be visible together in one of the answers."""
    if not (one.has_rules or other.has_rules):
        return True
    both = [one, other]
    return any(_visible(answer, both) == both for answer in answers)


def _terms(option: str, value: object) -> tuple[str, ...]:
    terms: Any = (value,) if isinstance(value, str) else value
    if terms is None:
        return ()
    is_listed = isinstance(terms, (tuple, list, set, frozenset))
    if not is_listed or not terms or not all(isinstance(term, str) for term in terms):
        raise InvalidOption(option, value, "kinds of variation or JSON paths, as strings")
    return tuple(map(_term, terms))


def _term(text: str) -> str:
    """Return a kind or a case's name unchanged, and a JSON path from its root ``$``."""
    if text in KINDS or "=" in text:
        return text
    path = re.sub(r"\[\d+\]", "[*]", text)
    return path if path.startswith("$") else f"$.{path}"


def _matches(term: str, variation: Variation) -> bool:
    return term in (variation.kind, str(variation)) or _is_at_or_below(term, variation.json_path)


def _is_at_or_below(term: str, path: str) -> bool:
    return path.startswith(term) and path[len(term) : len(term) + 1] in ("", ".", "[")


def _is_known(term: str) -> bool:
    """Return True for a kind, and for a place of any answer in any release line."""
    place = term.partition("=")[0]
    path = place if place.startswith("$") else f"$.{place}"
    return place in KINDS or any(_is_at_or_below(path, known) for known in known_paths())
