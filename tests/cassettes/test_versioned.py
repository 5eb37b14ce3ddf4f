"""Recorded responses are converted to other API versions, and checked against them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from helpers.answers import faultless
from helpers.cassette_files import cassette, recording

from pytest_stripe_contract.cassettes import (
    ConversionError,
    check_response,
    convert_response,
    load_shipped,
    parse_document,
    require_known_version,
)
from pytest_stripe_contract.errors import CassetteError
from pytest_stripe_contract.stripe_api import LINES, VERSION

BASIL = "2025-03-31.basil"


def own(payload=None, **more):
    document = cassette(recording(payload, **more))
    return parse_document("mine", Path("mine.yaml"), document)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_shipped_response_is_that_of_the_release_line(line):
    shipped = load_shipped("mark_uncollectible_open", VERSION)

    response = convert_response(shipped, 1, line.first)

    assert response.headers["Stripe-Version"] == line.first
    [expected] = load_shipped("mark_uncollectible_open", line.name).interactions
    payload = expected.response.json()
    payload.pop("payments", None)
    assert response.json() == payload
    assert check_response(shipped, 1, line.first, with_payments=False) == ()


def test_an_own_response_is_converted_from_the_version_that_it_was_recorded_under():
    mine = own()

    response = convert_response(mine, 1, BASIL)

    assert response.headers["Stripe-Version"] == BASIL
    assert "paid" in mine.interactions[0].response.json()
    assert "paid" not in response.json()
    assert convert_response(mine, 1, VERSION).json() == faultless()


def test_a_body_that_is_no_json_only_gets_the_name_of_the_version():
    response = convert_response(own(string="<html>", status=502), 1, BASIL)

    assert (response.body, response.headers["Stripe-Version"]) == (b"<html>", BASIL)


def test_an_object_that_no_step_knows_keeps_its_version():
    mine = own({"id": "cus_1", "object": "customer"})

    assert convert_response(mine, 1, BASIL) == mine.interactions[0].response
    assert convert_response(mine, 1, VERSION).headers["Stripe-Version"] == VERSION


@pytest.mark.parametrize(
    "error", [{"type": "api_error", "request_log_url": "https://x"}, "no dict"]
)
def test_an_error_has_no_log_url_in_the_oldest_line(error):
    mine = own({"error": error}, status=500, version=LINES[0].first)

    assert "request_log_url" not in json.dumps(convert_response(mine, 1, LINES[0].first).json())
    assert convert_response(mine, 1, BASIL).json() == {"error": error}


def test_expanded_payments_are_an_empty_list_where_the_recording_had_none():
    shipped = load_shipped("mark_uncollectible_open", VERSION)

    for played in (shipped, own()):
        response = convert_response(played, 1, BASIL, with_payments=True)
        assert response.json()["payments"]["data"] == []


@pytest.mark.parametrize(
    ("played", "version", "with_payments", "problem"),
    [
        (own(version=None), BASIL, False, "the cassette names no API version (api_version of its"),
        (own(version="2099-01-01"), BASIL, False, "unknown API version '2099-01-01'"),
        (own(), "2099-01-01", False, "unknown API version '2099-01-01'"),
        (own(version=BASIL), VERSION, False, ""),
        (own(), VERSION, True, "payments cannot be expanded before 2025-03-31.basil"),
        (own(version=BASIL), BASIL, True, 'it was recorded without expand=["payments"]'),
    ],
    ids=["unversioned", "unknown", "unknown-asked", "back", "too-early", "not-expanded"],
)
def test_a_response_that_cannot_be_converted_is_an_error_with_the_reason(
    played, version, with_payments, problem
):
    with pytest.raises(ConversionError) as caught:
        convert_response(played, 1, version, with_payments=with_payments)

    text = str(caught.value)
    assert text.startswith(f"it cannot be shown in API version {version}: {problem}")
    assert str(pickle.loads(pickle.dumps(caught.value))) == text


def test_a_cassette_of_a_version_without_contract_is_refused():
    known = own()

    assert require_known_version(known) is known
    with pytest.raises(CassetteError, match=r"mine\.yaml: unknown API version '2001-01-01'"):
        require_known_version(own(version="2001-01-01"))
