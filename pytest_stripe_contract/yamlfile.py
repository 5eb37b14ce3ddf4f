"""YAML from files that somebody else wrote: loaded fast, and refused with a line if need be.

And YAML that people read and compare: written with texts of several lines as they are.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

import yaml

DEEPEST = 100
"""Levels of nesting: libyaml's loader recurses in C, and crashes the process at some depth."""

OBJECT = "!!python/"
"""How the one key of a mapping begins that stands for a Python object; its value is the content."""

_TOO_DEEP = f"not a cassette: more than {DEEPEST} levels deep"
_WIDTH = 100
_CORE = "tag:yaml.org,2002:"
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_DEEP_BLOCK = re.compile(rb"^ {%d}|(?:[-?:]\s+){%d}" % (DEEPEST, DEEPEST), re.MULTILINE)

_Loader: Any = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
# A date is a text as it stands there: what is an API version to us is a date to YAML.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in known if tag != f"{_CORE}timestamp"]
    for first, known in _Loader.yaml_implicit_resolvers.items()
}


def _python(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> object:
    """What VCR.py wrote of a Python object, as plain data: nothing of it is made or called."""
    content: object
    match node:
        case yaml.MappingNode():
            content = loader.construct_mapping(node, deep=True)
        case yaml.SequenceNode():
            content = loader.construct_sequence(node, deep=True)
        case _:
            content = loader.construct_scalar(cast("yaml.ScalarNode", node))
    match re.split("[.:/]", name)[-1], content:
        case ("str" | "unicode", str()) | ("tuple", list()):
            return content
        case ("istr", [str() as text]):  # a header's name, as aiohttp has it
            return text
        case (
            "BytesIO" | "StringIO",
            {"state": [bytes() | str() as read, *_]} | {"buf": bytes() | str() as read},
        ):  # the latter is Python 2's
            return read
        case ("iter", {"args": [list() as items, *_]}):
            return items
        case ("bytearray", [str() as text, "latin-1"]):
            return text.encode("latin-1")
    return {f"{OBJECT}{name}": content}


_Loader.add_multi_constructor(f"{_CORE}python/", _python)


class _Dumper(yaml.SafeDumper):
    """Writes texts as they read, and nothing by reference."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar(f"{_CORE}str", text, style=style)


_Dumper.add_representer(str, _represent_text)


class Unloadable(Exception):
    """Why a source is not loaded: ``problem``, and the ``line`` (from 1) if it is known."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        self.problem = problem
        self.line = line
        super().__init__(problem, line)


def load(source: bytes, *, only_json: bool = False) -> object:
    """The one document of a source, YAML or JSON, of plain types only; `Unloadable` if it has none.

    What is a date to YAML comes as text. A Python object that VCR.py wrote comes as the text,
    the bytes or the list that it was of, any other as a mapping with one key, its tag
    (`OBJECT`): no code is run that a file names.
    """
    if _may_be_deep(source) and _is_deep(source):
        raise Unloadable(_TOO_DEEP)
    if only_json or source.lstrip()[:1] == b"{":
        try:
            return json.loads(source)  # in YAML it would lose what is outside the first plane
        except RecursionError:
            raise Unloadable(_TOO_DEEP) from None
        except ValueError as error:
            if only_json:
                line = error.lineno if isinstance(error, json.JSONDecodeError) else None
                raise Unloadable(f"not JSON: {getattr(error, 'msg', error)}", line) from error
    try:
        return yaml.load(source, Loader=_Loader)  # noqa: S506 (a safe loader, in C)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Unloadable(f"not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unloadable(f"not YAML: {str(error).partition(chr(10))[0]}") from error


def dump(document: object) -> bytes:
    """A document of plain types as YAML, in ASCII: it reads the same in every encoding.

    VCR.py opens files in that of the locale. Keys stay in order, nothing is an alias, and
    printable ASCII texts of several lines stand as they are; JSON escapes the rest anyway.
    """
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=_WIDTH)
    return text.encode("ascii")


def line_of(source: bytes, at: tuple[str | int, ...]) -> int | None:
    """The line, from 1, of the last of these keys that a document has; None if it is no YAML."""
    try:
        node = yaml.compose(source, Loader=_Loader)
    except yaml.YAMLError:
        return None  # JSON with tabs, for one
    line = 1
    for key in at:
        child = _children(node).get(key)
        if child is None:
            break
        node, line = child, child.start_mark.line + 1
    return line


def _children(node: yaml.Node | None) -> dict[str | int, yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return dict(enumerate(node.value))
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {key.value: child for key, child in pairs if isinstance(key, yaml.ScalarNode)}


def _may_be_deep(source: bytes) -> bool:
    """Whether it could nest too deeply, brackets in texts counted too; sure if it says no."""
    depth = deepest = 0
    for bracket in source.translate(None, _NO_BRACKETS):
        depth = max(0, depth + (1 if bracket in b"[{" else -1))
        deepest = max(deepest, depth)
    return deepest > DEEPEST or _DEEP_BLOCK.search(source) is not None


def _is_deep(source: bytes) -> bool:
    depth = 0
    try:
        for event in yaml.parse(source, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                return True
    except yaml.YAMLError as error:
        return "nesting depth" in str(error)  # of anything else the loader says it better
    return False
