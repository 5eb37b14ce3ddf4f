"""Builds schemas/ from the types of the official ``stripe`` packages.

    python tools/build_schemas.py           write schemas/<name>/<release line>.json
    python tools/build_schemas.py --check   write nothing; exit 1 if any file differs

sdk_packages.json names the packages of each release line, oldest first, schema_rules.toml what
is built of them and what their types cannot say. Packages are fetched once, into .cache/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import reduce
from pathlib import Path
from typing import Any

from pytest_stripe_contract.schema_union import Schema, merge, union, with_required
from pytest_stripe_contract.sdk_source import Source
from pytest_stripe_contract.sdk_types import object_schema

TOOLS = Path(__file__).resolve().parent
SCHEMAS = TOOLS.parent / "schemas"
CACHE = TOOLS.parent / ".cache" / "stripe"

Rules = dict[str, Any]


def fetch(version: str, sha256: str, cache: Path) -> Path:
    """The folder of an unpacked ``stripe`` package, downloaded if ``cache`` has no such wheel.

    Exits if the wheel is not the one that ``sha256`` stands for.
    """
    folder = cache / version
    if not list(cache.glob(f"stripe-{version}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(cache), f"stripe=={version}"]
        subprocess.run(command, check=True)
    [wheel] = cache.glob(f"stripe-{version}-*.whl")
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != sha256:
        sys.exit(f"{wheel}: not the package that sdk_packages.json means")
    if not folder.is_dir():
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


def build(name: str, line: str, packages: dict[str, Source], rules: Rules) -> Schema:
    """The schema ``name`` of a release line, from its packages by version, oldest first.

    A property is known if any of the packages has it, and required if all of them do.
    """
    wanted = rules["schemas"][name]
    inline = wanted.get("inline", ())
    newest_first = reversed(packages.values())
    root = reduce(merge, [object_schema(each, wanted["of"], inline) for each in newest_first])
    here = _of_line(rules, line)
    objects = {**root.pop("$defs"), name: root}
    defs = {owner: _ruled(schema, owner, here) for owner, schema in objects.items()}
    if envelope := wanted.get("envelope"):
        inside = {envelope: {"$ref": f"#/$defs/{name}"}}
        root = {"type": "object", "required": [envelope], "properties": inside}
    else:
        root = defs.pop(name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pytest-stripe-contract:{name}:{line}",
        "title": f"Stripe {name}, API version {line}",
        "$comment": f"Built from the types of stripe {' and '.join(packages)} for Python",
        **root,
        "$defs": _used(root, defs),
    }


def _of_line(rules: Rules, line: str) -> dict[str, list[Rules]]:
    """The rules that hold for a release line."""
    return {
        kind: [each for each in listed if line in each.get("lines", (line,))]
        for kind, listed in rules.items()
        if isinstance(listed, list)
    }


def _ruled(schema: Schema, owner: str, rules: dict[str, list[Rules]]) -> Schema:
    """The schema of the object ``owner`` with what the rules say of its properties."""
    if schema.get("additionalProperties") is True:
        return schema

    def matching(kind: str, name: str) -> list[Rules]:
        address = f"{owner}.{name}"
        listed = rules.get(kind, ())
        return [e for e in listed if any(fnmatchcase(address, p) for p in e["properties"])]

    properties = dict(schema["properties"])
    for rule in rules.get("given", ()):
        named = (address.rpartition(".") for address in rule["properties"])
        properties |= {name: rule["schema"] for of, _, name in named if of == owner}
    required = {name for name in schema.get("required", ()) if not matching("optional", name)}
    required |= {name for name in properties if matching("always", name)}
    for name, typed in properties.items():
        opened = _opened(typed) if matching("open", name) else typed
        properties[name] = _with(opened, matching("forms", name))
    ruled = with_required({**schema, "properties": properties}, required)
    return _with(ruled, [rule for rule in rules.get("conditions", ()) if rule["of"] == owner])


def _opened(schema: Schema) -> Schema:
    """An enum, or an array of one, as one that any text may join."""
    if "items" in schema:
        return {**schema, "items": _opened(schema["items"])}
    return union(schema, {"type": "string"})


def _with(schema: Schema, rules: list[Rules]) -> Schema:
    return reduce(lambda one, rule: {**one, **rule["schema"]}, rules, schema)


def _used(root: Schema, defs: dict[str, Schema]) -> dict[str, Schema]:
    """Those of ``defs`` that something refers to, in the order of their names."""
    everything = json.dumps([root, defs])
    return {name: defs[name] for name in sorted(defs) if f'"#/$defs/{name}"' in everything}


def files(tools: Path, cache: Path) -> Iterator[tuple[str, str]]:
    """Every file to be built: its path below schemas/ and its text."""
    rules = tomllib.loads((tools / "schema_rules.toml").read_text(encoding="utf-8"))
    lines = json.loads((tools / "sdk_packages.json").read_text(encoding="utf-8"))
    for line, wheels in lines.items():
        packages = {version: Source(fetch(version, wheels[version], cache)) for version in wheels}
        for version, package in packages.items():
            if line not in (package.api_version, package.api_version.partition(".")[2]):
                sys.exit(f"stripe {version} sends {package.api_version}, which is not {line}")
        for name in rules["schemas"]:
            schema = build(name, line, packages, rules)
            yield f"{name}/{line}.json", json.dumps(schema, indent=2) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the files that differ, or with ``--check`` only list them; the exit code."""
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
