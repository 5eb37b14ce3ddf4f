"""The rules of ``stripe-contract check``."""

from __future__ import annotations

import base64
import gzip
import json
import os
import time
from pathlib import Path

import pytest
import yaml
from helpers.answers import faultless
from helpers.cassette_files import (
    ADDRESS,
    HOST,
    KEY,
    cassette,
    recording,
    rules,
    save,
    vcr_text,
)

from pytest_stripe_contract import cli
from pytest_stripe_contract.checker import FORMATS

LIVE_KEY = "sk_live_51PlainlyFakeKey0000"
CARD = "4242424242424242"


def test_invented_names_the_line_of_an_answer_that_breaks_the_contract(tmp_path, check):
    payload = faultless() | {"status": "uncolectible"}
    path = tmp_path / "cassette.yaml"
    text = yaml.dump(cassette(recording(), recording(payload)), default_style="|", sort_keys=False)
    path.write_text(text)

    code, output = check(path, "--ignore", "outdated")

    at = text[: text.index("uncolectible")].count("\n") + 1
    expected = "expected one of draft, open, paid, uncollectible, void; got"
    assert code == 1
    assert output.splitlines() == [
        f'{path}:{at}: invented: recording 2, $.status: {expected} "uncolectible" (2023-10-16)',
        f'{path}:{at}: invented: recording 2, $.status: expected "uncollectible", got '
        '"uncolectible" (2023-10-16)',
        "1 file, 2 recordings: 2 invented",
    ]


def test_invented_checks_each_answer_against_its_own_version(tmp_path, found):
    payload = faultless() | {"discounts": None}
    path = save(
        tmp_path / "a.yaml", recording(payload), recording(payload, version="2024-04-10"), x=1
    )

    findings = found(path, "--select", "invented")

    assert [(each["api_version"], each["path"]) for each in findings] == [
        ("2024-04-10", "$.discounts")
    ]
    assert found(path, "--select", "invented", "--api-version", "2023-10-16") == []


def test_an_answer_that_does_not_fit_its_request_is_invented(tmp_path, found):
    other = recording(faultless() | {"id": "in_other"})
    page = recording(string="<html>busy</html>")
    customer = recording({"object": "customer", "id": "cus_1"})
    path = save(tmp_path / "a.yaml", other, page, customer)

    findings = found(path, "--select", "invented")

    assert [(each["place"].partition(",")[0], each["path"]) for each in findings] == [
        ("recording 1", "$.lines.url"),
        ("recording 1", "$.id"),
        ("recording 2", "$"),
        ("recording 3", "$.object"),
        ("recording 3", "$.object"),
        ("recording 3", "$.id"),
        ("recording 3", "$.status"),
    ]


def test_an_error_with_status_200_is_invented(tmp_path, found):
    error = recording({"error": {"type": "api_error"}}, status=200)

    findings = found(save(tmp_path / "a.yaml", error), "--select", "invented")

    assert findings[0]["keyword"] == "status"


def test_unknown_objects_and_other_hosts_are_not_checked(tmp_path, found):
    wrong = {"object": "invoice"}
    path = save(
        tmp_path / "a.yaml",
        recording({"object": "customer"}, uri=f"{HOST}/v1/customers/cus_1", method="GET"),
        recording(string="", uri=f"{HOST}/v1/customers/cus_1", status=204),
        recording(wrong, uri="https://api.stripe.com.example.org/v1/invoices/in_1", version=None),
        recording(wrong, uri="https://example.org/v1/invoices/in_1/mark_uncollectible", body="a=1"),
    )

    assert found(path) == []


def test_a_compressed_answer_is_decoded_and_a_broken_one_is_invented(tmp_path, found):
    long = faultless() | {
        "status": "nonsense",
        "description": os.urandom(99999).hex(),
    }
    packed = gzip.compress(json.dumps(long).encode())
    gzipped = {"Content-Encoding": ["gzip"]}
    path = save(
        tmp_path / "a.yaml",
        recording(string=packed, got=gzipped),
        recording(string=packed[:-8] + bytes(8), got=gzipped),
    )

    findings = found(path, "--select", "invented,livemode")

    assert {(each["place"].partition(",")[0], each["path"]) for each in findings} == {
        ("recording 1", "$.status"),
        ("recording 2", "$"),
    }


