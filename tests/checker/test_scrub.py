"""``stripe-contract scrub``."""

from __future__ import annotations

import base64
import codecs
import contextlib
import gzip
import importlib
import io
import json
import os
import re
import tempfile
from pathlib import Path

import pytest
import yaml
from helpers.answers import faultless
from helpers.cassette_files import (
    ADDRESS,
    KEY,
    cassette,
    interrupted,
    recording,
    save,
    vcr_text,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stripe_contract import cli
from pytest_stripe_contract._support import files as atomic
from pytest_stripe_contract.cassettes import yaml as yamlfile
from pytest_stripe_contract.scrubbing import Leak, Scrubber, Unscannable
from pytest_stripe_contract.stripe_api import resources

scrubs = importlib.import_module("pytest_stripe_contract.checker.scrub")

PERSON = {"customer_name": "Plainly Fake", "customer_email": ADDRESS}
AUTHORIZATION = {"Authorization": [f"Bearer {KEY}"]}


def leaking():
    """A recording with a key in its request, and a person in its answer."""
    return recording(faultless() | PERSON, sent=AUTHORIZATION)


@pytest.fixture
def scrub(capsys):
    """Run the command in this process: exit code, output, errors."""

    def run(*arguments):
        code = cli.main(["scrub", *map(str, arguments)])
        captured = capsys.readouterr()
        assert ADDRESS not in captured.out + captured.err
        assert KEY not in captured.out + captured.err
        return code, captured.out, captured.err

    return run


# --- replaced values ------------------------------------------------------------------------


def test_each_change_is_reported_with_line_place_and_kind(tmp_path, scrub):
    path = tmp_path / "a.yaml"
    path.write_bytes(yamlfile.dump(cassette(leaking())))
    text = path.read_text()

    code, output, error = scrub(path)

    def line(part):
        return text[: text.index(part)].count("\n") + 1

    request = "$.interactions[0].request.headers"
    body = "$.interactions[0].response.body.string"
    assert (code, error) == (0, "")
    assert output.splitlines() == [
        f"{path}:{line('- Bearer')}: {request}.Authorization: authorization",
        f"{path}:{line(ADDRESS)}: {body}.customer_email: e-mail",
        f"{path}:{line('Plainly Fake')}: {body}.customer_name: name",
        "1 file: 1 scrubbed, 0 clean",
    ]
    assert KEY not in path.read_text()
    assert ADDRESS not in path.read_text()


def test_a_second_run_leaves_the_file_untouched(tmp_path, scrub):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    scrub(path)
    source, status = path.read_bytes(), path.stat()

    assert scrub(path) == (0, "1 file: 0 scrubbed, 1 clean\n", "")
    assert path.read_bytes() == source
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (status.st_mtime_ns, status.st_ino)


def test_the_shipped_cassettes_are_clean(scrub):
    number = len(list(resources.CASSETTES.rglob("*.yaml")))

    code, output, _ = scrub("--dry-run", resources.CASSETTES)

    assert (code, output) == (0, f"{number} files: 0 to scrub, {number} clean\n")


def test_a_folder_is_scrubbed_and_other_files_are_skipped(tmp_path, scrub):
    save(tmp_path / "a.yaml", leaking())
    save(tmp_path / "b.yml")
    (tmp_path / "c.json").write_text(json.dumps(faultless() | PERSON))
    (tmp_path / "compose.yaml").write_text(f"owner: {ADDRESS}\n")

    code, output, _ = scrub(tmp_path)

    assert code == 0
    assert output.endswith(
        "3 files: 2 scrubbed, 1 clean, 1 file skipped (no cassette, no payload)\n"
    )
    assert ADDRESS in (tmp_path / "compose.yaml").read_text()


def test_a_compressed_body_with_a_secret_is_replaced(tmp_path, scrub, capsys):
    packed = gzip.compress(json.dumps(faultless() | {"description": KEY}).encode())
    gzipped = recording(string=packed, got={"Content-Encoding": ["gzip"]})
    encoded = recording(string=base64.b64encode(packed).decode())
    path = save(tmp_path / "a.yaml", gzipped, encoded, recording())

    assert scrub(path)[0] == 0
    assert cli.main(["check", "--select", "secret", path]) == 0
    assert Path(path).read_text().endswith(vcr_text(cassette(recording())).split("\n", 1)[1])


def test_a_file_keeps_its_permissions_and_a_link_stays_a_link(tmp_path, scrub):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    path.chmod(0o640)
    link = tmp_path / "folder" / "link.yaml"
    link.parent.mkdir()
    link.symlink_to(path)

    scrub(link)

    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert KEY not in path.read_text()


# --- the layout -----------------------------------------------------------------------------


def with_comments(document):
    text = vcr_text(document).replace("request:", "request:  # by hand")
    return f"# By hand.\n\n#\n{text}# the end\n"


LAYOUTS = {
    "vcr.yaml": vcr_text,
    "own.yaml": lambda document: yamlfile.dump(document).decode(),
    "comments.yaml": with_comments,
    "quoted.yaml": lambda document: yaml.dump(document, default_style="'", width=60),
    "flow.yaml": lambda document: yaml.dump(document, default_flow_style=True, indent=7),
    "unicode.yaml": lambda document: yaml.dump(document, sort_keys=False, allow_unicode=True),
    "windows.yaml": lambda document: vcr_text(document).replace("\n", "\r\n"),
    "indented.json": lambda document: json.dumps(document, indent=4) + "\n",
    "tabs.json": lambda document: json.dumps(document, indent="\t", ensure_ascii=False),
    "line.json": json.dumps,
    "tight.json": lambda document: json.dumps(document, separators=(",", ":")) + "\n\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_nothing_but_the_secret_changes(name, tmp_path, scrub):
    body = json.dumps(faultless() | {"description": f"paid\u00e9 by {KEY} it's"}, indent=1)
    document = cassette(recording(), recording(string=body, sent=AUTHORIZATION))
    document["note"] = ["é☃", "x" * 200, "word " * 40, {}, [], None, True, 1.5, "2024-01-01", "on"]
    path = tmp_path / name
    path.write_bytes(LAYOUTS[name](document).encode())
    before = path.read_bytes()

    code, output, _ = scrub(path)

    assert code == 0
    assert "layout" not in output
    assert path.read_bytes() == before.replace(KEY.encode(), b"sk_test_***")


def test_a_payload_keeps_its_layout(tmp_path, scrub):
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(faultless() | {"description": f"by {KEY}"}, indent=1))
    before = path.read_text()

    assert scrub(path)[0] == 0
    assert path.read_text() == before.replace(KEY, "sk_test_***")


def test_hand_aligned_json_gets_even_spaces_and_the_output_says_so(tmp_path, scrub):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(cassette(leaking())).replace('"version": 1', '"version"  :  1'))

    dry, output, _ = scrub("--dry-run", path)
    assert dry == 1
    assert f"{path}: layout would change too\n" in output
    code, output, _ = scrub(path)

    assert code == 0
    assert f"{path}: layout changed too\n" in output
    assert path.read_text() == json.dumps(json.loads(path.read_text()))


