"""Cassettes in the formats of VCR.py's releases and of other recorders are read and played."""

from __future__ import annotations

import base64
import gzip
import http.server
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
import vcr
import yaml
from helpers import senders
from helpers.answers import faultless
from helpers.senders import SENDERS
from hypothesis import given, settings
from hypothesis import strategies as st
from vcr import migration

from pytest_stripe_contract.cassettes import parse_cassette
from pytest_stripe_contract.cassettes import yaml as yamlfile
from pytest_stripe_contract.errors import CassetteError

ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"
VERSION = "2023-10-16"
INVOICE = faultless() | {"description": "Jenny Rosen, naïve 😀"}
PAYLOAD = json.dumps(INVOICE, indent=2, ensure_ascii=False).encode()


def post(client: str, base: str = senders.BASE) -> object:
    """What a client gets; the SDK makes decimals of some texts."""
    return json.loads(json.dumps(SENDERS[client](ID, base), default=str))


in_its_version = pytest.mark.stripe_api_versions(VERSION)  # the SDK sends its own


# Recorded here and now, by the VCR.py that is installed.


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    compress = staticmethod(bytes)
    coding = ""
    requests = 0


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        self.server.requests += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        accepted = self.headers.get("Accept-Encoding", "")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Stripe-Version", VERSION)
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Set-Cookie", "c=d")
        body = PAYLOAD
        if self.server.coding and self.server.coding in accepted:
            self.send_header("Content-Encoding", self.server.coding)
            body = self.server.compress(PAYLOAD)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (body[:100], body[100:], b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def base(server: _Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


SERIALIZERS = {"yaml": "mine.yaml", "json": "mine.json", "json-by-another-name": "mine.yml"}
CODINGS = {
    "plain": ("", bytes),
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
}


RECORDED = [  # client, coding, serializer, whether VCR.py decodes the body
    ("sdk", "gzip", "yaml", False),
    ("requests", "deflate", "json", True),
    ("urllib3", "gzip", "yaml", True),
    ("curl", "plain", "json-by-another-name", False),
    ("httpx", "gzip", "yaml", False),
    ("httpx-async", "gzip", "json", True),
    ("sdk-httpx-async", "deflate", "yaml", False),
    ("aiohttp", "gzip", "yaml", False),
    ("aiohttp", "plain", "json", True),
]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda parts: "-".join(map(str, parts)))
@in_its_version
def test_a_cassette_that_vcr_recorded_plays_to_the_same_client_and_to_another(
    server, tmp_path, stripe_replay, recorded
):
    client, coding, serializer, decoded = recorded
    server.coding, server.compress = CODINGS[coding]
    path = tmp_path / SERIALIZERS[serializer]
    recorder = vcr.VCR(
        serializer=serializer.partition("-")[0],
        decode_compressed_response=decoded,
        record_mode="all",
    )
    with recorder.use_cassette(str(path)):
        assert post(client, base(server)) == INVOICE
    assert server.requests == 1

    with stripe_replay(str(path), times=2) as replay:
        assert post(client, base(server)) == INVOICE
        assert senders.by_httpx(ID, base(server)) == INVOICE

    assert server.requests == 1
    for call in replay.calls:
        assert call.response.json() == INVOICE
        assert call.request.method == "POST"


RECORDERS = {
    "pytest-recording": (
        ("-p", "pytest_recording.plugin", "--record-mode=once"),
        "cassettes/test_it/test_debt.yaml",
    ),
    "pytest-vcr": (("-p", "pytest_vcr", "--vcr-record=once"), "cassettes/test_debt.yaml"),
}


@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_cassette_of_another_plugin_is_played_from_its_place(
    pytester, monkeypatch, server, recorder
):
    options, file = RECORDERS[recorder]
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_stripe_contract.plugin")
    test = f"""
    import httpx
    import pytest

    @pytest.mark.MARKER
    def test_debt():
        answer = httpx.post(
            "{senders.url(ID, base(server))}", headers={{"Authorization": "Bearer sk_test_x"}}
        )
        assert answer.json()["status"] == "uncollectible"
    """
    pytester.makepyfile(test_it=test.replace("MARKER", "vcr"))
    pytester.runpytest(*options).assert_outcomes(passed=1)
    assert (pytester.path / file).is_file()

    pytester.makepyfile(test_it=test.replace("MARKER", f"stripe_replay({file!r})"))
    result = pytester.runpytest()

    result.assert_outcomes(passed=1)
    assert server.requests == 1


# Written by hand, as former releases and other recorders did.

URI = senders.url(ID)
TEXT = json.dumps(PAYLOAD.decode(), ensure_ascii=False)
"""In quotes, as YAML takes them too."""


def binary(body: bytes) -> str:
    return f"!!binary {base64.b64encode(body).decode()}"


REQUEST = f"""
    body: ''
    headers:
      Authorization: [Basic c2tfdGVzdF94Og==]
    method: POST
    uri: {URI}"""
HEADERS = f"""
      Content-Type: [application/json]
      Stripe-Version: ['{VERSION}']"""
STATUS = """
    status: {code: 200, message: OK}"""


def cassette(response: str, headers: str = "", request: str = REQUEST) -> str:
    return (
        f"interactions:\n- request:{request}\n  response:\n"
        f"    headers:{HEADERS}{headers}{response}\nversion: 1\n"
    )


def response(body: str, headers: str = "") -> str:
    return cassette(f"{STATUS}\n    body: {body}", headers)


def as_json(**document: object) -> str:
    return json.dumps(document)


RUBY = {
    "request": {
        "method": "post",
        "uri": URI,
        "body": {"encoding": "US-ASCII", "string": ""},
        "headers": {},
    },
    "response": {
        "status": {"code": 200, "message": "OK"},
        "headers": {
            "Content-Type": ["application/json"],
            "Content-Encoding": ["gzip"],
            "Stripe-Version": [VERSION],
        },
        "body": {
            "encoding": "ASCII-8BIT",
            "base64_string": base64.b64encode(gzip.compress(PAYLOAD, mtime=0)).decode(),
        },
    },
    "recorded_at": "Mon, 02 Mar 2026 10:00:00 GMT",
}
ZIPPED = "\n      Content-Encoding: [gzip]\n      Content-Length: ['7']"
DEFLATED = "\n      Content-Encoding: [deflate]"
PYTHON_2 = f"""
    body: !!python/unicode ''
    headers:
      !!python/unicode 'Accept': [!!python/unicode '*/*', !!python/str 'é']
      User-Agent: [!!binary UHl0aG9u]
    method: !!python/unicode 'POST'
    uri: !!python/unicode '{URI}'"""
AIOHTTP_1 = f"""interactions:
- request:
    body: null
    headers:
      ? !!python/object/apply:multidict._multidict.istr [Authorization]
      : Bearer sk_test_x
      ? !!python/object/new:multidict._istr.istr [Accept]
      : '*/*'
    method: post
    uri: {URI}
  response:
    body: {{string: {TEXT}}}
    headers: {{CONTENT-TYPE: application/json, CONTENT-ENCODING: gzip, STRIPE-VERSION: '{VERSION}',
      TRANSFER-ENCODING: chunked, CONNECTION: keep-alive}}
    status: {{code: 200, message: OK}}
    url: !!python/object/new:yarl.URL
      state: !!python/tuple
      - !!python/object/new:urllib.parse.SplitResult [https, api.stripe.com, /v1, '', '']
version: 1
"""
TORNADO = f"""interactions:
- request: {{method: POST, uri: '{URI}', body: null, headers: {{}}}}
  response:
    body: {{string: {TEXT}}}
    headers:
    - !!python/tuple [Stripe-Version, ['{VERSION}']]
    - !!python/tuple [Content-Type, [application/json]]
    - !!python/tuple [X-Request, one]
    status: {{code: 200, message: OK}}
    url: {URI}
version: 1
"""

FILES = {
    "text": response(f"{{string: {TEXT}}}"),
    "bare text": response(TEXT),
    "bytes": response(f"{{string: {binary(PAYLOAD)}}}"),
    "base64": response(f"{{base64_string: {base64.b64encode(PAYLOAD).decode()}}}"),
    "gzip": response(f"{{string: {binary(gzip.compress(PAYLOAD, mtime=0))}}}", ZIPPED),
    "zlib": response(f"{{string: {binary(zlib.compress(PAYLOAD))}}}", DEFLATED),
    "raw deflate": response(f"{{string: {binary(zlib.compress(PAYLOAD, wbits=-15))}}}", DEFLATED),
    "decoded beside gzip": response(f"{{string: {TEXT}}}", ZIPPED),
    "decoded beside deflate": response(f"{{string: {TEXT}}}", DEFLATED),
    "decoded beside br": response(f"{{string: {TEXT}}}", "\n      Content-Encoding: [br]"),
    "decoded beside zstd": response(f"{{string: {TEXT}}}", "\n      content-encoding: [zstd]"),
    "identity": response(f"{{string: {TEXT}}}", "\n      Content-Encoding: [identity]"),
    "chunked": response(f"{{string: {TEXT}}}", "\n      Transfer-Encoding: [chunked]"),
    "too short a length": response(f"{{string: {TEXT}}}", "\n      Content-Length: ['2']"),
    "closed": response(f"{{string: {TEXT}}}", "\n      Connection: [close]"),
    "folded": response(f"{{string: {TEXT}}}", '\n      Vary: ["a,\\r\\n  b "]'),
    "httpx 0.23 by VCR.py 4": cassette(
        f"\n    content: {TEXT}\n    http_version: HTTP/1.1\n    status_code: 200", ZIPPED
    ),
    "httpx, bytes": cassette(f"\n    content: {binary(PAYLOAD)}\n    status_code: 200"),
    "Python 2": cassette(
        f"{STATUS}\n    body: {{string: !!python/unicode {TEXT}}}", request=PYTHON_2
    ),
    "aiohttp by VCR.py 1": AIOHTTP_1,
    "tornado": TORNADO,
    "VCR for Ruby": as_json(http_interactions=[RUBY], recorded_with="VCR 6.2.0"),
    "dates without quotes": response(f"{{string: {TEXT}}}").replace(f"'{VERSION}'", VERSION),
}  # fmt: skip


@pytest.mark.parametrize("format_", FILES)
@in_its_version
def test_the_same_answer_is_played_from_every_format(tmp_path, stripe_replay, format_):
    path = tmp_path / "mine.yaml"
    path.write_text(FILES[format_])

    with stripe_replay(str(path)) as replay:
        assert senders.by_httpx(ID) == INVOICE

    [call] = replay.calls
    assert call.response.json() == INVOICE


def test_a_decoded_body_is_sent_with_its_own_length_and_no_coding(tmp_path, stripe_replay):
    path = tmp_path / "mine.yaml"
    path.write_text(FILES["decoded beside gzip"])

    with stripe_replay(str(path), api_version=VERSION):
        answer = httpx.post(URI, headers=senders.BEARER)

    assert answer.headers["Content-Length"] == str(len(PAYLOAD))
    assert "Content-Encoding" not in answer.headers
    assert "Transfer-Encoding" not in answer.headers


def read(text: str, name: str = "mine.yaml"):
    return parse_cassette("mine", Path(name), text.encode())


def read_response(body: str, headers: str = ""):
    [interaction] = read(response(body, headers)).interactions
    return interaction.response


def read_request(body: str, headers: str = "{}"):
    request = f" {{method: POST, uri: '{URI}', headers: {headers}, body: {body}}}"
    [interaction] = read(cassette(STATUS, request=request)).interactions
    return interaction.request


FORM = "expand[0]=customer&metadata[a]="


@pytest.mark.parametrize(
    "body",
    [
        f"'{FORM}'",
        f"!!python/unicode '{FORM}'",
        binary(FORM.encode()),
        f"{{string: '{FORM}'}}",
        "{'expand[0]': customer, 'metadata[a]': ''}",
        "[!!python/tuple ['expand[0]', customer], !!python/tuple ['metadata[a]', !!binary '']]",
        "['expand[0]=customer', '&metadata[a]=']",
        f"!!python/object/new:_io.BytesIO {{state: !!python/tuple ['{FORM}', 0, null]}}",
        f"!!python/object/new:_io.BytesIO {{state: [{binary(FORM.encode())}, 0]}}",
        f"!!python/object/new:_io.StringIO {{state: ['{FORM}', '', 0]}}",
        f"!!python/object:StringIO.StringIO {{buf: '{FORM}', buflist: [], pos: 0}}",
        f"!!python/object/apply:builtins.iter {{args: [['{FORM}', !!binary '']], state: 0}}",
        f"!!python/object/apply:builtins.bytearray ['{FORM}', latin-1]",
    ],
)
def test_a_form_is_read_in_each_type_that_a_client_takes(body):
    assert read_request(body).params == {"expand": ["customer"], "metadata": {"a": ""}}


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("3\\r\\na=b\\r\\n009\\r\\n&c=0\\r\\n\\r\\n1\\r\\n0\\r\\n\\r\\n", "a=b&c=0\r\n\r\n1"),
        ("0\\r\\n\\r\\n", ""),
        ("a=b&c=", "a=b&c="),
        ("3\\r\\na=b", "3\r\na=b"),
        ("3\\r\\na=b\\r\\n0\\r\\nX: y\\r\\n\\r\\n", "3\r\na=b\r\n0\r\nX: y\r\n\r\n"),
    ],
)
def test_a_streamed_body_is_read_without_the_frames_of_its_chunks(body, sent):
    streamed = read_request(f'"{body}"', "{Transfer-Encoding: [chunked]}")
    whole = read_request(f'"{body}"')

    assert streamed.body == sent.encode()
    assert whole.body == body.encode().decode("unicode_escape").encode()


