"""Recording: the answers of Stripe are kept, and written to a cassette once the test has passed.

The modes are those of pytest-recording; the file is written by VCR.py's own serializer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from .._support import files
from .._support.record_modes import Mode
from ..cassettes import Library, list_shipped, parse_cassette, request_key, yaml
from ..errors import CassetteError, InvalidOption
from ..messages import Request, Response
from ..scrubbing import Scrubber, leaks
from . import _serializer
from ._live_mode import check_request, check_response
from ._serializer import Document, Exchange
from .upstream import Base, Upstream

_DROPPING = ("all", "rewrite")
"""Modes in which no recording is played."""


def plan(
    library: Library, names: Sequence[str], mode: Mode, base: Base, scrubber: Scrubber
) -> tuple[Sequence[str], Recorder | None]:
    """Which of these cassettes are played, and what records, in a mode.

    New recordings go to the first that the package does not ship; the others are only played.
    """
    if mode == "none" or not all(isinstance(name, (str, PathLike)) for name in names):
        return names, None  # what is wrong with a name is said where it is looked for
    for name in names:
        path = _own(library, name)
        if path is None:
            continue
        exists = path.is_file()
        if mode == "once" and exists:
            break
        played = [each for each in names if each != name or (exists and mode not in _DROPPING)]
        return played, Recorder(path, mode, base, scrubber)
    return names, None


def _own(library: Library, name: str | PathLike[str]) -> Path | None:
    """Where a cassette is recorded; None if it is not one's own."""
    name = fspath(name)
    if name.endswith(".json"):
        raise InvalidOption("record", name, "a cassette in YAML, as that is what is recorded")
    places = library.paths(name)
    there = next((path for path in places if path.is_file()), None)
    return None if there is None and name in list_shipped() else there or places[0]


class Recorder:
    """Answers requests from the network, and keeps both for the cassette at ``path``.

    ``mode`` says what becomes of the recordings that are there already: ``rewrite`` drops them,
    ``all`` drops those that were recorded again, the others keep them.
    """

    def __init__(self, path: Path, mode: Mode, base: Base, scrubber: Scrubber) -> None:
        self.path = path
        self._mode = mode
        self._base = base
        self._scrubber = scrubber
        self._upstream = Upstream()
        self._kept: dict[int, Exchange] = {}
        self._is_open = True
        self._begun = 0
        self._lock = threading.Lock()

    def ask(self, sent: Request) -> tuple[int, Response]:
        """Stripe's answer to the request, as it was sent, and its number among those kept.

        `RecordingRefused` if the request or the answer is one of live mode, an ``OSError`` if
        the connection fails.
        """
        check_request(sent, is_for_stripe=self._base.is_stripe)
        with self._lock:
            number = self._begun
            self._begun += 1
        response = self._upstream.ask(sent, self._base.real(sent.url))
        check_response(sent, response)
        with self._lock:
            if self._is_open:
                self._kept[number] = (sent, response)
        return number, response

    def drop(self, number: int) -> None:
        """Keep that answer no longer."""
        with self._lock:
            self._kept.pop(number, None)

    def problems(self) -> Iterator[str]:
        """What is wrong with what was recorded, as a text that is to fail the test."""
        played = self._mode == "new_episodes" and self.path.is_file()
        if not self._kept and not played:
            yield (
                f"nothing was recorded for {self.path.stem}: the code sent no request to Stripe\n"
                f"  to do:    see that it does, or take the marker away"
            )

    def close(self) -> None:
        """Hang up, and keep nothing more."""
        with self._lock:
            self._is_open = False
        self._upstream.close()

    def save(self) -> bool:
        """Write the cassette, all of it or nothing; whether there was anything to write.

        Another process may record the same cassette: what it has written is kept.
        `CassetteError` if it cannot be written, or holds what no scrubbing took away.
        """
        if not self._kept:
            return False  # what was there has answered all
        try:
            with files.locked(self.path.parent):
                files.write(self.path, self._file())
        except OSError as error:
            raise CassetteError(str(self.path), f"not written: {error}") from error
        return True

    def _file(self) -> bytes:
        made = [self._kept[number] for number in sorted(self._kept)]
        there: Document = {}
        if self._mode != "rewrite" and self.path.is_file():
            there = self._without(made, self.path.read_bytes())
        document = {
            "metadata": _metadata(there, _serializer.metadata(made, self._base)),
            "interactions": [
                *there.get("interactions", ()),
                *_serializer.serialized(made, self._base),
            ],
            "version": 1,
        }
        scrubbed, _ = self._scrubber.document(document)
        if left := leaks(scrubbed):
            places = ", ".join(f"{leak.kind} at {leak.path}" for leak in left)
            raise CassetteError(str(self.path), f"not written: {places}; see stripe_scrub")
        return yaml.dump(scrubbed)

    def _without(self, made: Sequence[Exchange], source: bytes) -> Document:
        """What is there already, without what ``all`` has recorded again."""
        document: Any = yaml.load(source)
        cassette = parse_cassette(self.path.stem, self.path, source)
        if self._mode != "all":
            return dict(document)
        again = {request_key(self._scrubber.request(request)) for request, _ in made}
        kept = [
            raw
            for raw, each in zip(document["interactions"], cassette.interactions, strict=True)
            if request_key(self._scrubber.request(each.request)) not in again
        ]
        if not kept:
            return {}
        return {**document, "interactions": kept}


def _metadata(there: Document, made: Document) -> Document:
    """What a file says of itself: of recordings that were there before, nothing new is known."""
    if not there:
        return made
    return dict(there.get("metadata") or {"provenance": made["provenance"]})
