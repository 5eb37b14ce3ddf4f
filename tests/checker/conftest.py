"""Runs of ``stripe-contract check``, and installed SDKs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_stripe_contract import cli
from pytest_stripe_contract.stripe_api import versions


@pytest.fixture
def check(capsys):
    """Run the command in this process: exit code, output."""

    def run(*arguments):
        code = cli.main(["check", *map(str, arguments)])
        captured = capsys.readouterr()
        assert captured.err == ""
        return code, captured.out

    return run


@pytest.fixture
def found(check):
    """The findings of a run, as its JSON has them."""

    def run(*arguments):
        code, output = check("--format", "json", "--ignore", "outdated", *arguments)
        findings = json.loads(output)["findings"]
        assert code == int(any(each["counts"] for each in findings))
        return findings

    return run


@pytest.fixture
def without_sdk(monkeypatch):
    monkeypatch.setattr(versions, "installed_sdk", lambda: None)


@pytest.fixture
def of_sdk(monkeypatch):
    """Have a ``stripe`` package installed that sends an API version."""

    def install(api_version, version="16.1.0"):
        sdk = versions.InstalledSdk(version, api_version, Path())
        monkeypatch.setattr(versions, "installed_sdk", lambda: sdk)

    return install
