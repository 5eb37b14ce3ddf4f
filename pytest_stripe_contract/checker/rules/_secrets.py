"""The rules on what no recording should contain: secrets, and data of live mode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from ..._support.json_path import json_path
from ...contract import payload as payloads
from ...scrubbing import find_secrets, leaks
from ...stripe_api import keys
from .._messages import describe_place, message_keys
from .._source_map import Keys, steps
from ..files import File
from ..findings import Finding, finding_in, redact
from ..options import Options

_LIVE_MODE = re.compile(rb'"livemode"\s*:\s*true')


def check_secrets(file: File, _options: Options) -> Iterator[Finding]:
    """Yield ``secret``: the kind and the place of each, in values, keys and comments.

    A broken file is searched as one text.
    """
    is_broken = file.document is None
    if not is_broken:
        for leak in leaks(file.document):
            yield finding_in(file, "secret", leak.kind, leak.path, steps(leak.path))
    secrets = find_secrets(file.lines.text) if is_broken else file.lines.comment_secrets()
    for secret in secrets:
        line, place = file.lines.line_at(secret.start), "text" if is_broken else "comment"
        yield Finding("secret", secret.kind, redact(file.name), line, place)


def check_livemode(file: File, _options: Options) -> Iterator[Finding]:
    """Yield ``livemode``: bodies of live mode, and live-mode API keys."""
    live_keys = list(keys.find_live_prefixes(file.lines.text))
    for key in live_keys:
        line = file.lines.line_at(key.start())
        yield Finding("livemode", _key_message(key), redact(file.name), line)
    for number, side, body, credentials in _bodies(file):
        place = partial(describe_place, number, side)
        at = message_keys(number, side)
        path = _path_to_livemode(body) if _LIVE_MODE.search(body) else None
        if path is not None:
            message = "an answer of live mode"
            yield finding_in(file, "livemode", message, place(path), at + steps(path))
        if live_keys:
            continue  # an encoded key is most likely one of those
        text = f"{credentials} {body.decode('latin-1')}"
        if encoded_key := next(keys.find_live_prefixes(text), None):
            yield finding_in(file, "livemode", _key_message(encoded_key), place("$"), at)


def _bodies(file: File) -> Iterator[tuple[int, str, bytes, str]]:
    """Yield the number of each recording, a side of it, its decoded body and its credentials."""
    if file.cassette is None:
        if file.answers:
            yield 0, "response", file.source, ""
        return
    for number, interaction in enumerate(file.cassette.interactions, 1):
        request = interaction.request
        yield number, "request", request.body, f"{request.api_key} {request.url}"
        yield number, "response", interaction.response.content_or_body, ""


def _key_message(key: re.Match[str]) -> str:
    return f"a live-mode API key ({key[0]}…)"


def _path_to_livemode(content: bytes) -> str | None:
    """Return the JSON path of the first ``livemode`` that is true; ``$`` if it is not JSON."""
    try:
        payload = payloads.parse(content)
    except payloads.Unreadable:
        return "$"
    return next(map(json_path, _live(payload)), None)


def _live(payload: Any) -> Iterator[Keys]:
    """Yield the paths of each ``livemode`` that is true, the shallowest first."""
    queue: list[tuple[Keys, Any]] = [((), payload)]
    for path, value in queue:  # grows during the loop
        if isinstance(value, dict):
            if value.get("livemode") is True:
                yield (*path, "livemode")
            queue += [((*path, name), item) for name, item in value.items()]
        elif isinstance(value, list):
            queue += [((*path, index), item) for index, item in enumerate(value)]
