import hashlib
import io
import json
import re
import subprocess
import tarfile
import tomllib
import zipfile
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import build_schemas
import pytest
import sdk_packages
import stripe
from helpers import sdk_wheels
from jsonschema import Draft202012Validator

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas.build import schema_rules
from pytest_stripe_contract.schemas.build.schema_union import union
from pytest_stripe_contract.stripe_api import resources as shipped

TOOLS = Path(__file__).parents[2] / "tools"
PACKAGES = sdk_packages.listed(TOOLS)
LINES = list(PACKAGES)
RULES = tomllib.loads((TOOLS / "schema_rules.toml").read_text(encoding="utf-8"))
FILES = [f"{name}/{line}" for name in RULES["schemas"] for line in LINES]
UPCOMING_WITHOUT_ID = LINES[: LINES.index("basil") + 1]


@cache
def shipped_schema(name):
    return json.loads((shipped.SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))


def objects(name):
    """Every object that a shipped schema describes, by name."""
    schema = shipped_schema(name)
    return {name.partition("/")[0]: schema, **schema["$defs"]}


@cache
def described(name):
    """Every property that a shipped schema describes, as schema_rules.toml names it."""
    return {
        f"{owner}.{name}": schema
        for owner, value in objects(name).items()
        if value.get("additionalProperties") is not True
        for name, schema in value["properties"].items()
    }


def subschemas(schema):
    yield schema
    for keyword in ("properties", "$defs"):
        for inner in schema.get(keyword, {}).values():
            yield from subschemas(inner)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from subschemas(schema[keyword])
    for inner in schema.get("anyOf", ()):
        yield from subschemas(inner)


def is_valid(name, value):
    return Draft202012Validator(shipped_schema(name)).is_valid(value)


def property_is_valid(name, address, value):
    schema = {**described(name)[address], "$defs": shipped_schema(name)["$defs"]}
    return Draft202012Validator(schema).is_valid(value)


# The shipped files


def test_each_release_line_has_each_schema():
    found = {path.relative_to(shipped.SCHEMAS) for path in shipped.SCHEMAS.rglob("*.*")}
    samples = {f"expandable/{line}" for line in LINES}
    assert found == {Path(f"{name}.json") for name in samples.union(FILES)}


@pytest.mark.parametrize("name", FILES)
class TestEachFile:
    def test_is_a_valid_schema_of_its_draft(self, name):
        Draft202012Validator.check_schema(shipped_schema(name))

    def test_names_its_object_line_and_packages(self, name):
        schema = shipped_schema(name)
        which, _, line = name.partition("/")
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"] == f"urn:pytest-stripe-contract:{which}:{line}"
        assert schema["title"] == f"Stripe {which}, API version {line}"
        versions = [version for listed in PACKAGES[line].values() for version in listed]
        assert all(version in schema["$comment"] for version in versions)

    def test_is_written_in_one_way_only(self, name):
        text = (shipped.SCHEMAS / f"{name}.json").read_bytes().decode()
        assert text == json.dumps(json.loads(text), indent=2) + "\n"

    def test_has_none_of_the_sentences_of_stripes_reference(self, name):
        for schema in subschemas(shipped_schema(name)):
            assert "description" not in schema.keys() - schema.get("properties", {}).keys()

    def test_refers_to_exactly_its_definitions(self, name):
        schema = shipped_schema(name)
        referred = {each["$ref"] for each in subschemas(schema) if "$ref" in each}
        assert referred == {f"#/$defs/{key}" for key in schema["$defs"]}

    def test_requires_only_properties_that_it_describes(self, name):
        for schema in objects(name).values():
            assert "required" not in schema or schema["required"]
            assert set(schema.get("required", ())) <= schema["properties"].keys()

    def test_leaves_only_expanded_objects_open(self, name):
        for owner, schema in objects(name).items():
            reference = owner.startswith("expanded.")
            assert schema.get("additionalProperties", False) is reference
            assert not reference or schema["required"] == ["id", "object"]

    def test_gives_examples_only_for_the_values_of_open_enums(self, name):
        for schema in subschemas(shipped_schema(name)):
            if "examples" in schema:
                assert schema["type"] in ("string", ["string", "null"])
                assert "enum" not in schema

    def test_tells_the_objects_of_one_place_apart_by_their_object_value(self, name):
        schema = shipped_schema(name)
        for each in subschemas(schema):
            names = [
                one["$ref"].rpartition("/")[2] for one in each.get("anyOf", ()) if "$ref" in one
            ]
            if len(names) > 1:
                constants = [schema["$defs"][one]["properties"]["object"]["const"] for one in names]
                assert len(set(constants)) == len(constants)


