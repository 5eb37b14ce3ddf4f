"""``stripe-contract scrub``, as a shell sees it."""

from __future__ import annotations

import base64
import codecs
import contextlib
import gzip
import io
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml
from helpers.answers import faultless
from helpers.cassette_files import (
    COMMAND,
    cassette,
    interrupted,
    on_a_terminal,
    recording,
    save,
    vcr_text,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stripe_contract import cli
from pytest_stripe_contract._support import files as atomic
from pytest_stripe_contract.cassettes import yaml as yamlfile
from pytest_stripe_contract.checker import scrub as scrubs
from pytest_stripe_contract.scrubbing import Leak, Scrubber, Unscannable
from pytest_stripe_contract.stripe_api import resources as shipped

KEY = "sk_test_51PlainlyFakeKey0000"
ADDRESS = "somebody@plainly-fake.io"
PERSON = {"customer_name": "Plainly Fake", "customer_email": ADDRESS}


def leaking():
    """A recording with a key in its request, and a person in its answer."""
    sent = {"Authorization": [f"Bearer {KEY}"]}
    return recording(faultless() | PERSON, sent=sent)


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


# --- what is mended -------------------------------------------------------------------------


def test_what_was_changed_is_told_by_place_and_kind(tmp_path, scrub):
    path = tmp_path / "a.yaml"
    path.write_bytes(yamlfile.dump(cassette(leaking())))
    text = path.read_text()

    code, output, error = scrub(path)

    def line(part):
        return text[: text.index(part)].count("\n") + 1

    sent = "$.interactions[0].request.headers"
    body = "$.interactions[0].response.body.string"
    assert (code, error) == (0, "")
    assert output.splitlines() == [
        f"{path}:{line('- Bearer')}: {sent}.Authorization: authorization",
        f"{path}:{line(ADDRESS)}: {body}.customer_email: e-mail",
        f"{path}:{line('Plainly Fake')}: {body}.customer_name: name",
        "1 file: 1 mended, 0 clean",
    ]
    assert KEY not in path.read_text()
    assert ADDRESS not in path.read_text()


def test_running_it_twice_changes_nothing_more(tmp_path, scrub):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    scrub(path)
    source, time = path.read_bytes(), path.stat().st_mtime_ns

    assert scrub(path) == (0, "1 file: 0 mended, 1 clean\n", "")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (source, time)


def test_a_file_without_a_secret_stays_as_it_is(tmp_path, scrub):
    odd = tmp_path / "odd.yaml"
    odd.write_text("# a comment\n" + vcr_text(cassette()).replace("version: 1", "version:   1"))
    source, stat = odd.read_bytes(), odd.stat()

    assert scrub(odd, tmp_path) == (0, "1 file: 0 mended, 1 clean\n", "")
    assert odd.read_bytes() == source
    assert (odd.stat().st_mtime_ns, odd.stat().st_ino) == (stat.st_mtime_ns, stat.st_ino)


def test_the_shipped_cassettes_need_no_scrub(scrub):
    number = len(list(shipped.CASSETTES.rglob("*.yaml")))

    code, output, _ = scrub("--dry-run", shipped.CASSETTES)

    assert (code, output) == (0, f"{number} files: 0 to mend, {number} clean\n")


def test_a_folder_is_gone_through_and_what_is_neither_is_counted(tmp_path, scrub):
    save(tmp_path / "a.yaml", leaking())
    save(tmp_path / "b.yml")
    (tmp_path / "c.json").write_text(json.dumps(faultless() | PERSON))
    (tmp_path / "compose.yaml").write_text(f"owner: {ADDRESS}\n")

    code, output, _ = scrub(tmp_path)

    assert code == 0
    assert output.endswith("3 files: 2 mended, 1 clean, 1 file skipped, of another kind\n")
    assert ADDRESS in (tmp_path / "compose.yaml").read_text()


def test_what_was_scrubbed_still_holds_what_it_held(tmp_path, scrub):
    path = Path(save(tmp_path / "a.yaml", leaking(), recording()))
    before = yaml.safe_load(path.read_text())

    scrub(path)

    after = yaml.safe_load(path.read_text())
    assert after["interactions"][1] == before["interactions"][1]
    mended = json.loads(after["interactions"][0]["response"]["body"]["string"])
    assert mended.keys() == faultless().keys()
    assert {name for name in mended if mended[name] != (faultless() | PERSON)[name]} == set(PERSON)


def test_secrets_in_layers_are_taken_out(tmp_path, scrub, capsys):
    packed = gzip.compress(json.dumps(faultless() | {"description": KEY}).encode())
    gzipped = recording(string=packed, got={"Content-Encoding": ["gzip"]})
    encoded = recording(string=base64.b64encode(packed).decode())
    path = save(tmp_path / "a.yaml", gzipped, encoded)

    assert scrub(path)[0] == 0
    assert cli.main(["check", "--select", "secret", path]) == 0


def test_a_file_keeps_its_permissions_and_a_link_stays_one(tmp_path, scrub):
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


def unfolded(document):
    return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, width=10**6)


