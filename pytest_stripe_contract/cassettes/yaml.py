"""Load YAML and JSON that somebody else wrote, and write YAML that people read and compare.

PyYAML's C parser does the loading, or its Python parser where PyYAML was built without libyaml.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, cast

import yaml

MAX_DEPTH = 100
"""Levels of nesting. PyYAML composes nodes by recursion, which in C can crash the process."""

MAX_VALUES = 1_000_000
"""Values that a document may hold once the YAML aliases in it are followed."""

PYTHON_TAG = "!!python/"
"""A mapping whose only key begins so stands for a Python object; the value is its content."""

_TOO_DEEP = f"more than {MAX_DEPTH} levels deep"
_WIDTH = 100
_CORE = "tag:yaml.org,2002:"

if TYPE_CHECKING:
    _SafeLoader = yaml.SafeLoader
else:
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """A source that cannot be loaded: ``problem``, and the ``line`` (from 1) if it is known."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        self.problem = problem
        self.line = line
        super().__init__(problem, line)


class _Loader(_SafeLoader):
    """PyYAML's safe loader, which also limits the depth and reads dates as text."""

    _depth = 0

    def descend_resolver(self, parent: yaml.Node | None, _index: object) -> None:
        """Count a level: PyYAML calls this before it composes a node, whatever its parser."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise YamlError(_TOO_DEEP, parent.start_mark.line + 1 if parent else None)

    def ascend_resolver(self) -> None:
        """Leave the level."""
        self._depth -= 1


# An API version such as 2023-10-16 is a date to YAML, and text to Stripe.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_CORE}timestamp"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_python(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> object:
    """Return the content of a Python object that VCR.py wrote; no object is made or called.

    vcrpy's own loader refuses most of these tags, which its older releases wrote.
    """
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
        case ("istr", [str() as text]):  # a header's name, recorded from aiohttp
            return text
        case (
            "BytesIO" | "StringIO",
            {"state": [bytes() | str() as text, *_]} | {"buf": bytes() | str() as text},
        ):  # the latter is Python 2's
            return text
        case ("iter", {"args": [list() as items, *_]}):
            return items
        case ("bytearray", [str() as text, "latin-1"]):
            return text.encode("latin-1")
    return {f"{PYTHON_TAG}{name}": content}


_Loader.add_multi_constructor(f"{_CORE}python/", _construct_python)


def load(source: bytes, *, only_json: bool = False) -> object:
    """Return the one document of a YAML or JSON source, made of plain types only.

    Dates come as text. A Python object that VCR.py wrote comes as the text, the bytes or the list
    that it was made of, any other as a mapping with one key, its tag (`PYTHON_TAG`). Raises
    `YamlError` if there is no such document, or if it is too deep or too large.
    """
    return load_with_nodes(source, only_json=only_json)[0]


def load_with_nodes(source: bytes, *, only_json: bool = False) -> tuple[object, yaml.Node | None]:
    """Return what `load` does, and the root of the nodes, which know their lines; JSON has none."""
    document, root = None, None
    is_json = only_json or source.lstrip()[:1] == b"{"
    if is_json:
        try:
            document = json.loads(source)  # YAML has no surrogate pairs, which JSON escapes need
        except RecursionError:
            raise YamlError(_TOO_DEEP) from None
        except ValueError as error:
            if only_json:
                line = error.lineno if isinstance(error, json.JSONDecodeError) else None
                raise YamlError(f"not JSON: {getattr(error, 'msg', error)}", line) from error
            is_json = False
    if not is_json:
        document, root = _load_yaml(source)
    check_size(document)
    return document, root


def _load_yaml(source: bytes) -> tuple[object, yaml.Node | None]:
    try:
        loader = _Loader(source)
        root = loader.get_single_node()
        return (None if root is None else loader.construct_document(root)), root
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise YamlError(f"not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(f"not YAML: {str(error).partition(chr(10))[0]}") from error


def check_size(document: object) -> None:
    """Raise `YamlError` for a document that is too deep, or that aliases make too large."""
    _count(document, 1, {})


def _count(value: object, depth: int, counted: dict[int, int]) -> int:
    """Count the values in one; those in a shared list or mapping count each time."""
    if not isinstance(value, (dict, list)):
        return 1
    if depth > MAX_DEPTH:
        raise YamlError(_TOO_DEEP)
    if id(value) not in counted:
        items = value.values() if isinstance(value, dict) else value
        counted[id(value)] = 1 + sum(_count(item, depth + 1, counted) for item in items)
        if counted[id(value)] > MAX_VALUES:
            raise YamlError(f"more than {MAX_VALUES} values")
    return counted[id(value)]


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper, which also writes texts of several lines as they are, and no aliases."""

    def ignore_aliases(self, _: object) -> bool:
        """Write shared values in full."""
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar(f"{_CORE}str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def dump(document: object) -> bytes:
    """Return a document of plain types as YAML, in ASCII: VCR.py opens files in the locale's.

    Keys stay in order. Texts of several lines stand as they are if they are printable ASCII,
    as JSON is.
    """
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=_WIDTH)
    return text.encode("ascii")


def compose(source: bytes) -> yaml.Node | None:
    """Return the root of a source's nodes; None if it has none, or is no YAML, as JSON may be."""
    with suppress(yaml.YAMLError, YamlError):
        root: yaml.Node | None = yaml.compose(source, Loader=_Loader)
        return root
    return None


def find_line(source: bytes, keys: tuple[str | int, ...]) -> int | None:
    """Return the line, from 1, of the last of these keys that a source has; None if unknown."""
    node = compose(source)
    line = node.start_mark.line + 1 if node else None
    for key in keys:
        node = node and find_child(node, key)
        line = node.start_mark.line + 1 if node else line
    return line


def find_child(node: yaml.Node, key: str | int) -> yaml.Node | None:
    """Return the node that a mapping or a sequence has at a key, None if there is none."""
    if isinstance(node, yaml.SequenceNode):
        return node.value[key] if key in range(len(node.value)) else None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in reversed(pairs) if name.value == key), None)
