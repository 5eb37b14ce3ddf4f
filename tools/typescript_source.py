"""Read the type declarations of a ``stripe`` package for Node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_typescript.language_typescript()))
_CONTAINERS = {"ambient_declaration", "export_statement", "expression_statement", "statement_block"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """An interface or a type alias; ``path`` has the enclosing namespaces, then its name."""

    path: tuple[str, ...]
    node: Node

    @property
    def alias_of(self) -> Node | None:
        """Return the aliased type; None for an interface, and for ``type X = {...}``."""
        value = self.node.child_by_field_name("value")
        return value if value and value.type != "object_type" else None

    @property
    def members(self) -> list[Node]:
        """Return the members between the braces; none for an alias of another type."""
        body = self.node.child_by_field_name("body") or field(self.node, "value")
        return [] if self.alias_of else parts(body)

    @property
    def object_value(self) -> str | None:
        """Return the value of ``object`` if this is the type of an API object, else None."""
        for member in self.members:
            if found := re.fullmatch(r"object: '(.+)'", text(member)):
                return found[1]
        return None


class Source:
    """A ``stripe`` package for Node, unpacked; ``root`` is the folder with ``package/``."""

    def __init__(self, root: Path) -> None:
        self._package = root / "package"

    @cached_property
    def api_version(self) -> str:
        """Return the API version that the package sends, or else that of its types."""
        sent = self._package / "cjs" / "apiVersion.js"
        path = sent if sent.is_file() else self._package / "types" / "lib.d.ts"
        return str(re.findall(r"ApiVersion = '(.+)'", path.read_text(encoding="utf-8"))[0])

    def find(self, name: str, within: tuple[str, ...] = ("Stripe",)) -> Declaration | None:
        """Return the declaration of ``name`` (``Invoice.Status``) in a namespace, or None.

        The lookup is TypeScript's: there, then in each enclosing namespace.
        """
        steps = tuple(name.split("."))
        for depth in range(len(within), -1, -1):
            path = within[:depth] + steps
            if path in self.declarations:
                return self.declarations[path]
        return None

    def api_object(self, name: str, *, deleted: bool = False) -> Declaration | None:
        """Return the type of the API object with an ``object`` value, or of its deleted form.

        Of several, it is the one with the shortest path.
        """
        found = [
            each
            for each in self.declarations.values()
            if each.path[-1].startswith("Deleted") is deleted and each.object_value == name
        ]
        return min(found, key=lambda each: len(each.path), default=None)

    @cached_property
    def declarations(self) -> dict[tuple[str, ...], Declaration]:
        """Return each interface and type alias of the package by its path.

        Raises ``ValueError`` for a file that is not TypeScript.
        """
        found: dict[tuple[str, ...], Declaration] = {}
        for path in sorted((self._package / "types").rglob("*.d.ts")):
            tree = _PARSER.parse(path.read_bytes())
            if tree.root_node.has_error:
                raise ValueError(f"{path}: not TypeScript")
            found |= {each.path: each for each in _declared(tree.root_node, ())}
        return found


def text(node: Node) -> str:
    """Return the source of a node."""
    return (node.text or b"").decode()


def field(node: Node, name: str) -> Node:
    """Return the part of a node that the grammar calls ``name``."""
    child = node.child_by_field_name(name)
    assert child is not None, f"{node.type} has no {name}"  # noqa: S101  the grammar has it
    return child


def parts(node: Node) -> list[Node]:
    """Return the named parts of a node, without comments."""
    return [child for child in node.named_children if child.type != "comment"]


def _declared(node: Node, path: tuple[str, ...]) -> Iterator[Declaration]:
    for child in parts(node):
        match child.type:
            case "module":  # declare module 'stripe'
                yield from _declared(field(child, "body"), path)
            case "internal_module":  # namespace Stripe
                yield from _declared(field(child, "body"), (*path, text(field(child, "name"))))
            case "interface_declaration" | "type_alias_declaration":
                yield Declaration((*path, text(field(child, "name"))), child)
            case kind if kind in _CONTAINERS:
                yield from _declared(child, path)