def test_request_reports_wrong_parameters_and_no_missing_api_key(tmp_path, found):
    unknown = recording(body="nope=1", sent={"Authorization": ["***"]})
    put = recording(method="PUT")
    path = save(tmp_path / "a.yaml", unknown, put, recording())

    findings = found(path)

    assert [(each["rule"], each["place"]) for each in findings] == [
        ("request", "recording 1, request $.params.nope"),
        ("request", "recording 2, request $.method"),
    ]
    assert findings[0]["line"] < findings[1]["line"]


def test_drift_is_counted_listed_if_verbose_and_a_finding_if_strict(tmp_path, check):
    path = save(tmp_path / "a.yaml", recording(faultless() | {"new_thing": 1}))
    options = ("--ignore", "outdated", path)

    code, output = check(*options)
    assert code == 0
    assert output == (
        "1 file, 1 recording: clean; 1 difference that is not an error (drift); -v lists it\n"
    )
    code, output = check("-v", *options)
    assert code == 0
    assert (
        "drift: recording 1, $.new_thing: unknown property: Stripe does not document it" in output
    )
    code, output = check("--strict", *options)
    assert code == 1
    assert output.endswith("1 file, 1 recording: 1 drift\n")
    assert check("--strict", "--ignore", "drift,outdated", path)[1].endswith("recording: clean\n")


def test_unversioned_reports_answers_without_a_version(tmp_path, found):
    nothing = recording(version=None)
    path = save(tmp_path / "a.yaml", recording(), nothing, nothing)
    told = save(tmp_path / "b.yaml", nothing, api_version="2023-10-16")

    [finding] = found(path, told)

    assert finding["rule"] == "unversioned"
    assert finding["file"] == path
    assert finding["place"] == "recording 2, 3"
    assert "checked against 2023-10-16. fix: add api_version" in finding["message"]


def test_unversioned_reports_a_version_without_a_contract(tmp_path, found):
    old = recording(faultless() | {"status": "nonsense"}, version="2019-08-14")
    path = save(tmp_path / "a.yaml", old)

    [finding] = found(path)

    assert finding["rule"] == "unversioned"
    assert "no contract for API version 2019-08-14" in finding["message"]
    forced = found(path, "--api-version", "2020-08-27")
    assert set(rules(forced)) == {"invented"}


SECRETS = {
    "API key": (KEY, "51PlainlyFake"),
    "webhook secret": ("whsec_PlainlyFakeSecret0000", "whsec_Plainly"),
    "client_secret": ("pi_3PlainlyFake0000_secret_PlainlyFake0000", "secret_Plainly"),
    "e-mail": (ADDRESS, "somebody"),
    "card number": (CARD, "42424242"),
}
"""Each with the part of it that would give it away."""