HEAD = "interactions:\n- request: {method: GET, uri: 'https://example.org'}\n  response:\n"
EDITS = {
    "a dropped header": (
        "    headers:\n      A: x\n      Set-Cookie: [a=b]  # gone\n      # kept\n      C: x\n",
        "    headers:\n      A: x\n      # kept\n      C: x\n",
    ),
    "a dropped only header": (
        "    headers:\n      Set-Cookie:\n      - a=b\n    more: y\n",
        "    headers:\n      {}\n    more: y\n",
    ),
    "a dropped header in braces": (
        "    headers: {Set-Cookie: a=b, 'B':   x}\n",
        "    headers: {B: x}\n",
    ),
    "an anchor": (
        f"    note: &n '{KEY}'\n    again: *n\n",
        "    note: &n 'sk_test_***'\n    again: *n\n",
    ),
    "a folded text": (
        f"    note: >-\n      by\n      {KEY}\n",
        "    note: by sk_test_***\n",
    ),
    "a python text": (
        f"    note: !!python/unicode '{KEY}'\n",
        "    note: !!python/unicode 'sk_test_***'\n",
    ),
    "a recorded stream": (
        "    note: !!python/object/new:_io.BytesIO\n      state: !!python/tuple\n"
        f"      - !!binary |\n        {base64.b64encode(KEY.encode()).decode()}\n      - 0\n",
        "    note: !!python/object/new:_io.BytesIO\n      state: !!python/tuple\n"
        f"      - !!binary |\n        {base64.b64encode(b'sk_test_***').decode()}\n      - 0\n",
    ),
    "a python object": (
        f"    note: !!python/object:a.B\n      x: {KEY}\n",
        "    note: !!python/object:a.B\n      x: sk_test_***\n",
    ),
    "a key of a mapping": (
        f"    note:\n      {KEY}: 1\n    more: y\n",
        "    note:\n      {sk_test_***: 1}\n    more: y\n",
    ),
    "a merged mapping": (
        f"    note: &n\n      x: {KEY}\n    again:\n      <<: *n\n      y: 1\n",
        "    note: &n\n      x: sk_test_***\n    again:\n      <<: *n\n      y: 1\n",
    ),
    "a text with a line break": (
        f'    note: "a\\nb {KEY} \\x41"\n',
        '    note: "a\\nb sk_test_*** \\x41"\n',
    ),
    "a card number that is a number": (
        "    note: 4242424242424242\n",
        "    note: '***4242'\n",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_yaml_is_edited_in_place(name, tmp_path, scrub):
    before, after = EDITS[name]
    tail = "    status: {code: 200}\n    body: {string: ''}\n# the end\n"
    path = tmp_path / "a.yaml"
    path.write_text(f"{HEAD}{before}{tail}")

    code, _, error = scrub(path)

    assert (code, error) == (0, "")
    assert path.read_text() == f"{HEAD}{after}{tail}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_keeps_its_encoding(encoding, tmp_path, scrub):
    path = tmp_path / "a.yaml"
    path.write_bytes(f"# {ADDRESS} é\n{vcr_text(cassette(leaking()))}".encode(encoding))

    code, output, _ = scrub(path)

    assert code == 0
    assert f"{path}:1: comment: e-mail" in output
    text = path.read_bytes().decode(encoding)
    assert text.startswith("# jenny.rosen.")
    assert path.read_bytes().startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE))


