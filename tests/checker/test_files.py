"""The files that ``stripe-contract check`` reads."""

from __future__ import annotations

import io
import json
import os
import threading
from pathlib import Path

import pytest
from helpers.answers import faultless
from helpers.cassette_files import (
    HOST,
    ID,
    KEY,
    cassette,
    recording,
    rules,
    save,
    vcr_text,
)

from pytest_stripe_contract import cli


def test_a_sound_cassette_is_clean(tmp_path, check):
    path = save(tmp_path / "sound.yaml")

    assert check("--ignore", "outdated", path) == (0, "1 file, 1 recording: clean\n")


def test_a_folder_is_checked_and_other_files_are_counted(tmp_path, check):
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


def test_a_file_that_is_named_twice_is_checked_once(tmp_path, check):
    path = save(tmp_path / "one.yaml")

    assert "1 file, " in check(tmp_path, path, path)[1]


def test_standard_input_is_recognised_by_its_content(monkeypatch, check):
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


def test_a_named_payload_is_checked_whatever_it_is(tmp_path, found):
    path = tmp_path / "payload.json"
    path.write_text('{"object": "customer"}')

    [finding] = found(path)

    assert (finding["rule"], finding["path"]) == ("invented", "$.object")


@pytest.mark.parametrize("is_named", [True, False])
def test_a_payload_with_a_repeated_property_is_invented(is_named, tmp_path, found):
    path = tmp_path / "payload.json"
    path.write_text('{"object": "invoice", "id": "in_1", "id": "in_2"}')

    [finding] = found(path if is_named else tmp_path)

    assert (finding["rule"], finding["path"]) == ("invented", "$")
    assert "unique property names" in finding["message"]


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path, capsys):
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


def test_a_pipe_in_a_folder_is_skipped(tmp_path, check):
    os.mkfifo(tmp_path / "pipe.yaml")

    assert check(tmp_path) == (0, "0 files: clean; 1 file skipped (no cassette, no payload)\n")


def test_a_named_pipe_is_read(tmp_path, check):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=('{"error": {"type": "nonsense"}}',))
    writer.start()

    code, output = check(pipe)
    writer.join()

    assert code == 1
    assert "invented: $.error.type" in output


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


def test_a_malformed_file_in_a_folder_is_a_finding_unless_it_is_no_cassette(tmp_path, found):
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


def test_an_unreadable_file_is_counted_if_its_rule_is_not_selected(tmp_path, check):
    path = tmp_path / "malformed.yaml"
    path.write_text("interactions: 5")

    code, output = check("--select", "secret", path)

    assert (code, output) == (
        0,
        "1 file: clean\n1 unreadable, but rule unreadable is not selected\n",
    )