def unicode(document):
    return yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True)


def own(document):
    return yamlfile.dump(document).decode()


LAYOUTS = {
    "vcr.yaml": vcr_text,
    "own.yaml": own,
    "comment.yaml": lambda document: f"# By hand.\n\n#\n{vcr_text(document)}",
    "unfolded.yaml": unfolded,
    "unicode.yaml": unicode,
    "windows.yaml": lambda document: own(document).replace("\n", "\r\n"),
    "indented.json": lambda document: json.dumps(document, indent=4) + "\n",
    "tabs.json": lambda document: json.dumps(document, indent="\t", ensure_ascii=False),
    "line.json": json.dumps,
    "tight.json": lambda document: json.dumps(document, separators=(",", ":")) + "\n\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_nothing_but_what_was_scrubbed_differs(name, tmp_path, scrub):
    document = cassette(recording(), recording(sent={"Authorization": [f"Bearer {KEY}"]}))
    document["note"] = ["é☃", "x" * 200, "word " * 40, {}, [], None, True, 1.5, "2024-01-01", "on"]
    path = tmp_path / name
    path.write_bytes(LAYOUTS[name](document).encode())
    before = path.read_bytes()

    code, output, _ = scrub(path)

    assert code == 0
    assert "layout" not in output
    assert path.read_bytes() == before.replace(KEY.encode(), b"sk_test_***")


def test_a_payload_keeps_its_layout_too(tmp_path, scrub):
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(faultless() | {"description": f"by {KEY}"}, indent=1))
    before = path.read_text()

    assert scrub(path)[0] == 0
    assert path.read_text() == before.replace(KEY, "sk_test_***")


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


def test_a_layout_that_nobody_knows_is_rewritten_and_the_output_says_so(tmp_path, scrub):
    path = tmp_path / "a.yaml"
    text = vcr_text(cassette(leaking())).replace("request:", "request:  # by hand")
    path.write_text(text)

    code, output, _ = scrub("--dry-run", path)
    assert code == 1
    assert f"{path}: its layout would be rewritten, without its comments\n" in output
    assert path.read_text() == text
    code, output, _ = scrub(path)
    assert code == 0
    assert f"{path}: its layout was rewritten, without its comments\n" in output
    document = yaml.safe_load(path.read_text())
    assert path.read_text() == own(document)
    assert json.loads(document["interactions"][0]["response"]["body"]["string"])["id"]


def test_json_in_a_layout_that_nobody_knows_stays_json(tmp_path, scrub):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(cassette(leaking())).replace('"version": 1', '"version"  :  1'))

    code, output, _ = scrub(path)

    assert code == 0
    assert "its layout was rewritten" in output
    assert path.read_text() == json.dumps(json.loads(path.read_text()), indent=2) + "\n"


def test_a_secret_in_a_comment_alone_is_masked_in_its_place(tmp_path, scrub):
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
    stand_in = after.partition("***, ")[2].partition("\n")[0]
    assert stand_in.endswith("@example.com")
    assert after == before.replace(KEY, "sk_test_***").replace(ADDRESS, stand_in)


# --- what is not mended ---------------------------------------------------------------------