def test_secrets_in_comments_are_replaced(tmp_path, scrub):
    path = tmp_path / "a.yaml"
    text = vcr_text(cassette()).replace("request:", f"request:  # {KEY}, {ADDRESS}")
    path.write_text(f"{text}# as {KEY}\n")
    before = path.read_text()

    code, output, _ = scrub(path)

    assert code == 0
    assert [line.partition(": ")[2] for line in output.splitlines()[:-1]] == [
        "comment: API key",
        "comment: e-mail",
        "comment: API key",
    ]
    after = path.read_text()
    placeholder = after.partition("***, ")[2].partition("\n")[0]
    assert placeholder.endswith("@example.com")
    assert after == before.replace(KEY, "sk_test_***").replace(ADDRESS, placeholder)


# --- files that stay unchanged --------------------------------------------------------------


def test_broken_files_stay_unchanged_and_the_others_are_scrubbed(tmp_path, scrub):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    broken = tmp_path / "b.yaml"
    broken.write_text(f"interactions: [\n  {{x: {KEY}\n")
    neither = tmp_path / "c.yaml"
    neither.write_text("services: {}\n")
    (tmp_path / "d.yaml").symlink_to(tmp_path / "nowhere")
    before = broken.read_bytes()

    code, output, error = scrub(neither, tmp_path)

    assert code == 2
    assert broken.read_bytes() == before
    assert KEY not in path.read_text()
    assert output.endswith("4 files: 1 scrubbed, 0 clean, 3 left unchanged\n")
    errors = error.splitlines()
    assert errors[0].startswith(f"stripe-contract: {neither}: neither a cassette")
    assert errors[1].startswith(f"stripe-contract: {broken}:3: not YAML: ")
    assert errors[2].endswith("cannot be read: No such file or directory")


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["scrub", str(tmp_path / "nowhere")])

    assert caught.value.code == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_stays_whole(tmp_path, scrub, monkeypatch):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(atomic.Path, "replace", full)

    code, _, error = scrub(path)

    assert code == 2
    assert "No space left on device" in error
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize("kind", ["document", "comment"])
def test_a_file_that_would_still_contain_a_secret_is_not_written(
    kind, tmp_path, scrub, monkeypatch
):
    path = tmp_path / "a.yaml"
    if kind == "comment":
        path.write_text(f"# {KEY}\n{vcr_text(cassette())}")
        monkeypatch.setattr(scrubs, "edit_yaml", lambda lines, *_: lines.text)
    else:
        path.write_text(vcr_text(cassette(leaking())))
        monkeypatch.setattr(scrubs, "leaks", lambda _: [Leak("$.note", "API key")])
    before = path.read_bytes()

    code, output, error = scrub(path)

    assert code == 2
    where = "API key at $.note" if kind == "document" else "API key in a comment"
    assert error == f"stripe-contract: {path}: left unchanged: cannot replace {where}\n"
    assert output == "1 file: 0 scrubbed, 0 clean, 1 left unchanged\n"
    assert path.read_bytes() == before


