"""Download, unpack and read the official ``stripe`` packages."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import typescript_source
import typescript_types

from pytest_stripe_contract.schemas.build import sdk_source, sdk_types
from pytest_stripe_contract.schemas.build.schema_union import Schema

_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:")


@dataclass(frozen=True, slots=True)
class Package:
    """A ``stripe`` package for a language; ``api_version`` is the version that it sends.

    ``schema`` returns the JSON Schema of a type by its name in that language, with the given API
    objects described in full; ``api_object`` does so by the ``object`` value. ``deleted`` returns
    the properties of an API object once it is deleted, none if it cannot be deleted.
    """

    registry: str
    language: str
    version: str
    api_version: str
    schema: Callable[[str, Collection[str]], Schema]
    api_object: Callable[[str, Collection[str]], Schema]
    deleted: Callable[[str], set[str]]


@dataclass(frozen=True, slots=True)
class _Registry:
    """A registry: file name, download command, unpacker and reader of its packages."""

    file: str
    command: tuple[str, ...]
    unpack: Callable[[Path, Path], None]
    read: Callable[[str, Path], Package]


def of_line(line: str, tools: Path, cache: Path) -> list[Package]:
    """Return the packages of a release line in sdk_packages.json, oldest first.

    Download those that ``cache`` lacks. Exit if one has another sha256, or sends a version of
    another line.
    """
    found = []
    for registry, versions in listed(tools)[line].items():
        for version, sha256 in versions.items():
            package = read(registry, version, fetch(registry, version, sha256, cache))
            if line not in (package.api_version, package.api_version.partition(".")[2]):
                sys.exit(f"stripe {version} sends {package.api_version}, which is not {line}")
            found.append(package)
    return found


def listed(tools: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Return the sha256 of each package by release line, registry and version, oldest first."""
    text = (tools / "sdk_packages.json").read_text(encoding="utf-8")
    lines: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return lines


def fetch(registry: str, version: str, sha256: str, cache: Path) -> Path:
    """Return the folder of an unpacked package, and download it if ``cache`` lacks it.

    Exit if the package has another sha256.
    """
    source = _REGISTRIES[registry]
    if not is_cached(registry, version, cache):
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run([part.format(version, cache) for part in source.command], check=True)
    [archive] = cache.glob(source.file.format(version))
    if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
        sys.exit(f"{archive}: not the package that sdk_packages.json means")
    folder = archive.with_suffix("")
    if not folder.is_dir():
        source.unpack(archive, folder)
    return folder


def is_cached(registry: str, version: str, cache: Path) -> bool:
    """Return True if the package is downloaded already."""
    return any(cache.glob(_REGISTRIES[registry].file.format(version)))


def read(registry: str, version: str, folder: Path) -> Package:
    """Read the package that is unpacked in ``folder``."""
    return _REGISTRIES[registry].read(version, folder)


def _of_python(version: str, folder: Path) -> Package:
    source = sdk_source.Source(folder)
    schema = partial(sdk_types.object_schema, source)
    deleted = partial(sdk_types.deleted, source)
    return Package("pypi", "Python", version, source.api_version, schema, schema, deleted)


def _of_node(version: str, folder: Path) -> Package:
    source = typescript_source.Source(folder)
    schema = partial(typescript_types.object_schema, source)
    api_object = partial(typescript_types.api_object_schema, source)
    deleted = partial(typescript_types.deleted, source)
    return Package("npm", "Node", version, source.api_version, schema, api_object, deleted)


_REGISTRIES: Final = {
    "npm": _Registry(
        "stripe-{}.tgz",
        ("npm", "pack", "--silent", "--pack-destination", "{1}", "stripe@{0}"),
        partial(shutil.unpack_archive, format="gztar", filter="data"),
        _of_node,
    ),
    "pypi": _Registry(
        "stripe-{}-*.whl",
        (*_PIP, "--dest", "{1}", "stripe=={0}"),
        partial(shutil.unpack_archive, format="zip"),
        _of_python,
    ),
}
