"""Secrets and personal data taken out of files, in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..errors import CassetteError
from ..scrubbing import Scrubber, Unscannable, leaks
from . import _layout, _progress, files
from ._findings import hidden
from ._source_map import steps
from .files import Entry, File


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done to a file: where (a line from 1, and a place) what kind of thing was replaced.

    ``keeps_layout`` says whether nothing else differs; if not, its comments are lost.
    """

    file: str
    changes: tuple[tuple[int | None, str, str], ...]
    keeps_layout: bool


@dataclass
class Scrubs:
    """What a run did: ``clean`` files had nothing to replace, ``skipped`` ones are of another kind.

    ``errors`` says which were left as they are, and why; ``left`` is how many an interrupted run
    did not come to.
    """

    mended: list[Mended] = field(default_factory=list)
    clean: int = 0
    skipped: int = 0
    left: int = 0
    errors: list[str] = field(default_factory=list)


def scrub(paths: Iterable[str], write: Callable[[Entry, bytes], None]) -> Scrubs:
    """Take secrets and personal data out of files and folders; a Ctrl-C ends it early.

    ``write`` is called with the new bytes of each file that something was taken out of, and with
    those of standard input in any case. Raises ``FileNotFoundError`` for a path that leads
    nowhere.
    """
    entries = files.find(paths)
    done, scrubs = 0, Scrubs()
    try:
        for entry in _progress.shown(entries, "scrub"):
            try:
                _scrub(entry, write, scrubs)
            except (CassetteError, OSError) as error:
                scrubs.errors.append(hidden(str(error)))
            done += 1
    except KeyboardInterrupt:
        scrubs.left = len(entries) - done
    return scrubs


def _scrub(entry: Entry, write: Callable[[Entry, bytes], None], scrubs: Scrubs) -> None:
    file = files.load(entry)
    if file is None:
        scrubs.skipped += 1
        return
    if file.problem is not None:
        raise file.problem
    data, mended = _mended(file)
    if mended is not None or entry.path is None:
        write(entry, data)
    if mended is None:
        scrubs.clean += 1
    else:
        scrubs.mended.append(mended)


def _mended(file: File) -> tuple[bytes, Mended | None]:
    """What is to be in the file, and what that changes; `CassetteError` if it stays unsafe."""
    try:
        document, changes = Scrubber().document(file.document)
    except Unscannable as error:
        raise CassetteError(file.name, f"left as it is: {error}") from None
    comments = list(file.lines.secret_comments())
    if not changes and not comments:
        return file.source, None
    text, keeps_layout = file.lines.text, True
    for each in reversed(comments):
        text = text[: each.start] + each.placeholder + text[each.end :]
    if changes:
        text, keeps_layout = _layout.rewritten(
            file.lines.text, file.document, document, is_json=file.is_json
        )
    data = text.encode(file.lines.encoding)
    _check(file.name, document, data)
    told: list[tuple[int | None, str, str]]
    told = [(file.lines.at(each.start), "comment", each.kind) for each in comments]
    told += [(file.lines.of(steps(each.path)), hidden(each.path), each.kind) for each in changes]
    return data, Mended(hidden(file.name), tuple(told), keeps_layout)


def _check(name: str, document: object, data: bytes) -> None:
    """That the bytes say what they are to say, and hold no secret any more."""
    again = files.told_apart(Entry(name, None, is_named=True), data)
    if again is None or again.problem is not None or again.document != document:
        raise CassetteError(name, "left as it is: it would not read the same once written anew")
    left = [f"{leak.kind} at {leak.path}" for leak in leaks(again.document)]
    left += [f"{secret.kind} in a comment" for secret in again.lines.secret_comments()]
    if left:
        raise CassetteError(name, f"left as it is: this cannot be taken out: {', '.join(left)}")
