"""Invoices made from the schema of a release line: valid, and with no drift."""

from random import Random

from hypothesis import strategies as st

from pytest_stripe_contract.schemas import loader as schemas

PATTERNS = {"^[a-z]{3}$": ["usd", "eur"], r"^-?[0-9]+(\.[0-9]{1,12})?$": ["1000", "-999", "0.5"]}


class Maker:
    """Makes values that a schema allows.

    ``fullness`` is how likely what may be absent, null or a mere id is something more: 0 gives
    the least invoice, 1 one with everything. The same seed gives the same value.
    """

    def __init__(self, line, fullness, seed):
        self.schema = schemas.documented("invoice", line)
        self.fullness = fullness
        self.random = Random(seed)  # noqa: S311 - nothing secret is made
        self.made = 0

    def likely(self):
        return self.random.random() < self.fullness

    def make(self, schema):
        if "$ref" in schema:
            return self.make(self.schema["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        if "anyOf" in schema:
            least = {"type": "null"} if {"type": "null"} in schema["anyOf"] else schema["anyOf"][0]
            more = [branch for branch in schema["anyOf"] if branch != least] or [least]
            return self.make(self.random.choice(more) if self.likely() else least)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        types = schema["type"]
        if isinstance(types, list):
            others = [each for each in types if each != "null"]
            null = "null" in types and not self.likely()
            types = "null" if null else self.random.choice(others)
        return getattr(self, f"make_{types}")(schema)

    def make_null(self, _):
        return None

    def make_boolean(self, _):
        return self.likely()

    def make_integer(self, schema):
        return self.random.randint(max(schema.get("minimum", -999), -999), 10**10)

    def make_number(self, _):
        return self.random.choice([0, 19, 7.25])

    def make_string(self, schema):
        self.made += 1
        known = schema.get("examples") or PATTERNS.get(schema.get("pattern"))
        return self.random.choice(known) if known else f"id_{self.made}"

    def make_array(self, schema):
        return [self.make(schema["items"]) for _ in range(2) if self.likely()]

    def make_object(self, schema):
        required = schema.get("required", ())
        made = {
            name: self.make(inner)
            for name, inner in schema.get("properties", {}).items()
            if name in required or self.likely()
        }
        if isinstance(schema.get("additionalProperties"), dict) and self.likely():
            made["key"] = self.make(schema["additionalProperties"])
        return made


def ruled(invoice):
    """The invoice, with what the schema cannot say: the rules between its properties."""
    invoice["amount_remaining"] = invoice["amount_due"] - invoice["amount_paid"]
    if invoice["billing_reason"] != "upcoming":
        invoice.setdefault("id", "in_1")
    if "id" in invoice:
        invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    if invoice["collection_method"] == "send_invoice":
        invoice["next_payment_attempt"] = None
    else:
        invoice["due_date"] = None
    if invoice["status"] == "draft":
        known = ("ending_balance", "hosted_invoice_url", "invoice_pdf")
        invoice |= dict.fromkeys(known)
    else:
        known = ("number", "ending_balance", "hosted_invoice_url", "invoice_pdf")
        invoice |= {name: 0 if name == "ending_balance" else "known" for name in known}
        times = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
        invoice["status_transitions"] = dict.fromkeys(times, 1_680_638_365)
    return invoice


def full(line, seed=0):
    """An invoice with a value for everything that the schema of a release line knows."""
    return ruled(Maker(line, 1, seed).make(schemas.documented("invoice", line)))


def of_line(line):
    """A strategy: invoices of a release line, from the least to the fullest."""

    def made(fullness, seed):
        maker = Maker(line, fullness, seed)
        return ruled(maker.make(maker.schema))

    return st.builds(made, st.sampled_from([0, 0.2, 0.5, 0.8, 1]), st.integers(0, 10**6))
