"""Write the new values of a document into its source, which otherwise stays as it is.

YAML is edited at the spans of its nodes, and not dumped again: a dump, ruamel.yaml's round trip
included, folds long texts anew and quotes them anew, wherever they stand. JSON is dumped again
with the indentation that it has.
"""

from __future__ import annotations

import base64
import json
import re
from itertools import takewhile
from typing import Any, cast

import yaml

from ..cassettes import yaml as yamlfile
from ..scrubbing import REMOVED, Edit, document_edits
from ._source_map import SourceMap, follow, scalars

_Dumper: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NO_LIMIT = 2**31 - 1
_BINARY = "tag:yaml.org,2002:binary"

_FOLD = r"[ \t]*(?:\r?\n[ \t]*)+"
_UNITS = {
    "|": r"\r?\n {0,INDENT}|.",
    "": rf"{_FOLD}|.",
    "'": rf"{_FOLD}|''|.",
    '"': rf"\\(?:x..|u.{{4}}|U.{{8}}|\r?\n[ \t]*|.)|{_FOLD}|.",
}
"""By the style of a scalar, the pieces of its source that stand for one character or a few."""

_HEAD = re.compile(r"(?:[&!]\S*\s+)*")
"""The anchor and the tag of a node."""

_JSON_INDENT = re.compile(r"\s*[{\[]\r?\n([ \t]+)")
_JSON_COLON = re.compile(r'"(?:[^"\\]|\\.)*"\s*:([ \t]?)')


class NotEditable(Exception):
    """A value that no node of the source stands for."""


def edit_json(text: str, document: Any) -> str:
    """Return a document as JSON with the indentation and the spaces of an old text."""
    indent = match[1] if (match := _JSON_INDENT.match(text)) else None
    space = match[1] if (match := _JSON_COLON.search(text)) else " "
    separators = ("," if indent or not space else ", ", f":{space}")
    dumped = json.dumps(document, indent=indent, separators=separators, ensure_ascii=text.isascii())
    end = text[len(text.rstrip()) :]
    return dumped.replace("\n", "\r\n" if "\r\n" in text else "\n") + end


def edit_yaml(source: SourceMap, old: Any, new: Any) -> str:
    """Return a source's text with the values of ``new`` where those of ``old`` differ.

    Secrets in comments are replaced too. Raises `NotEditable`.
    """
    edits = [_edit_node(source, edit, new) for edit in document_edits(old, new)]
    edits += [(each.start, each.end, each.placeholder) for each in source.comment_secrets()]
    parts, position = [], 0
    for start, end, text in sorted(edits):
        if start >= position:  # a node that aliases repeat comes several times
            parts += [source.text[position:start], text]
            position = end
    return "".join([*parts, source.text[position:]])


def _edit_node(source: SourceMap, edit: Edit, document: Any) -> tuple[int, int, str]:
    """Return the span of the node that an edit concerns, and its new source."""
    keys = tuple(key for key in edit.path if not str(key).startswith(yamlfile.PYTHON_TAG))
    root = cast("yaml.Node", source.root)  # only JSON has none
    is_removal = edit.new is REMOVED
    node, rest = follow(root, keys[:-1] if is_removal else keys)
    if rest:
        raise NotEditable
    if is_removal:
        for key in edit.path[:-1]:
            document = document[key]
        return _remove(source, node, keys[-1], document)
    if not isinstance(edit.old, (dict, list)) and not isinstance(node, yaml.ScalarNode):
        # A Python object that stands for a text: the text is in one of its nodes.
        node = next((each for each in scalars(node) if _value(each) == edit.old), node)
    return _replace(source, node, edit.new)


def _replace(source: SourceMap, node: yaml.Node, new: Any) -> tuple[int, int, str]:
    start, end = node.start_mark.index, _end(node)
    old = source.text[start:end]
    if isinstance(node, yaml.ScalarNode):
        head = _HEAD.match(old)[0]  # type: ignore[index]  # it matches the empty text
        body = _edit_scalar(old[len(head) :], node, new)
        if body is not None and _loads_as(head + body, new):
            return start, end, head + body
    newline = "\n" if old.endswith("\n") else ""
    return start, end, _dump(new, allow_unicode=not source.text.isascii()) + newline


