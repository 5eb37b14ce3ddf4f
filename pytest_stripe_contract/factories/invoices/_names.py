"""The error for a property that an API version does not have."""

from __future__ import annotations

from ..._support.json_path import Path, json_path
from ...errors import UnknownName
from ...migrations import changes_of
from ...schemas import loader
from ...stripe_api import ReleaseLine, versions

_SHOWN = 3


class UnknownProperty(UnknownName):
    """A property that is not there in an API version: misspelt, gone, or not there yet.

    ``kind`` says of what and in which version, ``known`` lists the properties there are, and
    ``note`` tells when it left and where its value is since, or since when it is there.
    """

    def __str__(self) -> str:
        head = f"unknown {self.kind}: {self.name!r}"
        if self.note:
            return f"{head}. {self.note}"
        nearest = sorted(self.known, key=self._nearness, reverse=True)[:_SHOWN]
        return f"{head}; nearest: {', '.join(nearest)}" if nearest else head


def unknown(name: str, of: str, path: Path, line: ReleaseLine) -> UnknownProperty:
    """The error for a property of the object at a path; ``of`` is its name among the schemas."""
    where = json_path(path)[2:] or "the invoice"
    kind = f"property of {where} in API version {line.first}"
    return UnknownProperty(kind, name, properties(of, line), _note(name, of, line))


def properties(of: str, line: ReleaseLine) -> list[str]:
    """The properties of an object of a release line, by its name among the schemas."""
    root = loader.documented("invoice", line.name)
    return list((root if of == "invoice" else root["$defs"].get(of, {})).get("properties", ()))


def _note(name: str, of: str, line: ReleaseLine) -> str:
    known = line.shipped
    changes = changes_of(name, versions.LINES[0].name, known.name)
    if left := [str(change) for change in changes if change.object == of]:
        return left[-1].replace("\n", " ")
    has = [name in properties(of, each) for each in versions.LINES]
    here = versions.LINES.index(known)
    if any(has[:here]):
        last = max(index for index in range(here) if has[index])
        return f"{name} left it in {versions.LINES[last + 1].first}."
    if any(has[here:]):
        return f"{name} is there since {versions.LINES[has.index(True, here)].first}."
    return ""