def test_malformed_files_stay_as_they_are_and_the_others_are_mended(tmp_path, scrub):
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
    assert output.endswith("4 files: 1 mended, 0 clean, 3 left alone\n")
    told = error.splitlines()
    assert told[0].startswith(f"stripe-contract: {neither}: neither a cassette")
    assert told[1].startswith(f"stripe-contract: {broken}:3: not YAML: ")
    assert told[2].endswith("cannot be read: No such file or directory")


def test_a_path_that_leads_nowhere_is_a_wrong_call(tmp_path, capsys):
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
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize("kind", ["document", "comment"])
def test_what_still_leaks_is_not_written(kind, tmp_path, scrub, monkeypatch):
    path = tmp_path / "a.yaml"
    path.write_text(vcr_text(cassette(leaking())) if kind == "document" else f"# {KEY}\n[]")
    if kind == "comment":
        path.write_text(f"# {KEY}\n{vcr_text(cassette())}")
        monkeypatch.setattr(scrubs, "applied", lambda text, _: text)
    else:
        leak = Leak("$.note", "API key")
        monkeypatch.setattr(scrubs, "leaks", lambda _: [leak])
    before = path.read_bytes()

    code, output, error = scrub(path)

    assert code == 2
    where = "API key at $.note" if kind == "document" else "API key in a comment"
    assert error == (f"stripe-contract: {path}: left as it is: this cannot be taken out: {where}\n")
    assert output == "1 file: 0 mended, 0 clean, 1 left alone\n"
    assert path.read_bytes() == before


def test_what_would_not_read_the_same_is_not_written(tmp_path, scrub, monkeypatch):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    before = path.read_bytes()
    monkeypatch.setattr(yaml, "dump", lambda *_args, **_how: "interactions: []")

    code, _, error = scrub(path)

    assert code == 2
    assert "it would not read the same once written anew" in error
    assert path.read_bytes() == before


def test_what_cannot_be_looked_into_is_left_alone(tmp_path, scrub, monkeypatch):
    def unscannable(*_):
        raise Unscannable("it holds more than can be told")

    monkeypatch.setattr(Scrubber, "document", unscannable)
    path = save(tmp_path / "a.yaml")

    code, _, error = scrub(path)

    assert code == 2
    assert error.startswith(f"stripe-contract: {path}: left as it is: ")


# --- options and streams --------------------------------------------------------------------


def test_a_dry_run_writes_nothing_and_fails_if_it_would(tmp_path, scrub):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    clean = save(tmp_path / "b.yaml")
    before = path.read_bytes()

    code, output, _ = scrub("--dry-run", path)

    assert code == 1
    assert output.endswith("1 file: 1 to mend, 0 clean\n")
    assert path.read_bytes() == before
    assert scrub("--dry-run", clean) == (0, "1 file: 0 to mend, 1 clean\n", "")


def test_json_has_all_changes(tmp_path, scrub):
    path = save(tmp_path / "a.yaml", leaking())
    broken = tmp_path / "b.yaml"
    broken.write_text("interactions: 5")

    code, output, _ = scrub("--format", "json", tmp_path)

    value = json.loads(output)
    [mended] = value["mended"]
    assert code == 2
    assert (mended["file"], mended["keeps_layout"]) == (path, True)
    assert {each["kind"] for each in mended["changes"]} == {"authorization", "e-mail", "name"}
    assert value["errors"] == [f"{broken}:1: not a cassette: it has no list of interactions"]
    assert (value["clean"], value["skipped"], value["left"]) == (0, 0, 0)


def piped(*arguments, given):
    return subprocess.run(
        [*COMMAND, "scrub", *arguments],
        input=given.encode(),
        capture_output=True,
        check=False,
    )


def test_standard_input_goes_to_standard_output(tmp_path):
    text = vcr_text(cassette(recording(sent={"Authorization": [f"Bearer {KEY}"]})))

    done = piped("-", given=text)

    assert done.returncode == 0
    assert done.stdout.decode() == text.replace(KEY, "sk_test_***")
    assert done.stderr.decode().splitlines() == [
        "-:8: $.interactions[0].request.headers.Authorization: authorization",
        "1 file: 1 mended, 0 clean",
    ]


