"""The ``stripe-contract`` command, as a shell sees it."""

from __future__ import annotations

import io
import json

import pytest
from helpers.answers import documented

from pytest_stripe_contract import cli


def run(capsys, *arguments):
    code = cli.main(arguments)
    return code, capsys.readouterr().out


def test_check_reads_standard_input_and_writes_json(monkeypatch, capsys):
    payload = b'{"error": {"type": "card_eror"}}'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(payload)))

    code, output = run(capsys, "check", "--format", "json", "-")

    assert code == 1
    [finding] = json.loads(output)["findings"]
    assert finding["file"] == "-"
    assert finding["kind"] == "violation"
    assert finding["path"] == "$.error.type"
    assert finding["actual"] == "card_eror"


def test_upgrade_prints_a_payload_in_another_version(tmp_path, capsys):
    path = tmp_path / "invoice.json"
    path.write_text(json.dumps(documented()))

    code, output = run(capsys, "upgrade", str(path), "--to", "basil")

    assert code == 0
    assert json.loads(output)["parent"] is None


@pytest.mark.parametrize("command", ["check", "scrub", "show", "upgrade"])
def test_help_describes_the_command_in_a_sentence(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])

    assert caught.value.code == 0
    assert ".\n\npositional arguments:\n" in capsys.readouterr().out


def test_cassettes_are_listed_with_status_version_and_provenance(capsys):
    code, output = run(capsys, "cassettes")

    assert code == 0
    head, *rows = output.splitlines()
    assert head.split("  ")[0] == "cassette"
    assert ["mark_uncollectible", "200", "2023-10-16", "documented"] in map(str.split, rows)


def test_versions_are_listed(capsys):
    code, output = run(capsys, "versions", "--format", "json")

    assert code == 0
    rows = {row["release line"]: row for row in json.loads(output)}
    assert rows["2023-10-16"]["API version"] == "2023-10-16"
    assert rows["basil"]["API version"] == "2025-03-31.basil"
    assert rows["basil"]["stripe for Python"] == "12"
    assert "payment_intent" in rows["basil"]["changes on the invoice"]


def test_schema_prints_a_json_schema(capsys):
    code, output = run(capsys, "schema", "invoice", "--api-version", "2023-10-16")

    assert code == 0
    assert json.loads(output)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["check", "nowhere.json"], "stripe-contract: [Errno 2] No such file or directory: "),
        (
            ["schema", "invoice", "--api-version", "2023-10-61"],
            "stripe-contract: unknown API version '2023-10-61'; nearest: 2023-10-16",
        ),
        (["schema", "invoise"], "argument object: invalid choice: 'invoise' (choose from "),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_a_usage_error_exits_with_2(arguments, text, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)

    assert caught.value.code == 2
    assert text in capsys.readouterr().err


def test_a_closed_output_pipe_is_not_an_error(monkeypatch):
    def full(*_args, **_kwargs):
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", full)

    assert cli.main(["versions"]) == 0


def test_ctrl_c_ends_the_command_quietly(monkeypatch, capsys):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", interrupted)

    assert cli.main(["versions"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_key_in_an_error_is_redacted(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["upgrade", "/nowhere/sk_test_51PlainlyFakeKey0000", "--to", "basil"])

    assert caught.value.code == 2
    assert "/nowhere/sk_test_***'" in capsys.readouterr().err


def test_closed_standard_input_is_an_error(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(SystemExit) as caught:
        cli.main(["check", "-"])

    assert caught.value.code == 2
    assert "standard input is closed" in capsys.readouterr().err


def test_version_prints_the_version(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])

    assert caught.value.code == 0
    assert capsys.readouterr().out


def test_show_prints_requests_and_responses(capsys):
    code, output = run(capsys, "show", "mark_uncollectible.no_such_invoice")

    assert code == 0
    assert "  provenance: derived\n" in output
    assert "\nPOST https://api.stripe.com/v1/invoices/" in output
    assert "\n404 Not Found\n" in output
    assert "Stripe-Should-Retry: false\n" in output
    assert '    "code": "resource_missing",\n' in output


def test_show_converts_responses_to_another_version(capsys):
    code, output = run(capsys, "show", "mark_uncollectible_open", "--api-version", "basil")

    assert code == 0
    assert "Stripe-Version: 2025-03-31.basil\n" in output
    assert '"parent": ' in output


def test_show_writes_json(capsys):
    _, output = run(capsys, "show", "mark_uncollectible.twice", "--format", "json")

    shown = json.loads(output)
    assert shown["metadata"]["provenance"] == "derived"
    assert [each["response"]["status"] for each in shown["interactions"]] == [200, 400]


def test_show_prints_a_file_with_any_body(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    request = "request: {method: POST, uri: 'https://api.stripe.com/v1/x', body: 'a=1'}"
    response = "response: {status: {code: 502}, body: {string: <html>}}"
    (tmp_path / "mine.yaml").write_text(f"interactions: [{{{request}, {response}}}]")

    code, output = run(capsys, "show", "mine.yaml")

    assert code == 0
    assert "\na=1\n" in output
    assert "\n<html>\n" in output


def test_show_of_an_unknown_cassette_names_the_nearest(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["show", "mark_uncollectible.not_opne"])

    assert stopped.value.code == 2
    assert "nearest: mark_uncollectible.not_open" in capsys.readouterr().err
