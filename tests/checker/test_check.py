"""``stripe-contract check``, as a shell sees it."""

from __future__ import annotations

import base64
import gc
import gzip
import io
import json
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from helpers.answers import faultless
from helpers.cassette_files import (
    COMMAND,
    HOST,
    ID,
    cassette,
    interrupted,
    on_a_terminal,
    recording,
    save,
    vcr_text,
)

from pytest_stripe_contract import cli
from pytest_stripe_contract.cassettes import yaml as yamlfile
from pytest_stripe_contract.checker import FORMATS, RULES, files
from pytest_stripe_contract.checker import _workers as workers
from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

ROOT = Path(__file__).parents[2]

KEY = "sk_test_51PlainlyFakeKey0000"
LIVE_KEY = "sk_live_51PlainlyFakeKey0000"
CARD = "4242424242424242"
ADDRESS = "somebody@plainly-fake.io"


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


def rules(findings):
    return [each["rule"] for each in findings]


# --- what is looked through -----------------------------------------------------------------


def test_a_sound_cassette_is_clean(tmp_path, check):
    path = save(tmp_path / "sound.yaml")

    assert check("--ignore", "outdated", path) == (0, "1 file, 1 recording: clean\n")


def test_a_folder_is_gone_through_and_what_is_neither_is_counted(tmp_path, check):
    save(tmp_path / "a" / "one.yaml")
    save(tmp_path / "b" / "two.yml")
    (tmp_path / "three.json").write_text(json.dumps(cassette()))
    (tmp_path / "four.json").write_text(json.dumps(faultless()))
    (tmp_path / "package.json").write_text('{"name": "no payload"}')
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "customer.json").write_text('{"object": "customer"}')
    (tmp_path / "notes.txt").write_text("not looked at")
    save(tmp_path / ".hidden" / "five.yaml", recording({"object": "invoice"}))
    save(tmp_path / "node_modules" / "six.yaml", recording({"object": "invoice"}))

    code, output = check("--ignore", "outdated", tmp_path)

    assert output == (
        "5 files, 3 recordings, 2 payloads: clean; 2 files skipped (no cassette, no payload)\n"
    )
    assert code == 0


def test_a_file_that_is_named_twice_is_looked_at_once(tmp_path, check):
    path = save(tmp_path / "one.yaml")

    assert "1 file, " in check(tmp_path, path, path)[1]


def test_standard_input_is_told_apart_by_what_it_says(monkeypatch, check):
    def given(text):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return check("--ignore", "outdated", "-")

    assert given(vcr_text(cassette())) == (0, "1 file, 1 recording: clean\n")
    assert given(json.dumps(cassette())) == (0, "1 file, 1 recording: clean\n")
    assert given(json.dumps(faultless())) == (0, "1 file, 1 payload: clean\n")
    assert given("{interactions: []}") == (0, "1 file: clean\n")
    code, output = given("services: {}")
    assert code == 1
    assert output.startswith("-: unreadable: neither a cassette")


def test_a_named_payload_is_held_to_the_contract_whatever_it_is(tmp_path, found):
    path = tmp_path / "payload.json"
    path.write_text('{"object": "customer"}')

    [finding] = found(path)

    assert (finding["rule"], finding["path"]) == ("invented", "$.object")


def test_a_path_that_leads_nowhere_is_a_wrong_call(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", str(tmp_path / "nowhere")])

    assert caught.value.code == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_does_not_stop_the_run(tmp_path, found):
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    save(tmp_path / "sound.yaml")

    [finding] = found(tmp_path)

    assert finding["rule"] == "unreadable"
    assert finding["message"] == "cannot be read: No such file or directory"


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path, check):
    os.mkfifo(tmp_path / "pipe.yaml")

    assert check(tmp_path) == (0, "0 files: clean; 1 file skipped (no cassette, no payload)\n")


