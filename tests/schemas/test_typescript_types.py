import pytest
from typescript_source import Source
from typescript_types import object_schema

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas.build.sdk_types import UnreadableType

SHARED = """
export namespace Stripe {
  export interface ApiList<T> {
    object: 'list';
    data: Array<T>;
    /** Whether there is another page. */
    has_more: boolean;
    url: string;
  }
  interface Metadata {
    [name: string]: string;
  }
  interface Address {
    city: string | null;
  }
  type Source = DebitSource | Customer;
  type DebitSource = {
    id: string;
    object: 'account';
  };
}
"""
CUSTOMER = """
namespace Stripe {
  interface Customer {
    id: string;
    object: 'customer';
    parent?: Stripe.Customer;
  }
  interface DeletedCustomer {
    id: string;
    object: 'customer';
    deleted: true;
  }
  namespace TestHelpers {
    interface TestClock {
      id: string;
      object: 'test_helpers.test_clock';
    }
  }
}
"""
THING = """
namespace Stripe {
  interface Thing {
    /** Which it is. */
    object: 'thing';
    %s
    deleted?: void;
  }
  interface ThingCreateParams {
    amount?: Stripe.Unheard<number>;
  }
  type Kind = 'outside';
  namespace Thing {
    type Kind = 'a' | 'b';
    interface TaxId {
      // one of a kind
      kind?: TaxId.Kind | null;
      empty: TaxId.Empty;
      outer: Thing.Kind;
    }
    namespace TaxId {
      type Kind =
        | 'deep'
        // not yet
        | 'deeper';
      interface Empty {}
    }
  }
  class ThingsResource {
    retrieve(id: string): Promise<Stripe.Response<Stripe.Thing>>;
  }
}
"""
CUSTOMER_REF = {"$ref": "#/$defs/expanded.customer"}
TAX_ID = {"$ref": "#/$defs/thing.tax_id"}
LIST = {"$ref": "#/$defs/thing.value"}
NULL = {"type": "null"}


