"""Some of several named values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy


def some_of(known: Mapping[str, SearchStrategy[Any]], most: int) -> SearchStrategy[dict[str, Any]]:
    """Dicts of at most so many of the named values: none is the simplest."""
    return st.lists(_one(st.sampled_from(list(known.items()))), max_size=most).map(dict)


@st.composite
def _one(draw: DrawFn, known: SearchStrategy[tuple[str, SearchStrategy[Any]]]) -> tuple[str, Any]:
    name, value = draw(known)
    return name, draw(value)