@pytest.mark.parametrize(
    ("kind", "form"),
    [*((kind, "text") for kind in SECRETS), *(("API key", form) for form in FORMATS)][1:],
)
def test_a_secret_is_found_anywhere_and_never_printed(kind, form, tmp_path, capsys):
    secret, telling = SECRETS[kind]
    packed = base64.b64encode(gzip.compress(json.dumps({"note": secret}).encode())).decode()
    documents = {
        "header": cassette(recording(sent={"X-Note": [f"see {secret}"]})),
        "body": cassette(recording(faultless() | {"description": secret})),
        "invented": cassette(
            recording(faultless() | {"status": secret, "currency": f"{70 * 'a'} {secret}"})
        ),
        "property": cassette(recording(faultless() | {secret: 1})),
        "form": cassette(recording(body=f"nope={secret}")),
        "packed": cassette(recording(string=packed)),
        "metadata": cassette(recording(), source=secret),
        "version": cassette(recording(version=secret)),
        "payload": faultless() | {"description": secret},
    }
    for name, document in documents.items():
        path = tmp_path / f"{name}.{'json' if name == 'payload' else 'yaml'}"
        path.write_text(json.dumps(document) if name == "payload" else vcr_text(document))
    (tmp_path / "comment.yaml").write_text(f"# by {secret}\n{vcr_text(cassette())}")

    code = cli.main(["check", "-v", "--format", form, str(tmp_path)])

    output = capsys.readouterr().out
    assert code == 1
    assert telling not in output
    assert cli.main(["check", "--format", "json", "--select", "secret", str(tmp_path)]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {Path(each["file"]).stem for each in found} == set(documents) | {"comment"}


def test_a_secret_in_a_comment_has_its_line(tmp_path, found):
    path = tmp_path / "a.yaml"
    path.write_text(f"# one\n# {KEY}\n{vcr_text(cassette())}# ask {ADDRESS}\n")

    findings = found(path)

    lines = path.read_text().count("\n")
    assert [(each["place"], each["message"], each["line"]) for each in findings] == [
        ("comment", "API key", 2),
        ("comment", "e-mail", lines),
    ]


def test_names_of_the_documentation_are_no_secrets(tmp_path, found):
    payload = faultless() | {"customer_email": "jenny.rosen@example.com"}

    assert found(save(tmp_path / "a.yaml", recording(payload))) == []


def test_livemode_is_found_at_any_depth_of_any_body(tmp_path, found):
    nested = faultless()
    nested["lines"]["data"][0]["livemode"] = True
    path = save(
        tmp_path / "a.yaml",
        recording(nested),
        recording(body='{"data": [{"livemode": true}]}', uri="https://example.org/hook"),
        recording(string='{"livemode": true, broken', uri="https://example.org/"),
        recording(string='{"note": "\\"livemode\\": true"}', uri="https://example.org/"),
        recording(string='{"not \\"livemode": true}', uri="https://example.org/"),
    )
    payload = tmp_path / "payload.json"
    payload.write_text(json.dumps(faultless() | {"livemode": True}, indent=1))

    findings = found(path, payload, "--select", "livemode")

    assert [each["place"] for each in findings] == [
        "recording 1, $.lines.data[0].livemode",
        "recording 2, request $.data[0].livemode",
        "recording 3, $",
        "$.livemode",
    ]
    text = payload.read_text()
    assert findings[-1]["line"] == text[: text.rindex('"livemode"')].count("\n") + 1


def test_livemode_finds_live_keys_in_any_part(tmp_path, found):
    basic = base64.b64encode(f"{LIVE_KEY}:".encode()).decode()
    packed = gzip.compress(LIVE_KEY.replace("sk", "pk").encode())
    open_ = save(tmp_path / "open.yaml", recording(body=f"key={LIVE_KEY}"))
    hidden = save(
        tmp_path / "hidden.yaml",
        recording(sent={"Authorization": [f"Basic {basic}"]}),
        recording(string=packed, got={"Content-Encoding": ["gzip"]}, uri="https://example.org"),
    )

    findings = found(open_, hidden, "--select", "livemode")

    assert [each["message"] for each in findings] == [
        "a live-mode API key (sk_live_…)",
        "a live-mode API key (sk_live_…)",
        "a live-mode API key (pk_live_…)",
    ]
    assert [each["place"] for each in findings] == ["", "recording 1, request $", "recording 2, $"]


def test_livemode_finds_a_masked_live_key_and_no_test_key(tmp_path, found):
    masked = save(tmp_path / "a.yaml", recording(sent={"Authorization": ["Bearer sk_live_***"]}))
    test = save(tmp_path / "b.yaml", recording(sent={"Authorization": [f"Bearer {KEY}"]}))

    assert len(found(masked, "--select", "livemode")) == 1
    assert found(test, "--select", "livemode") == []


def test_version_mix_counts_the_answers_of_each_version(tmp_path, found):
    new = recording(version="2025-03-31.basil")
    one = save(tmp_path / "one.yaml", recording(), recording(), new)
    two = save(tmp_path / "two.yaml", recording(version=None), api_version="basil")

    [finding] = found(one, two, "--select", "version-mix")

    assert finding["versions"] == {"2023-10-16": 2, "2025-03-31.basil": 2}
    assert finding["file"] is None
    assert f"2 of 2023-10-16 (first in {one})" in finding["message"]
    assert found(two, "--select", "version-mix") == []


def test_outdated_lists_what_the_upgrade_changes_in_this_payload(tmp_path, check, of_sdk):
    of_sdk("2025-03-31.basil", "12.0.0")
    charged = faultless() | {"charge": "ch_3PlainlyFake0000"}
    path = save(tmp_path / "a.yaml", recording(charged))

    code, output = check(path)

    assert code == 1
    assert (
        "recording 1: recorded under 2023-10-16; stripe 12.0.0 sends 2025-03-31.basil, which "
        "removes charge (now at payments.data[].payment.charge)" in output
    )
    [finding] = json.loads(check("--format", "json", path)[1])["findings"]
    lost = {each["property"]: each for each in finding["changes"]["lost"]}
    assert lost["charge"]["since"] == "2025-03-31.basil"
    assert lost["charge"]["hint"] == 'ask for it with expand=["payments"]'
    assert lost["lines.data[].price"]["now_at"] == "lines.data[].pricing.price_details.price"
    assert "payments" in finding["changes"]["added"]
    assert "parent" in finding["changes"]["added"]


def test_outdated_covers_lists_and_objects_without_migrations(tmp_path, check, of_sdk):
    of_sdk("2024-04-10")
    page = {"object": "list", "url": "/v1/invoices", "has_more": False, "data": [faultless()]}
    lists = recording(page, uri=f"{HOST}/v1/invoices", method="GET")
    empty = recording(page | {"data": []}, uri=f"{HOST}/v1/invoices", method="GET")
    other = recording({"object": "customer"}, uri=f"{HOST}/v1/customers/cus_1", method="GET")
    path = save(tmp_path / "a.yaml", lists, empty, other)

    _, output = check("--select", "outdated", path)

    first, second, third, _ = output.splitlines()
    assert "removes data[].rendering_options (now at data[].rendering)" in first
    assert second.endswith("changes nothing here")
    assert third.endswith("sends 2024-04-10")


def test_outdated_covers_changed_types_and_properties_without_a_known_change(
    tmp_path, check, of_sdk
):
    of_sdk("2025-03-31.basil")
    credit = {"amount": 1, "margin": "mar_1", "type": "margin"}
    nulled = recording(faultless() | {"discounts": None})
    credited = recording(
        faultless() | {"total_pretax_credit_amounts": [credit]}, version="2024-09-30.acacia"
    )
    path = save(tmp_path / "a.yaml", nulled, credited)

    _, output = check("--format", "json", "--select", "outdated", path)

    first, second = (finding["changes"] for finding in json.loads(output)["findings"])
    assert "discounts" not in first["added"]
    lost = {each["property"]: each for each in second["lost"]}
    assert lost["total_pretax_credit_amounts[].margin"]["since"] is None


def test_an_answer_of_the_sdk_s_version_or_a_newer_one_is_not_outdated(tmp_path, check, of_sdk):
    of_sdk("2023-10-16")
    path = save(tmp_path / "a.yaml", recording(), recording(version="basil"))
    bare = tmp_path / "payload.json"
    bare.write_text(json.dumps(faultless()))

    assert check("--select", "outdated", path, bare)[0] == 0


def test_outdated_compares_with_the_last_contract_if_the_sdk_is_newer(tmp_path, check, of_sdk):
    of_sdk("2027-03-31.fable", "17.0.0")
    path = save(tmp_path / "a.yaml", recording(version="2026-09-30.endive"))

    _, output = check("--select", "outdated", path)

    assert "recorded under 2026-09-30.endive; stripe 17.0.0 sends 2027-03-31.fable" in output


@pytest.mark.usefixtures("without_sdk")
def test_outdated_is_one_note_without_the_sdk(tmp_path, check):
    path = save(tmp_path / "a.yaml", recording(), recording())

    assert check(path) == (
        0,
        "1 file, 2 recordings: clean\n"
        "rule outdated was not applied: the stripe package is not installed\n",
    )
    assert check("--ignore", "outdated", path) == (0, "1 file, 2 recordings: clean\n")


def test_outdated_is_one_note_if_the_sdk_s_version_has_no_contract(tmp_path, check, of_sdk):
    of_sdk("2025-01-27.preview", "9.9.9")

    code, output = check(save(tmp_path / "a.yaml"))

    assert code == 0
    assert "stripe 9.9.9 sends 2025-01-27.preview, which has no contract" in output


def test_stale_reads_the_metadata_or_else_the_oldest_date_header(tmp_path, found):
    def dated(date):
        return recording(got={"Date": [date]})

    old, new = "Tue, 01 Jul 2025 12:00:00 GMT", time.strftime("%a, %d %b %Y %H:%M:%S GMT")
    paths = [
        save(tmp_path / "a.yaml", recorded_at="2025-07-01"),
        save(tmp_path / "b.yaml", dated(new), recorded_at="2025-07-01T12:00:00Z"),
        save(tmp_path / "c.yaml", dated(new), dated(old)),
        save(tmp_path / "d.yaml", dated(old), recorded_at=time.strftime("%Y-%m-%d")),
        save(tmp_path / "e.yaml", dated(new), recorded_at="long ago"),
        save(tmp_path / "f.yaml", dated("yesterday"), recording()),
        save(tmp_path / "g.yaml", dated("Tue, 01 Jul 2025 12:00:00 -0000")),
    ]

    findings = found("--max-age", "30", "-v", *paths)

    assert [(Path(each["file"]).stem, each["place"], each["counts"]) for each in findings] == [
        ("a", "metadata", True),
        ("b", "metadata", True),
        ("c", "recording 2", True),
        ("f", "", False),
        ("g", "recording 1", True),
    ]
    assert "days ago, on 2025-07-01. fix: record it again" in findings[0]["message"]
    assert findings[3]["message"] == "its age is unknown"
    assert found(*paths) == []


def test_stale_does_not_apply_to_payloads(tmp_path, found):
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(faultless()))

    assert found("--max-age", "0", path) == []


