"""Convert the types in the official ``stripe`` package to JSON Schema.

Every property is ``required`` there: the types do not express that a property may be absent.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from ...errors import StripeContractError
from .schema_union import Schema, union
from .sdk_source import Module, Source, annotated, assigned, object_name

_SCALARS: Final = {
    "bool": "boolean",
    "Decimal": "string",  # a string on the wire, so that no digit is lost
    "float": "number",
    "int": "integer",
    "str": "string",
}


class UnreadableType(StripeContractError, ValueError):
    """Raised for an annotation whose JSON type is not known.

    ``owner`` is the object or inner object, ``name`` the property, ``annotation`` the source text.
    """

    def __init__(self, owner: str, name: str, annotation: str) -> None:
        self.owner = owner
        self.name = name
        self.annotation = annotation
        super().__init__(owner, name, annotation)

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}: no JSON type is known for {self.annotation}"


def object_schema(source: Source, name: str, inline: Collection[str] = ()) -> Schema:
    """Return the JSON Schema of an API object, with the objects that it refers to in ``$defs``.

    ``name`` is the ``object`` value, such as ``line_item``, or the name of a class without one. API
    objects in ``inline`` are described in full, others only by ``id`` and ``object``.

    Raises `UnknownName` if the package has no such object, `UnreadableType` for an unknown type.
    """
    module, cls = source.api_object(name)
    reader = _ObjectReader(source, inline)
    schema = reader.object(_Scope(module, ((object_name(cls) or snake_case(name), cls),)))
    return {**schema, "$defs": reader.defs}


def deleted(source: Source, name: str) -> set[str]:
    """Return the properties of an API object once it is deleted; none if it cannot be deleted.

    Raises `UnknownName` if the package has no such object.
    """
    names = {each for each, _ in annotated(source.api_object(name)[1])}
    return names if "deleted" in names else set()


@dataclass(frozen=True, slots=True)
class _Scope:
    """The place of an annotation.

    ``owners`` are the enclosing classes, innermost last, each with its name in ``$defs``; ``bound``
    is the value of a generic class's type variable; ``encoding`` is the form of the value in JSON
    if it differs from its type.
    """

    module: Module
    owners: tuple[tuple[str, ast.ClassDef], ...]
    property: str = ""
    encoding: str = ""
    bound: Schema | None = None


class _ObjectReader:
    """Reads one object; ``defs`` collects its inner objects and those that it refers to."""

    def __init__(self, source: Source, inline: Collection[str]) -> None:
        self._source = source
        self._inline = inline
        self.defs: dict[str, Schema] = {}

    def object(self, scope: _Scope) -> Schema:
        """Return the schema of the innermost class of a scope."""
        cls = scope.owners[-1][1]
        encodings = assigned(cls, "_field_encodings") or {}
        properties: dict[str, Schema] = {}
        for name, annotation in annotated(cls):
            if name != "deleted":  # only what is left of a deleted object has it
                wire = name.rstrip("_")  # from_ is "from", which Python keeps for itself
                here = replace(scope, property=wire, encoding=encodings.get(name, ""))
                properties[wire] = self._type(annotation, here)
        constant = object_name(cls)
        if constant and "object" not in properties:
            properties = {"object": {"const": constant}, **properties}
        required = {"required": list(properties)} if properties else {}
        return {"type": "object", **required, "properties": properties}

    def _type(self, node: ast.expr, scope: _Scope) -> Schema:
        found = None
        match node:
            case ast.Constant(value=str(text)):
                return self._type(ast.parse(text, mode="eval").body, scope)
            case ast.Name(id=name):
                found = self._named(name, scope)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=arguments)):
                found = self._generic(name, arguments, scope)
            case ast.Subscript(value=ast.Name(id=name), slice=argument):
                found = self._generic(name, [argument], scope)
        if found is None:
            raise UnreadableType(scope.owners[-1][0], scope.property, ast.unparse(node))
        return found

    def _named(self, name: str, scope: _Scope) -> Schema | None:
        match name:
            case "Any":
                return {}
            case "StripeObject":
                return {"type": "object", "additionalProperties": {}}
            case "int" if scope.encoding == "int64_string":
                return {"type": "string"}
        if name in _SCALARS:
            return {"type": _SCALARS[name]}
        return self._inner(name, scope) or self._other(name, scope) or scope.bound

    def _generic(self, name: str, arguments: list[ast.expr], scope: _Scope) -> Schema | None:
        if name == "Literal":
            values = [{"const": each.value} for each in arguments if isinstance(each, ast.Constant)]
            return union(*values) if len(values) == len(arguments) else None
        types = [self._type(argument, scope) for argument in arguments]
        if (schema := _container(name, types)) is not None:
            return schema
        if (found := self._source.find(name, scope.module)) is None:
            return None
        module, cls = found  # such as ListObject: each use of it has a schema of its own
        key = f"{scope.owners[-1][0]}.{scope.property}"
        return self._define(key, _Scope(module, ((key, cls),), bound=types[0]))

    def _inner(self, name: str, scope: _Scope) -> Schema | None:
        """Look up a class inside the enclosing classes, the nearest first."""
        for depth in range(len(scope.owners), 0, -1):
            owner, cls = scope.owners[depth - 1]
            for inner in cls.body:
                if isinstance(inner, ast.ClassDef) and inner.name == name:
                    key = f"{owner}.{snake_case(name)}"
                    owners = (*scope.owners[:depth], (key, inner))
                    return self._define(key, replace(scope, owners=owners))
        return None

    def _other(self, name: str, scope: _Scope) -> Schema | None:
        """Look up a top-level class: another API object, or a shared type."""
        if (found := self._source.find(name, scope.module)) is None:
            return None
        module, cls = found
        constant = object_name(cls)
        if constant is None or constant in self._inline:
            key = constant or snake_case(name)
            return self._define(key, _Scope(module, ((key, cls),)))
        key = f"expanded.{constant}"
        self.defs[key] = expanded(constant)
        return {"$ref": f"#/$defs/{key}"}

    def _define(self, key: str, scope: _Scope) -> Schema:
        if key not in self.defs:
            self.defs[key] = {}  # it is being read, and may refer to itself
            self.defs[key] = self.object(scope)
        return {"$ref": f"#/$defs/{key}"}


def _container(name: str, types: list[Schema]) -> Schema | None:
    match name:
        case "Optional":
            return union(*types, {"type": "null"})
        case "Union":
            return union(*types)
        case "ExpandableField":
            return union({"type": "string"}, *types)
        case "List":
            return {"type": "array", "items": types[0]}
        case "Dict" | "UntypedStripeObject":
            return {"type": "object", "additionalProperties": types[-1]}
    return None


def expanded(constant: object) -> Schema:
    """Return the schema of an API object that is referred to, by its ``object`` value."""
    return {
        "type": "object",
        "required": ["id", "object"],
        "properties": {"id": {"type": "string"}, "object": {"const": constant}},
        "additionalProperties": True,
    }


def snake_case(name: str) -> str:
    """Convert a class's name to snake case: ``customer_tax_id``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
