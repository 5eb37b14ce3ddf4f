"""Invoices generated from the schema of a release line: valid, and without drift."""

from random import Random

from hypothesis import strategies as st

from pytest_stripe_contract.contract import invoice_lifecycle as table
from pytest_stripe_contract.schemas import load_schema

PATTERNS = {"^[a-z]{3}$": ["usd", "eur"], r"^-?[0-9]+(\.[0-9]{1,12})?$": ["1000", "-999", "0.5"]}


class Generator:
    """Generates values that a schema allows.

    ``fullness`` is the probability that an optional property is present, a nullable one has a
    value, and an expandable one is expanded: 0 gives the least invoice, 1 one with everything. The
    same seed gives the same value.
    """

    def __init__(self, line, fullness, seed):
        self.schema = load_schema("invoice", line)
        self.fullness = fullness
        self.random = Random(seed)  # noqa: S311 - no secret
        self.count = 0

    def likely(self):
        return self.random.random() < self.fullness

    def generate(self, schema):
        if "$ref" in schema:
            return self.generate(self.schema["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        if "anyOf" in schema:
            least = {"type": "null"} if {"type": "null"} in schema["anyOf"] else schema["anyOf"][0]
            more = [branch for branch in schema["anyOf"] if branch != least] or [least]
            return self.generate(self.random.choice(more) if self.likely() else least)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        types = schema["type"]
        if isinstance(types, list):
            others = [name for name in types if name != "null"]
            null = "null" in types and not self.likely()
            types = "null" if null else self.random.choice(others)
        return getattr(self, f"generate_{types}")(schema)

    def generate_null(self, _):
        return None

    def generate_boolean(self, _):
        return self.likely()

    def generate_integer(self, schema):
        return self.random.randint(max(schema.get("minimum", -999), -999), 10**10)

    def generate_number(self, _):
        return self.random.choice([0, 19, 7.25])

    def generate_string(self, schema):
        self.count += 1
        known = schema.get("examples") or PATTERNS.get(schema.get("pattern"))
        return self.random.choice(known) if known else f"id_{self.count}"

    def generate_array(self, schema):
        return [self.generate(schema["items"]) for _ in range(2) if self.likely()]

    def generate_object(self, schema):
        required = schema.get("required", ())
        value = {
            name: self.generate(inner)
            for name, inner in schema.get("properties", {}).items()
            if name in required or self.likely()
        }
        if isinstance(schema.get("additionalProperties"), dict) and self.likely():
            value["key"] = self.generate(schema["additionalProperties"])
        return value


def keep_rules(invoice):
    """Return the invoice after a change in place of what the contract's rules ask for."""
    invoice["amount_remaining"] = invoice["amount_due"] - invoice["amount_paid"]
    if invoice["billing_reason"] != "upcoming":
        invoice.setdefault("id", "in_1")
    if "id" in invoice:
        invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    if invoice["status"] != "draft":
        invoice |= dict.fromkeys(table.FINALIZED_PROPERTIES, "known") | {"ending_balance": 0}
        invoice["status_transitions"] = dict.fromkeys(table.TRANSITIONS, 1_680_638_365)
    for row in table.null_properties(invoice):
        if row.rule is not None:
            invoice[row.name] = None
    if invoice["collection_method"] is None:  # 2020-08-27 allows that
        invoice["due_date"] = None
    return invoice


def full(line, seed=0):
    """Return an invoice with a value for everything that the schema of a release line has."""
    return keep_rules(Generator(line, 1, seed).generate(load_schema("invoice", line)))


def of_line(line):
    """Return a strategy of invoices of a release line, from the least to the fullest."""

    def generate(fullness, seed):
        generator = Generator(line, fullness, seed)
        return keep_rules(generator.generate(generator.schema))

    return st.builds(generate, st.sampled_from([0, 0.2, 0.5, 0.8, 1]), st.integers(0, 10**6))