def test_standard_input_that_is_clean_comes_out_as_it_is():
    text = "# a comment\n" + vcr_text(cassette())

    done = piped("--format", "json", "-", given=text)

    assert done.stdout.decode() == text
    assert json.loads(done.stderr)["clean"] == 1


def test_a_dry_run_of_standard_input_gives_no_document():
    done = piped("--dry-run", "-", given=vcr_text(cassette(leaking())))

    assert done.returncode == 1
    assert done.stdout.endswith(b"1 file: 1 to mend, 0 clean\n")
    assert done.stderr == b""


def test_nothing_comes_of_standard_input_that_is_malformed():
    done = piped("-", given=f"interactions: [ {KEY}")

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"stripe-contract: -:2: not YAML: " in done.stderr
    assert KEY.encode() not in done.stderr


def test_a_missing_standard_input_is_an_error(monkeypatch, scrub):
    monkeypatch.setattr("sys.stdin", None)

    code, _, error = scrub("-")

    assert code == 2
    assert error.endswith("stripe-contract: there is no standard input to read\n")


# --- long work ------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path):
    for number in range(40):
        save(tmp_path / f"{number:02}.yaml", leaking())
    return tmp_path


def test_progress_is_shown_on_a_terminal(many):
    code, output, shown = on_a_terminal("scrub", str(many))

    assert code == 0
    assert "scrub:" in shown
    assert "/40" in shown
    assert output.endswith("40 files: 40 mended, 0 clean\n")


def test_no_progress_is_shown_in_a_pipe(many):
    done = subprocess.run([*COMMAND, "scrub", str(many)], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_ctrl_c_tells_what_was_done_and_how_much_is_left(tmp_path):
    first = Path(save(tmp_path / "a.yaml", leaking()))
    os.mkfifo(tmp_path / "b.yaml")
    last = Path(save(tmp_path / "c.yaml", leaking()))
    paths = [str(first), str(tmp_path / "b.yaml"), str(last)]

    code, output, error = interrupted(tmp_path / "b.yaml", "scrub", *paths)

    assert (code, error) == (130, "")
    assert output.endswith(
        "1 file: 1 mended, 0 clean\ninterrupted: 2 files left that nobody looked at\n"
    )
    assert KEY not in first.read_text()
    assert KEY in last.read_text()


def test_ctrl_c_in_the_middle_of_a_write_leaves_the_old_file(tmp_path, capsys, monkeypatch):
    path = Path(save(tmp_path / "a.yaml", leaking()))
    before = path.read_bytes()

    def fsync(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fsync)

    assert cli.main(["scrub", str(path)]) == 130
    assert "1 file left that nobody looked at" in capsys.readouterr().out
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [before]


# --- whatever is in a file ------------------------------------------------------------------

SOURCES = (
    vcr_text(cassette(leaking(), recording(string=b"\x1f\x8b\xff"), recorded_at="2025-01-01")),
    own(cassette(leaking())),
    json.dumps(cassette(leaking()), indent=2),
    json.dumps(faultless() | PERSON),
)
BITS = [
    "",
    "\n",
    "- ",
    ": ",
    "{",
    "]",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "!!binary ",
    "~",
    "\x00",
    f" {KEY} ",
]


@settings(deadline=None, max_examples=60)
@given(
    source=st.sampled_from(SOURCES),
    suffix=st.sampled_from([".yaml", ".json"]),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(BITS)), max_size=4
    ),
)
def test_whatever_a_file_holds_it_is_scrubbed_or_left_and_no_secret_is_shown(source, suffix, edits):
    for where, length, new in edits:
        start = int(where * len(source))
        source = source[:start] + new + source[start + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"file{suffix}")
        path.write_text(source)

        code, output = _told("scrub", path)
        again = path.read_bytes()
        if code == 2:
            assert again == source.encode()
        else:
            assert code == 0
            assert _told("scrub", path) == (0, "1 file: 0 mended, 1 clean\n")
            assert path.read_bytes() == again
            assert _told("check", "--select", "secret,unreadable", path)[0] == 0
        output += _told("check", "-v", path)[1]
    assert not re.search(rf"(?<![A-Za-z0-9]){KEY}", output)  # a key is no part of a word


def _told(*arguments):
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = cli.main([*map(str, arguments)])
    return code, told.getvalue()