def test_an_edit_that_would_change_the_document_otherwise_is_not_written(
    tmp_path, scrub, monkeypatch
):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    before = path.read_bytes()
    monkeypatch.setattr(scrubs, "edit_yaml", lambda *_: "interactions: []")

    code, _, error = scrub(path)

    assert code == 2
    assert error.endswith("left unchanged: its layout is not supported\n")
    assert path.read_bytes() == before


def test_a_secret_below_a_key_that_is_a_number_stays_unchanged(tmp_path, scrub):
    path = tmp_path / "a.yaml"
    text = f"{{interactions: [], notes: {{1: {KEY}}}}}"
    path.write_text(text)

    code, _, error = scrub(path)

    assert code == 2
    assert error.endswith("left unchanged: its layout is not supported\n")
    assert path.read_text() == text


def test_a_file_that_cannot_be_searched_stays_unchanged(tmp_path, scrub, monkeypatch):
    def document(*_):
        raise Unscannable("it holds more than can be told")

    monkeypatch.setattr(Scrubber, "document", document)
    path = save(tmp_path / "a.yaml")

    code, _, error = scrub(path)

    assert code == 2
    assert error.startswith(f"stripe-contract: {path}: left unchanged: ")


# --- options and streams --------------------------------------------------------------------


def test_a_dry_run_writes_nothing_and_exits_with_1_if_it_would(tmp_path, scrub):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    clean = save(tmp_path / "b.yaml")
    before = path.read_bytes()

    code, output, _ = scrub("--dry-run", path)

    assert code == 1
    assert output.endswith("1 file: 1 to scrub, 0 clean\n")
    assert path.read_bytes() == before
    assert scrub("--dry-run", clean) == (0, "1 file: 0 to scrub, 1 clean\n", "")


def test_json_output_lists_changes_and_errors(tmp_path, scrub):
    path = save(tmp_path / "a.yaml", leaking())
    broken = tmp_path / "b.yaml"
    broken.write_text("interactions: 5")

    code, output, _ = scrub("--format", "json", tmp_path)

    value = json.loads(output)
    [scrubbed] = value["mended"]
    assert code == 2
    assert (scrubbed["file"], scrubbed["keeps_layout"]) == (path, True)
    assert {change["kind"] for change in scrubbed["changes"]} == {"authorization", "e-mail", "name"}
    assert value["errors"] == [f"{broken}:1: not a cassette: it has no list of interactions"]
    assert (value["clean"], value["skipped"], value["left"]) == (0, 0, 0)


@pytest.fixture
def piped(scrub, monkeypatch):
    """Run the command with a text as standard input."""

    def run(text, *arguments):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return scrub(*arguments, "-")

    return run


