"""Build schemas/ from the types of the official ``stripe`` packages.

    python tools/build_schemas.py           write schemas/<name>/<release line>.json
    python tools/build_schemas.py --check   write nothing; exit 1 and name what differs, if any

sdk_packages.json names the packages of each release line, oldest first. schema_rules.toml lists
the schemas, with rules for what types do not express. expandable_rules.toml has the rules of the
objects in the place of an id (schemas/expandable/). Packages are downloaded once, into .cache/.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import expandable_samples
import sdk_packages
from sdk_packages import Package

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas.build import schema_rules
from pytest_stripe_contract.schemas.build.schema_rules import Rules
from pytest_stripe_contract.schemas.build.schema_union import Schema

TOOLS = Path(__file__).resolve().parent
SCHEMAS = TOOLS.parent / "schemas"
CACHE = TOOLS.parent / ".cache" / "stripe"


def build(name: str, line: str, packages: Sequence[Package], rules: Rules) -> Schema:
    """Build the schema ``name`` of a release line from the types of its packages, oldest first."""
    wanted = rules["schemas"][name]
    typed = [_typed(each, wanted["of"][each.registry], wanted) for each in packages]
    versions = " and ".join(each.version for each in packages)
    source = f"stripe {versions} for {packages[0].language}"
    return schema_rules.build(name, line, typed, rules, source)


def _typed(package: Package, names: str | list[str], rule: Rules) -> Schema:
    """Return the type of a package for the first of ``names`` that it has."""
    first, *others = [names] if isinstance(names, str) else names
    try:
        return package.schema(first, rule.get("inline", ()))
    except UnknownName:
        if not others:
            raise
    return _typed(package, others, rule)


def files(tools: Path, cache: Path) -> Iterator[tuple[str, str]]:
    """Yield each file: its path below schemas/ and its text."""
    rules = tomllib.loads((tools / "schema_rules.toml").read_text(encoding="utf-8"))
    on_samples = expandable_samples.read_rules(tools)
    for line in sdk_packages.listed(tools):
        found = sdk_packages.of_line(line, tools, cache)
        built = {name: build(name, line, found, rules) for name in rules["schemas"]}
        if on_samples:
            names = expandable_samples.names(built.values())
            built["expandable"] = expandable_samples.build(names, line, found, on_samples, rules)
        for name, schema in built.items():
            yield f"{name}/{line}.json", json.dumps(schema, indent=2) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the files that differ, or with ``--check`` only list them; return the exit code."""
    parser = argparse.ArgumentParser(description="Builds schemas/ from the stripe packages' types.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if any differs")
    check = parser.parse_args(arguments).check
    built = dict(files(TOOLS, CACHE))
    old = {
        path.relative_to(SCHEMAS).as_posix(): path.read_text(encoding="utf-8")
        for path in SCHEMAS.rglob("*.json")
    }
    differing = [name for name in sorted({*built, *old}) if built.get(name) != old.get(name)]
    for name in differing:
        print(f"{'differs' if check else 'built'}: schemas/{name}")
        if name in built and name in old:
            before, after = json.loads(old[name]), json.loads(built[name])
            kind = name.partition("/")[0]
            module = expandable_samples if kind == "expandable" else schema_rules
            for each in module.differences(kind, before, after):
                print("  {}: {}, to be {}".format(*each))
        if not check:
            _replace(SCHEMAS / name, built.get(name))
    return 1 if check and differing else 0


def _replace(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


if __name__ == "__main__":
    sys.exit(main())
