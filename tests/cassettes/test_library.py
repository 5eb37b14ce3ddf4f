"""Cassettes are found by name and read; a broken file is an error that names the line."""

from __future__ import annotations

import base64
import errno
import gzip
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import vcr
import yaml
from helpers import senders
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_stripe_contract.cassettes import Library, list_shipped, parse_cassette
from pytest_stripe_contract.cassettes import yaml as yamlfile
from pytest_stripe_contract.cassettes.yaml import compose
from pytest_stripe_contract.errors import CassetteError, InvalidOption, UnknownName
from pytest_stripe_contract.stripe_api import resources as shipped

REQUEST = "request: {method: GET, uri: 'https://api.stripe.com/v1/x', body: null, headers: {}}"
RESPONSE = "response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{}'}}"


def read(text: str | bytes):
    return parse_cassette(
        "mine", Path("mine.yaml"), text if isinstance(text, bytes) else text.encode()
    )


def test_the_documented_answer_is_shipped():
    cassette = Library(Path("nowhere")).find("mark_uncollectible")

    assert cassette.is_shipped
    assert cassette.api_version == "2023-10-16"
    assert cassette.metadata == {
        "api_version": "2023-10-16",
        "provenance": "documented",
        "source": "https://docs.stripe.com/api/invoices/mark_uncollectible",
    }
    [interaction] = cassette.interactions
    assert interaction.request.body == b""
    assert interaction.response.headers["Stripe-Version"] == "2023-10-16"
    assert interaction.response.headers["Original-Request"].startswith("req_")
    assert len(interaction.response.headers["Request-Id"]) == len("req_") + 14
    assert interaction.response.headers["Content-Length"] == str(len(interaction.response.body))


def test_the_documented_answer_has_its_keys_in_the_order_of_the_page():
    [interaction] = Library(Path("nowhere")).find("mark_uncollectible").interactions

    keys = list(interaction.response.json())

    assert keys[:2] == ["id", "object"]
    assert keys[2:-2] == sorted(keys[2:-2])
    assert keys[-2:] == ["closed", "forgiven"]


@pytest.mark.parametrize("name", list_shipped())
def test_plain_vcr_plays_the_shipped_cassettes(name):
    path = shipped.CASSETTES / f"{name}.yaml"
    recorded = yaml.safe_load(path.read_text())["interactions"]

    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        for each in recorded:
            request = each["request"]
            answer = requests.request(
                request["method"], request["uri"], auth=(senders.KEY, ""), timeout=5
            )
            assert answer.status_code == each["response"]["status"]["code"]
            assert answer.text == each["response"]["body"]["string"]

    assert cassette.all_played


@pytest.mark.parametrize(
    ("body", "content"),
    [("null", b""), ("abc", b"abc"), ("é", "é".encode()), ("!!binary /wA=", b"\xff\x00")],
)
def test_a_body_is_text_bytes_or_nothing(body, content):
    response = RESPONSE.replace("'{}'", body)

    [interaction] = read(f"interactions: [{{{REQUEST}, {response}}}]").interactions

    assert interaction.response.body == content


def test_a_header_may_have_one_value_or_several():
    response = RESPONSE.replace("headers: {}", "headers: {A: x, B: [y, z], C: 1}")

    [interaction] = read(f"interactions: [{{{REQUEST}, {response}}}]").interactions

    assert interaction.response.headers.multi_items() == [
        ("a", "x"),
        ("b", "y"),
        ("b", "z"),
        ("c", "1"),
    ]


def test_a_compressed_body_is_kept_and_read_as_json():
    compressed = gzip.compress(b'{"a": 1}', mtime=0)
    body = f"!!binary {base64.b64encode(compressed).decode()}"
    response = RESPONSE.replace("'{}'", body).replace(
        "headers: {}", "headers: {Content-Encoding: gzip}"
    )

    [interaction] = read(f"interactions: [{{{REQUEST}, {response}}}]").interactions

    assert interaction.response.json() == {"a": 1}
    assert interaction.response.body.startswith(b"\x1f\x8b")


