"""The rules of what no recording should hold, and of how old it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ..._support.json_path import json_path
from ...contract import payload as payloads
from ...messages import Response
from ...scrubbing import find_secrets, leaks
from .._findings import Remark, hidden, of_file
from .._source_map import Keys, steps
from ..files import File
from .contract import Options

_LIVE = "live_"
_LIVE_KEY = re.compile(r"(?<![A-Za-z0-9])[prs]k_(?:org_)?live_(?=[A-Za-z0-9*])")
"""One that is masked tells as well what the request was sent with."""

_LIVE_MODE = re.compile(rb'"livemode"\s*:\s*true')


def secret(file: File, _options: Options) -> Iterator[Remark]:
    """``secret``: in any part of the file, in its comments too; of one that is broken, in its text.

    What it is, and where; never the secret itself.
    """
    if file.document is not None:
        for leak in leaks(file.document):
            yield of_file(file, "secret", leak.kind, leak.path, steps(leak.path))
    is_broken = file.document is None
    for found in find_secrets(file.lines.text) if is_broken else file.lines.secret_comments():
        line, place = file.lines.at(found.start), "text" if is_broken else "comment"
        yield Remark("secret", found.kind, hidden(file.name), line, place)


def livemode(file: File, _options: Options) -> Iterator[Remark]:
    """``livemode``: a body or a key of live mode."""
    text = file.lines.text
    in_text = list(_LIVE_KEY.finditer(text)) if _LIVE in text else []
    for match in in_text:
        line = file.lines.at(match.start())
        yield Remark("livemode", f"a key of live mode ({match[0]}…)", hidden(file.name), line)
    for body in file.bodies:
        path = _path_to_livemode(body.content) if _LIVE_MODE.search(body.content) else None
        if path is not None:
            yield of_file(file, "livemode", "true", body.place(path), body.keys + steps(path))
        text = body.text
        if not in_text and _LIVE in text and (found := _LIVE_KEY.search(text)):
            message = f"a key of live mode ({found[0]}…)"
            yield of_file(file, "livemode", message, body.place("$"), body.keys)


def stale(file: File, options: Options) -> Iterator[Remark]:
    """``stale``: recorded too long ago, by the metadata or else by the oldest answer's ``Date``."""
    if options.max_age is None or file.cassette is None:
        return
    at: Keys = ("metadata", "recorded_at")
    place, recorded = "metadata", _told(file.cassette.metadata.get("recorded_at"))
    if recorded is None:
        dates = [
            (date, answer.number)
            for answer in file.answers
            if answer.interaction and (date := _date(answer.interaction.response))
        ]
        if not dates:
            message = "nothing tells when it was recorded"
            yield replace(of_file(file, "stale", message), counts=False)
            return
        recorded, oldest = min(dates)
        place, at = f"recording {oldest}", ("interactions", oldest - 1, "response")
    age = (options.now - recorded).days
    if age > options.max_age:
        message = f"recorded {age} days ago, on {recorded:%Y-%m-%d}: record it again"
        yield of_file(file, "stale", message, place, at, age=age)


def _told(text: object) -> datetime | None:
    """A time as metadata has it; one without a zone is in UTC."""
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _date(response: Response) -> datetime | None:
    """When Stripe answered."""
    try:
        time = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _path_to_livemode(content: bytes) -> str | None:
    """The JSON path of the first ``livemode`` that is true, if any; ``$`` if it is no JSON."""
    try:
        payload = payloads.parse(content)
    except payloads.Unreadable:
        return "$"
    return next(map(json_path, _live(payload)), None)


def _live(payload: Any) -> Iterator[Keys]:
    """Where ``livemode`` is true, the least deep first."""
    left: list[tuple[Keys, Any]] = [((), payload)]
    for path, value in left:  # grows while it is gone through
        if isinstance(value, dict):
            if value.get("livemode") is True:
                yield (*path, "livemode")
            left += [((*path, name), each) for name, each in value.items()]
        elif isinstance(value, list):
            left += [((*path, index), each) for index, each in enumerate(value)]
