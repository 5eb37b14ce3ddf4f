"""Runs of ``stripe-contract check``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers.answers import faultless
from helpers.cassette_files import (
    interrupted,
    on_a_terminal,
    recording,
    rules,
    save,
)

from pytest_stripe_contract import cli
from pytest_stripe_contract.checker import runner
from pytest_stripe_contract.stripe_api import resources as shipped

ROOT = Path(__file__).parents[2]


def test_the_shipped_cassettes_have_no_finding_but_version_mix(found):
    findings = found(shipped.CASSETTES)

    assert rules(findings) == ["version-mix"]
    assert len(findings[0]["versions"]) == 12


def test_check_imports_neither_pytest_nor_http_clients(tmp_path):
    path = save(tmp_path / "a.yaml", recording(faultless() | {"status": "nonsense"}))
    code = (
        "import sys; from pytest_stripe_contract.cli import main; main(sys.argv[1:]); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, "check", path], capture_output=True, text=True, check=True
    )

    imported = set(done.stderr.split())
    assert imported & {"pytest", "vcr", "requests", "aiohttp", "urllib3", "stripe", "tqdm"} == set()


def test_progress_is_shown_on_a_terminal(tmp_path):
    for number in range(20):
        save(tmp_path / f"{number:02}.yaml", recording({"object": "invoice"}))

    code, output, shown = on_a_terminal("check", str(tmp_path))

    assert code == 1
    assert "check:" in shown
    assert "/20" in shown
    assert "/20" not in output


@pytest.mark.parametrize(("number", "is_terminal"), [(19, True), (20, False)])
def test_no_progress_is_shown_for_few_files_or_without_a_terminal(number, is_terminal, monkeypatch):
    monkeypatch.setattr(runner.sys.stderr, "isatty", lambda: is_terminal, raising=False)
    items = list(range(number))

    assert runner.progress(items, "check") is items


def test_ctrl_c_ends_the_run_with_the_findings_so_far(tmp_path):
    wrong = save(tmp_path / "a.yaml", recording({"object": "invoice"}))
    os.mkfifo(tmp_path / "b.yaml")
    last = save(tmp_path / "c.yaml")

    code, output, error = interrupted(
        tmp_path / "b.yaml", "check", wrong, str(tmp_path / "b.yaml"), last
    )

    assert (code, error) == (130, "")
    assert f"{wrong}:" in output
    assert output.endswith("interrupted: 2 files not reached\n")


def test_ctrl_c_during_the_search_for_files_prints_nothing(monkeypatch, tmp_path, capsys):
    def walk(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.walk", walk)

    assert cli.main(["check", str(tmp_path)]) == 130
    assert capsys.readouterr() == ("", "")


HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_pre_commit_hooks_run_on_files_in_cassette_folders(hook, tmp_path):
    wrong = recording(faultless() | {"status": "nonsense"})
    path = save(tmp_path / "tests" / "cassettes" / "a.yaml", wrong)
    program, *arguments = hook["entry"].split()

    code = cli.main([*arguments, path])

    assert program == "stripe-contract"
    assert hook["language"] == "python"
    assert re.search(hook["files"], "tests/cassettes/test_a/b.yaml")
    assert re.search(hook["files"], "cassettes/b.json")
    assert not re.search(hook["files"], "tests/mycassettes.yaml")
    assert not re.search(hook["files"], "cassettes/b.py")
    assert code == int(hook["id"].endswith("check"))
