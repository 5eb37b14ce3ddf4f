"""Find the secrets that are left in a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._support.json_path import json_path
from ._engine import Engine
from ._rules import Rules
from .decoding import Unscannable
from .document import scrub_document


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret at ``path``, a JSON path; ``kind`` is its kind in words."""

    path: str
    kind: str


def leaks(document: Any) -> list[Leak]:
    """Return the secrets in a loaded cassette or payload, in all of its layers.

    A place that cannot be searched counts as one. Of personal data, only e-mail addresses count.
    """
    try:
        _, notes = scrub_document(Engine(Rules(), is_personal=False), document)
    except Unscannable as error:
        return [Leak(error.path, f"cannot be searched: {error.problem}")]
    return [Leak(json_path(steps), kind) for steps, kind in dict.fromkeys(notes)]
