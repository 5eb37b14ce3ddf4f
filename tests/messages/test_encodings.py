"""The encoding of a stored body is detected by the body itself."""

from __future__ import annotations

import gzip
import zlib

import pytest

from pytest_stripe_contract.messages import encodings

TEXT = b'{"object": "invoice"}' * 10_000
RAW_DEFLATE = zlib.compress(TEXT)[2:-4]


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0), True),
        ("gzip", gzip.compress(TEXT, mtime=0)[:20], False),
        ("gzip", TEXT, False),
        ("deflate", zlib.compress(TEXT), True),
        ("deflate", RAW_DEFLATE, True),
        ("zstd", b"\x28\xb5\x2f\xfd", True),
        ("zstd", TEXT, False),
        ("br", b"\xff", True),
        ("br", TEXT, False),
        ("unknown", TEXT, True),
    ],
)
def test_a_body_is_encoded_or_not(encoding, body, expected):
    assert encodings.is_encoded(encoding, body) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"2\r\n{}\r\n0\r\n\r\n", b"{}"),
        (b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
        (b"2\r\n{}\r\n", b"2\r\n{}\r\n"),
        (b"{}", b"{}"),
    ],
)
def test_a_chunked_body_is_joined_and_any_other_stays(body, expected):
    assert encodings.dechunk(body) == expected


def test_a_missing_decoder_is_named(monkeypatch):
    monkeypatch.setattr(encodings, "find_spec", lambda _name: None)

    assert encodings.missing_decoder("br") == "brotli"
    assert encodings.missing_decoder("gzip") is None
