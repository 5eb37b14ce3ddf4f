"""An installed stripe package newer than what is shipped: its own types are the contract."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import stripe
from helpers.answers import faultless

from pytest_stripe_contract import cli
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.migrations import upgrade
from pytest_stripe_contract.schemas.build import installed_schema
from pytest_stripe_contract.stripe_api import versions

SDK = Path(stripe.__file__).parent


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    """The installed package as if it sent a version of a later line, with one property more."""
    root = tmp_path_factory.mktemp("newer")
    shutil.copytree(SDK, root / "stripe", ignore=shutil.ignore_patterns("*.pyc", "*.crt", "v2"))
    for path in (root / "stripe").glob("*api_version.py"):
        source = path.read_text()
        for line in source.splitlines():
            if 'CURRENT = "' in line:
                source = source.replace(line, line.partition('"')[0] + '"2031-03-31.foxtrot"')
        path.write_text(source)
    invoice = root / "stripe" / "_invoice.py"
    source = invoice.read_text()
    known = "    amount_due: int\n"
    assert known in source
    invoice.write_text(source.replace(known, "    forgotten: Optional[int]\n" + known))
    distribution = root / "stripe-99.0.0.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: stripe\nVersion: 99.0.0\n")
    return root


@pytest.fixture
def run(newer, tmp_path):
    """Run a program with that package installed, in a process of its own."""

    def run(source):
        path = os.pathsep.join([str(newer), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", source],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    return run


LATE = "2031-05-28.foxtrot"


def test_types_of_a_newer_package_are_its_contract_without_import(run):
    endive = json.dumps(upgrade(faultless(), "2023-10-16", "endive"))
    out = run(f"""if True:
        import sys
        from pytest_stripe_contract import Contract
        contract = Contract({LATE!r})
        print(contract.line.name, contract.line.first)
        print(*map(str, contract.iter_findings({endive!r})), sep="\\n")
        print("stripe" in sys.modules)
    """)

    assert out.splitlines() == [
        "foxtrot 2031-03-31.foxtrot",
        "$.forgotten: missing; documented as integer or null",
        "False",
    ]


def test_schemas_of_the_installed_package_are_cached_by_its_version(run, tmp_path):
    program = f"from pytest_stripe_contract import Contract; Contract({LATE!r}).is_valid('{{}}')"
    run(program.replace("'{}'", "{'object': 'invoice'}"))

    [kept] = (tmp_path / "pytest-stripe-contract").iterdir()
    assert kept.name.startswith("invoice-endive-99.0.0-")
    kept.write_text(kept.read_text().replace("forgotten", "remembered"))
    told = run(f"""if True:
        from pytest_stripe_contract import Contract
        print(*Contract({LATE!r}).iter_findings({{"object": "invoice"}}), sep="\\n")
    """)
    assert "$.remembered: " in told


@pytest.mark.slow
def test_a_replay_answers_in_a_newer_line_as_in_the_last_shipped_one(run):
    out = run(f"""if True:
        import httpx
        from pathlib import Path
        from pytest_stripe_contract.cassettes import Library
        from pytest_stripe_contract.replay import Replay
        from pytest_stripe_contract.replay.settings import Settings
        replay = Replay(Library(Path()), ["mark_uncollectible_open"], Settings())
        with replay:
            answer = httpx.post(
                "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible",
                headers={{"Authorization": "Bearer sk_test_x", "Stripe-Version": {LATE!r}}},
            )
        print(answer.headers["Stripe-Version"], "status_details" in answer.json(), replay.drift())
    """)

    assert out == (f"{LATE} True ['$.forgotten: missing; documented as integer or null']\n")


def test_drift_lists_new_properties(run):
    out = run("""if True:
        from pytest_stripe_contract import cli
        print(cli.main(["drift"]))
        print(cli.main(["drift", "--format", "json", "--api-version", "2026-09-30.endive"]))
    """)

    assert out.startswith(
        'new: invoice.forgotten: required {"type": ["integer", "null"]}\n'
        "2026-09-30.endive against stripe 99.0.0, which sends 2031-03-31.foxtrot: 1 differences\n"
        "1\n"
    )
    assert json.loads(out.partition("1\n")[2].rpartition("1\n")[0]) == [
        'new: invoice.forgotten: required {"type": ["integer", "null"]}'
    ]


def test_versions_that_no_line_covers_are_unknown(run):
    out = run("""if True:
        from pytest_stripe_contract import UnknownName
        from pytest_stripe_contract.stripe_api import full_version
        for version in ("2031-03-30.foxtrot", "2031-03-31.golf", "foxtrot", "2023-10-16"):
            try:
                print(full_version(version))
            except UnknownName as error:
                print("unknown", error.name)
    """)

    assert out.splitlines() == [
        "unknown 2031-03-30.foxtrot",
        "unknown 2031-03-31.golf",
        "2031-03-31.foxtrot",
        "2023-10-16",
    ]


@pytest.fixture
def fresh():
    """Nothing is remembered of the installed package, before or after."""
    versions.installed_sdk.cache_clear()
    yield
    versions.installed_sdk.cache_clear()


def test_drift_without_the_package_is_an_error(fresh, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    assert versions.installed_sdk() is None
    assert versions.newer_line() is None
    with pytest.raises(versions.UnknownName):
        installed_schema("invoice", "endive")
    with pytest.raises(SystemExit) as caught:
        cli.main(["drift"])
    assert caught.value.code == 2
    assert "the stripe package is not installed" in capsys.readouterr().err


def test_an_unwritable_cache_is_ignored(fresh, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert installed_schema("error", "endive")["title"] == "Stripe error, API version endive"


def test_the_shipped_contract_of_an_older_line_differs_from_a_newer_package(
    fresh, monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert cli.main(["drift", "--api-version", "acacia"]) == 1
    told = capsys.readouterr().out
    assert "gone: invoice.charge\n" in told
    assert "new: invoice.parent: " in told
    assert "changed: " in told
    assert Contract("acacia").line.name == "acacia"