def _edit_scalar(source: str, node: yaml.ScalarNode, new: Any) -> str | None:
    """Return a scalar's source with the changed parts of its text replaced; None if unknown.

    Quotes, escapes and line breaks between those parts stay as they are.
    """
    text = base64.encodebytes(new).decode() if isinstance(new, bytes) else new
    style = node.style or ""
    if not isinstance(text, str) or style not in _UNITS:
        return None
    match = re.search(r"\r?\n *", source)
    line_break = match[0] if match else "\n"
    spans = _spans(source, style, len(line_break.strip("\r\n")))
    old, changed = node.value.split('"'), text.split('"')
    if len(old) != len(changed):
        old, changed = [node.value], [text]
    parts, position, index = [], 0, 0
    for before, after in zip(old, changed, strict=True):
        end = index + len(before)
        if before != after and end < len(spans):
            head = _count_equal(before, after)
            tail = _count_equal(before[head:][::-1], after[head:][::-1])
            start = spans[index + head][0]
            parts.append(source[position:start])
            parts.append(_escape(after[head : len(after) - tail], style, line_break))
            replaced = spans[index + head : end - tail]
            position = replaced[-1][1] if replaced else start
        index = end + 1
    return "".join([*parts, source[position:]])


def _count_equal(one: str, other: str) -> int:
    """Return the length of the beginning that two texts share."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _spans(source: str, style: str, indent: int) -> list[tuple[int, int]]:
    """Return the span of each character of a scalar's text in the scalar's source."""
    is_literal = style == "|"
    start = source.index("\n") if is_literal else len(style)
    units = re.compile(_UNITS[style].replace("INDENT", str(indent)))
    spans = []
    for match in units.finditer(source, start):
        unit = match[0]
        if is_literal or "\n" not in unit:
            length = 1
        else:
            length = 0 if unit.startswith("\\") else max(1, unit.count("\n") - 1)
        spans += [match.span()] * length
    return [*spans, (len(source), len(source))][
        is_literal:
    ]  # a literal's first line break is before its text


def _escape(text: str, style: str, line_break: str) -> str:
    match style:
        case '"':
            return json.dumps(text)[1:-1]
        case "'":
            return text.replace("'", "''")
        case "|":
            return re.sub(r"\n(?=.)", line_break, text)
    return text


def _loads_as(source: str, value: Any) -> bool:
    try:
        return yamlfile.load(f"- {source}".encode()) == [value]
    except yamlfile.YamlError:
        return False


def _remove(
    source: SourceMap, container: yaml.Node, name: str | int, new: Any
) -> tuple[int, int, str]:
    """Return the lines of an entry as a span to remove; or the container's, with ``new`` in it."""
    pairs = container.value
    key, value = next(pair for pair in pairs if pair[0].value == name)
    line_start = source.text.rfind("\n", 0, key.start_mark.index) + 1
    shares_line = source.text[line_start : key.start_mark.index].strip()
    if shares_line or len(pairs) == 1:
        return _replace(source, container, new)
    line_end = source.text.find("\n", _end(value) - 1) + 1
    return line_start, line_end or len(source.text), ""


def _end(node: yaml.Node) -> int:
    """Return the offset behind a node: a block collection's own mark is at the next token."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    offset: int = node.end_mark.index
    return offset


def _value(node: yaml.ScalarNode) -> str | bytes:
    value: str = node.value
    return base64.b64decode(value) if node.tag == _BINARY else value


def _dump(value: Any, *, allow_unicode: bool) -> str:
    """Return a value as YAML that fits any place: on one line, in flow style."""
    dumped: str = yaml.dump(
        [value],
        Dumper=_Dumper,
        default_flow_style=True,
        width=_NO_LIMIT,
        allow_unicode=allow_unicode,
        sort_keys=False,
    )
    return dumped.strip()[1:-1]
