"""Record answers of Stripe, and write them to a cassette once the test has passed.

The modes are those of pytest-recording.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import httpx

from .._support import files
from .._support.record_modes import Mode
from ..cassettes import Library, list_shipped, parse_cassette, request_key, yaml
from ..errors import CassetteError, InvalidOption
from ..messages import Request, Response
from ..scrubbing import Scrubber, leaks
from ._live_mode import check_request, check_response
from ._serializer import Document, Exchange, build_metadata, serialize_exchanges
from .upstream import TIMEOUT, ApiBase, send


def plan_recording(
    library: Library, names: Sequence[str], mode: Mode, base: ApiBase, scrubber: Scrubber
) -> tuple[Sequence[str], Recorder | None]:
    """Return the cassettes that are played in a mode, and the recorder if it records.

    New recordings go to the first cassette that the package does not ship; the others are only
    played.
    """
    if mode == "none" or not all(isinstance(name, (str, PathLike)) for name in names):
        return names, None  # `Library.find` refuses the name
    for name in names:
        path = _own_path(library, name)
        if path is None:
            continue
        exists = path.is_file()
        if mode == "once" and exists:
            break
        is_played = exists and mode not in ("all", "rewrite")
        played = [each for each in names if each != name or is_played]
        return played, Recorder(path, mode, base, scrubber)
    return names, None


def _own_path(library: Library, name: str | PathLike[str]) -> Path | None:
    """Return the path that a cassette is recorded to; None if the package ships it."""
    name = fspath(name)
    if name.endswith(".json"):
        raise InvalidOption("record", name, "a cassette in YAML, as that is what is recorded")
    paths = library.paths(name)
    existing = next((path for path in paths if path.is_file()), None)
    return None if existing is None and name in list_shipped() else existing or paths[0]


class Recorder:
    """Sends requests to the network, and keeps them and their answers for a cassette.

    ``path`` is the cassette's file. ``mode`` says which of its recordings stay: ``rewrite``
    drops all of them, ``all`` those that were recorded again, the other modes none. Several
    threads may record at once.
    """

    def __init__(self, path: Path, mode: Mode, base: ApiBase, scrubber: Scrubber) -> None:
        self.path = path
        self._mode = mode
        self._base = base
        self._scrubber = scrubber
        self._client: httpx.Client | None = None
        self._exchanges: dict[int, Exchange] = {}
        self._is_open = True
        self._count = 0
        self._lock = threading.Lock()

    def ask(self, request: Request) -> tuple[int, Response]:
        """Send a request as the client wrote it; return its number and Stripe's answer.

        Raises `RecordingRefused` if the request or the answer is of live mode, and an
        ``OSError`` if the connection fails.
        """
        check_request(request, is_for_stripe=self._base.is_stripe)
        with self._lock:
            number = self._count
            self._count += 1
            if self._client is None:
                self._client = httpx.Client(timeout=TIMEOUT)
            client = self._client
        response = send(client, request, self._base.to_base(request.url))
        check_response(request, response)
        with self._lock:
            if self._is_open:
                self._exchanges[number] = (request, response)
        return number, response

    def drop(self, number: int) -> None:
        """Forget the request of that number and its answer."""
        with self._lock:
            self._exchanges.pop(number, None)

    def problems(self) -> Iterator[str]:
        """Yield a text if the code sent nothing to record, which fails the test."""
        played = self._mode == "new_episodes" and self.path.is_file()
        if not self._exchanges and not played:
            yield (
                f"nothing was recorded for {self.path.stem}: the code sent no request to Stripe\n"
                f"  fix:      send one, or remove the marker stripe_replay"
            )

    def close(self) -> None:
        """Close the connections, and keep no answer that arrives later."""
        with self._lock:
            self._is_open = False
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def save(self) -> bool:
        """Write the cassette, whole or not at all; return False if there is nothing to write.

        What another process has written to the same cassette meanwhile stays. Raises
        `CassetteError` if the file cannot be written, or if a secret is left in it.
        """
        if not self._exchanges:
            return False
        try:
            with files.locked(self.path.parent):
                files.write(self.path, self._file())
        except OSError as error:
            raise CassetteError(str(self.path), f"not written: {error}") from error
        return True

    def _file(self) -> bytes:
        exchanges = [self._exchanges[number] for number in sorted(self._exchanges)]
        old: Document = {}
        if self._mode != "rewrite" and self.path.is_file():
            old = self._load_old(exchanges)
        metadata = build_metadata(exchanges, self._base)
        if old:  # nothing new is known of the recordings in it
            metadata = dict(old.get("metadata") or {"provenance": "recorded"})
        new = serialize_exchanges(exchanges, self._base)
        interactions = [*old.get("interactions", ()), *new]
        document = {"metadata": metadata, "interactions": interactions, "version": 1}
        scrubbed, _ = self._scrubber.document(document)
        if left := leaks(scrubbed):
            places = ", ".join(f"{leak.kind} at {leak.path}" for leak in left)
            raise CassetteError(str(self.path), f"not written: {places}; see stripe_scrub")
        return yaml.dump(scrubbed)

    def _load_old(self, exchanges: Sequence[Exchange]) -> Document:
        """Return the document in the file, in mode ``all`` without what is recorded again."""
        source = self.path.read_bytes()
        document: Any = yaml.load(source)
        cassette = parse_cassette(self.path.stem, self.path, source)
        if self._mode != "all":
            return dict(document)
        again = {request_key(self._scrubber.request(request)) for request, _ in exchanges}
        kept = [
            raw
            for raw, each in zip(document["interactions"], cassette.interactions, strict=True)
            if request_key(self._scrubber.request(each.request)) not in again
        ]
        return {**document, "interactions": kept} if kept else {}
