"""The wheel has all that the package needs, and works where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "pytest_stripe_contract"
DATA = "pytest_stripe_contract/_data"

USER_TEST = """
from pathlib import Path

import pytest
import stripe

import pytest_stripe_contract
from pytest_stripe_contract import Contract
from pytest_stripe_contract.stripe_api import resources as shipped


@pytest.mark.stripe_replay("mark_uncollectible")
def test_a_replay_from_the_wheel(stripe_replay, stripe_contract):
    stripe.api_key = "sk_test_not_a_real_key"
    invoice = stripe.Invoice.mark_uncollectible("in_1")
    stripe_contract.validate(invoice)
    assert (invoice.id, invoice.status) == ("in_1", "uncollectible")
    assert len(stripe_replay.calls) == 1


def test_the_wheel_is_what_was_imported(pytestconfig):
    assert Path(pytest_stripe_contract.__file__).parents[1] == Path("{installed}")
    assert shipped.ROOT == Path("{installed}/pytest_stripe_contract/_data")
    plugin = pytestconfig.pluginmanager.get_plugin("stripe_contract")
    assert plugin.__file__.startswith("{installed}")
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a program away from the checkout; its output, which is shown if it fails."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("COVERAGE_", "PYTEST_"))}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=inherited | environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def build(out: Path, *options: str) -> Path:
    """Build from the checkout, without the network; the folder with what was built."""
    command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", out, *options, CHECKOUT)
    run(*command, cwd=out.parent)
    return out


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "dist"
    [wheel] = build(out, "--wheel").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    command = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", target)
    run(sys.executable, *command, wheel, cwd=target)
    return target


def test_the_wheel_has_every_module_every_data_file_and_nothing_else(wheel):
    expected = {
        f"{home}/{path.relative_to(folder).as_posix()}"
        for home, folder, pattern in (
            ("pytest_stripe_contract", PACKAGE, "*.py"),
            (f"{DATA}/schemas", CHECKOUT / "schemas", "*.json"),
            (f"{DATA}/cassettes", CHECKOUT / "cassettes", "*.yaml"),
        )
        for path in folder.rglob(pattern)
    }
    assert f"{DATA}/schemas/invoice/2023-10-16.json" in expected
    assert f"{DATA}/cassettes/mark_uncollectible.yaml" in expected

    found = {name for name in names(wheel) if ".dist-info/" not in name}
    others = {"pytest_stripe_contract/py.typed", f"{DATA}/schema_rules.toml"}
    assert found == expected | others


def test_the_wheel_has_the_licence_the_plugin_and_the_command(wheel):
    inside = {name.partition("/")[2]: name for name in names(wheel) if ".dist-info/" in name}
    assert "licenses/LICENSE" in inside

    with zipfile.ZipFile(wheel) as archive:
        entry_points = archive.read(inside["entry_points.txt"]).decode()
    assert "[pytest11]\nstripe_contract = pytest_stripe_contract.plugin" in entry_points
    assert "stripe-contract = pytest_stripe_contract.cli:main" in entry_points


def test_a_wheel_made_from_the_sdist_is_the_same(wheel, tmp_path):
    out = build(tmp_path / "dist")

    [from_sdist] = out.glob("*.whl")
    assert names(from_sdist) == names(wheel)
    [sdist] = out.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        roots = {Path(name).parts[1] for name in archive.getnames() if "/" in name}
    assert {"tests", "README.md", "LICENSE"} <= roots
    assert not any(name.startswith((".c", ".v", "dist")) for name in roots)


def test_the_installed_package_replays_offline(installed, tmp_path):
    user_test = tmp_path / "test_user.py"
    user_test.write_text(USER_TEST.replace("{installed}", str(installed)))
    offline = ("-p", "no:vcr", "--disable-socket", "-W", "error")
    scope = ("-o", "asyncio_default_fixture_loop_scope=function")

    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *offline, *scope)
    output = run(*command, cwd=tmp_path, PYTHONPATH=str(installed))

    assert "2 passed" in output


def test_the_installed_command_finds_its_data(installed, tmp_path):
    command = (sys.executable, installed / "bin" / "stripe-contract")

    output = run(*command, "cassettes", cwd=tmp_path, PYTHONPATH=str(installed))

    assert "mark_uncollectible" in output
