"""Convert the types in the ``stripe`` package for Node to JSON Schema.

The result is that of `sdk_types` for the package for Python, except that a property that may be
absent (``tax?: number``) is not ``required``: only TypeScript's types express that.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from tree_sitter import Node
from typescript_source import Declaration, Source, field, parts, text

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas.build.schema_union import Schema, union, with_required
from pytest_stripe_contract.schemas.build.sdk_types import UnreadableType, expanded, snake_case

_SCALARS: Final[dict[str, Schema]] = {
    "any": {},
    "boolean": {"type": "boolean"},
    "number": {"type": "integer"},  # of the few that are not, schema_rules.toml tells
    "string": {"type": "string"},
    "unknown": {},
}
_LITERALS: Final[dict[str, Schema]] = {
    "false": {"const": False},
    "null": {"type": "null"},
    "true": {"const": True},
}


def object_schema(source: Source, name: str, inline: Collection[str] = ()) -> Schema:
    """Return the JSON Schema of an interface, with the types that it refers to in ``$defs``.

    ``name`` is the interface's, such as ``InvoiceLineItem`` or ``Invoice.Lines``. API objects in
    ``inline`` (``object`` values) are described in full, others only by ``id`` and ``object``.

    Raises `UnknownName` if the package has no such interface, `UnreadableType` for an unknown type.
    """
    return _schema(source, source.find(name), name, inline)


def api_object_schema(source: Source, name: str, inline: Collection[str] = ()) -> Schema:
    """Return `object_schema` of the API object whose ``object`` value is ``name``."""
    return _schema(source, source.api_object(name), name, inline)


def deleted(source: Source, name: str) -> set[str]:
    """Return the properties of a deleted API object; none if it cannot be deleted."""
    declared = source.api_object(name, deleted=True)
    return {text(field(each, "name")) for each in declared.members} if declared else set()


def _schema(
    source: Source, declared: Declaration | None, name: str, inline: Collection[str]
) -> Schema:
    if declared is None:
        raise UnknownName("Stripe object", name, (path[-1] for path in source.declarations))
    reader = _ObjectReader(source, inline)
    schema = reader.object(declared, reader.key(declared) or snake_case(name))
    return {**schema, "$defs": reader.defs}


@dataclass(frozen=True, slots=True)
class _Scope:
    """The place of a type: the object in ``$defs``, its property, and the source's namespace.

    ``bound`` has the values of a generic interface's type variables.
    """

    owner: str
    property: str
    within: tuple[str, ...]
    bound: dict[str, Schema]


class _ObjectReader:
    """Reads one object; ``defs`` collects its inner objects and those that it refers to."""

    def __init__(self, source: Source, inline: Collection[str]) -> None:
        self._source = source
        self._inline = inline
        self.defs: dict[str, Schema] = {}

    def object(
        self, declared: Declaration, key: str, bound: dict[str, Schema] | None = None
    ) -> Schema:
        """Return the schema of an interface that ``$defs`` calls ``key``."""
        scope = _Scope(key, "", declared.path[:-1], bound or {})
        properties: dict[str, Schema] = {}
        required = set()
        for member in declared.members:
            name = text(_part(member, "name", scope))
            if name != "deleted":  # only what is left of a deleted object has it
                properties[name] = self._annotated(member, replace(scope, property=name))
                if any(child.type == "?" for child in member.children):
                    properties[name] = union(properties[name], {"type": "null"})
                else:
                    required.add(name)
        return with_required({"properties": properties}, required)

    def key(self, declared: Declaration) -> str | None:
        """Return the name in ``$defs`` of an API object, or of an inner object of one.

        None for a type that belongs to no object: Stripe.Address.
        """
        for depth in range(len(declared.path), 0, -1):
            around = self._source.declarations.get(declared.path[:depth])
            if around and (constant := around.object_value):
                return ".".join([constant, *map(snake_case, declared.path[depth:])])
        return None

    def _annotated(self, member: Node, scope: _Scope) -> Schema:
        """Return the schema of a property or of an index signature."""
        [node] = parts(_part(member, "type", scope))
        return self._type(node, scope)

    def _type(self, node: Node, scope: _Scope) -> Schema:
        found = None
        match node.type:
            case "predefined_type":
                found = _SCALARS.get(text(node))
            case "literal_type":
                found = _literal(parts(node)[0])
            case "union_type":
                found = union(*(self._type(each, scope) for each in parts(node)))
            case "array_type":
                found = {"type": "array", "items": self._type(parts(node)[0], scope)}
            case "object_type":
                found = self._map(parts(node), scope)
            case "generic_type":
                found = self._generic(node, scope)
            case "type_identifier" | "nested_type_identifier":
                found = self._named(text(node), scope)
        if found is None:
            raise _unreadable(node, scope)
        return found

    def _map(self, members: list[Node], scope: _Scope) -> Schema | None:
        """Return the schema of ``{[key: string]: T}``; None for other braces."""
        match members:
            case [Node(type="index_signature") as values]:
                return {"type": "object", "additionalProperties": self._annotated(values, scope)}
        return None

    def _generic(self, node: Node, scope: _Scope) -> Schema | None:
        name = text(field(node, "name"))
        arguments = [self._type(each, scope) for each in parts(field(node, "type_arguments"))]
        if name == "Array":
            return {"type": "array", "items": arguments[0]}
        declared = self._source.find(name, scope.within)
        if declared is None or declared.alias_of:
            return None
        parameters = parts(field(declared.node, "type_parameters"))
        names = [text(field(each, "name")) for each in parameters]
        key = f"{scope.owner}.{scope.property}"  # of ApiList, each use has a schema of its own
        return self._define(key, declared, dict(zip(names, arguments, strict=True)))

    def _named(self, name: str, scope: _Scope) -> Schema | None:
        if name in scope.bound:
            return scope.bound[name]
        # What is left of a deleted object goes by the name of that object.
        declared = self._source.find(re.sub(r"\bDeleted(?=[A-Z])", "", name), scope.within)
        if declared is None:
            return None
        if alias := declared.alias_of:
            return self._type(alias, replace(scope, within=declared.path[:-1]))
        return self._map(declared.members, scope) or self._object(declared, scope)

    def _object(self, declared: Declaration, scope: _Scope) -> Schema:
        constant = declared.object_value
        if constant is None or constant in self._inline:
            key = self.key(declared) or f"{scope.owner}.{scope.property}"
            return self._define(key, declared)
        key = f"expanded.{constant}"
        self.defs[key] = expanded(constant)
        return {"$ref": f"#/$defs/{key}"}

    def _define(
        self, key: str, declared: Declaration, bound: dict[str, Schema] | None = None
    ) -> Schema:
        if key not in self.defs:
            self.defs[key] = {}  # it is being read, and may refer to itself
            self.defs[key] = self.object(declared, key, bound)
        return {"$ref": f"#/$defs/{key}"}


def _literal(node: Node) -> Schema | None:
    if node.type == "string":
        return {"const": text(node)[1:-1]}
    return _LITERALS.get(node.type)


def _part(member: Node, name: str, scope: _Scope) -> Node:
    """Return a part of a property; raise `UnreadableType` without one, as for a method."""
    if (part := member.child_by_field_name(name)) is None:
        raise _unreadable(member, scope)
    return part


def _unreadable(node: Node, scope: _Scope) -> UnreadableType:
    return UnreadableType(scope.owner, scope.property, " ".join(text(node).split()))
