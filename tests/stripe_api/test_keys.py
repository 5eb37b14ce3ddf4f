"""Keys of Stripe are found, hidden, and known by their mode."""

from __future__ import annotations

import base64

import pytest

from pytest_stripe_contract.stripe_api import keys

JWT = "eyJub3QiOiJhIn0.eyJ0b2tlbiI6MX0.bm90LWEtc2lnbmF0dXJl"


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("text", "kind", "hidden"),
    [
        ("sk_test_not_a_key", "API key", "sk_test_***"),
        ("pk_live_not_a_key", "API key", "pk_live_***"),
        ("sk_org_live_not_a_key", "API key", "sk_org_live_***"),
        ("sk_org_notakey", "API key", "sk_org_***"),
        ("sk_0NotAKeyOfTheEarlyDays123", "API key", "sk_***"),
        ("whsec_not_a_secret", "webhook secret", "whsec_***"),
        ("pi_123_secret_abc", "client_secret", "pi_123_secret_***"),
        ("cuss_secret__abc", "client_secret", "cuss_secret__***"),
        ("cs_test_a1_secret_ab%2Fc", "client_secret", "cs_test_a1_secret_***"),
        ("pi_1_secret_abc%26x=1", "client_secret", "pi_1_secret_***%26x=1"),
        ("tok_1NotATokenAtAll", "token", "tok_***"),
        ("btok_1NotATokenAtAll", "token", "btok_***"),
        ("ac_1NotATokenAtAll", "token", "ac_***"),
        ("rt_1NotATokenAtAll", "token", "rt_***"),
        (JWT, "token", "eyJ***"),
    ],
)
def test_each_kind_of_secret_is_found_and_hidden_behind_its_prefix(text, kind, hidden):
    [found] = keys.find(f"before%3D{text}, after")

    assert found.kind == kind
    assert f"{found.prefix}***" in hidden
    assert found.secret in text
    assert keys.hide(f"before%3D{text}, after") == f"before%3D{hidden}, after"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "task_test_abcd",
        "sk_test_abc",
        "sk_test_****1234",
        "sk_test_xxxxxxxx",
        "pi_123_secret_REDACTED",
        "sk_NoDigitIsInThisOneAtAllSoItIsNoKey",
        "my_own_secret_value",
        "tok_visa",
        "whsec_***",
        "eyJub3QiOiJhIn0.only",
        "in_1MtG0nLkdIwHu7ixAaUw3Cb4",
    ],
)
def test_text_that_only_resembles_a_key_is_not_found(text):
    assert [*keys.find(text)] == []
    assert keys.hide(text) == text


def test_all_secrets_of_a_text_are_hidden():
    text = "rk_live_three pi_1_secret_abc sk_test_one1"

    assert keys.hide(text) == "rk_live_*** pi_1_secret_*** sk_test_***"


def test_two_secrets_that_overlap_are_hidden_to_the_end_of_the_later_one():
    assert keys.hide("sk_test_pi_1_secret_abc-def x") == "sk_test_*** x"


def test_masks_are_told_from_secrets():
    assert keys.is_mask("***1234")
    assert not keys.is_mask("sk_test_***")
    assert keys.is_masked_key("sk_test_***1234")
    assert not keys.is_masked_key("hunter_2_***")
    assert keys.is_masked_secret("pi_1_secret_xxxx")
    assert not keys.is_masked_secret("pi_1_secret_abcd")


@pytest.mark.parametrize("text", ["sk_live_xy", "a=sk%5Flive%5Fx", "x%253Drk%255Flive%255Fx"])
def test_a_live_key_is_known_in_any_percent_encoding(text):
    assert keys.has_live_key(text)


def test_a_test_key_is_known_by_its_start():
    assert keys.is_test_key("sk_org_test_x")
    assert not keys.is_test_key("x sk_test_x")
    assert not keys.has_live_key("sk_test_x")


@pytest.mark.parametrize(
    ("authorization", "key", "masked"),
    [
        ("Bearer sk_test_abc", "sk_test_abc", "Bearer sk_test_***"),
        ("bearer rk_live_abc", "rk_live_abc", "bearer rk_live_***"),
        ("Bearer\tsk_test_abc", "sk_test_abc", "Bearer sk_test_***"),
        ("Bearer sk_org_abc", "sk_org_abc", "Bearer sk_org_***"),
        ("Bearer hunter2", "hunter2", "Bearer ***"),
        ("Bearer ", None, "Bearer ***"),
        (basic(b"sk_test_abc:password"), "sk_test_abc", "Basic sk_test_***"),
        (basic(b":password"), None, "Basic ***"),
        (basic(b"\xff:"), None, "Basic ***"),
        ("Basic no base64", None, "Basic ***"),
        ("Digest secret", None, "***"),
        ("secret", None, "***"),
        ("", None, "***"),
    ],
)
def test_the_api_key_is_read_and_masked_as_stripe_reads_it(authorization, key, masked):
    assert keys.api_key(authorization) == key
    assert keys.masked_authorization(authorization) == masked


@pytest.mark.parametrize(
    ("authorization", "parts"),
    [
        ("", []),
        ("sk_live_xy", ["sk_live_xy"]),
        ("Digest sk_live_xy", ["sk_live_xy"]),
        ("Basic c2tfbGl2ZV94eTo", ["sk_live_xy"]),
        ("Basic OnNrX2xpdmVfeHk=", ["sk_live_xy"]),
        ("Basic a", ["a"]),
    ],
)
def test_credentials_are_read_however_they_are_written(authorization, parts):
    assert keys.credentials(authorization) == parts