@pytest.mark.parametrize("line", LINES)
class TestEachInvoice:
    def test_has_bounds_on_every_time(self, line):
        time = re.compile(r"\.(created|redeem_by|start|end|period_\w+|\w+_(at|date|attempt))$")
        named = {
            key: each for key, each in described(f"invoice/{line}").items() if time.search(key)
        }
        integers = {key for key, each in named.items() if "integer" in each.get("type", ())}
        assert len(integers) > 15
        for address in integers:
            assert property_is_valid(f"invoice/{line}", address, 1680638365)
            assert not property_is_valid(f"invoice/{line}", address, 1680638365000)
            assert not property_is_valid(f"invoice/{line}", address, -1)

    def test_has_currencies_of_three_lower_case_letters(self, line):
        currencies = [key for key in described(f"invoice/{line}") if key.endswith(".currency")]
        for address in currencies:
            assert property_is_valid(f"invoice/{line}", address, "usd")
            for text in ("USD", "usdt", "us", "us1", ""):
                assert not property_is_valid(f"invoice/{line}", address, text), text

    def test_has_decimals_with_twelve_places_at_most(self, line):
        decimals = [key for key in described(f"invoice/{line}") if key.endswith("_decimal")]
        assert "price.unit_amount_decimal" in decimals or line == "basil"
        for address in decimals:
            for text in ("0", "-999", "1.123456789012"):
                assert property_is_valid(f"invoice/{line}", address, text), text
            for text in ("1.1234567890123", "1.", "1e3", ""):
                assert not property_is_valid(f"invoice/{line}", address, text), text

    def test_has_an_id_of_up_to_5000_characters(self, line):
        for length, valid in ((1, True), (5000, True), (0, False), (5001, False)):
            assert property_is_valid(f"invoice/{line}", "invoice.id", "i" * length) is valid
        assert not property_is_valid(f"invoice/{line}", "invoice.id", None)

    def test_must_have_an_id_except_for_early_previews(self, line):
        schema = shipped_schema(f"invoice/{line}")
        required = [name for name in schema["required"] if name == "id"]
        validator = Draft202012Validator({**schema, "required": required})
        assert not validator.is_valid({})
        assert not validator.is_valid({"billing_reason": "manual"})
        assert validator.is_valid({"billing_reason": "upcoming"}) is (line in UPCOMING_WITHOUT_ID)

    def test_has_a_count_of_its_lines(self, line):
        assert "total_count" in objects(f"invoice/{line}")["invoice.lines"]["properties"]
        assert "total_count" not in objects(f"invoice/{line}")["invoice.lines"]["required"]

    def test_may_lack_the_properties_of_some_invoices(self, line):
        schema = shipped_schema(f"invoice/{line}")
        some = {"auto_advance", "customer_tax_ids", "hosted_invoice_url", "invoice_pdf"}
        assert some | {"threshold_reason"} <= schema["properties"].keys() - {*schema["required"]}

    def test_takes_new_kinds_of_tax_ids(self, line):
        assert property_is_valid(f"invoice/{line}", "invoice.customer_tax_id.type", "moon_vat")

    def test_has_no_mark_of_deletion(self, line):
        assert "deleted" not in shipped_schema(f"invoice/{line}")["properties"]


