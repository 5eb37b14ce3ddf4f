"""The lines and offsets of keys, values and comments in a file's source."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import cast

import yaml

from ..cassettes import yaml as yamlfile
from ..scrubbing import Secret, find_secrets

Keys = tuple[str | int, ...]

_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")
_STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+)\]|\['(?P<quoted>(?:[^'\\]|\\.)*)'\]")


class SourceMap:
    """The places of a source; ``root`` is the root of its nodes, None if it is JSON."""

    def __init__(self, source: bytes, root: yaml.Node | None) -> None:
        self._source = source
        self._yaml_root = root
        self._bodies: dict[int, yaml.Node | None] = {}

    def find(self, keys: Keys) -> int | None:
        """Return the line, from 1, of the value at the keys, or at as many of them as exist.

        Keys may lead on into JSON in a literal block. None if the source has no nodes.
        """
        if self.root is None:
            return None
        node, rest = follow(self.root, keys)
        line = node.start_mark.line + 1
        if rest and isinstance(node, yaml.ScalarNode) and node.style == "|":
            # Several findings may be in one body: it is composed once.
            if id(node) not in self._bodies:
                self._bodies[id(node)] = _compose_json(node.value)
            body = self._bodies[id(node)]
            if body is not None:
                return line + follow(body, rest)[0].start_mark.line + 1
        return line

    def line_at(self, offset: int) -> int:
        """Return the line, from 1, of a character of the text."""
        return bisect_right(self._line_starts, offset)

    def comment_secrets(self) -> Iterator[Secret]:
        """Yield the secrets outside of all keys and values; JSON has no such place."""
        if "#" in self.text and self._yaml_root:
            yield from (each for each in find_secrets(self.text) if self._is_outside(each.start))

    def _is_outside(self, offset: int) -> bool:
        index = bisect_right(self._scalar_spans, (offset, len(self.text))) - 1
        return index < 0 or offset >= self._scalar_spans[index][1]

    @cached_property
    def encoding(self) -> str:
        """The encoding of the source, by its byte order mark."""
        if self._source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        return "utf-8-sig" if self._source.startswith(codecs.BOM_UTF8) else "utf-8"

    @cached_property
    def text(self) -> str:
        """The source as text; bytes that are not in its encoding are escaped."""
        return self._source.decode(self.encoding, "backslashreplace")

    @cached_property
    def root(self) -> yaml.Node | None:
        """The root of the nodes, None if there is none."""
        return self._yaml_root or _compose_json(self.text)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _scalar_spans(self) -> list[tuple[int, int]]:
        nodes = scalars(cast("yaml.Node", self._yaml_root))
        return sorted((node.start_mark.index, node.end_mark.index) for node in nodes)


def steps(path: str) -> Keys:
    """Return the keys of a JSON path as `json_path` writes it."""
    return tuple(
        int(match["index"]) if match["index"] else match["name"] or match["quoted"] or ""
        for match in _STEP.finditer(path)
    )


def follow(node: yaml.Node, keys: Keys) -> tuple[yaml.Node, Keys]:
    """Return the node that as many keys as possible lead to, and the keys that are left."""
    for number, key in enumerate(keys):
        child = yamlfile.find_child(node, key)
        if child is None:
            return node, keys[number:]
        node = child
    return node, ()


def scalars(root: yaml.Node) -> list[yaml.ScalarNode]:
    """Return the scalars below a node, keys included; one that aliases repeat comes once."""
    nodes = {id(root): root}
    queue = [root]
    for node in queue:  # grows during the loop
        if isinstance(node, yaml.ScalarNode):
            continue
        pairs = node.value if isinstance(node, yaml.MappingNode) else [node.value]
        for child in (child for pair in pairs for child in pair):
            if id(child) not in nodes:
                nodes[id(child)] = child
                queue.append(child)
    return [node for node in queue if isinstance(node, yaml.ScalarNode)]


def _compose_json(text: str) -> yaml.Node | None:
    # YAML has neither half of a surrogate pair nor tabs between tokens; these are as long.
    return yamlfile.compose(_ESCAPE.sub(r"\\u0020", text).replace("\t", " ").encode())