@pytest.mark.parametrize("body", ["null", "''", "{}", "[]", "!!binary ''", "{string: ''}"])
def test_an_empty_body_is_read_from_each_notation(body):
    assert read_request(body).body == b""


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        ("headers: {}, body: {a: {b: [1, null]}}", {"a": {"b": [1, None]}}),
        ("headers: {}, body: [{a: 1}]", [{"a": 1}]),
        ("headers: {content-type: [application/json; charset=utf-8]}, body: {a: b}", {"a": "b"}),
    ],
)
@pytest.mark.parametrize("send", [httpx.post, senders.requests.post], ids=["httpx", "requests"])
def test_data_that_a_client_sends_as_json_matches(tmp_path, stripe_replay, recorded, sent, send):
    uri = "https://other.example/v2/x"
    path = tmp_path / "mine.yaml"
    path.write_text(cassette(STATUS, request=f" {{method: POST, uri: '{uri}', {recorded}}}"))

    with stripe_replay(str(path)):
        assert send(uri, json=sent, timeout=5).status_code == 200


def test_header_values_that_yaml_takes_for_other_types_are_read_as_text():
    headers = read_response(
        "{}",
        """
      Stripe-Should-Retry: false
      X-Count: 3
      X-Nothing:
      X-Date: 2026-01-02
      X-Bytes: [!!binary w6k=]
      X-Latin: é
      X-Wide: [日]""",
    ).headers.raw

    assert dict(headers) == {
        b"Content-Type": b"application/json",
        b"Stripe-Version": VERSION.encode(),
        b"Stripe-Should-Retry": b"false",
        b"X-Count": b"3",
        b"X-Nothing": b"",
        b"X-Date": b"2026-01-02",
        b"X-Bytes": "é".encode(),
        b"X-Latin": "é".encode("latin-1"),
        b"X-Wide": "日".encode(),
    }


