"""Read the classes of a ``stripe`` package by parsing its source, without importing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ...errors import UnknownName
from ...stripe_api import sdk_api_version

_NAMED = re.compile(r'^class (\w+)|^    OBJECT_NAME\b[^=]*=\s*\(?\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: its classes, and the module and name of each import."""

    classes: dict[str, ast.ClassDef]
    imports: dict[str, tuple[str, str]]


class Source:
    """A ``stripe`` package, installed or unpacked; ``root`` is the folder with ``stripe/``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._modules: dict[Path, Module] = {}

    @cached_property
    def api_version(self) -> str:
        """Return the API version that the package sends; empty for one before 6.0."""
        return sdk_api_version(self._root) or ""

    def api_object(self, name: str) -> tuple[Module, ast.ClassDef]:
        """Return the class of an API object, by its ``object`` value or the class's name.

        Raises `UnknownName` if the package has no such object.
        """
        if name not in self._paths:
            raise UnknownName("Stripe object", name, filter(str.islower, self._paths))
        module = self._module(self._paths[name])
        classes = module.classes.items()
        return module, next(cls for each, cls in classes if name in (each, object_name(cls)))

    def find(self, name: str, module: Module) -> tuple[Module, ast.ClassDef] | None:
        """Return the top-level class that a name refers to in a module, or None."""
        if name in module.classes:
            return module, module.classes[name]
        origin, original = module.imports.get(name, ("", ""))
        path = self._root / f"{origin.replace('.', '/')}.py"
        return self.find(original, self._module(path)) if path.is_file() else None

    @cached_property
    def _paths(self) -> dict[str, Path]:
        """Return the file of each API object and class; of two, the one nearer the root."""
        found: dict[str, Path] = {}
        files = (self._root / "stripe").rglob("*.py")
        for path in sorted(files, key=lambda path: (len(path.parts), path)):
            if "params" not in path.parts and not path.stem.endswith("_service"):
                for cls, constant in _NAMED.findall(path.read_text(encoding="utf-8")):
                    found.setdefault(cls or constant, path)
        return found

    def _module(self, path: Path) -> Module:
        if path not in self._modules:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            self._modules[path] = Module(
                {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)},
                {
                    alias.asname or alias.name: (node.module or "", alias.name)
                    for node in ast.walk(tree)
                    if isinstance(node, ast.ImportFrom)
                    for alias in node.names
                },
            )
        return self._modules[path]


def object_name(cls: ast.ClassDef) -> str | None:
    """Return the ``object`` value of an API object; None for another class."""
    name: str | None = assigned(cls, "OBJECT_NAME")
    return name


def annotated(cls: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Yield the properties that a class declares, each with its annotation."""
    for node in cls.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=None, annotation=annotation):
                if not name.startswith("_"):
                    yield name, annotation


def assigned(cls: ast.ClassDef, name: str) -> Any:
    """Return the literal that a class's body assigns to a name, or None."""
    for node in cls.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
            ) if target == name:
                return ast.literal_eval(value)
    return None
