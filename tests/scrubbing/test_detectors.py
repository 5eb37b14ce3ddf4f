"""Secrets that can be read in a text, and their placeholders."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_stripe_contract.scrubbing import find_secrets, redact

JENNY = "jenny.rosen@company.zz"
PLACEHOLDER = "PLACEHOLDER@example.com"
ACCOUNT = "acct_1NotAnAccount"
HOSTED = f"https://invoice.stripe.com/i/{ACCOUNT}/test_bm90IGEgc2VjcmV0,0200no?s=ap"
JWT = "eyJub3QiOiJhIn0.eyJ0b2tlbiI6MX0.bm90LWEtc2lnbmF0dXJl"


def kinds(text):
    return [secret.kind for secret in find_secrets(text)]


def shown(text):
    """Redact a text, and hide the digests in it."""
    text = re.sub(r"(?<=\*\*\*)[0-9a-f]{8}", "#", redact(text))
    return re.sub(r"jenny\.rosen\.[0-9a-f]{6}(?=@|%40)", "PLACEHOLDER", text)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("sk_test_not_a_key", "API key", "sk_test_***"),
        ("rk_live_not_a_key", "API key", "rk_live_***"),
        ("pk_test_not_a_key", "API key", "pk_test_***"),
        ("ek_live_not_a_key", "API key", "ek_live_***"),
        ("uk_test_not_a_key", "API key", "uk_test_***"),
        ("sk_org_live_not_a_key", "API key", "sk_org_live_***"),
        ("sk_org_notakey", "API key", "sk_org_***"),
        ("sk_0NotAKeyOfTheEarlyDays123", "API key", "sk_***"),
        ("whsec_not_a_secret", "webhook secret", "whsec_***#"),
        ("pi_123_secret_abc", "client_secret", "pi_123_secret_***#"),
        ("seti_1Not_secret_abc", "client_secret", "seti_1Not_secret_***#"),
        ("src_client_secret_abc", "client_secret", "src_client_secret_***#"),
        ("cuss_secret__abc", "client_secret", "cuss_secret__***#"),
        ("zz_1Not_secret_abc", "client_secret", "zz_1Not_secret_***#"),
        ("cs_test_a1_secret_ab%2Fc", "client_secret", "cs_test_a1_secret_***#"),
        ("tok_1NotATokenAtAll", "token", "tok_***#"),
        ("btok_1NotATokenAtAll", "token", "btok_***#"),
        ("ac_1NotATokenAtAll", "token", "ac_***#"),
        ("rt_1NotATokenAtAll", "token", "rt_***#"),
        (JWT, "token", "eyJ***#"),
        (JENNY, "e-mail", PLACEHOLDER),
        ("4242424242424242", "card number", "***4242"),
        ("https://jenny:rosen@company.zz/x", "credentials", "https://***@company.zz/x"),
    ],
)
def test_each_kind_of_secret_is_found_and_replaced_by_its_placeholder(text, kind, expected):
    assert kinds(text) == [kind]
    assert shown(text) == expected
    assert shown(f"before {text}, after") == f"before {expected}, after"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "task_test_abcd",
        "sk_test_abc",
        "sk_test_***",
        "sk_test_****1234",
        "sk_test_…",
        "sk_test_xxxxxxxx",
        "sk_test_REDACTED",
        "pi_123_secret_REDACTED",
        "sk_test_<your_key_here>",
        "sk_NoDigitIsInThisOneAtAllSoItIsNoKey",
        "my_own_secret_value",
        "client_secret_key",
        "tok_visa",
        "tok_chargeDeclinedInsufficientFunds",
        "Authorization: Bearer YOUR_SECRET_KEY",
        "whsec_***",
        "eyJub3QiOiJhIn0.only",
        "in_1MtG0nLkdIwHu7ixAaUw3Cb4",
    ],
)
def test_a_text_that_only_looks_like_a_key_or_a_token_stays(text):
    assert kinds(text) == []
    assert redact(text) is text


def test_a_mask_behind_a_key_does_not_hide_the_key():
    assert redact("sk_test_notakey_redacted") == "sk_test_***"
    assert redact("pi_1_secret_abc_xxxx") != "pi_1_secret_abc_xxxx"


@pytest.mark.parametrize("before", ["%3D", r"\n", r"\u003d", "=", "_", "(", "é"])
def test_a_key_is_found_behind_an_escape_or_punctuation(before):
    assert redact(f"{before}sk_test_not_a_key") == f"{before}sk_test_***"


def test_a_placeholder_depends_on_the_secret_alone():
    digest = hashlib.sha256(b"abc").hexdigest()[:8]
    assert redact("pi_1_secret_abc") == f"pi_1_secret_***{digest}"
    assert redact("seti_2_secret_abc") == f"seti_2_secret_***{digest}"
    assert redact("pi_1_secret_abd") != redact("pi_1_secret_abc")
    digest = hashlib.sha256(JENNY.encode()).hexdigest()[:6]
    assert redact(f"{JENNY} {JENNY.title()}") == " ".join([f"jenny.rosen.{digest}@example.com"] * 2)


def test_a_percent_escape_ends_a_client_secret_except_one_of_checkout():
    assert shown("pi_1_secret_abc%26x=1") == "pi_1_secret_***#%26x=1"
    assert redact("cs_1_secret_abc%26x=1").endswith("=1")
    assert "%26" not in redact("cs_1_secret_abc%26x=1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<{JENNY}>", f"<{PLACEHOLDER}>"),
        (f"'{JENNY}'", f"'{PLACEHOLDER}'"),
        (f"{JENNY.upper()}", PLACEHOLDER),
        (f"a=1&email={JENNY}&b=2", f"a=1&email={PLACEHOLDER}&b=2"),
        ("email%3Djenny.rosen%40company.zz%26", "email%3DPLACEHOLDER%40example.com%26"),
        (f"https://company.zz:80/?email={JENNY}", f"https://company.zz:80/?email={PLACEHOLDER}"),
        ("#@company.zz", "PLACEHOLDER@example.com"),
        ("jenny@b\u00fccher.zz", "PLACEHOLDER@example.com"),
        ("r\u00f6sen@xn--bcher-kva.zz", "PLACEHOLDER@example.com"),
        ("jenny@company.zz9", "PLACEHOLDER@example.com"),
        ("jenny@example.com9", "PLACEHOLDER@example.com"),
        ("o'rosen@company.zz", "PLACEHOLDER@example.com"),
    ],
)
def test_an_email_address_is_found_in_any_surroundings(text, expected):
    assert kinds(text) == ["e-mail"]
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "jennyrosen@example.com",
        "jenny@mail.example.org",
        "jenny@shop.example",
        "jenny@company.test",
        "jenny@company.invalid",
        "jenny@localhost",
        "jenny%40example.net",
        "support@stripe.com",
        "j***@company.zz",
        "https://company.zz/@jenny.rosen/post",
        "https://***@company.zz/",
        "@company.zz",
        "(@company.zz)",
        "jenny@company",
        "logo@2x",
    ],
)
def test_an_address_of_a_test_domain_stays(text):
    assert redact(text) is text


@pytest.mark.parametrize(
    "number",
    [
        "4222222222222",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4242+4242+4242+4242",
        "4000000000000000006",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "6440000000000005",
        "30569309025904",
        "36227206271667",
        "3566002020360505",
        "6200000000000005",
        "6205500000000000004",
    ],
)
def test_card_numbers_of_every_brand_are_found(number):
    digits = "".join(char for char in number if char.isdigit())
    assert kinds(f"12 {number}, 4.50") == ["card number"]
    assert redact(number) == f"***{digits[-4:]}"


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424241",
        "1680638365000",
        "x4242424242424242",
        "4242424242424242x",
        "0.4242424242424242",
        "4242424242424242.5",
        "42424242424242424242",
        "4242  4242  4242  4242",
        "42 42 42 42 42 42 42 42",
        "9999999999999995",
        "+4222222222222",
        "***4242 4242 4242 4242",
    ],
)
def test_numbers_that_are_no_card_numbers_stay(text):
    assert redact(text) is text


def test_a_card_number_is_found_among_other_numbers():
    assert redact("30 4242424242424242 1225 5555555555554444") == "30 ***4242 1225 ***4444"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (HOSTED, "https://invoice.stripe.com/i/acct_***#/test_***#?s=ap"),
        (
            f"(https://pay.stripe.com/invoice/{ACCOUNT}/invst_1NotASecret/pdf).",
            "(https://pay.stripe.com/invoice/acct_***#/invst_***#/pdf).",
        ),
        (
            f"https://pay.stripe.com/receipts/{ACCOUNT}/ch_1NotACharge/rcpt_1NotAReceipt",
            "https://pay.stripe.com/receipts/acct_***#/ch_1NotACharge/rcpt_***#",
        ),
        (
            "https://pay.stripe.com/receipts/invoices/CAcNotASecret_at-all?s=ap",
            "https://pay.stripe.com/receipts/invoices/***#?s=ap",
        ),
        (
            "https://checkout.stripe.com/c/pay/cs_test_a1NotASecret#fidNotASecret",
            "https://checkout.stripe.com/c/pay/cs_test_***##***#",
        ),
        (
            "https://pay.company.zz/c/pay/cs_live_a1NotASecret#fidNotASecret",
            "https://pay.company.zz/c/pay/cs_live_***##***#",
        ),
        (
            "https://billing.stripe.com/p/session/live_bm90IGEgc2VjcmV0",
            "https://billing.stripe.com/p/session/live_***#",
        ),
    ],
)
def test_the_secret_parts_of_a_hosted_url_are_replaced(url, expected):
    assert shown(url) == expected
    assert set(kinds(url)) == {"hosted url"}


@pytest.mark.parametrize(
    "url",
    [
        "https://invoice.stripe.com/i/acct_test/test_in_1MtG0nLkdIwHu7ixAaUw3Cb4",
        "https://pay.stripe.com/invoice/acct_test/test_in_1MtG0nLkdIwHu7ixAaUw3Cb4/pdf#top",
        "https://api.stripe.com/v1/invoices/in_1MtG0nLkdIwHu7ixAaUw3Cb4/mark_uncollectible",
        f"https://dashboard.stripe.com/{ACCOUNT}/test/workbench/logs?object=req_1NotARequest",
    ],
)
def test_a_url_that_holds_ids_alone_stays(url):
    assert redact(url) is url


def test_two_secrets_that_overlap_are_both_replaced():
    assert shown(f"sk_test_not_a_key.{JENNY}") == "PLACEHOLDER@example.com"
    text = f"whsec_abcd/{JENNY}"
    assert [(each.kind, each.placeholder) for each in find_secrets(text)][1:] == [("e-mail", "***")]
    assert shown(text) == "whsec_***#***"


PIECES = st.sampled_from(
    [
        *("sk_test_abcd1234", "sk_live_", "sk_org_", "k_", "pi_1_secret_", "_secret_", "whsec_"),
        *("***", "4242", " ", "-", "+", "4242424242424242", "378282246310005", "1", "0"),
        *("@", "%40", "company.zz", "example.com", ".", "jenny", "https://", ":", "/", "#", "?"),
        *("checkout.stripe.com/c/pay/cs_test_", "pay.stripe.com/", ACCOUNT, "test_", "/pay/cs_1"),
        *("eyJub3Q", ".eyJ0b2", ".bm90LWE", "tok_1NotATokenAtAll", "ac_", "rt_", "12345678901234"),
        *(r"\n", r"\u0040", "%3D", "%2B", "&", "=", "'", '"', "\n", "é", "x", "*", "_", "…"),
    ]
)
TEXTS = st.text() | st.lists(PIECES, max_size=15).map("".join)


@given(TEXTS)
@example("ac_%40example.com123456789012345sk_test_abcd1234")
@example("jenny@example.com.jenny@company.zz")
def test_a_redacted_text_holds_no_secret(text):
    once = redact(text)

    assert list(find_secrets(once)) == []
    assert redact(once) is once


@given(TEXTS)
def test_secrets_are_found_in_order_and_do_not_overlap(text):
    end = 0
    for secret in find_secrets(text):
        assert end <= secret.start < secret.end <= len(text)
        end = secret.end