# Which coding a body is in.


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, BR"])
@pytest.mark.parametrize("body", [b"", PAYLOAD, b"<html>Bad Gateway</html>"], ids=len)
def test_a_content_encoding_is_dropped_if_the_body_is_stored_decoded(coding, body):
    stored = read_response(f"{{string: {binary(body)}}}", f"\n      Content-Encoding: ['{coding}']")

    assert "Content-Encoding" not in stored.headers
    assert stored.content == body


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(PAYLOAD, mtime=0)),
        ("GZIP", gzip.compress(b"", mtime=0)),
        ("x-gzip", gzip.compress(b"0" * 1_000_000, mtime=0)),
        ("deflate", zlib.compress(b"0" * 1_000_000)),
        ("deflate", zlib.compress(PAYLOAD, wbits=-15)),
        ("zstd", b"\x28\xb5\x2f\xfd\x00"),
        ("br", b"\x0b\x00\x80{}\x03"),
        ("aws-chunked", b"{}"),
        ("", b"{}"),
    ],
)
def test_a_content_encoding_stays_if_the_body_is_encoded_or_the_coding_is_unknown(coding, body):
    request = REQUEST.replace("api.stripe.com", "other.example")
    text = cassette(
        f"{STATUS}\n    body: {{string: {binary(body)}}}",
        f"\n      Content-Encoding: ['{coding}']",
        request,
    )

    [interaction] = read(text).interactions

    assert interaction.response.headers["Content-Encoding"] == coding
    assert interaction.response.body == body


