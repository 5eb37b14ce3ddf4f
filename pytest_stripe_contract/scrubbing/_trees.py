"""JSON as a tree that knows where in its text everything stands.

What changes then is one place alone: the layout, the order of the keys and the texts of the
numbers stay. Values of Python become the same tree, so that one walk serves both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .layers import Unscannable

DEEPEST = 200
"""Levels of nesting: many times what any document has, and none that Python cannot follow."""


TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"


class Number(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class Node:
    """A value: a scalar, or ``members`` (keys and values), or ``items``.

    ``value`` is the scalar, or the value of Python; ``text[start:end]`` is where JSON has it.
    """

    value: Any = None
    members: list[tuple[Node, Node]] | None = None
    items: list[Node] | None = None
    start: int = 0
    end: int = 0

    @property
    def what(self) -> object:
        """What an object says by its ``object`` that it is."""
        named = (each.value for key, each in self.members or () if key.value == "object")
        return next(named, None)

    def json(self, text: str) -> Any:
        """The value, if the tree is of this text of JSON."""
        return json.loads(text[self.start : self.end], strict=False)


Changes = dict[int, Any]
"""What takes a node's place, by the node's ``id``."""


def of_value(value: Any, depth: int = 0) -> Node:
    """A value of Python as a tree; `Unscannable` if it cannot be followed."""
    if depth > DEEPEST:
        raise Unscannable(TOO_DEEP)
    if isinstance(value, Mapping):
        pairs = [(of_value(k, depth + 1), of_value(v, depth + 1)) for k, v in value.items()]
        return Node(value, members=pairs)
    if isinstance(value, (list, tuple, set, frozenset)):
        return Node(value, items=[of_value(each, depth + 1) for each in value])
    return Node(value)


def to_value(node: Node, changes: Changes) -> Any:
    """A copy of the value of Python, with these changes."""
    if id(node) in changes:
        return changes[id(node)]
    if node.members is not None:
        return {to_value(key, changes): to_value(each, changes) for key, each in node.members}
    if node.items is not None:
        items = [to_value(each, changes) for each in node.items]
        return items if isinstance(node.value, list) else type(node.value)(items)
    return node.value


_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
    (?P<text>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<number>-?[0-9][0-9.eE+-]*)
    | (?P<word>true|false|null|NaN|-?Infinity)
    | (?P<mark>[{}\[\],:])
    )""",
    re.DOTALL | re.VERBOSE,
)
_BEGINS = ("{", "[", '"')
_WORDS = {"true": True, "false": False}


class _NotJson(Exception):
    pass


def of_json(text: str) -> list[Node] | None:
    """The values of a text of JSON; None if it is none.

    It is one object, list or text, or objects and lists that follow one another, line by line.
    What comes twice in an object is there twice. `Unscannable` if it cannot be followed.
    """
    reader = _Reader(text.rstrip(" \t\r\n"), 1 if text[:1] == "\ufeff" else 0)
    if not text[reader.position :].lstrip(" \t\r\n").startswith(_BEGINS):
        return None
    roots: list[Node] = []
    try:
        while reader.is_left:
            roots.append(reader.value(reader.next(), 0))
    except (_NotJson, json.JSONDecodeError):
        return None
    return (
        None
        if len(roots) > 1 and any(each.members is None and each.items is None for each in roots)
        else roots
    )


class _Reader:
    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position

    @property
    def is_left(self) -> bool:
        return self.position < len(self.text)

    def next(self) -> re.Match[str]:
        token = _TOKEN.match(self.text, self.position)
        if token is None:
            raise _NotJson
        self.position = token.end()
        return token

    def value(self, token: re.Match[str], depth: int) -> Node:
        if depth > DEEPEST:
            raise Unscannable(TOO_DEEP)
        kind = token.lastgroup or ""
        start, written = token.start(kind), token[kind]
        match kind:
            case "text":
                value = json.loads(written, strict=False) if "\\" in written else written[1:-1]
                return Node(value, start=start, end=token.end())
            case "number":
                return Node(Number(written), start=start, end=token.end())
            case "word":
                return Node(_WORDS.get(written), start=start, end=token.end())
        match written:
            case "{":
                members = self._members(depth)
                return Node(members=members, start=start, end=self.position)
            case "[":
                items = self._items(depth)
                return Node(items=items, start=start, end=self.position)
        raise _NotJson

    def _members(self, depth: int) -> list[tuple[Node, Node]]:
        members: list[tuple[Node, Node]] = []
        token = self.next()
        while token["mark"] != "}":
            if members:
                token = self._after(token, ",")
            if not token["text"]:
                raise _NotJson
            key = self.value(token, depth)
            if self.next()["mark"] != ":":
                raise _NotJson
            members.append((key, self.value(self.next(), depth + 1)))
            token = self.next()
        return members

    def _items(self, depth: int) -> list[Node]:
        items: list[Node] = []
        token = self.next()
        while token["mark"] != "]":
            if items:
                token = self._after(token, ",")
            items.append(self.value(token, depth + 1))
            token = self.next()
        return items

    def _after(self, token: re.Match[str], mark: str) -> re.Match[str]:
        if token["mark"] != mark:
            raise _NotJson
        return self.next()
