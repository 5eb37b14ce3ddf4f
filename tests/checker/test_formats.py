"""The formats of a report, and the page on them."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from helpers.answers import faultless
from helpers.cassette_files import (
    KEY,
    cassette,
    recording,
    save,
)

from pytest_stripe_contract import cli
from pytest_stripe_contract.cassettes import yaml as yamlfile
from pytest_stripe_contract.checker import FORMATS, RULES, Finding, Report
from pytest_stripe_contract.stripe_api import resources as shipped

ROOT = Path(__file__).parents[2]

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


def test_json_has_findings_and_summary(nasty, tmp_path, check):
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


def test_json_has_no_actual_value_for_a_missing_property(tmp_path, found):
    payload = faultless() | {"status": {"a": 1}, "id": ["b"]}
    del payload["object"]
    path = save(tmp_path / "a.yaml", recording(payload))

    actual = {each["path"]: each.get("actual") for each in found(path)}

    assert actual["$.object"] is None
    ours = found(tmp_path, "--select", "invented")
    assert "actual" not in next(each for each in ours if each["path"] == "$.object")


def test_json_has_the_representation_of_a_value_that_is_not_json():
    report = Report(findings=[Finding("secret", "x", details={"actual": b"y"})])

    assert json.loads(FORMATS["json"](report))["findings"][0]["actual"] == "b'y'"


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


def test_github_has_notices_for_drift_and_no_file_for_version_mix(tmp_path, check):
    path = save(
        tmp_path / "a.yaml", recording(faultless() | {"new": 1}), recording(version="basil")
    )

    _, output = check("-v", "--format", "github", "--select", "drift,version-mix", path)

    levels = {about["title"]: (level, "file" in about) for level, about, _ in github(output)}
    assert levels == {
        "stripe-contract drift": ("notice", True),
        "stripe-contract version-mix": ("error", False),
    }


def test_characters_that_the_output_s_encoding_lacks_are_escaped(nasty, monkeypatch):
    output = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr("sys.stdout", output)

    assert cli.main(["check", nasty]) == 1

    output.flush()
    assert rb"\u2603" in output.buffer.getvalue()


def test_the_page_s_example_is_real_output(tmp_path, check, of_sdk, monkeypatch):
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


def test_the_page_lists_every_rule_and_format():
    page = (ROOT / "docs" / "check.md").read_text()

    assert set(re.findall(r"^\| `(\w[\w-]+)` \|", page, re.MULTILINE)) == {*RULES, *FORMATS}