@pytest.mark.parametrize(
    "body", [gzip.compress(PAYLOAD, mtime=0)[:-9], b"\x1f\x8b", b"\x1f\x8b\x08" + b"x" * 50]
)
def test_a_broken_compressed_body_is_not_taken_for_a_compressed_one(body):
    stored = read_response(f"{{string: {binary(body)}}}", "\n      Content-Encoding: [gzip]")

    assert "Content-Encoding" not in stored.headers


@pytest.mark.parametrize(
    ("coding", "body", "package"),
    [("br", b"\x0b\x00\x80{}\x03", "brotli"), ("zstd", b"\x28\xb5\x2f\xfd\x00", "zstandard")],
)
def test_an_answer_that_needs_a_missing_decoder_is_refused_with_the_package_to_install(
    monkeypatch, coding, body, package
):
    text = response(f"{{string: {binary(body)}}}", f"\n      Content-Encoding: [{coding}]")
    here = "pytest_stripe_contract.messages.encodings.find_spec"

    monkeypatch.setattr(here, lambda _name: None)
    with pytest.raises(CassetteError) as caught:
        read(text)
    assert str(caught.value) == (
        f"mine.yaml:14: cannot be read: a body compressed by {coding} needs the package {package}: "
        "install it, or record it again with decode_compressed_response=True"
    )
    monkeypatch.setattr(here, lambda name: find_spec("json") if name == package else None)
    assert read(text).interactions[0].response.body == body


