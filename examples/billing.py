"""A billing module as teams have one: it writes off debts that nobody will pay."""

import logging

import stripe

log = logging.getLogger(__name__)


def write_off(invoice_id: str) -> stripe.Invoice | None:
    """Mark an invoice as uncollectible; None if Stripe refuses."""
    try:
        return stripe.Invoice.mark_uncollectible(invoice_id)
    except stripe.StripeError as error:
        log.warning("could not write off %s: %s", invoice_id, error)
        return None


def write_off_all(invoice_ids: list[str]) -> list[str]:
    """Write off several invoices; the ids of those that now are uncollectible."""
    invoices = [write_off(invoice_id) for invoice_id in invoice_ids]
    return [invoice.id for invoice in invoices if invoice and invoice.status == "uncollectible"]
