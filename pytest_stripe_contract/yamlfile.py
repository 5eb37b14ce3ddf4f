"""YAML from files that somebody else wrote: loaded fast, and refused with a line if need be."""

from __future__ import annotations

import re

import yaml

DEEPEST = 100
"""Levels of nesting: libyaml's loader recurses in C, and crashes the process at some depth."""

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_DEEP_BLOCK = re.compile(rb"^ {%d}|(?:[-?:]\s+){%d}" % (DEEPEST, DEEPEST), re.MULTILINE)


class Unloadable(Exception):
    """Why a source is not loaded: ``problem``, and the ``line`` (from 1) if it is known."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        self.problem = problem
        self.line = line
        super().__init__(problem, line)


def load(source: bytes) -> object:
    """The one document of a source, of plain types only; `Unloadable` if it has none."""
    if _may_be_deep(source) and _is_deep(source):
        raise Unloadable(f"not a cassette: more than {DEEPEST} levels deep")
    try:
        return yaml.load(source, Loader=_Loader)  # noqa: S506 (a safe loader, in C)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Unloadable(f"not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unloadable(f"not YAML: {str(error).partition(chr(10))[0]}") from error


def line_of(source: bytes, at: tuple[str | int, ...]) -> int:
    """The line, from 1, of the last of these keys that a document has."""
    node = yaml.compose(source, Loader=_Loader)
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
    return {key.value: child for key, child in pairs}


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
    except yaml.YAMLError:
        return False  # the loader says it better
    return False
