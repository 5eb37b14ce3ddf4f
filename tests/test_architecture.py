"""The shape of the package: imports run one way, and modules and functions stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_stripe_contract import shipped

PACKAGE = Path(shipped.__file__).parent

LAYERS = (
    ("errors", "versions", "shipped", "patching", "frames", "atomic", "modes", "unused"),
    ("schema_union", "sdk_source", "sdk_types", "schema_rules"),
    ("installed",),
    (
        "codings",
        "columns",
        "event_types",
        "expandable",
        "findings",
        "forms",
        "guard",
        "guide",
        "messages",
        "misses",
        "schemas",
        "payloads",
        "explain",
        "rules",
        "samples",
        "yamlfile",
    ),
    ("scrubbing", "wire"),
    ("contract", "event_rules", "steps"),
    ("upgrades",),
    ("cassettes", "endpoints", "faults", "layouts", "matching", "settings", "upstream"),
    ("invoices", "record", "recorded", "renditions", "recordings", "sequence", "variants"),
    ("event_invoices", "events", "strategies", "webhooks"),
    ("calls",),
    ("clients",),
    ("interception",),
    ("attempts", "checks", "journal", "problems", "replay", "rehearsal"),
    (
        "declared",
        "code_version",
        "options",
        "runs",
        "report",
        "fixtures",
        "verdicts",
        "which",
        "around",
        "audit",
    ),
    ("plugin", "cli", "__init__"),
)
"""Lowest first: a module may import those of its own layer and of the layers below it."""

LAYER = {name: index for index, names in enumerate(LAYERS) for name in names}

MAY_IMPORT_PYTEST = {
    "around",
    "misses",
    "code_version",
    "declared",
    "fixtures",
    "options",
    "plugin",
    "report",
    "runs",
    "verdicts",
    "which",
}
MAY_IMPORT_VCR = {"recorded"}
HTTP_LIBRARIES = {"aiohttp", "h11", "http", "httpcore", "httpx", "requests", "urllib3", "vcr"}
LONGEST_MODULE = 250
LONGEST_FUNCTION = 60

FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in FILES}

each_module = pytest.mark.parametrize("module", MODULES)


def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def unit(module: str) -> str:
    """The part of the package that a module belongs to: ``clients`` for all in that folder."""
    return module.partition("/")[0]


def imported(module: str) -> Iterator[str]:
    """The absolute names of what a module imports, in functions and for types too."""
    package = ["pytest_stripe_contract", *module.split("/")[:-1]]
    for node in ast.walk(tree(module)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=name, names=names, level=level):
                base = ".".join([*package[: len(package) - level + 1], *([name] if name else [])])
                source = f"{name}" if level == 0 else base
                yield from (f"{source}.{alias.name}" for alias in names)


def own_imports(module: str) -> set[str]:
    """The modules of the package that a module imports, without itself."""
    found = set()
    for name in imported(module):
        parts = name.split(".")
        if parts[0] == "pytest_stripe_contract":
            for end in (3, 2):
                path = "/".join(parts[1:end])
                if path in MODULES or f"{path}/__init__" in MODULES:
                    found.add(path if path in MODULES else f"{path}/__init__")
                    break
    return found - {module}


def imports_of_units() -> dict[str, set[str]]:
    units: dict[str, set[str]] = {unit(module): set() for module in MODULES}
    for module in MODULES:
        units[unit(module)] |= {unit(other) for other in own_imports(module)} - {unit(module)}
    return units


def roots(module: str) -> set[str]:
    return {name.partition(".")[0] for name in imported(module)}


def test_every_module_has_a_layer():
    assert {unit(module) for module in MODULES} == LAYER.keys()


@each_module
def test_a_module_imports_from_its_layer_and_below(module):
    own = LAYER[unit(module)]
    assert [other for other in own_imports(module) if LAYER[unit(other)] > own] == []


def test_no_imports_run_in_a_circle():
    """Take away what imports nothing that is left; a circle is what cannot be taken away."""
    left = imports_of_units()
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in free:
            del left[name]
    assert left == {}


def test_nothing_imports_the_plugin_or_the_command():
    importers = {name for name, needs in imports_of_units().items() if needs & {"plugin", "cli"}}
    assert importers == set()


@each_module
def test_vcr_is_known_to_the_recorder_alone(module):
    assert module in MAY_IMPORT_VCR or "vcr" not in roots(module)


@each_module
def test_pytest_is_known_to_the_plugin_alone(module):
    assert module in MAY_IMPORT_PYTEST or "pytest" not in roots(module)
    assert "_pytest" not in roots(module)


def test_the_contract_knows_nothing_of_http():
    needs = imports_of_units()
    below = {"contract"}
    while more := set().union(*(needs[name] for name in below)) - below:
        below |= more
    assert {name for name in below if roots(name) & HTTP_LIBRARIES} == set()


@each_module
def test_a_module_can_be_read_at_one_sitting(module):
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE


@each_module
def test_a_function_can_be_read_on_one_screen(module):
    long = [
        node.name
        for node in ast.walk(tree(module))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("folder", [shipped.SCHEMAS, shipped.CASSETTES], ids=lambda path: path.name)
def test_no_code_lies_among_the_data(folder):
    assert any(folder.iterdir())
    assert list(folder.rglob("*.py")) == []