def test_the_api_version_is_that_of_the_first_answer_if_metadata_has_none():
    versioned = RESPONSE.replace("headers: {}", "headers: {Stripe-Version: [2024-06-20]}")

    assert read(f"interactions: [{{{REQUEST}, {versioned}}}]").api_version == "2024-06-20"
    assert read(f"interactions: [{{{REQUEST}, {RESPONSE}}}]").api_version is None
    assert read("interactions: []").api_version is None
    assert read("{metadata: {api_version: 2023-10-16}, interactions: []}").api_version is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\x00", "mine.yaml: not YAML: "),
        (b"\xff\xfe\xff", "mine.yaml: not YAML: "),
        ("interactions: [\n", "mine.yaml:2: not YAML: did not find expected node content"),
        ("a: !ruby/object:Kernel {}", "mine.yaml:1: not YAML: could not determine a "),
        ("- 1\n", "mine.yaml:1: not a cassette: the file must be a mapping, not list"),
        ("", "mine.yaml: not a cassette: the file must be a mapping, not NoneType"),
        ("a: 1\n", "mine.yaml:1: not a cassette: it has no list of interactions"),
        ("\ninteractions: 3", "mine.yaml:2: not a cassette: it has no list of interactions"),
        (
            "interactions:\n- 1\n- 2\n",
            "mine.yaml:2: not a cassette: an interaction must be a mapping, not int",
        ),
        (
            f"interactions:\n- {REQUEST}\n  {RESPONSE}\n- {REQUEST}\n",
            "mine.yaml:4: not a cassette: an interaction has no response",
        ),
        (
            f"interactions:\n- request:\n    method: 1\n  {RESPONSE}\n",
            "mine.yaml:3: not a cassette: a request needs a method and a uri",
        ),
        (
            f"interactions:\n- request:\n    method: GET\n    uri: 'http://a:b/'\n  {RESPONSE}\n",
            "mine.yaml:4: not a cassette: a request's uri: Port could not be cast to integer",
        ),
        (
            f"interactions:\n- {REQUEST}\n  response: {{status: {{code: 99}}}}\n",
            "mine.yaml:3: not a cassette: a response's status needs a code from 200 to 599",
        ),
        (
            f"interactions:\n- {REQUEST}\n  {RESPONSE}\nmetadata: 3\n",
            "mine.yaml:4: not a cassette: metadata must be a mapping, not int",
        ),
        (
            f"interactions:\n- {REQUEST}\n  response: {{status: {{code: 200}}, body: [1]}}\n",
            "mine.yaml:3: not a cassette: a body must be text or bytes, not list",
        ),
        (
            f"interactions:\n- {REQUEST}\n  response: {{status: {{code: 200}}, headers: {{é: 1}}}}",
            "mine.yaml:3: not a cassette: HTTP cannot carry the header 'é'",
        ),
    ],
)
def test_a_file_that_is_no_cassette_is_an_error_with_file_and_line(text, message):
    with pytest.raises(CassetteError) as caught:
        read(text)

    assert str(caught.value).startswith(message)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(3_000)),
        "[" * 1_000 + "]" * 1_000,
    ],
    ids=["brackets", "braces", "dashes", "lines", "closed"],
)
def test_yaml_of_hostile_depth_is_refused(text):
    with pytest.raises(CassetteError, match=r"more than 100 levels deep|maximum nesting depth"):
        read(text)


def test_aliases_that_make_a_file_too_large_or_endless_are_refused():
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))

    with pytest.raises(CassetteError, match=r"mine\.yaml: more than 1000000 values"):
        read(f"a0: &a0 x\n{levels}interactions: []")
    with pytest.raises(CassetteError, match=r"mine\.yaml: more than 100 levels deep"):
        read("a: &a [*a]\ninteractions: []")


def test_an_alias_is_read_as_the_value_it_stands_for():
    text = f"interactions: [{{{REQUEST}, {RESPONSE.replace('headers: {}', 'headers: &h {A: x}')}}}]"

    assert read(f"{text}\nmetadata: *h").metadata == {"A": "x"}