# Which version an answer is of.


def test_an_answer_has_its_own_api_version_or_else_that_of_the_file():
    def answer(version):
        return {
            "request": {"method": "GET", "uri": "https://api.stripe.com/v1/x"},
            "response": {
                "status": {"code": 200},
                "headers": {"Stripe-Version": [version]} if version is not None else {},
            },
        }

    interactions = [answer("2024-06-20"), answer(None), answer("2025-03-31.basil"), answer("")]

    def versions(**more):
        document = yaml.safe_dump({"interactions": interactions, **more})
        return [each.api_version for each in read(document).interactions]

    told = versions(metadata={"api_version": "2023-10-16"})
    assert told == ["2024-06-20", "2023-10-16", "2025-03-31.basil", "2023-10-16"]
    assert versions() == ["2024-06-20", None, "2025-03-31.basil", None]


def test_an_api_version_or_a_date_without_quotes_is_text():
    cassette = read(
        "{metadata: {api_version: 2023-10-16, recorded_at: 2026-01-02T03:04:05Z},"
        f" interactions: [{{request: {{method: GET, uri: '{URI}'}},"
        " response: {status: {code: 200}}}]}"
    )

    assert cassette.metadata == {
        "api_version": "2023-10-16",
        "recorded_at": "2026-01-02T03:04:05Z",
    }
    assert cassette.api_version == "2023-10-16"
    assert cassette.interactions[0].api_version == "2023-10-16"