def test_standard_input_is_scrubbed_to_standard_output(piped):
    text = vcr_text(cassette(recording(sent=AUTHORIZATION)))

    code, output, error = piped(text)

    assert (code, output) == (0, text.replace(KEY, "sk_test_***"))
    assert error.splitlines() == [
        "-:8: $.interactions[0].request.headers.Authorization: authorization",
        "1 file: 1 scrubbed, 0 clean",
    ]


def test_clean_standard_input_is_copied(piped):
    text = "# a comment\n" + vcr_text(cassette())

    _, output, error = piped(text, "--format", "json")

    assert output == text
    assert json.loads(error)["clean"] == 1


def test_a_dry_run_of_standard_input_prints_no_document(piped):
    code, output, error = piped(vcr_text(cassette(leaking())), "--dry-run")

    assert (code, error) == (1, "")
    assert output.endswith("1 file: 1 to scrub, 0 clean\n")


def test_broken_standard_input_gives_no_document(piped):
    code, output, error = piped(f"interactions: [ {KEY}")

    assert (code, output) == (2, "")
    assert "stripe-contract: -:2: not YAML: " in error


def test_closed_standard_input_is_an_error(monkeypatch, scrub):
    monkeypatch.setattr("sys.stdin", None)

    code, _, error = scrub("-")

    assert code == 2
    assert error.endswith("stripe-contract: standard input is closed\n")


# --- interrupts -------------- ----------------------------------------------------------------


def test_ctrl_c_ends_the_run_with_the_changes_so_far(tmp_path):
    first = Path(save(tmp_path / "a.yaml", leaking()))
    os.mkfifo(tmp_path / "b.yaml")
    last = Path(save(tmp_path / "c.yaml", leaking()))
    paths = [str(first), str(tmp_path / "b.yaml"), str(last)]

    code, output, error = interrupted(tmp_path / "b.yaml", "scrub", *paths)

    assert (code, error) == (130, "")
    assert output.endswith("1 file: 1 scrubbed, 0 clean\ninterrupted: 2 files not reached\n")
    assert KEY not in first.read_text()
    assert KEY in last.read_text()


def test_ctrl_c_during_a_write_leaves_the_old_file(tmp_path, capsys, monkeypatch):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    before = path.read_bytes()

    def fsync(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fsync)

    assert cli.main(["scrub", str(path)]) == 130
    assert "interrupted: 1 file not reached" in capsys.readouterr().out
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]


# --- any file -------------------------------------------------------------------------------

SOURCES = (
    vcr_text(cassette(leaking(), recording(string=b"\x1f\x8b\xff"), recorded_at="2025-01-01")),
    yamlfile.dump(cassette(leaking())).decode(),
    json.dumps(cassette(leaking()), indent=2),
    json.dumps(faultless() | PERSON),
)
BITS = (
    *("", "\n", "- ", ": ", "{", "]", "'", '"', "#", "&a ", "*a", "!!binary ", "~", "\x00"),
    f" {KEY} ",
)


@settings(deadline=None, max_examples=60)
@given(
    source=st.sampled_from(SOURCES),
    suffix=st.sampled_from([".yaml", ".json"]),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(BITS)), max_size=4
    ),
)
def test_any_file_is_scrubbed_or_unchanged_and_no_secret_is_printed(source, suffix, edits):
    for where, length, new in edits:
        start = int(where * len(source))
        source = source[:start] + new + source[start + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"file{suffix}")
        path.write_text(source)

        code, output = _run("scrub", path)
        again = path.read_bytes()
        if code == 2:
            assert again == source.encode()
        else:
            assert code == 0
            assert _run("scrub", path) == (0, "1 file: 0 scrubbed, 1 clean\n")
            assert path.read_bytes() == again
            assert _run("check", "--select", "secret,unreadable", path)[0] == 0
        output += _run("check", "-v", path)[1]
    assert not re.search(rf"(?<![A-Za-z0-9]){KEY}", output)  # inside a word it is not a key


def _run(*arguments):
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = cli.main([*map(str, arguments)])
    return code, output.getvalue()