# https://docs.stripe.com/changelog: what each release line added and removed; before 2023-10-16,
# what came in its time.
CHANGES = [
    ("2020-08-27", "2022-08-01", "invoice", ["from_invoice", "latest_revision"], []),
    (
        "2022-08-01",
        "2022-11-15",
        "invoice",
        [
            "amount_shipping",
            "effective_at",
            "shipping_cost",
            "shipping_details",
            "subscription_details",
        ],
        [],
    ),
    ("2022-11-15", "2023-08-16", "invoice", ["rendering"], []),
    ("2023-08-16", "2023-10-16", "invoice", ["issuer"], []),
    ("2023-08-16", "2023-10-16", "line_item", ["invoice"], []),
    ("2023-10-16", "2024-04-10", "invoice", [], ["rendering_options"]),
    ("2024-04-10", "2024-06-20", "invoice", ["automatically_finalizes_at"], []),
    ("2024-06-20", "acacia", "invoice", ["total_pretax_credit_amounts"], []),
    ("2024-06-20", "acacia", "line_item", ["pretax_credit_amounts"], []),
    (
        "acacia",
        "basil",
        "invoice",
        ["amount_overpaid", "confirmation_secret", "parent", "payments", "total_taxes"],
        ["charge", "discount", "paid", "payment_intent", "quote", "subscription", "tax"],
    ),
    (
        "acacia",
        "basil",
        "line_item",
        ["parent", "pricing", "taxes"],
        ["invoice_item", "plan", "price", "proration", "tax_amounts", "tax_rates", "type"],
    ),
    ("basil", "clover", "invoice", ["customer_account"], []),
    ("basil", "clover", "line_item", ["subtotal"], []),
    ("clover", "dahlia", "line_item", ["quantity_decimal"], []),
    ("dahlia", "endive", "invoice", ["status_details"], []),
]


@pytest.mark.parametrize(("before", "after", "owner", "added", "removed"), CHANGES)
def test_a_release_line_has_the_changes_of_stripes_changelog(before, after, owner, added, removed):
    old = objects(f"invoice/{before}")[owner]["properties"].keys()
    new = objects(f"invoice/{after}")[owner]["properties"].keys()
    assert set(added) <= new - old
    assert set(removed) <= old - new


@pytest.mark.parametrize("line", LINES)
def test_named_enums_are_open_since_dahlia(line):
    assert property_is_valid(f"invoice/{line}", "invoice.status", "uncollectible")
    opened = line in ("dahlia", "endive")
    assert property_is_valid(f"invoice/{line}", "invoice.status", "forgiven") is opened


@pytest.mark.parametrize(
    ("error", "valid"),
    [
        ({"type": "api_error"}, True),
        ({"type": "card_error", "code": "card_declined", "source": {"object": "card"}}, True),
        ({"type": "idempotency_error", "message": "…", "request_log_url": "https://…"}, True),
        ({"type": "invalid_request_error", "param": "id"}, True),
        ({"type": "rate_limit_error"}, False),
        ({"type": "api_error", "code": 400}, False),
        ({"type": "api_error", "payment_intent": "pi_1"}, False),
        ({"message": "…"}, False),
    ],
)
def test_an_error_has_one_of_four_types_and_no_other_required_property(error, valid):
    for line in LINES:
        assert is_valid(f"error/{line}", {"error": error}) is valid, line
        assert not is_valid(f"error/{line}", error), line


def test_an_error_gained_its_network_codes_with_acacia():
    known = {line: objects(f"error/{line}")["error"]["properties"] for line in LINES}
    codes = {"advice_code", "network_advice_code", "network_decline_code"}
    without = LINES[: LINES.index("acacia")]
    assert [line for line in LINES if not codes & known[line].keys()] == without
    assert all(codes <= known[line].keys() for line in LINES if line not in without)


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({}, True),
        ({"account": "acct_1", "request": None, "api_version": None}, True),
        ({"request": {"id": "req_1", "idempotency_key": None}}, True),
        ({"data": {"object": {"any": 1}, "previous_attributes": {"any": None}}}, True),
        ({"type": "invoice.of_tomorrow"}, True),
        ({"created": 1680638365000}, False),
        ({"data": {"object": None}}, False),
        ({"pending_webhooks": -1}, False),
        ({"request": "req_1"}, False),
        ({"type": None}, False),
    ],
)
def test_an_event_is_the_same_in_every_version(changes, valid):
    event = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2023-10-16",
        "created": 1680638365,
        "data": {"object": {}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "invoice.paid",
    }
    for line in LINES:
        assert is_valid(f"event/{line}", event | changes) is valid, line
        assert not is_valid(f"event/{line}", {**event, **changes, "object": "invoice"}), line


