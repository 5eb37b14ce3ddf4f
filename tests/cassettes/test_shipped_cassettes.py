"""The derived cassettes: each is made again, and compared."""

from __future__ import annotations

import build_cassettes
import pytest

from pytest_stripe_contract.cassettes import list_shipped, load_shipped
from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

BUILT = dict(build_cassettes.files())
EACH = [
    pytest.param(name, line, id=f"{line.name}-{name}")
    for name in list_shipped()
    for line in versions.LINES
]


@pytest.mark.parametrize("name", BUILT)
def test_each_is_what_the_rules_make_of_the_documented_one(name):
    assert (shipped.CASSETTES / name).read_bytes() == BUILT[name]


def test_there_are_no_others_but_the_documented_one():
    files = {
        path.relative_to(shipped.CASSETTES).as_posix() for path in shipped.CASSETTES.rglob("*.*")
    }

    assert files == {*BUILT, "mark_uncollectible.yaml"}


def test_nothing_is_written_if_nothing_differs(capsys):
    assert build_cassettes.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_what_differs_is_listed_and_written(tmp_path, monkeypatch, capsys):
    seed = "mark_uncollectible.yaml"
    (tmp_path / seed).write_bytes((shipped.CASSETTES / seed).read_bytes())
    monkeypatch.setattr(build_cassettes, "CASSETTES", tmp_path)

    assert build_cassettes.main(["--check"]) == 1
    assert "differs: cassettes/basil/mark_uncollectible.yaml\n" in capsys.readouterr().out
    assert build_cassettes.main([]) == 0
    assert {name: (tmp_path / name).read_bytes() for name in BUILT} == BUILT


@pytest.mark.parametrize(("name", "line"), EACH)
def test_each_says_where_it_came_from(name, line):
    cassette = load_shipped(name, line.name)

    of_each_line = "." not in name
    version = line.first if of_each_line else versions.VERSION
    assert cassette.api_version == version
    documented = line.first == versions.VERSION and name == "mark_uncollectible"
    assert cassette.metadata["provenance"] == ("documented" if documented else "derived")
    assert cassette.metadata["source"].startswith("https://docs.stripe.com/")
    for interaction in cassette.interactions:
        assert interaction.response.headers["Stripe-Version"] == version
        assert interaction.request.api_key is None


@pytest.mark.parametrize("line", versions.LINES, ids=lambda line: line.name)
def test_the_life_cycle_is_of_one_invoice_that_is_marked(line):
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
def test_the_life_cycle_is_played_in_its_order(stripe_replay):
    import stripe

    client = stripe.StripeClient("sk_test_not_a_real_key")
    assert client.v1.invoices.retrieve("in_1").status == "open"
    assert client.v1.invoices.mark_uncollectible("in_1").status == "uncollectible"
    assert client.v1.invoices.retrieve("in_1").status == "uncollectible"
    assert [call.response.json()["id"] for call in stripe_replay.calls] == ["in_1"] * 3
