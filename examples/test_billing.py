import billing
import pytest


@pytest.mark.stripe_replay("mark_uncollectible_open")
def test_a_bad_debt_is_written_off(stripe_replay):
    invoice = billing.write_off("in_1MtG0nLkdIwHu7ixAaUw3Cb4")

    assert invoice.status == "uncollectible"
    assert invoice.amount_remaining == 599
    [call] = stripe_replay.calls
    assert call.request.idempotency_key


@pytest.mark.stripe_replay("mark_uncollectible_open", times=50)
def test_so_are_fifty_of_them(stripe_replay):
    ids = [f"in_{number}" for number in range(50)]

    assert billing.write_off_all(ids) == ids
    assert len(stripe_replay.calls) == 50


@pytest.mark.stripe_replay("mark_uncollectible_open")
def test_the_payload_keeps_the_contract(stripe_contract):
    stripe_contract.validate(billing.write_off("in_1MtG0nLkdIwHu7ixAaUw3Cb4"))