def test_an_event_has_a_context_since_basil():
    known = {line: described(f"event/{line}") for line in LINES}
    with_context = [line for line in LINES if "event.context" in known[line]]
    assert with_context == LINES[LINES.index("basil") :]


@pytest.mark.parametrize("kind", ["given", "optional", "always", "open", "forms"])
def test_each_rule_applies_to_a_shipped_schema(kind):
    for rule in RULES[kind]:
        lines = rule.get("lines", LINES)
        known = {
            key
            for line in lines
            for name in RULES["schemas"]
            for key in described(f"{name}/{line}")
        }
        for pattern in rule["properties"]:
            assert any(fnmatchcase(address, pattern) for address in known), pattern


def test_only_enums_are_opened():
    for rule in RULES["open"]:
        described_in = [
            described(f"{name}/{line}")
            for name in RULES["schemas"]
            for line in rule.get("lines", LINES)
        ]
        for pattern in rule["properties"]:
            typed = [
                schema.get("items", schema)
                for properties in described_in
                for address, schema in properties.items()
                if fnmatchcase(address, pattern)
            ]
            assert any("examples" in schema for schema in typed), pattern
            assert not any("enum" in schema for schema in typed), pattern


def known_values(schema):
    match schema.get("items", schema):
        case {"const": value}:
            return [value]
        case {"enum": values} | {"examples": values}:
            return values
    return []


@pytest.mark.parametrize("line", LINES)
def test_an_enum_that_has_more_values_in_a_later_line_is_open(line):
    for later in LINES[LINES.index(line) + 1 :]:
        for name in RULES["schemas"]:
            newer = described(f"{name}/{later}")
            for address, schema in described(f"{name}/{line}").items():
                if address in newer and "examples" not in schema.get("items", schema):
                    values = known_values(schema)
                    grown = [each for each in known_values(newer[address]) if each not in values]
                    assert not values or not grown, (later, address)


def test_packages_for_node_and_for_python_type_alike_what_did_not_change():
    of_node, of_python = described("invoice/2023-08-16"), described("invoice/2023-10-16")
    closed = {
        address: schema
        for address, schema in of_node.items()
        if "examples" not in schema.get("items", schema)
    }
    assert len(closed) > 250
    assert [
        address
        for address, schema in closed.items()
        if address not in of_python or union(of_python[address], schema) != of_python[address]
    ] == []


# The SDKs that they were made from


def test_the_page_on_schemas_names_the_packages():
    languages = {"npm": "Node", "pypi": "Python"}
    page = (TOOLS.parent / "docs" / "schemas.md").read_text(encoding="utf-8")
    rows = [
        f"| {line} | {' and '.join(versions)} | {languages[registry]} |"
        for line, registries in PACKAGES.items()
        for registry, versions in registries.items()
    ]
    assert "\n".join(rows) in page


@pytest.mark.slow
@pytest.mark.parametrize("line", [LINES[0], "2023-10-16", LINES[-1]])  # CI compares all lines
def test_a_schema_is_built_from_its_packages(line):
    for registry, versions in PACKAGES[line].items():
        for version in versions:
            sdk_wheels.require(registry, version)
    packages = sdk_packages.of_line(line, TOOLS, build_schemas.CACHE)
    for name in RULES["schemas"]:
        built = build_schemas.build(name, line, packages, RULES)
        assert list(schema_rules.differences(name, shipped_schema(f"{name}/{line}"), built)) == []