# What cannot be read.

OLDEST = f"""\
- request: !!python/object:vcr.request.Request
    body: null
    headers: !!python/object/apply:__builtin__.frozenset
    - - !!python/tuple [accept, '*/*']
    host: api.stripe.com
    method: POST
    path: /v1/invoices/{ID}/mark_uncollectible
    port: 443
    protocol: https
  response:
    body: {{string: !!python/unicode {TEXT}}}
    headers: [!!python/unicode "content-type: application/json\\r\\n",
      !!python/unicode "stripe-version: {VERSION}\\r\\n"]
    status: {{code: 200, message: OK}}
"""


@pytest.mark.parametrize("name", ["mine.yaml", "mine.json"])
def test_a_cassette_from_before_vcr_1_is_refused_with_a_fix(name):
    text = OLDEST if name == "mine.yaml" else '[{"request": {}, "response": {}}]'
    with pytest.raises(CassetteError) as caught:
        read(text, name)

    assert str(caught.value) == (
        f"{name}:1: cannot be read: a cassette of VCR.py before 1.0: record it again, "
        "or convert a copy with `python -m vcr.migration FILE`"
    )


def test_a_cassette_from_before_vcr_1_plays_after_its_migration(tmp_path, stripe_replay):
    path = tmp_path / "oldest.yaml"
    path.write_text(OLDEST)

    assert migration.try_migrate(str(path))

    with stripe_replay(str(path), api_version=VERSION):
        assert senders.by_httpx(ID) == INVOICE


def test_a_python_object_in_a_file_runs_no_code(tmp_path, stripe_replay):
    path, trace = tmp_path / "mine.yaml", tmp_path / "was-run"
    path.write_text(
        response(f"{{string: {TEXT}}}").replace(
            "    headers:",
            f"    url: !!python/object/apply:os.system ['touch {trace}']\n    headers:",
        )
        + f"metadata: {{a: !!python/object/new:os.mkdir ['{trace}'], b: !!python/name:os.system x}}"
    )

    with stripe_replay(str(path), api_version=VERSION):
        assert senders.by_httpx(ID) == INVOICE

    assert not trace.exists()


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            "3: cannot be read: a body that is a Python object "
            "(!!python/object:aiohttp.formdata.FormData): write the text that was sent",
            REQUEST.replace("''", "!!python/object:aiohttp.formdata.FormData {_fields: []}"),
        ),
        (
            "3: cannot be read: a body that is a Python object (!!python/name:a.b): "
            "write the text that was sent",
            REQUEST.replace("''", "!!python/name:a.b ''"),
        ),
        (
            "3: not a cassette: a body that JSON cannot hold: "
            "Object of type bytes is not JSON serializable",
            REQUEST.replace("''", "{a: [!!binary '']}"),
        ),
        ("3: not a cassette: a body must be text or bytes, not int", REQUEST.replace("''", "3")),
        (
            "3: not a cassette: a body must be text or bytes, not dict",
            REQUEST.replace("''", "{string: {a: b}}"),
        ),
        (
            "3: not a cassette: an invalid base64_string: Incorrect padding",
            REQUEST.replace("''", "{base64_string: abc}"),
        ),
        (
            "4: not a cassette: headers must be a mapping, not list",
            REQUEST.replace("\n      Authorization: [Basic c2tfdGVzdF94Og==]", " ['a: b']"),
        ),
        (
            "4: not a cassette: headers must be a mapping, not list",
            REQUEST.replace("\n      Authorization: [Basic c2tfdGVzdF94Og==]", " [[[a], b], []]"),
        ),
        (
            "5: not a cassette: a header must be text, not {'a': 'b'}",
            REQUEST.replace("[Basic c2tfdGVzdF94Og==]", "{a: b}"),
        ),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_by_name_and_line(problem, text):
    with pytest.raises(CassetteError) as caught:
        read(cassette(STATUS, request=text))

    assert str(caught.value) == f"mine.yaml:{problem}"


