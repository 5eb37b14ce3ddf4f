"""YAML from files that somebody else wrote: loaded fast, and refused with a line if need be.

And YAML that people read and compare: written with texts of several lines as they are.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
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
_SQUARE = bytes.maketrans(b"{}", b"[]")
_SPACES = b" \t\n\r\v\f\0"
_DASHES = bytes(ord("-" if byte in b"-?:" else ".") for byte in range(256))
"""Each character that may open a level of a block becomes a dash, and any other a dot."""

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT, _LIST, _MAPPING = (f"{_CORE}{name}" for name in ("str", "seq", "map"))
_WORDS_OF_YAML = frozenset(f"{_CORE}{name}" for name in ("null", "bool", "int", "float"))
_TAGS: dict[str, str] = {}
"""What plain words are to YAML: the names and values of headers come again and again."""

_MANY_WORDS, _LONG_WORD = 10_000, 100


def _resolve(loader: Any, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
    """The tag of a node that has none, as PyYAML's own resolver gives it."""
    is_plain = kind is yaml.ScalarNode and implicit[0]
    tag: str | None = _TAGS.get(value) if is_plain else None
    if tag is None:
        tag = cast("str", _BASE.resolve(loader, kind, value, implicit))
        if is_plain and len(value) <= _LONG_WORD and len(_TAGS) < _MANY_WORDS:
            _TAGS[value] = tag
    return tag


_Loader: Any = type("_Loader", (_BASE,), {"resolve": _resolve})
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
    return read(source, only_json=only_json)[0]


def read(source: bytes, *, only_json: bool = False) -> tuple[object, yaml.Node | None]:
    """As `load`, with the root of the nodes that tell the lines; None of JSON, which has none."""
    if _may_be_deep(source) and _is_deep(source):
        raise Unloadable(_TOO_DEEP)
    if only_json or source.lstrip()[:1] == b"{":
        try:
            return json.loads(source), None  # in YAML it would lose what is outside the first plane
        except RecursionError:
            raise Unloadable(_TOO_DEEP) from None
        except ValueError as error:
            if only_json:
                line = error.lineno if isinstance(error, json.JSONDecodeError) else None
                raise Unloadable(f"not JSON: {getattr(error, 'msg', error)}", line) from error
    try:
        return _document(_Loader(source))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Unloadable(f"not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unloadable(f"not YAML: {str(error).partition(chr(10))[0]}") from error


def _document(loader: Any) -> tuple[object, yaml.Node | None]:
    root = loader.get_single_node()
    if root is None:
        return None, None
    try:
        return _made(loader, root, {}), root
    except _Uncommon:
        return loader.construct_document(root), root


class _Uncommon(Exception):
    """Raised for a node that only PyYAML's own constructor knows."""


def _made(loader: Any, node: yaml.Node, known: dict[int, Any]) -> Any:
    """What a node stands for, several times as fast as PyYAML makes it; `_Uncommon` if unsure."""
    tag, value = node.tag, node.value
    if isinstance(node, yaml.ScalarNode):
        if tag == _TEXT:
            return value
        if tag in _WORDS_OF_YAML:
            return loader.yaml_constructors[tag](loader, node)
    elif id(node) in known:  # by an alias
        return known[id(node)]
    elif isinstance(node, yaml.SequenceNode) and tag == _LIST:
        items = known[id(node)] = []
        items += [_made(loader, each, known) for each in value]
        return items
    elif isinstance(node, yaml.MappingNode) and tag == _MAPPING:
        mapping = known[id(node)] = {}
        for key, each in value:
            if key.tag != _TEXT or not isinstance(key, yaml.ScalarNode):
                raise _Uncommon
            mapping[key.value] = _made(loader, each, known)
        return mapping
    raise _Uncommon


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
        node = node and child(node, key)
        line = node.start_mark.line + 1 if node else line
    return line


def compose(source: bytes) -> yaml.Node | None:
    """The nodes of a source; None if it has none that can be made out."""
    with suppress(yaml.YAMLError):
        if not (_may_be_deep(source) and _is_deep(source)):
            root: yaml.Node | None = yaml.compose(source, Loader=_Loader)
            return root
    return None


def child(node: yaml.Node, key: str | int) -> yaml.Node | None:
    """What a mapping or a sequence has at a key, None if nothing."""
    if isinstance(node, yaml.SequenceNode):
        return node.value[key] if key in range(len(node.value)) else None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((each for name, each in reversed(pairs) if name.value == key), None)


def _may_be_deep(source: bytes) -> bool:
    """Whether it could nest too deeply, brackets in texts counted too; sure if it says no."""
    brackets = source.translate(_SQUARE, _NO_BRACKETS)
    levels = 0
    while b"[]" in brackets:
        brackets = brackets.replace(b"[]", b"")
        levels += 1
        if levels > DEEPEST:
            return True
    return (
        levels + brackets.count(b"[") > DEEPEST
        or b" " * DEEPEST in source.replace(b"\0", b"")
        or b"-" * DEEPEST in source.translate(_DASHES, _SPACES)
    )


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
