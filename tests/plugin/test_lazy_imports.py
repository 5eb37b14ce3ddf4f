"""What pytest's start costs those who only have the plugin installed: nothing but the plugin."""

from __future__ import annotations

import json
import sys

import pytest
import yaml
from helpers.answers import faultless

from pytest_stripe_contract.stripe_api import resources as shipped

HEAVY = {
    "aiohttp",
    "httpcore",
    "httpx",
    "jsonschema",
    "jsonschema_rs",
    "pycurl",
    "requests",
    "stripe",
    "urllib3",
    "vcr",
    "yaml",
}
OURS = ("-p", "pytest_stripe_contract.plugin")

NOTE_MODULES = """
    import json
    import pathlib
    import sys

    def note_modules():
        roots = sorted({name.partition(".")[0] for name in sys.modules})
        pathlib.Path("modules.json").write_text(json.dumps(roots))
"""
TRIVIAL = """
    def test_nothing():
        note_modules()
"""
MARKED = """
    import pytest

    @pytest.mark.stripe_replay("mark_uncollectible")
    def test_of_a_replay():
        raise AssertionError("not selected")

    def test_of_a_fixture(stripe_api_version):
        note_modules()
"""
REPLAYING = """
    import urllib.request

    import pytest

    @pytest.mark.stripe_replay("faultless")
    def test_replay():
        url = "https://api.stripe.com/v1/invoices/in_1MtG0nLkdIwHu7ixAaUw3Cb4/mark_uncollectible"
        key = {"Authorization": "Bearer sk_test_not_a_real_key"}
        with urllib.request.urlopen(urllib.request.Request(url, b"", key)) as response:
            assert json.load(response)["status"] == "uncollectible"
        note_modules()
"""


@pytest.fixture
def modules(pytester, monkeypatch):
    """Run a test file without any plugin but those of the options; what it imported, by root."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS")

    def run(test: str, *options: str) -> set[str]:
        pytester.makepyfile(NOTE_MODULES + test)
        result = pytester.runpytest_subprocess("-W", "error", *options)
        assert result.ret == 0
        return set(json.loads((pytester.path / "modules.json").read_text()))

    return run


def test_pytest_starts_without_heavy_libraries(modules):
    without = modules(TRIVIAL)
    imported = modules(TRIVIAL, *OURS)

    assert imported & HEAVY == set()
    ours = {name for name in imported - without if not name.startswith("_sysconfigdata")}
    assert ours - sys.stdlib_module_names == {"pytest_stripe_contract"}


def test_marked_tests_are_collected_without_heavy_libraries(modules):
    assert modules(MARKED, *OURS, "-k", "fixture") & HEAVY == set()


@pytest.mark.slow
def test_a_replay_without_findings_imports_neither_jsonschema_nor_vcr(modules, pytester):
    document = yaml.safe_load((shipped.CASSETTES / "mark_uncollectible.yaml").read_text())
    document["interactions"][0]["response"]["body"]["string"] = json.dumps(faultless())
    pytester.mkdir("cassettes").joinpath("faultless.yaml").write_text(yaml.safe_dump(document))

    imported = modules(REPLAYING, *OURS)

    assert imported & {"jsonschema", "requests", "stripe", "vcr"} == set()