@pytest.fixture
def several(tmp_path):
    """A file that breaks several rules."""
    payload = faultless() | {"livemode": True, "status": "nonsense", "description": ADDRESS}
    return save(tmp_path / "a.yaml", recording(payload, body="nope=1"))


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (("--select", "secret,livemode"), {"secret", "livemode"}),
        (("--select", "secret", "--select", " livemode ,"), {"secret", "livemode"}),
        (("--ignore", "secret,livemode"), {"invented", "request"}),
        (("--ignore", "secret", "--ignore", "livemode"), {"invented", "request"}),
        (("--select", "secret,livemode", "--ignore", "secret"), {"livemode"}),
    ],
)
def test_rules_are_selected_and_ignored_by_name(options, left, several, found):
    assert set(rules(found(*options, several))) == left


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--select", "secrets"], "unknown rule 'secrets'; nearest: secret, "),
        (["--ignore", "x"], "unknown rule 'x'; nearest: "),
        (["--select", "stale"], "--select='stale': expected --max-age DAYS with it"),
        (["--max-age", "soon"], "argument --max-age: expected a number of days, got 'soon'"),
        (["--max-age", "-1"], "argument --max-age: "),
        (["--api-version", "2023-10-61"], "unknown API version '2023-10-61'"),
        (["--format", "xml"], "argument --format: invalid choice: 'xml'"),
        ([f"/nowhere/{KEY}"], "/nowhere/sk_test_***"),
        (["--max-age", KEY], "expected a number of days, got 'sk_test_***'"),
    ],
)
def test_a_usage_error_exits_with_2_and_explains_itself(options, text, several, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", several, *options])

    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert text in error
    assert KEY not in error
