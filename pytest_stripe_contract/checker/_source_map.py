"""Where in a file something stands: the line of a key, of a place in a body, and of a comment."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

import yaml

from ..cassettes import yaml as yamlfile
from ..scrubbing import Secret, find_secrets

Keys = tuple[str | int, ...]

_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")
_STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+)\]|\['(?P<quoted>(?:[^'\\]|\\.)*)'\]")


class Lines:
    """The lines of a source; its nodes are made out only once somebody asks.

    ``root`` has them, if they were made out already.
    """

    def __init__(self, source: bytes, *, is_json: bool, root: yaml.Node | None = None) -> None:
        self._source = source
        self._is_json = is_json
        self._given = root
        self._bodies: dict[int, yaml.Node | None] = {}

    def of(self, keys: Keys) -> int | None:
        """The line, from 1, of what keys lead to, or as far as they lead; None if unknown.

        Keys may lead on into JSON in a text, if that stands in the file as it reads.
        """
        if self._root is None:
            return None
        node, left = _followed(self._root, keys)
        line = node.start_mark.line + 1
        if left and isinstance(node, yaml.ScalarNode) and node.style == "|":
            inner = self._body(node)
            if inner is not None:
                return line + _followed(inner, left)[0].start_mark.line + 1
        return line

    def at(self, offset: int) -> int:
        """The line, from 1, of a character of the text."""
        return bisect_right(self._starts, offset)

    def secret_comments(self) -> Iterator[Secret]:
        """The secrets in what belongs to no key and to no value; JSON has no such thing."""
        if "#" in self.text and not self._is_json:
            yield from (each for each in find_secrets(self.text) if self._is_outside(each.start))

    def _is_outside(self, offset: int) -> bool:
        index = bisect_right(self._scalars, (offset, len(self.text))) - 1
        return index < 0 or offset >= self._scalars[index][1]

    def _body(self, node: yaml.ScalarNode) -> yaml.Node | None:
        """The nodes of the JSON in a text: several remarks may be on it."""
        if id(node) not in self._bodies:
            self._bodies[id(node)] = _composed(node.value, is_json=True)
        return self._bodies[id(node)]

    @cached_property
    def encoding(self) -> str:
        """That of the source, which a mark at its beginning may tell."""
        if self._source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        return "utf-8-sig" if self._source.startswith(codecs.BOM_UTF8) else "utf-8"

    @cached_property
    def text(self) -> str:
        """The source as text; bytes that are not in its encoding stand as escapes."""
        return self._source.decode(self.encoding, "backslashreplace")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _root(self) -> yaml.Node | None:
        return self._given or _composed(self.text, is_json=self._is_json)

    @cached_property
    def _scalars(self) -> list[tuple[int, int]]:
        """Where the keys and values of the document begin and end, in order."""
        nodes = [] if self._root is None else [self._root]
        seen = {id(node) for node in nodes}
        for node in nodes:  # grows while it is gone through
            for child in _inside(node):
                if id(child) not in seen:
                    seen.add(id(child))
                    nodes.append(child)
        scalars = (node for node in nodes if isinstance(node, yaml.ScalarNode))
        return sorted((node.start_mark.index, node.end_mark.index) for node in scalars)


def steps(path: str) -> Keys:
    """The keys of a JSON path, as `findings.json_path` writes it."""
    return tuple(
        int(match["index"]) if match["index"] else match["name"] or match["quoted"] or ""
        for match in _STEP.finditer(path)
    )


def _composed(text: str, *, is_json: bool) -> yaml.Node | None:
    """The nodes of a text, None if it has none that can be made out."""
    if is_json:
        # Half a surrogate pair is no YAML, and a tab no space in it; these are as long.
        text = _ESCAPE.sub(r"\\u0020", text).replace("\t", " ")
    return yamlfile.compose(text.encode())


def _followed(node: yaml.Node, keys: Keys) -> tuple[yaml.Node, Keys]:
    """What keys lead to, as far as they do, and the keys that are left there."""
    for number, key in enumerate(keys):
        child = yamlfile.find_child(node, key)
        if child is None:
            return node, keys[number:]
        node = child
    return node, ()


def _inside(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