def broken(part: str) -> str:
    request = f'{{"method": "GET", "uri": "{URI}", {part}}}'
    return f'{{"interactions": [{{"request": {request}, "response": {{}}}}]}}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.json:1: not JSON: Expecting value"),
        ('{\n"interactions": [', "mine.json:2: not JSON: Expecting value"),
        ("interactions: []", "mine.json:1: not JSON: Expecting value"),
        ('{"a": ' + "9" * 5000 + "}", "mine.json: not JSON: Exceeds the limit"),
        ('{"interactions": 3}', "mine.json:1: not a cassette: it has no list of interactions"),
        (
            '{\n"a": "\\ud83d\\ude00", "interactions": 3}',
            "mine.json: not a cassette: it has no list of interactions",
        ),
        (
            '{"a": "\\ud83d\\ude00", "b": ' + "[" * 100_000,
            "mine.json: more than 100 levels deep",
        ),
        (
            broken('"body": "\\ud800"'),
            "mine.json: not a cassette: a body with a lone surrogate (half a character)",
        ),
        (
            broken('"body": {"base64_string": "\\ud800"}'),
            "mine.json: not a cassette: a body with a lone surrogate (half a character)",
        ),
        (
            broken('"headers": {"A": "\\ud800"}'),
            "mine.json: not a cassette: HTTP cannot carry the header '\\ud800'",
        ),
        ('{"a":\n\t' + "[" * 100_000, "mine.json: more than 100 levels deep"),
    ],
)
def test_a_json_file_that_is_no_cassette_is_refused_by_name_and_line(text, message):
    with pytest.raises(CassetteError) as caught:
        read(text, "mine.json")

    assert str(caught.value).startswith(message)


def test_a_yaml_file_that_looks_like_json_is_read_as_yaml():
    assert read("{interactions: []}").interactions == ()
    assert read("{a: !!binary 'YQ==', interactions: []}").interactions == ()


KEYS = st.sampled_from(["string", "base64_string", "code", "status_code", "content", "request"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner),
    max_leaves=8,
)


def places(document: object, *at: str | int) -> Iterator[tuple[str | int, ...]]:
    """The way to each value of a document."""
    yield at
    if isinstance(document, (dict, list)):
        pairs = document.items() if isinstance(document, dict) else enumerate(document)
        for key, value in pairs:
            yield from places(value, *at, key)


def put(document: object, at: tuple[str | int, ...], value: object) -> object:
    """The document with another value at a place."""
    if not at:
        return value
    copy = document.copy()
    copy[at[0]] = put(copy[at[0]], at[1:], value)
    return copy


@given(data=st.data())
@settings(max_examples=100)
def test_a_file_with_any_value_at_any_place_is_read_or_refused_by_name(data):
    whole = yamlfile.load(AIOHTTP_1.encode())
    changed = put(whole, data.draw(st.sampled_from([*places(whole)])), data.draw(ANYTHING))

    with suppress(CassetteError):
        parse_cassette("mine", Path("mine.yaml"), yamlfile.dump(changed))


@pytest.mark.parametrize("format_", ["gzip", "Python 2", "aiohttp by VCR.py 1", "VCR for Ruby"])
def test_a_truncated_file_is_read_or_refused_by_name(format_):
    whole = FILES[format_].replace(TEXT, '"{}"').encode()
    ends = range(0, len(whole), 5)

    read = 0
    for end in ends:
        with suppress(CassetteError):
            parse_cassette("mine", Path("mine.yaml"), whole[:end])
            read += 1
    assert read < len(ends) / 4