def test_the_schema_of_a_line_has_all_types_of_the_installed_package():
    [line] = [line for line in LINES if stripe.VERSION in PACKAGES[line].get("pypi", ())] or [None]
    if line is None:
        pytest.skip(f"stripe {stripe.VERSION} is none of those that the schemas are made from")
    package = sdk_packages.read("pypi", stripe.VERSION, Path(stripe.__file__).parent.parent)
    for name in RULES["schemas"]:
        assert beyond(name, line, build_schemas.build(name, line, [package], RULES)) == []


def beyond(name, line, built):
    """The properties of a schema that the shipped one does not have, or not as wide."""
    shipped_objects = objects(f"{name}/{line}")
    return [
        f"{owner}.{key}"
        for owner, value in {name: built, **built["$defs"]}.items()
        for key, typed in value["properties"].items()
        if (known := shipped_objects.get(owner, value)["properties"].get(key)) != typed
        and (known is None or union(known, typed) != known)
    ]


# The tool that builds them

OLD_OAK = """
class Oak(StripeObject):
    OBJECT_NAME: ClassVar[Literal["oak"]] = "oak"
    class Leaf(StripeObject):
        colour: Literal["green"]
        gone: int
    id: str
    object: Literal["oak"]
    leaf: Leaf
    leaves: Optional[List[Leaf]]
    planted_at: int
    only_before: str
    owner: str
    kind: Literal["red", "white"]
    rings: List[Union[Literal["wide"], str]]
    notes: Dict[str, int]
"""
NEW_OAK = """
class Oak(StripeObject):
    OBJECT_NAME: ClassVar[Literal["oak"]] = "oak"
    class Leaf(StripeObject):
        colour: Literal["brown", "green"]
    id: str
    object: Literal["oak"]
    leaf: Optional[Leaf]
    leaves: Optional[List[Leaf]]
    planted_at: Optional[int]
    only_now: Optional[str]
    owner: ExpandableField["Oak"]
    kind: Literal["red", "white"]
    rings: List[Union[Literal["narrow", "wide"], str]]
    notes: Optional[UntypedStripeObject[str]]
"""
OAK_RULES = """
[schemas.oak]
of = { pypi = "oak", npm = "Oak" }
[schemas.wrapped]
of = { pypi = ["Elm", "Oak"], npm = "Oak.Leaf" }
envelope = "tree"
[[given]]
properties = ["oak.height"]
schema = { type = "number" }
[[given]]
properties = ["oak.width"]
schema = { type = "number" }
lines = ["elm"]
[[given]]
properties = ["oak.guest"]
schema.anyOf = [{ "$ref" = "#/$defs/expanded.squirrel" }, { type = "null" }]
lines = ["2029-01-01"]
[[optional]]
properties = ["oak.leave?"]
[[always]]
properties = ["oak.height"]
[[open]]
properties = ["oak.kind"]
[[forms]]
properties = ["*_at"]
schema = { minimum = 0 }
[[conditions]]
of = "oak"
schema = { minProperties = 1 }
"""
NODE_OAK = {
    "types/lib.d.ts": "type LatestApiVersion = '2029-01-01';",
    "types/Oaks.d.ts": """
declare module 'stripe' {
  namespace Stripe {
    interface Oak {
      id: string;
      object: 'oak';
      leaf?: Oak.Leaf;
      height: string;
    }
    namespace Oak {
      interface Leaf {
        colour: 'green';
      }
    }
  }
}
""",
}
LEAF = {"$ref": "#/$defs/oak.leaf"}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose tables ask for small packages, which lie in its cache.

    Two of them are for Python, and one, of an older line, for Node.
    """
    cache = tmp_path / ".cache"
    cache.mkdir()
    for version, source in (("1.0.0", OLD_OAK), ("1.1.0", NEW_OAK)):
        with zipfile.ZipFile(cache / f"stripe-{version}-py3-none-any.whl", "w") as archive:
            archive.writestr("stripe/_api_version.py", 'class V:\n    CURRENT = "2030-01-01.oak"\n')
            archive.writestr("stripe/_oak.py", source)
    with tarfile.open(cache / "stripe-1.0.0.tgz", "w:gz") as archive:
        for path, text in NODE_OAK.items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    packages = {
        "2029-01-01": {"npm": {"1.0.0": sha256(cache / "stripe-1.0.0.tgz")}},
        "oak": {
            "pypi": {
                version: sha256(cache / f"stripe-{version}-py3-none-any.whl")
                for version in ("1.0.0", "1.1.0")
            }
        },
    }
    (tmp_path / "sdk_packages.json").write_text(json.dumps(packages), encoding="utf-8")
    (tmp_path / "schema_rules.toml").write_text(OAK_RULES, encoding="utf-8")
    monkeypatch.setattr(build_schemas, "TOOLS", tmp_path)
    monkeypatch.setattr(build_schemas, "CACHE", cache)
    monkeypatch.setattr(build_schemas, "SCHEMAS", tmp_path / "schemas")
    return tmp_path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def built(checkout, name="oak/oak"):
    return json.loads((checkout / "schemas" / f"{name}.json").read_text(encoding="utf-8"))


def test_a_line_has_the_properties_of_both_packages(checkout):
    assert build_schemas.main([]) == 0
    schema = built(checkout)
    assert schema["$comment"] == "Built from the types of stripe 1.0.0 and 1.1.0 for Python"
    assert schema["properties"] == {
        "id": {"type": "string"},
        "object": {"const": "oak"},
        "leaf": {"anyOf": [LEAF, {"type": "null"}]},
        "leaves": {"type": ["array", "null"], "items": LEAF},
        "planted_at": {"type": ["integer", "null"], "minimum": 0},
        "only_now": {"type": ["string", "null"]},
        "owner": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/expanded.oak"}]},
        "kind": {"type": "string", "examples": ["red", "white"]},
        "rings": {
            "type": "array",
            "items": {"type": "string", "examples": ["narrow", "wide"]},
        },
        "notes": {
            "type": ["object", "null"],
            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "only_before": {"type": "string"},
        "height": {"type": "number"},
    }
    assert list(schema["$defs"]) == ["expanded.oak", "oak.leaf"]
    assert schema["$defs"]["oak.leaf"] == {
        "type": "object",
        "required": ["colour"],
        "properties": {"colour": {"enum": ["brown", "green"]}, "gone": {"type": "integer"}},
    }


def test_a_property_is_required_if_each_package_and_no_rule_against_it_requires_it(checkout):
    build_schemas.main([])
    schema = built(checkout)
    assert schema["required"] == [
        "id",
        "object",
        "leaf",
        "planted_at",
        "owner",
        "kind",
        "rings",
        "notes",
        "height",
    ]
    assert schema["minProperties"] == 1


def test_an_envelope_requires_what_is_in_it(checkout):
    build_schemas.main([])
    schema = built(checkout, "wrapped/oak")
    assert schema["required"] == ["tree"]
    assert schema["properties"] == {"tree": {"$ref": "#/$defs/wrapped"}}
    assert schema["$defs"]["wrapped"]["properties"]["id"] == {"type": "string"}


def test_a_line_of_a_package_for_node_is_built_alike(checkout):
    build_schemas.main([])
    schema = built(checkout, "oak/2029-01-01")
    assert schema["$comment"] == "Built from the types of stripe 1.0.0 for Node"
    assert schema["required"] == ["id", "object", "height"]
    assert schema["properties"] == {
        "id": {"type": "string"},
        "object": {"const": "oak"},
        "leaf": {"anyOf": [LEAF, {"type": "null"}]},
        "height": {"type": "number"},
        "guest": {"anyOf": [{"$ref": "#/$defs/expanded.squirrel"}, {"type": "null"}]},
    }
    assert list(schema["$defs"]) == ["expanded.squirrel", "oak.leaf"]
    wrapped = built(checkout, "wrapped/2029-01-01")["$defs"]["wrapped"]
    assert wrapped["properties"] == {"colour": {"const": "green"}}


def test_a_type_that_no_package_has_by_any_of_its_names_is_an_error(checkout):
    rules = checkout / "schema_rules.toml"
    rules.write_text(OAK_RULES.replace('["Elm", "Oak"]', '["Elm", "Ash"]'), encoding="utf-8")
    with pytest.raises(UnknownName, match="unknown Stripe object 'Ash'"):
        build_schemas.main([])


def test_a_second_build_writes_the_same_bytes(checkout, capsys):
    build_schemas.main([])
    first = {path: path.read_bytes() for path in (checkout / "schemas").rglob("*.json")}
    assert capsys.readouterr().out == (
        "built: schemas/oak/2029-01-01.json\n"
        "built: schemas/oak/oak.json\n"
        "built: schemas/wrapped/2029-01-01.json\n"
        "built: schemas/wrapped/oak.json\n"
    )
    for path in first:
        path.write_text("{}", encoding="utf-8")
    build_schemas.main([])
    assert {path: path.read_bytes() for path in first} == first


def test_a_check_names_the_differences_and_writes_nothing(checkout, capsys):
    build_schemas.main([])
    assert build_schemas.main(["--check"]) == 0
    edited = checkout / "schemas" / "oak" / "oak.json"
    schema = built(checkout)
    schema["required"].remove("id")
    schema["properties"]["height"]["type"] = "integer"
    schema["properties"]["width"] = schema["properties"].pop("only_before")
    edited.write_text(text := json.dumps(schema), encoding="utf-8")
    stale = checkout / "schemas" / "oak" / "elm.json"
    stale.write_text("{}", encoding="utf-8")
    (checkout / "schemas" / "wrapped" / "oak.json").unlink()
    capsys.readouterr()
    assert build_schemas.main(["--check"]) == 1
    assert capsys.readouterr().out == (
        "differs: schemas/oak/elm.json\n"
        "differs: schemas/oak/oak.json\n"
        '  oak.id: {"type": "string"}, to be required {"type": "string"}\n'
        '  oak.height: required {"type": "integer"}, to be required {"type": "number"}\n'
        '  oak.width: {"type": "string"}, to be absent\n'
        '  oak.only_before: absent, to be {"type": "string"}\n'
        "differs: schemas/wrapped/oak.json\n"
    )
    assert edited.read_text(encoding="utf-8") == text
    assert build_schemas.main([]) == 0
    assert not stale.exists()
    assert build_schemas.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("stripe-1.1.0-py3-none-any.whl", ["pip", "download", "stripe==1.1.0"]),
        ("stripe-1.0.0.tgz", ["npm", "pack", "stripe@1.0.0"]),
    ],
)
def test_a_package_is_fetched_by_the_client_of_its_registry(checkout, monkeypatch, file, command):
    cached = checkout / ".cache" / file
    archive = cached.read_bytes()
    cached.unlink()
    commands = []

    def run(arguments, *, check):
        assert check
        commands.append([each for each in arguments if each in command])
        Path(arguments[arguments.index(str(cached.parent))], file).write_bytes(archive)

    monkeypatch.setattr(subprocess, "run", run)
    build_schemas.main([])
    assert commands == [command]
    build_schemas.main(["--check"])
    assert commands == [command]


@pytest.mark.parametrize("file", ["stripe-1.1.0-py3-none-any.whl", "stripe-1.0.0.tgz"])
def test_a_package_with_another_checksum_is_refused(checkout, file):
    archive = checkout / ".cache" / file
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(SystemExit, match=rf"{file}: not the package that"):
        build_schemas.main([])
    assert not (checkout / "schemas").exists()


def test_a_package_of_another_release_line_is_refused(checkout):
    packages = checkout / "sdk_packages.json"
    packages.write_text(
        packages.read_text(encoding="utf-8").replace("oak", "elm"), encoding="utf-8"
    )
    with pytest.raises(SystemExit, match=r"sends 2030-01-01\.oak, which is not elm"):
        build_schemas.main([])
