"""An API version is resolved to its release line, the installed SDK's included."""

from __future__ import annotations

import types
from pathlib import Path

import pytest
import stripe

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.stripe_api import (
    LINES,
    InstalledSdk,
    full_version,
    installed_sdk,
    newer_line,
    resolve,
    sdk_api_version,
    versions,
)


@pytest.fixture
def install(monkeypatch):
    """Pretend that a ``stripe`` package is installed that sends an API version."""

    def install(api_version):
        sdk = InstalledSdk("99.0.0", api_version, Path())
        monkeypatch.setattr(versions, "installed_sdk", lambda: sdk)

    return install


@pytest.mark.parametrize(
    ("version", "line", "full"),
    [
        ("2023-10-16", "2023-10-16", "2023-10-16"),
        ("acacia", "acacia", "2024-09-30.acacia"),
        ("2025-02-24.acacia", "acacia", "2025-02-24.acacia"),
        ("2026-10-28.endive", "endive", "2026-10-28.endive"),
    ],
)
def test_a_version_or_a_lines_name_is_resolved(version, line, full):
    assert resolve(version).name == line
    assert resolve(version).shipped is resolve(version)
    assert full_version(version) == full


@pytest.mark.parametrize(
    "version",
    [
        "2023-10-17",
        "2024-09-29.acacia",
        "2025-03-31.preview",
        "2024-06-20; a_beta=v1",
        "",
        20231016,
    ],
)
def test_an_unknown_version_is_an_error_with_the_known_ones(version):
    with pytest.raises(UnknownName) as caught:
        full_version(version)

    assert caught.value.known == tuple(line.first for line in LINES)


def test_the_line_of_a_newer_sdk_counts_too(install):
    install("2031-03-31.foxtrot")

    line = resolve("2031-05-28.foxtrot")

    assert (line.name, line.first, line.sdk) == ("foxtrot", "2031-03-31.foxtrot", "99.0.0")
    assert full_version("foxtrot") == "2031-03-31.foxtrot"
    assert line.shipped is LINES[-1]
    with pytest.raises(UnknownName):
        resolve("2031-03-30.foxtrot")


@pytest.mark.parametrize("api_version", ["2026-11-30.endive", "2020-01-01.older"])
def test_an_sdk_of_a_shipped_or_earlier_line_adds_none(install, api_version):
    install(api_version)

    assert newer_line() is None


def test_the_installed_sdk_is_read_without_an_import():
    sdk = installed_sdk()

    assert sdk.api_version == stripe.api_version
    assert sdk.root == Path(stripe.__file__).parent.parent


@pytest.mark.parametrize("origin", [None, "stripe/__init__.py"], ids=["none", "before 6.0"])
def test_without_an_sdk_that_sends_a_version_there_is_no_newer_line(monkeypatch, tmp_path, origin):
    spec = origin and types.SimpleNamespace(origin=str(tmp_path / origin))
    monkeypatch.setattr(versions.util, "find_spec", lambda _name: spec)
    versions.installed_sdk.cache_clear()
    try:
        assert installed_sdk() is None
        assert newer_line() is None
    finally:
        versions.installed_sdk.cache_clear()


def test_the_api_version_of_an_sdk_is_read_from_the_file_that_has_it(tmp_path):
    folder = tmp_path / "stripe"
    folder.mkdir()
    (folder / "_api_version.py").write_text("class _ApiVersion: pass\n")
    (folder / "api_version.py").write_text('CURRENT = "2030-01-01.zebra"\n')

    assert sdk_api_version(tmp_path) == "2030-01-01.zebra"
