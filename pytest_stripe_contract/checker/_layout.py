"""A document written anew in the layout of its file, so that only what was changed differs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import yaml

from ..cassettes import yaml as yamlfile
from ..scrubbing import redact

Dump = Callable[[Any], str]

_Dumper: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_COMMENTS = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n)*")
_INDENT = re.compile(r"\A\s*[{\[]\r?\n([ \t]+)")
_UNLIMITED = 2**31 - 1


def rewritten(text: str, before: Any, after: Any, *, is_json: bool) -> tuple[str, bool]:
    """The text of ``after`` as ``text`` is that of ``before``, and whether its layout was kept.

    It is kept if one of the usual ways to write YAML or JSON gives the very text that is there,
    but for the comments at its beginning, which stay without their secrets. If none does, so
    does no comment.
    """
    head = "" if is_json else _COMMENTS.match(text)[0]  # type: ignore[index]
    body = text[len(head) :]
    newline = "\r\n" if "\r\n" in text else "\n"
    for dump in _json_ways(body) if is_json else _yaml_ways():
        if dump(before).replace("\n", newline) == body:
            return redact(head) + dump(after).replace("\n", newline), True
    dumped = json.dumps(after, indent=2) + "\n" if is_json else yamlfile.dump(after).decode()
    return dumped, False


def _yaml_ways() -> Iterator[Dump]:
    """That of this package, then that of VCR.py (which sorts keys) and what a team may set."""
    yield lambda document: yamlfile.dump(document).decode("ascii")
    for sort_keys, allow_unicode, width in product((True, False), (False, True), (80, _UNLIMITED)):
        yield partial(_yaml, sort_keys=sort_keys, allow_unicode=allow_unicode, width=width)


def _yaml(document: Any, **how: Any) -> str:
    written: str = yaml.dump(document, Dumper=_Dumper, **how)
    return written


def _json_ways(body: str) -> Iterator[Dump]:
    """With the indent that is there, or on one line."""
    indent = match[1] if (match := _INDENT.match(body)) else None
    end = body[len(body.rstrip()) :].replace("\r\n", "\n")
    for ensure_ascii, colon in product((True, False), (": ", ":")):
        separators = ("," if indent or colon == ":" else ", ", colon)
        yield partial(
            _json, end=end, indent=indent, ensure_ascii=ensure_ascii, separators=separators
        )


def _json(document: Any, end: str, **how: Any) -> str:
    return json.dumps(document, **how) + end
