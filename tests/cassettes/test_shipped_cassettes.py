"""The shipped cassettes: the derived ones are built again and compared."""

from __future__ import annotations

import build_cassettes
import pytest

from pytest_stripe_contract.cassettes import list_shipped, load_shipped
from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

BUILT = dict(build_cassettes.files())


def test_the_derived_cassettes_are_what_the_rules_make_of_the_documented_one():
    assert {name: (shipped.CASSETTES / name).read_bytes() for name in BUILT} == BUILT


def test_every_shipped_cassette_is_derived_or_the_documented_one():
    files = {
        path.relative_to(shipped.CASSETTES).as_posix() for path in shipped.CASSETTES.rglob("*.*")
    }

    assert files == {*BUILT, "mark_uncollectible.yaml"}


def test_the_builder_finds_no_difference(capsys):
    assert build_cassettes.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_the_builder_lists_and_writes_the_files_that_differ(tmp_path, monkeypatch, capsys):
    seed = "mark_uncollectible.yaml"
    (tmp_path / seed).write_bytes((shipped.CASSETTES / seed).read_bytes())
    monkeypatch.setattr(build_cassettes, "CASSETTES", tmp_path)

    assert build_cassettes.main(["--check"]) == 1
    assert "differs: cassettes/basil/mark_uncollectible.yaml\n" in capsys.readouterr().out
    assert build_cassettes.main([]) == 0
    assert {name: (tmp_path / name).read_bytes() for name in BUILT} == BUILT


@pytest.mark.parametrize("name", list_shipped())
def test_a_shipped_cassette_names_its_api_version_provenance_and_source(name):
    for line in versions.LINES:
        cassette = load_shipped(name, line.name)
        version = versions.VERSION if "." in name else line.first
        documented = version == versions.VERSION and name == "mark_uncollectible"

        assert cassette.api_version == version
        assert cassette.metadata["provenance"] == ("documented" if documented else "derived")
        assert cassette.metadata["source"].startswith("https://docs.stripe.com/")
        for interaction in cassette.interactions:
            assert interaction.response.headers["Stripe-Version"] == version
            assert interaction.request.api_key is None


@pytest.mark.parametrize("line", versions.LINES, ids=lambda line: line.name)
def test_invoice_lifecycle_has_one_invoice_before_and_after_it_is_marked(line):
    before, marked, after = (
        each.response.json() for each in load_shipped("invoice_lifecycle", line.name).interactions
    )

    assert (before["status"], marked["status"], after["status"]) == (
        "open",
        "uncollectible",
        "uncollectible",
    )
    assert marked == after
    changed = {name for name in before if before[name] != marked[name]}
    assert changed == {"status", "status_transitions"}
    assert marked.keys() - before.keys() == ({"status_details"} if line.name == "endive" else set())
    [mark] = load_shipped("mark_uncollectible_open", line.name).interactions
    assert mark.response.json() == marked


@pytest.mark.stripe_replay("invoice_lifecycle")
def test_invoice_lifecycle_plays_in_order(stripe_replay):
    import stripe

    client = stripe.StripeClient("sk_test_not_a_real_key")
    assert client.v1.invoices.retrieve("in_1").status == "open"
    assert client.v1.invoices.mark_uncollectible("in_1").status == "uncollectible"
    assert client.v1.invoices.retrieve("in_1").status == "uncollectible"
    assert [call.response.json()["id"] for call in stripe_replay.calls] == ["in_1"] * 3
