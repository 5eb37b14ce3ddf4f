"""A recorded cassette is in VCR.py's format, says how it was made, and can be read by people."""

from __future__ import annotations

import re

import httpx
import pytest
import requests
import vcr
import yaml

from pytest_stripe_contract.messages import Request
from pytest_stripe_contract.recording import ApiBase, Recorder
from pytest_stripe_contract.scrubbing import Scrubber

URL = "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible"
SDK = {"User-Agent": "Stripe/v1 PythonBindings/16.1.0 AppInfo", "Stripe-Version": "2024-06-20"}


@pytest.fixture
def record(server, tmp_path):
    """Record one request; the path of the cassette."""

    def record(headers=SDK):
        path = tmp_path / "mine.yaml"
        recorder = Recorder(path, "rewrite", ApiBase(server.base), Scrubber())
        recorder.ask(Request("POST", URL, httpx.Headers(headers)))
        recorder.close()
        assert recorder.save()
        return path

    return record


@pytest.mark.parametrize(
    ("headers", "sdk"),
    [
        (SDK, "stripe 16.1.0"),
        ({"User-Agent": "python-httpx/0.28.1"}, "python-httpx 0.28.1"),
        ({"User-Agent": "mine"}, "mine"),
        ({}, None),
    ],
)
def test_metadata_names_version_time_sdk_and_server(record, server, headers, sdk):
    metadata = yaml.safe_load(record(headers).read_text())["metadata"]

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", metadata.pop("recorded_at"))
    assert metadata.pop("recorded_by").startswith("pytest-stripe-contract ")
    assert metadata.pop("sdk", None) == sdk
    assert metadata == {
        "api_version": headers.get("Stripe-Version", "2023-10-16"),
        "provenance": "recorded",
        "api_base": server.base,
    }


def test_a_json_body_is_written_indented_with_its_keys_in_order(record):
    text = record().read_text()

    assert '\n          "id": "in_1",\n          "object": "invoice",\n' in text


def test_a_compressed_body_is_written_as_text_without_its_coding(record):
    [interaction] = yaml.safe_load(record({"Accept-Encoding": "gzip"}).read_text())["interactions"]

    assert interaction["response"]["body"]["string"].startswith("{")
    assert "Content-Encoding" not in interaction["response"]["headers"]


def test_plain_vcr_plays_a_recorded_cassette(record):
    with vcr.use_cassette(str(record()), record_mode="none"):
        answer = requests.post(URL, timeout=5)

    assert answer.json()["status"] == "uncollectible"


@pytest.mark.parametrize(
    ("body", "written"),
    [(b"<html>Bad gateway</html>", "<html>Bad gateway</html>"), (b"\xff\xfe", b"\xff\xfe")],
)
def test_a_body_that_is_no_json_is_written_as_it_is(record, server, body, written):
    server.status, server.body = 502, body

    [interaction] = yaml.safe_load(record().read_text())["interactions"]

    assert interaction["response"]["body"]["string"] == written


def test_a_body_that_is_not_compressed_as_its_header_says_is_kept(record, server):
    server.headers, server.body = {"Content-Encoding": "gzip"}, b"[]"

    [interaction] = yaml.safe_load(record().read_text())["interactions"]

    assert interaction["response"]["body"]["string"] == "[]"
    assert interaction["response"]["headers"]["Content-Encoding"] == ["gzip"]