def test_what_a_pipe_that_is_named_gives_is_read(tmp_path):
    done = subprocess.run(
        ["bash", "-c", '"$@" <(cat); exit $?', "-", *COMMAND, "check"],
        input=json.dumps({"error": {"type": "nonsense"}}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "invented: $.error.type" in done.stdout


# --- malformed files ------------------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdef", "bcdefg", strict=True)
)
HEADLESS = recording() | {"response": {"status": {"code": 200}, "headers": 5}}
MALFORMED = {
    "not-yaml": ("yaml", "interactions: [\n- {]", 2, "not YAML: "),
    "no-list": ("yaml", "version: 1\ninteractions: 5\n", 2, "it has no list of interactions"),
    "truncated": ("yaml", vcr_text(cassette())[:-4000], None, ""),
    "no-response": ("yaml", "interactions:\n- request: {}\n", 2, "has no response"),
    "no-uri": ("yaml", "interactions:\n- request: {}\n  response: {}", 2, "a method and a uri"),
    "several-documents": ("yaml", "interactions: []\n---\ninteractions: []\n", 2, "not YAML: "),
    "a-tag-of-python": ("yaml", "interactions: !!python/object/apply:os.system [ls]", None, ""),
    "not-json": ("json", '{"object":\n nonsense}', 2, "not JSON: Expecting value"),
    "no-object": ("json", "<html>", 1, "not JSON: "),
    "truncated-json": ("json", json.dumps(cassette(), indent=1)[:-300], None, "not JSON: "),
    "a-property-twice": ("json", '{"a": 1, "a": 2}', None, "unique property names"),
    "deep-json": ("json", "[" * 5000 + "]" * 5000, None, "deep"),
    "deep": ("json", '{"a":' * 150 + "1" + "}" * 150, None, "more than 100 levels deep"),
    "deep-yaml": ("yaml", "a: " + "[" * 5000 + "]" * 5000, None, ""),
    "aliases-without-end": ("yaml", BOMB + "interactions: []\n", None, "more than 1000000 values"),
    "a-circle": ("yaml", "interactions: &a\n- *a\n", None, ""),
    "binary": ("yaml", "interactions: \x00\x01", None, "not YAML: "),
    "no-headers": ("yaml", vcr_text(cassette(HEADLESS)), None, "headers must be a mapping"),
    "a-list": ("yaml", "- 1\n", None, "neither a cassette"),
    "empty": ("yaml", "", None, "neither a cassette"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_a_finding_and_the_others_are_checked(name, tmp_path, found):
    suffix, text, line, message = MALFORMED[name]
    path = tmp_path / f"malformed.{suffix}"
    path.write_text(text)
    save(tmp_path / "wrong.yaml", recording({"object": "invoice"}, uri=f"{HOST}/v1/invoices/{ID}"))

    findings = found(path, tmp_path / "wrong.yaml")

    [broken] = [each for each in findings if each["rule"] == "unreadable"]
    assert broken["file"] == str(path)
    assert message in broken["message"]
    assert line in (None, broken["line"])
    assert "invented" in rules(findings)
    assert path.read_text() == text


def test_a_malformed_file_in_a_folder_is_told_but_not_one_that_is_no_cassette(tmp_path, found):
    for name in ("not-yaml", "truncated-json", "a-list", "empty", "no-list"):
        suffix, text, _, _ = MALFORMED[name]
        (tmp_path / f"{name}.{suffix}").write_text(text)

    findings = found(tmp_path)

    assert rules(findings) == ["unreadable"] * 3
    assert [Path(each["file"]).stem for each in findings] == [
        "no-list",
        "not-yaml",
        "truncated-json",
    ]


def test_a_secret_in_a_malformed_file_is_found_but_not_shown(tmp_path, check):
    path = tmp_path / "malformed.yaml"
    path.write_text(f"interactions: [\n  {{key: {KEY}\n")

    code, output = check(path)

    assert code == 1
    assert f"{path}:2: secret: text: API key\n" in output
    assert KEY not in output


def test_an_unreadable_file_is_counted_if_nobody_asked_for_it(tmp_path, check):
    path = tmp_path / "malformed.yaml"
    path.write_text("interactions: 5")

    code, output = check("--select", "secret", path)

    assert (code, output) == (
        0,
        "1 file: clean\n1 unreadable, but rule unreadable is not selected\n",
    )


# --- the rules ------------------------------------------------------------------------------


def test_invented_tells_where_in_the_file_an_answer_breaks_its_contract(tmp_path, check):
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


def test_invented_holds_each_answer_to_its_own_version(tmp_path, found):
    payload = faultless() | {"discounts": None}
    path = save(
        tmp_path / "a.yaml", recording(payload), recording(payload, version="2024-04-10"), x=1
    )

    findings = found(path, "--select", "invented")

    assert [(each["api_version"], each["path"]) for each in findings] == [
        ("2024-04-10", "$.discounts")
    ]
    assert found(path, "--select", "invented", "--api-version", "2023-10-16") == []


def test_invented_covers_what_the_endpoint_should_have_answered(tmp_path, found):
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


def test_an_answer_whose_status_says_something_else_is_invented(tmp_path, found):
    error = recording({"error": {"type": "api_error"}}, status=200)

    findings = found(save(tmp_path / "a.yaml", error), "--select", "invented")

    assert findings[0]["keyword"] == "status"


def test_what_the_contract_does_not_know_and_other_hosts_are_left_alone(tmp_path, found):
    wrong = {"object": "invoice"}
    path = save(
        tmp_path / "a.yaml",
        recording({"object": "customer"}, uri=f"{HOST}/v1/customers/cus_1", method="GET"),
        recording(string="", uri=f"{HOST}/v1/customers/cus_1", status=204),
        recording(wrong, uri="https://api.stripe.com.example.org/v1/invoices/in_1", version=None),
        recording(wrong, uri="https://example.org/v1/invoices/in_1/mark_uncollectible", body="a=1"),
    )

    assert found(path) == []


def test_a_compressed_answer_is_read_and_a_broken_one_is_invented(tmp_path, found):
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


def test_request_is_what_stripe_does_not_take_but_for_the_key_that_is_not_recorded(tmp_path, found):
    unknown = recording(body="nope=1", sent={"Authorization": ["***"]})
    put = recording(method="PUT")
    path = save(tmp_path / "a.yaml", unknown, put, recording())

    findings = found(path)

    assert [(each["rule"], each["place"]) for each in findings] == [
        ("request", "recording 1, request $.params.nope"),
        ("request", "recording 2, request $.method"),
    ]
    assert findings[0]["line"] < findings[1]["line"]


def test_drift_is_counted_listed_if_asked_for_and_no_finding_unless_strict(tmp_path, check):
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


def test_unversioned_is_an_answer_that_names_no_version_anywhere(tmp_path, found):
    nothing = recording(version=None)
    path = save(tmp_path / "a.yaml", recording(), nothing, nothing)
    told = save(tmp_path / "b.yaml", nothing, api_version="2023-10-16")

    [finding] = found(path, told)

    assert finding["rule"] == "unversioned"
    assert finding["file"] == path
    assert finding["place"] == "recording 2, 3"
    assert "checked against 2023-10-16. fix: add api_version" in finding["message"]


def test_an_answer_of_a_version_without_a_contract_is_told_and_held_to_none(tmp_path, found):
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


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("form", ["text", "json", "junit", "github"])
def test_secret_is_found_anywhere_and_never_shown(kind, form, tmp_path, capsys):
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


def test_a_secret_in_a_comment_is_told_with_its_line(tmp_path, found):
    path = tmp_path / "a.yaml"
    path.write_text(f"# one\n# {KEY}\n{vcr_text(cassette())}# ask {ADDRESS}\n")

    findings = found(path)

    lines = path.read_text().count("\n")
    assert [(each["place"], each["message"], each["line"]) for each in findings] == [
        ("comment", "API key", 2),
        ("comment", "e-mail", lines),
    ]


def test_people_and_keys_of_the_documentation_are_no_secrets(tmp_path, found):
    payload = faultless() | {"customer_email": "jenny.rosen@example.com"}

    assert found(save(tmp_path / "a.yaml", recording(payload))) == []


def test_livemode_is_told_at_any_depth_of_any_body(tmp_path, found):
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


def test_livemode_is_told_of_keys_wherever_they_are(tmp_path, found):
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


def test_a_masked_key_tells_of_live_mode_too_but_not_one_of_test_mode(tmp_path, found):
    masked = save(tmp_path / "a.yaml", recording(sent={"Authorization": ["Bearer sk_live_***"]}))
    test = save(tmp_path / "b.yaml", recording(sent={"Authorization": [f"Bearer {KEY}"]}))

    assert len(found(masked, "--select", "livemode")) == 1
    assert found(test, "--select", "livemode") == []


def test_version_mix_counts_the_answers_of_each_version_of_the_run(tmp_path, found):
    new = recording(version="2025-03-31.basil")
    one = save(tmp_path / "one.yaml", recording(), recording(), new)
    two = save(tmp_path / "two.yaml", recording(version=None), api_version="basil")

    [finding] = found(one, two, "--select", "version-mix")

    assert finding["versions"] == {"2023-10-16": 2, "2025-03-31.basil": 2}
    assert finding["file"] is None
    assert f"2 of 2023-10-16 (first in {one})" in finding["message"]
    assert found(two, "--select", "version-mix") == []


def test_outdated_says_what_the_upgrade_would_change_in_this_payload(tmp_path, check, of_sdk):
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


def test_outdated_knows_lists_and_what_no_step_knows(tmp_path, check, of_sdk):
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


def test_outdated_is_neither_what_the_sdk_sends_nor_what_is_newer(tmp_path, check, of_sdk):
    of_sdk("2023-10-16")
    path = save(tmp_path / "a.yaml", recording(), recording(version="basil"))
    bare = tmp_path / "payload.json"
    bare.write_text(json.dumps(faultless()))

    assert check("--select", "outdated", path, bare)[0] == 0


def test_outdated_goes_as_far_as_the_steps_if_the_sdk_is_newer(tmp_path, check, of_sdk):
    of_sdk("2027-03-31.fable", "17.0.0")
    path = save(tmp_path / "a.yaml", recording(version="2026-09-30.endive"))

    _, output = check("--select", "outdated", path)

    assert "recorded under 2026-09-30.endive; stripe 17.0.0 sends 2027-03-31.fable" in output


@pytest.mark.usefixtures("without_sdk")
def test_outdated_is_silent_without_the_sdk_but_for_one_line(tmp_path, check):
    path = save(tmp_path / "a.yaml", recording(), recording())

    assert check(path) == (
        0,
        "1 file, 2 recordings: clean\n"
        "rule outdated was not applied: the stripe package is not installed\n",
    )
    assert check("--ignore", "outdated", path) == (0, "1 file, 2 recordings: clean\n")


def test_outdated_is_silent_if_the_sdk_sends_a_version_without_a_contract(tmp_path, check, of_sdk):
    of_sdk("2025-01-27.preview", "9.9.9")

    code, output = check(save(tmp_path / "a.yaml"))

    assert code == 0
    assert "stripe 9.9.9 sends 2025-01-27.preview, which has no contract" in output


def test_stale_goes_by_the_metadata_or_else_by_the_oldest_answer(tmp_path, found):
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


def test_stale_says_nothing_of_payloads(tmp_path, found):
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(faultless()))

    assert found("--max-age", "0", path) == []


# --- lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [1, "\t"])
def test_the_line_of_a_payload_s_property_is_told_however_it_is_indented(indent, tmp_path, found):
    payload = {"emoji": "\N{GRINNING FACE}", "url": "a/b"} | faultless() | {"status": "nonsense"}
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(payload, indent=indent).replace("a/b", r"a\/b"))

    [finding] = found(path, "--select", "invented")

    assert path.read_text().splitlines()[finding["line"] - 1].strip() == '"status": "nonsense",'


def test_where_no_line_can_be_told_there_is_none(tmp_path, check):
    path = tmp_path / "payload.json"
    path.write_text(json.dumps({"x" * 2000: 1, "error": {"type": "nonsense"}}))

    _, output = check(path, "--select", "invented")

    assert output.startswith(f"{path}: invented: $.error.type: ")


def test_what_is_too_deep_in_a_body_has_the_line_of_the_body(tmp_path, found):
    deep = json.loads('{"a":' * 110 + f'"{KEY}"' + "}" * 110)
    shallow = [{}] * 110
    path = tmp_path / "a.yaml"
    bodies = [json.dumps(each, indent=1) for each in (deep, [*shallow, KEY])]
    document = cassette(*(recording(string=body, uri="https://example.org") for body in bodies))
    path.write_text(yaml.dump(document, default_style="|"))

    one, other = found(path, "--select", "secret")

    lines = path.read_text().splitlines()
    assert "string" in lines[one["line"] - 1]
    assert KEY in lines[other["line"] - 1]


def test_what_stands_for_another_part_of_the_file_has_the_line_of_that(tmp_path, found):
    path = tmp_path / "a.yaml"
    path.write_text(
        "# a comment\n"
        "interactions:\n"
        "- &first\n"
        "  request: {method: GET, uri: 'https://example.org'}\n"
        f"  response: {{status: {{code: 200}}, body: {{string: {KEY}}}}}  # {KEY}\n"
        "- *first\n"
    )

    findings = found(path, "--select", "secret")

    assert [(each["line"], each["place"] == "comment") for each in findings] == [
        (5, False),
        (5, False),
        (5, True),
    ]


def test_lines_are_told_of_json_that_only_yaml_takes(tmp_path, found):
    path = tmp_path / "twice.yaml"
    text = json.dumps(cassette(recording(body=f"key={KEY}")), indent=2)
    path.write_text(text.replace('"version": 1', '"version": 1,\n  "version": 1'))

    [finding] = found("--select", "secret", path)

    assert text.splitlines()[finding["line"] - 1].strip().startswith('"body": "key=')


# --- selection ------------------------------------------------------------------------------


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
def test_a_wrong_call_exits_with_2_and_says_why(options, text, several, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", several, *options])

    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert text in error
    assert KEY not in error


# --- formats --------------------------------------------------------------------------------

NASTY = "a\x1b[31m\nb % <&>\"' \x00\ud800:,é☃"


@pytest.fixture
def nasty(tmp_path):
    """A file whose findings have in their texts what some format has no form for."""
    payload = json.dumps(faultless() | {"status": NASTY, "currency": NASTY})
    return save(tmp_path / "a,b:c%\x1b\n.yaml", recording(string=payload))


def test_text_has_one_printable_line_a_finding(nasty, check):
    _, output = check("--ignore", "outdated", nasty)

    *lines, summary, end = output.split("\n")
    name = nasty.replace("\x1b\n", r"\x1b\n")
    assert all(line.startswith(f"{name}:") and line.isprintable() for line in lines)
    assert all(re.search(r":\d+: invented: recording 1, \$\.", line) for line in lines)
    assert (summary, end) == ("1 file, 1 recording: 3 invented", "")


def test_json_has_the_findings_and_what_was_counted(nasty, tmp_path, check):
    (tmp_path / "no.json").write_text("{}")

    code, output = check("--format", "json", "--ignore", "outdated", tmp_path)

    value = json.loads(output)
    assert code == 1
    assert value["summary"] == {
        "files": 1,
        "recordings": 1,
        "payloads": 0,
        "skipped": 1,
        "left": 0,
        "drift": 0,
        "findings": {"invented": 3},
        "notes": [],
    }
    assert {each["keyword"] for each in value["findings"]} == {"enum", "pattern", "answer"}
    assert value["findings"][0]["actual"] == NASTY
    assert value["findings"][0]["docs"].startswith("https://docs.stripe.com/")


def test_json_tells_containers_by_their_size_and_nothing_where_nothing_was(tmp_path, found):
    payload = faultless() | {"status": {"a": 1}, "id": ["b"]}
    del payload["object"]
    path = save(tmp_path / "a.yaml", recording(payload))

    actual = {each["path"]: each.get("actual") for each in found(path)}

    assert actual["$.object"] is None
    ours = found(tmp_path, "--select", "invented")
    assert "actual" not in next(each for each in ours if each["path"] == "$.object")


def test_junit_is_xml_with_a_test_case_a_file(nasty, tmp_path, check):
    sound = save(tmp_path / "sound.yaml", recording(version="basil"))

    code, output = check("--format", "junit", "--ignore", "outdated", nasty, sound)

    suite = ET.fromstring(output.encode()).find("testsuite")  # noqa: S314 (our own)
    assert code == 1
    assert output.isascii()
    assert suite.attrib == {
        "name": "stripe-contract",
        "tests": "3",
        "failures": str(len(suite.findall("testcase[failure]"))),
        "errors": "0",
    }
    cases = {case.get("name"): case.findall("failure") for case in suite.iter("testcase")}
    name = nasty.replace("\x1b", "\N{REPLACEMENT CHARACTER}")
    assert list(cases) == [name, sound, "version-mix"]
    assert {failure.get("type") for failure in cases[name]} == {"invented"}
    assert cases[name][0].get("message") in cases[name][0].text
    assert suite.find("system-out").text.startswith("2 files, 2 recordings: ")


def github(output):
    """The workflow commands of an output, as the runner of GitHub reads them."""
    read = []
    for line in output.splitlines():
        if match := re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line):
            level, properties, message = match.groups()
            about = dict(each.split("=", 1) for each in properties.split(","))
            for escape, char in (("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
                about = {key: value.replace(escape, char) for key, value in about.items()}
            read.append((level, about, message.replace("%0A", "\n").replace("%25", "%")))
    return read


def test_github_annotates_the_line_of_the_file(nasty, check):
    code, output = check("--format", "github", "--ignore", "outdated", nasty)

    read = github(output)
    assert code == 1
    assert len(read) == len(output.splitlines()) - 1
    for level, about, message in read:
        assert level == "error"
        assert about["file"] == nasty.replace("\x1b", r"\x1b")
        assert about["title"] == "stripe-contract invented"
        assert int(about["line"]) > 1
        assert message.startswith("recording 1, $.")


def test_github_notices_drift_and_what_is_of_no_file(tmp_path, check):
    path = save(
        tmp_path / "a.yaml", recording(faultless() | {"new": 1}), recording(version="basil")
    )

    _, output = check("-v", "--format", "github", "--select", "drift,version-mix", path)

    levels = {about["title"]: (level, "file" in about) for level, about, _ in github(output)}
    assert levels == {
        "stripe-contract drift": ("notice", True),
        "stripe-contract version-mix": ("error", False),
    }


def test_what_standard_output_has_no_form_for_is_escaped(nasty):
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}

    done = subprocess.run(
        [*COMMAND, "check", nasty], env=environment, capture_output=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == b""
    assert rb"\u2603" in done.stdout


# --- the page -------------------------------------------------------------------------------


def test_a_run_reads_as_the_page_says(tmp_path, check, of_sdk, monkeypatch):
    of_sdk("2026-10-28.endive")
    monkeypatch.chdir(tmp_path)
    newest = yaml.safe_load((shipped.CASSETTES / "endive/mark_uncollectible_open.yaml").read_text())
    invoice = json.loads(newest["interactions"][0]["response"]["body"]["string"])
    wrong = recording(
        invoice | {"currency": "USD"},
        version="2026-09-30.endive",
        sent={"Authorization": [f"Bearer {KEY}"]},
    )
    old = recording(faultless() | {"charge": "ch_3PlainlyFake0000"})
    for name, each in {"refund": old, "write_off": wrong}.items():
        path = tmp_path / "tests" / "cassettes" / f"test_{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(yamlfile.dump(cassette(each)))

    _, output = check("tests/cassettes")

    assert f"```text\n{output}```\n" in (ROOT / "docs" / "check.md").read_text()


def test_the_page_has_every_rule():
    page = (ROOT / "docs" / "check.md").read_text()

    assert set(re.findall(r"^\| `(\w[\w-]+)` \|", page, re.MULTILINE)) == {*RULES, *FORMATS}


# --- what ships, and the start --------------------------------------------------------------


def test_the_shipped_cassettes_are_clean_but_for_their_versions(found):
    findings = found(shipped.CASSETTES)

    assert rules(findings) == ["version-mix"]
    assert len(findings[0]["versions"]) == 12


def test_pytest_is_not_imported_and_nobody_else_s_http_client(tmp_path):
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


# --- long work ------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path):
    for number in range(40):
        save(tmp_path / f"{number:02}.yaml", recording({"object": "invoice"}))
    return tmp_path


def test_progress_is_shown_on_a_terminal(many):
    code, output, shown = on_a_terminal("check", str(many))

    assert code == 1
    assert "check:" in shown
    assert "/40" in shown
    assert "/40" not in output


def test_no_progress_is_shown_of_a_few_files(many):
    _, _, shown = on_a_terminal("check", *map(str, sorted(many.iterdir())[:5]))

    assert shown == ""


def test_no_progress_is_shown_in_a_pipe(many):
    done = subprocess.run(
        [*COMMAND, "check", str(many)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (1, "")


def test_ctrl_c_tells_what_was_found_so_far_and_how_much_is_left(tmp_path):
    wrong = save(tmp_path / "a.yaml", recording({"object": "invoice"}))
    os.mkfifo(tmp_path / "b.yaml")
    last = save(tmp_path / "c.yaml")

    code, output, error = interrupted(
        tmp_path / "b.yaml", "check", wrong, str(tmp_path / "b.yaml"), last
    )

    assert (code, error) == (130, "")
    assert f"{wrong}:" in output
    assert output.endswith("interrupted: 2 files not reached\n")


def test_ctrl_c_before_anything_was_found_is_quiet(monkeypatch, tmp_path, capsys):
    def walk(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.walk", walk)

    assert cli.main(["check", str(tmp_path)]) == 130
    assert capsys.readouterr() == ("", "")


# --- pre-commit -----------------------------------------------------------------------------

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_hooks_run_on_files_of_cassette_folders(hook, tmp_path):
    wrong = recording(faultless() | {"status": "nonsense"})
    path = save(tmp_path / "tests" / "cassettes" / "a.yaml", wrong)
    program, *arguments = hook["entry"].split()
    script = Path(sys.executable).with_name(program)

    done = subprocess.run([script, *arguments, path], capture_output=True, text=True, check=False)

    assert hook["language"] == "python"
    assert re.search(hook["files"], "tests/cassettes/test_a/b.yaml")
    assert re.search(hook["files"], "cassettes/b.json")
    assert not re.search(hook["files"], "tests/mycassettes.yaml")
    assert not re.search(hook["files"], "cassettes/b.py")
    assert done.returncode == int(hook["id"].endswith("check"))
    assert done.stderr == ""


# --- many files -----------------------------------------------------------------------------


@pytest.fixture
def busy(monkeypatch):
    """Use several processes even for few files, with three files at once."""
    monkeypatch.setattr(workers, "MIN_BYTES", 0)
    monkeypatch.setattr(workers, "_CHUNK", 3)


def of_all_kinds(folder):
    """Thirty files: sound, leaking and broken ones, payloads, and others."""
    for number in range(6):
        save(folder / f"{number}-sound.yaml")
        save(folder / f"{number}-old.yaml", recording(version="2020-08-27"), recording(version="9"))
        save(folder / f"{number}-leak.yaml", recording(body=f"key={KEY}{number}"))
        (folder / f"{number}-broken.yaml").write_text("interactions: [")
        (folder / f"{number}-other.json").write_text("{}")
    return folder


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_several_processes_report_the_same_as_one(method, tmp_path, busy, check, monkeypatch):
    folder = of_all_kinds(tmp_path)
    monkeypatch.setattr(workers, "_context", lambda: multiprocessing.get_context(method))

    alone = check("-v", "--jobs", "1", folder)

    assert check("-v", "--jobs", "2", folder) == alone
    assert alone[0] == 1
    assert len(alone[1].splitlines()) > 10


def test_processes_are_forked_only_without_other_threads(monkeypatch):
    monkeypatch.setattr(workers.sys, "platform", "linux")
    monkeypatch.setattr(workers.threading, "active_count", lambda: 1)
    assert workers._context().get_start_method() == "fork"
    monkeypatch.setattr(workers.threading, "active_count", lambda: 2)
    assert workers._context().get_start_method() == "spawn"


def die_over_one(entry):
    if entry.name.endswith("3-leak.yaml"):
        os._exit(3)
    return entry.name


def test_a_crash_of_a_process_names_the_file(tmp_path, busy):
    entries = files.find([str(of_all_kinds(tmp_path))])
    results = workers.results(die_over_one, entries, 2)

    with pytest.raises(workers.WorkerCrash) as caught:
        list(results)

    file = f"{tmp_path}/3-leak.yaml"
    assert str(caught.value) == (
        f"a worker process crashed while checking {file}. fix: leave this file out"
    )
    assert pickle.loads(pickle.dumps(caught.value)).file == file


def name_of(entry):
    return entry.name


def test_results_have_the_order_of_the_files_and_closing_ends_all_processes(tmp_path, busy):
    entries = files.find([str(of_all_kinds(tmp_path))])
    names = [entry.name for entry in entries]
    results = workers.results(name_of, entries, 2)

    first = [next(results) for _ in range(4)]
    results.close()

    assert first == names[:4]
    assert multiprocessing.active_children() == []
    assert list(workers.results(name_of, entries, 2)) == names


def test_several_processes_are_used_only_for_many_bytes_of_regular_files(tmp_path, monkeypatch):
    entries = files.find([str(of_all_kinds(tmp_path))])
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 3)
    assert workers.process_count(entries, None) == 1

    monkeypatch.setattr(workers, "MIN_BYTES", 1000)
    assert workers.process_count(entries, None) == 3
    assert workers.process_count(entries, 2) == 2
    assert workers.process_count([], 2) == 1
    for other in (None, tmp_path, tmp_path / "gone"):
        entry = files.Entry("other", other, is_named=True)
        assert workers.process_count([*entries, entry], 2) == 1
    monkeypatch.setattr(workers.sys, "platform", "darwin")
    assert workers.process_count(entries, None) == 3


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_the_number_of_processes_is_at_least_one(capsys, jobs):
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", f"--jobs={jobs}", "x"])

    assert caught.value.code == 2
    assert f"expected a number of processes, got '{jobs}'" in capsys.readouterr().err


def test_the_garbage_collector_is_left_as_it_was(tmp_path, check):
    before = gc.get_threshold()

    check(save(tmp_path / "one.yaml"))

    assert gc.get_threshold() == before