@pytest.fixture
def package(tmp_path):
    """Writes a stripe package whose Thing has the given properties, and reads it."""

    def write(body="", thing=THING):
        files = {"shared": SHARED, "2030-01-01/Customers": CUSTOMER, "2030-01-01/Things": thing}
        for name, text in files.items():
            path = tmp_path / "package" / "types" / f"{name}.d.ts"
            path.parent.mkdir(parents=True, exist_ok=True)
            declared = text.replace("%s", body)
            path.write_text(f"declare module 'stripe' {{ {declared} }}\n", encoding="utf-8")
        return Source(tmp_path)

    return write


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("string", {"type": "string"}),
        ("number", {"type": "integer"}),
        ("boolean", {"type": "boolean"}),
        ("any", {}),
        ("unknown", {}),
        ("true", {"const": True}),
        ("false", {"const": False}),
        ("number | null", {"type": ["integer", "null"]}),
        ("any | null", {}),
        ("string | number", {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ("'a'", {"const": "a"}),
        ("'a' | null", {"enum": ["a", None]}),
        ("'b' | 'a'", {"enum": ["b", "a"]}),
        ("Thing.Kind", {"enum": ["a", "b"]}),
        ("Thing.Kind | null", {"enum": ["a", "b", None]}),
        ("Stripe.Kind", {"const": "outside"}),
        ("Array<string>", {"type": "array", "items": {"type": "string"}}),
        ("number[]", {"type": "array", "items": {"type": "integer"}}),
        ("Array<Thing.Kind> | null", {"type": ["array", "null"], "items": {"enum": ["a", "b"]}}),
        ("Stripe.Metadata", {"type": "object", "additionalProperties": {"type": "string"}}),
        (
            "{[key: string]: number} | null",
            {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
        ),
        ("{[key: string]: Thing.TaxId}", {"type": "object", "additionalProperties": TAX_ID}),
        ("Stripe.Customer", CUSTOMER_REF),
        (
            "string | Stripe.Customer | Stripe.DeletedCustomer | null",
            {"anyOf": [{"type": "string"}, CUSTOMER_REF, NULL]},
        ),
        (
            "string | Stripe.TestHelpers.TestClock",
            {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/expanded.test_helpers.test_clock"}]},
        ),
        ("Stripe.Source", {"anyOf": [{"$ref": "#/$defs/expanded.account"}, CUSTOMER_REF]}),
        ("Thing.TaxId", TAX_ID),
        ("Array<Thing.TaxId>", {"type": "array", "items": TAX_ID}),
        ("Stripe.Address | null", {"anyOf": [{"$ref": "#/$defs/thing.value"}, NULL]}),
        ("ApiList<Stripe.Customer>", LIST),
        ("ApiList<Stripe.Customer> | null", {"anyOf": [LIST, NULL]}),
    ],
)
def test_a_type_becomes_its_json_type(package, annotation, expected):
    schema = object_schema(package(f"value: {annotation};"), "Thing")
    assert schema["properties"]["value"] == expected
    assert schema["required"] == ["object", "value"]


def test_an_optional_property_is_nullable_and_not_required(package):
    schema = object_schema(package("one?: string; two: string | null;"), "Thing")
    assert schema == {
        "type": "object",
        "required": ["object", "two"],
        "properties": {
            "object": {"const": "thing"},
            "one": {"type": ["string", "null"]},
            "two": {"type": ["string", "null"]},
        },
        "$defs": {},
    }


def test_inner_types_are_looked_up_from_the_innermost_namespace(package):
    assert object_schema(package("tax_id: Thing.TaxId;"), "Thing")["$defs"] == {
        "thing.tax_id": {
            "type": "object",
            "required": ["empty", "outer"],
            "properties": {
                "kind": {"enum": ["deep", "deeper", None]},
                "empty": {"$ref": "#/$defs/thing.tax_id.empty"},
                "outer": {"enum": ["a", "b"]},
            },
        },
        "thing.tax_id.empty": {"type": "object", "properties": {}},
    }


def test_a_type_that_belongs_to_no_object_is_named_by_the_property_that_has_it(package):
    defs = object_schema(package("home: Stripe.Address;"), "Thing")["$defs"]
    assert defs == {
        "thing.home": {
            "type": "object",
            "required": ["city"],
            "properties": {"city": {"type": ["string", "null"]}},
        }
    }


def test_a_list_has_the_schema_of_its_items(package):
    schema = object_schema(package("value: ApiList<Stripe.Customer>;"), "Thing")
    assert schema["$defs"]["thing.value"] == {
        "type": "object",
        "required": ["object", "data", "has_more", "url"],
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": CUSTOMER_REF},
            "has_more": {"type": "boolean"},
            "url": {"type": "string"},
        },
    }


def test_an_object_that_is_only_referred_to_must_say_its_id_and_which_it_is(package):
    assert object_schema(package("value: Stripe.Customer;"), "Thing")["$defs"] == {
        "expanded.customer": {
            "type": "object",
            "required": ["id", "object"],
            "properties": {"id": {"type": "string"}, "object": {"const": "customer"}},
            "additionalProperties": True,
        }
    }


def test_an_object_to_be_inlined_is_described_in_full_deleted_or_not(package):
    source = package("one: Stripe.Customer; two: string | Stripe.DeletedCustomer;")
    schema = object_schema(source, "Thing", inline={"customer"})
    itself = {"$ref": "#/$defs/customer"}
    assert schema["properties"]["one"] == itself
    assert schema["properties"]["two"] == {"anyOf": [{"type": "string"}, itself]}
    assert schema["$defs"]["customer"]["properties"] == {
        "id": {"type": "string"},
        "object": {"const": "customer"},
        "parent": {"anyOf": [itself, NULL]},
    }


def test_an_inner_type_can_be_read_by_itself(package):
    schema = object_schema(package(), "Thing.TaxId")
    assert list(schema["properties"]) == ["kind", "empty", "outer"]
    assert list(schema["$defs"]) == ["thing.tax_id.empty"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("odd: bigint;", "thing.odd: no JSON type is known for bigint"),
        ("odd: Stripe.Nowhere;", "thing.odd: no JSON type is known for Stripe.Nowhere"),
        ("odd: Promise<string>;", "thing.odd: no JSON type is known for Promise<string>"),
        ("odd: Array<bigint>;", "thing.odd: no JSON type is known for bigint"),
        ("odd: 'a' |\n  3;", "thing.odd: no JSON type is known for 3"),
        ("odd: {id: string};", "thing.odd: no JSON type is known for {id: string}"),
        ("odd: Stripe.Kind<string>;", "thing.odd: no JSON type is known for Stripe.Kind<string>"),
        ("odd();", "thing.odd: no JSON type is known for odd()"),
        ("odd;", "thing.odd: no JSON type is known for odd"),
        ("(): string;", "thing.: no JSON type is known for (): string"),
    ],
)
def test_an_unknown_type_raises_with_its_property(package, body, text):
    source = package(body)
    with pytest.raises(UnreadableType) as caught:
        object_schema(source, "Thing")
    assert str(caught.value) == text


def test_an_unknown_object_raises_with_the_nearest_known(package):
    source = package()
    with pytest.raises(UnknownName) as caught:
        object_schema(source, "Costumer")
    assert str(caught.value).startswith("unknown Stripe object 'Costumer'; nearest: Customer, ")


def test_a_file_that_is_no_typescript_is_named(package):
    source = package(thing="interface {")
    with pytest.raises(ValueError, match=r"Things\.d\.ts: not TypeScript"):
        object_schema(source, "Thing")


@pytest.mark.parametrize("sends", [True, False])
def test_the_version_is_the_one_sent_or_else_that_of_the_types(package, tmp_path, sends):
    source = package()
    types = tmp_path / "package" / "types" / "lib.d.ts"
    types.write_text("type LatestApiVersion = '2029-01-01';\n", encoding="utf-8")
    if sends:
        sent = tmp_path / "package" / "cjs" / "apiVersion.js"
        sent.parent.mkdir()
        sent.write_text("exports.ApiVersion = '2030-01-01';\n", encoding="utf-8")
    assert source.api_version == ("2030-01-01" if sends else "2029-01-01")
