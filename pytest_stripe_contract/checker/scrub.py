"""Take secrets and personal data out of files, in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypedDict

from ..errors import CassetteError
from ..scrubbing import Scrubber, Unscannable, leaks
from . import files
from ._edits import NotEditable, edit_json, edit_yaml
from ._source_map import steps
from .files import Entry, File
from .findings import redact
from .runner import progress


class Replacement(TypedDict):
    """A replaced value: its line from 1, its place, and the kind of secret."""

    line: int | None
    place: str
    kind: str


@dataclass(frozen=True, slots=True)
class ScrubbedFile:
    """A file in which something was replaced.

    ``keeps_layout`` is False if more differs: JSON whose spaces `json.dumps` cannot write.
    """

    file: str
    changes: list[Replacement]
    keeps_layout: bool


@dataclass
class ScrubReport:
    """The files that a run scrubbed.

    In ``clean`` files nothing had to be replaced; ``skipped`` ones are neither cassettes nor
    payloads; ``left`` ones were not reached by an interrupted run. ``errors`` name files that stay
    as they are, and why.
    """

    scrubbed: list[ScrubbedFile] = field(default_factory=list)
    clean: int = 0
    skipped: int = 0
    left: int = 0
    errors: list[str] = field(default_factory=list)


def scrub(paths: Iterable[str], write: Callable[[Entry, bytes], None]) -> ScrubReport:
    """Take secrets and personal data out of files and folders; a Ctrl-C ends the run early.

    ``write`` is called with the new bytes of each file that changes, and with those of standard
    input in any case. Raises ``FileNotFoundError`` for a path that does not exist.
    """
    entries = files.find(paths)
    done, report = 0, ScrubReport()
    try:
        for entry in progress(entries, "scrub"):
            try:
                _scrub_entry(entry, write, report)
            except (CassetteError, OSError) as error:
                report.errors.append(redact(str(error)))
            done += 1
    except KeyboardInterrupt:
        report.left = len(entries) - done
    return report


def _scrub_entry(entry: Entry, write: Callable[[Entry, bytes], None], report: ScrubReport) -> None:
    file = files.load(entry)
    if file is None:
        report.skipped += 1
        return
    if file.problem is not None:
        raise file.problem
    data, scrubbed = _scrub_file(file)
    if scrubbed is not None or entry.path is None:
        write(entry, data)
    if scrubbed is None:
        report.clean += 1
    else:
        report.scrubbed.append(scrubbed)


def _scrub_file(file: File) -> tuple[bytes, ScrubbedFile | None]:
    """Return a file's new bytes, and the changes; raise `CassetteError` if it stays unsafe."""
    lines = file.lines
    try:
        document, changes = Scrubber().document(file.document)
    except Unscannable as error:
        raise CassetteError(file.name, f"left unchanged: {error}") from None
    comments = list(lines.comment_secrets())
    if not changes and not comments:
        return file.source, None
    keeps_layout = True
    if file.is_json:
        text = edit_json(lines.text, document)
        keeps_layout = edit_json(lines.text, file.document) == lines.text
    else:
        try:
            text = edit_yaml(lines, file.document, document)
        except NotEditable:
            raise CassetteError(file.name, "left unchanged: its layout is not supported") from None
    data = text.encode(lines.encoding)
    _check(file.name, document, data)
    replacements: list[Replacement] = [
        {"line": lines.line_at(secret.start), "place": "comment", "kind": secret.kind}
        for secret in comments
    ]
    for change in changes:
        line, place = lines.find(steps(change.path)), redact(change.path)
        replacements.append({"line": line, "place": place, "kind": change.kind})
    return data, ScrubbedFile(redact(file.name), replacements, keeps_layout)


def _check(name: str, document: object, data: bytes) -> None:
    """Raise `CassetteError` if the bytes do not load as the document, or contain a secret."""
    file = files.parse(Entry(name, None, is_named=True), data)
    if file is None or file.problem is not None or file.document != document:
        raise CassetteError(name, "left unchanged: its layout is not supported")
    remaining = [f"{leak.kind} at {leak.path}" for leak in leaks(file.document)]
    remaining += [f"{secret.kind} in a comment" for secret in file.lines.comment_secrets()]
    if remaining:
        raise CassetteError(name, f"left unchanged: cannot replace {', '.join(remaining)}")
