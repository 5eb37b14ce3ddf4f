"""The lines of findings."""

from __future__ import annotations

import json

import pytest
import yaml
from helpers.answers import faultless
from helpers.cassette_files import (
    KEY,
    cassette,
    recording,
)


@pytest.mark.parametrize("indent", [1, "\t"])
def test_a_finding_in_a_payload_has_its_line(indent, tmp_path, found):
    payload = {"emoji": "\N{GRINNING FACE}", "url": "a/b"} | faultless() | {"status": "nonsense"}
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(payload, indent=indent).replace("a/b", r"a\/b"))

    [finding] = found(path, "--select", "invented")

    assert path.read_text().splitlines()[finding["line"] - 1].strip() == '"status": "nonsense",'


def test_a_finding_has_no_line_where_yaml_cannot_compose_the_json(tmp_path, check):
    path = tmp_path / "payload.json"
    path.write_text(json.dumps({"x" * 2000: 1, "error": {"type": "nonsense"}}))

    _, output = check(path, "--select", "invented")

    assert output.startswith(f"{path}: invented: $.error.type: ")


def test_a_finding_too_deep_in_a_body_has_the_line_of_the_body(tmp_path, found):
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


def test_a_finding_in_an_alias_has_the_line_of_its_anchor(tmp_path, found):
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


def test_a_finding_in_json_with_a_repeated_key_has_its_line(tmp_path, found):
    path = tmp_path / "twice.yaml"
    text = json.dumps(cassette(recording(body=f"key={KEY}")), indent=2)
    path.write_text(text.replace('"version": 1', '"version": 1,\n  "version": 1'))

    [finding] = found("--select", "secret", path)

    assert text.splitlines()[finding["line"] - 1].strip().startswith('"body": "key=')