def test_a_file_is_read_alike_without_libyaml():
    """In a process that imports the package while PyYAML has no C loader."""
    code = """
import yaml
del yaml.CSafeLoader
from pathlib import Path
from pytest_stripe_contract.cassettes import Library, parse_cassette
from pytest_stripe_contract.errors import CassetteError
[interaction] = Library(Path("nowhere")).find("mark_uncollectible").interactions
assert interaction.api_version == "2023-10-16"
for text in (b"[" * 3000, b"- " * 3000):
    try:
        parse_cassette("mine", Path("mine.yaml"), text)
    except CassetteError as error:
        assert str(error) == "mine.yaml:1: more than 100 levels deep", error
    else:
        raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("body", ["[" * 1_000, "- " * 1_000, " " * 1_000 + "x"])
def test_a_body_that_only_looks_deep_is_read(body):
    response = {"status": {"code": 200}, "body": {"string": f"x\n{body}"}}
    request = {"method": "GET", "uri": "https://api.stripe.com/"}
    text = yaml.safe_dump({"interactions": [{"request": request, "response": response}]})

    [interaction] = read(text).interactions

    assert interaction.response.body.decode() == f"x\n{body}"


def test_a_text_without_an_end_that_looks_deep_is_not_yaml():
    with pytest.raises(CassetteError, match="not YAML: "):
        read("a: 'x" + "[" * 1_000)


def test_an_own_cassette_goes_before_a_shipped_one(tmp_path):
    mine = tmp_path / "mark_uncollectible.yaml"
    mine.write_text(f"interactions: [{{{REQUEST}, {RESPONSE}}}]")

    cassette = Library(tmp_path).find("mark_uncollectible")

    assert cassette.path == mine.resolve()
    assert not cassette.is_shipped


def test_a_file_that_changed_is_read_again(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("interactions: []")
    before = Library(tmp_path).find("mine")
    mine.write_text(f"interactions: [{{{REQUEST}, {RESPONSE}}}]")

    assert len(Library(tmp_path).find("mine").interactions) == len(before.interactions) + 1


def test_a_path_is_relative_to_the_bases(tmp_path):
    mine = tmp_path / "folder" / "mine.yml"
    mine.parent.mkdir()
    mine.write_text("interactions: []")
    library = Library(tmp_path / "cassettes", (tmp_path / "tests", tmp_path))

    assert library.find("folder/mine.yml").path == mine.resolve()
    assert library.find(str(mine)).path == mine.resolve()


def test_a_json_file_is_found_by_its_path(tmp_path):
    mine = tmp_path / "mine.json"
    mine.write_text('{"interactions": []}')

    assert Library(tmp_path / "cassettes", (tmp_path,)).find("mine.json").path == mine.resolve()


def test_a_long_path_of_short_parts_is_found(tmp_path):
    mine = tmp_path.joinpath(*["x" * 100] * 4, "mine.yaml")
    mine.parent.mkdir(parents=True)
    mine.write_text("interactions: []")

    assert Library(tmp_path, (tmp_path,)).find(str(mine)).path == mine.resolve()


def test_an_unknown_path_lists_the_folders_that_were_searched(tmp_path):
    library = Library(tmp_path / "cassettes", (tmp_path / "tests", tmp_path))

    with pytest.raises(UnknownName) as caught:
        library.find("mine.yaml")

    looked = (
        f"; pytest --stripe-record=once records it (searched: {tmp_path / 'tests'}, {tmp_path})"
    )
    assert looked in str(caught.value)


def test_a_path_object_is_found_and_a_name_that_no_file_can_have_is_unknown(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("interactions: []")

    assert Library(tmp_path, (tmp_path,)).find(mine).path == mine.resolve()
    for name in ("x" * 5000, "x" * 5000 + ".yaml", "a\0b", "cassettes"):
        with pytest.raises(UnknownName):
            Library(tmp_path, (tmp_path,)).find(name)
    with pytest.raises(InvalidOption, match="names of cassettes, or paths, each a text"):
        Library(tmp_path).find(3)


def test_a_folder_with_the_name_of_a_cassette_is_unknown(tmp_path):
    (tmp_path / "mine.yaml").mkdir()

    with pytest.raises(UnknownName):
        Library(tmp_path, (tmp_path,)).find("mine.yaml")


def test_a_file_without_permission_is_an_error_with_the_reason(tmp_path, monkeypatch):
    def deny(_path):
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "mine.yaml").touch()
    monkeypatch.setattr(Path, "read_bytes", deny)

    with pytest.raises(CassetteError, match=r"mine\.yaml: cannot be read: Permission denied"):
        Library(tmp_path).find("mine")


def test_an_unknown_name_lists_the_known_ones_nearest_first(tmp_path):
    (tmp_path / "invoices").mkdir()
    (tmp_path / "invoices" / "mine.yaml").touch()

    with pytest.raises(UnknownName) as caught:
        Library(tmp_path).find("invoices/mime")

    assert str(caught.value).startswith(
        "unknown cassette 'invoices/mime'; pytest --stripe-record=once records it "
    )
    assert "; nearest: invoices/mine, " in str(caught.value)
    assert "mark_uncollectible" in caught.value.known
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
LINES = st.lists(st.text(st.sampled_from(" \t\r\n\x85\u2028:#-'\"{}ab\\é😀"))).map("\n".join)


@given(document=PLAIN | st.dictionaries(st.text(), LINES))
@example(document={"a": "=", "b": "2023-10-16", "c": "1_000", "d": "on", "e": "12:30:45"})
def test_a_written_document_is_ascii_and_reads_the_same(document):
    written = yamlfile.dump(document)

    assert yamlfile.load(written) == document
    assert written.isascii()


def test_a_written_document_has_readable_texts_and_no_aliases():
    shared = ["x"]
    body = json.dumps({"b": "é", "a": [1]}, indent=2)

    written = yamlfile.dump({"b": shared, "a": shared, "body": {"string": body}, "raw": b"\xff"})

    assert (
        written.decode()
        == """\
b:
- x
a:
- x
body:
  string: |-
    {
      "b": "\\u00e9",
      "a": [
        1
      ]
    }
raw: !!binary |
  /w==
"""
    )


def test_the_nodes_of_a_source_are_none_if_it_is_no_yaml():
    [[key, _]] = compose(b"a: b").value

    assert key.value == "a"
    for source in (b"", b"a: [", b"[" * 200):
        assert compose(source) is None
