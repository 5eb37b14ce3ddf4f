import pickle
from pathlib import Path

import pytest
import stripe

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas.build.sdk_source import Source
from pytest_stripe_contract.schemas.build.sdk_types import UnreadableType, object_schema

PACKAGE = {
    "_api_version.py": 'class _ApiVersion:\n    CURRENT = "2030-01-01.oak"\n',
    "_list_object.py": """
T = TypeVar("T")
class ListObject(StripeObject, Generic[T]):
    OBJECT_NAME = "list"
    data: List[T]
    has_more: bool
    url: str

    def list(self) -> "ListObject[T]": ...
""",
    "v2/_list_object.py": 'class ListObject(StripeObject):\n    OBJECT_NAME = "list"\n',
    "v2/_amount.py": "class Amount(StripeObject):\n    value: int\n    currency: str\n",
    "_customer.py": """
class Customer(APIResource["Customer"]):
    OBJECT_NAME: ClassVar[Literal["customer"]] = "customer"
    id: str
    object: Literal["customer"]
    parent: Optional["Customer"]
""",
    "billing/_credit_grant.py": """
class CreditGrant(APIResource["CreditGrant"]):
    OBJECT_NAME: ClassVar[Literal["billing.credit_grant"]] = (
        "billing.credit_grant"
    )
    id: str
    object: Literal["billing.credit_grant"]
""",
    "_error_object.py": "class ErrorObject(StripeObject):\n    type: str\n",
}
THING = """
from stripe._list_object import ListObject
if TYPE_CHECKING:
    from stripe._customer import Customer as CustomerResource
    from stripe.billing._credit_grant import CreditGrant
    from stripe.v2._amount import Amount

raise SystemExit("imported")

class Thing(UpdateableAPIResource["Thing"]):
    OBJECT_NAME: ClassVar[Literal["thing"]] = "thing"

    class TaxId(StripeObject):
        class Empty(StripeObject):
            pass
        value: Optional[str]
        empty: Empty

    class Sibling(StripeObject):
        tax_id: TaxId

"""
CUSTOMER = {"$ref": "#/$defs/expanded.customer"}
GRANT = {"$ref": "#/$defs/expanded.billing.credit_grant"}
TAX_ID = {"$ref": "#/$defs/thing.tax_id"}
LIST = {"$ref": "#/$defs/thing.value"}
NULL = {"type": "null"}


@pytest.fixture
def package(tmp_path):
    """Writes a stripe package whose Thing has the given body, and reads it."""

    def write(body="", files=PACKAGE, thing=THING):
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        for name, text in {**files, "_thing.py": thing + lines}.items():
            path = tmp_path / "stripe" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Source(tmp_path)

    return write


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("str", {"type": "string"}),
        ("int", {"type": "integer"}),
        ("float", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ("Decimal", {"type": "string"}),
        ("Any", {}),
        ("StripeObject", {"type": "object", "additionalProperties": {}}),
        ('"str"', {"type": "string"}),
        ("Optional[int]", {"type": ["integer", "null"]}),
        ("Optional[Decimal]", {"type": ["string", "null"]}),
        ("Optional[Any]", {}),
        ("List[str]", {"type": "array", "items": {"type": "string"}}),
        ("Optional[List[int]]", {"type": ["array", "null"], "items": {"type": "integer"}}),
        ("Dict[str, str]", {"type": "object", "additionalProperties": {"type": "string"}}),
        (
            "Optional[UntypedStripeObject[int]]",
            {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
        ),
        ('Literal["a"]', {"const": "a"}),
        ("Literal[True]", {"const": True}),
        ('Literal["b", "a"]', {"enum": ["b", "a"]}),
        ('Optional[Literal["a"]]', {"enum": ["a", None]}),
        ('Optional[Literal["a", "b"]]', {"enum": ["a", "b", None]}),
        ('Union[Literal["a", "b"], str]', {"type": "string", "examples": ["a", "b"]}),
        (
            'Optional[Union[Literal["a", "b"], str]]',
            {"type": ["string", "null"], "examples": ["a", "b"]},
        ),
        (
            'List[Union[Literal["a"], str]]',
            {"type": "array", "items": {"type": "string", "examples": ["a"]}},
        ),
        ("Union[str, int]", {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ('"CustomerResource"', CUSTOMER),
        ('Optional["CustomerResource"]', {"anyOf": [CUSTOMER, NULL]}),
        ('ExpandableField["CustomerResource"]', {"anyOf": [{"type": "string"}, CUSTOMER]}),
        (
            'Optional[ExpandableField[Union["CustomerResource", "CreditGrant"]]]',
            {"anyOf": [{"type": "string"}, CUSTOMER, GRANT, NULL]},
        ),
        (
            'List[ExpandableField["CreditGrant"]]',
            {"type": "array", "items": {"anyOf": [{"type": "string"}, GRANT]}},
        ),
        ("TaxId", TAX_ID),
        ("Optional[TaxId]", {"anyOf": [TAX_ID, NULL]}),
        ('Optional[List["TaxId"]]', {"type": ["array", "null"], "items": TAX_ID}),
        ("Dict[str, TaxId]", {"type": "object", "additionalProperties": TAX_ID}),
        ('ListObject["CustomerResource"]', LIST),
        ('Optional[ListObject["CustomerResource"]]', {"anyOf": [LIST, NULL]}),
        ('"Amount"', {"$ref": "#/$defs/amount"}),
    ],
)
def test_an_annotation_becomes_its_json_type(package, annotation, expected):
    schema = object_schema(package(f"value: {annotation}"), "thing")
    assert schema["properties"]["value"] == expected


def test_an_object_that_is_only_referred_to_must_say_its_id_and_which_it_is(package):
    schema = object_schema(package('value: "CustomerResource"'), "thing")
    assert schema["$defs"] == {
        "expanded.customer": {
            "type": "object",
            "required": ["id", "object"],
            "properties": {"id": {"type": "string"}, "object": {"const": "customer"}},
            "additionalProperties": True,
        }
    }


def test_an_inline_object_is_described_in_full_at_each_place(package):
    source = package('one: "CustomerResource"\ntwo: ExpandableField["CustomerResource"]')
    schema = object_schema(source, "thing", inline={"customer"})
    itself = {"$ref": "#/$defs/customer"}
    assert schema["properties"]["one"] == itself
    assert schema["properties"]["two"] == {"anyOf": [{"type": "string"}, itself]}
    assert schema["$defs"]["customer"]["properties"] == {
        "id": {"type": "string"},
        "object": {"const": "customer"},
        "parent": {"anyOf": [itself, NULL]},
    }


def test_inner_objects_are_named_by_where_they_are(package):
    defs = object_schema(package("sibling: Sibling"), "thing")["$defs"]
    assert defs == {
        "thing.sibling": {
            "type": "object",
            "required": ["tax_id"],
            "properties": {"tax_id": TAX_ID},
        },
        "thing.tax_id": {
            "type": "object",
            "required": ["value", "empty"],
            "properties": {
                "value": {"type": ["string", "null"]},
                "empty": {"$ref": "#/$defs/thing.tax_id.empty"},
            },
        },
        "thing.tax_id.empty": {"type": "object", "properties": {}},
    }


def test_a_list_has_the_schema_of_its_items(package):
    schema = object_schema(package('value: ListObject["CreditGrant"]'), "thing")
    assert schema["$defs"]["thing.value"] == {
        "type": "object",
        "required": ["object", "data", "has_more", "url"],
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": GRANT},
            "has_more": {"type": "boolean"},
            "url": {"type": "string"},
        },
    }


def test_properties_keep_the_order_of_the_source_and_are_required(package):
    schema = object_schema(package("b: int\na: Optional[str]\nfrom_: str"), "thing")
    assert list(schema["properties"]) == ["object", "b", "a", "from"]
    assert schema["required"] == ["object", "b", "a", "from"]


def test_attributes_that_are_not_properties_are_left_out(package):
    source = package(
        """deleted: Optional[Literal[True]]
_private: Unheard[int]
shared: ClassVar[Unheard] = 1
class CreateParams(RequestOptions):
    amount: NotRequired["Thing.Unheard"]
def refresh(self, by: Unheard) -> Unheard: ...
kept: int"""
    )
    assert list(object_schema(source, "thing")["properties"]) == ["object", "kept"]


def test_an_integer_that_the_wire_has_as_text_is_text(package):
    source = package('size: Optional[int]\nrow: int\n_field_encodings = {"size": "int64_string"}')
    properties = object_schema(source, "thing")["properties"]
    assert properties["size"] == {"type": ["string", "null"]}
    assert properties["row"] == {"type": "integer"}


def test_a_class_without_an_object_value_is_read_by_its_own_name(package):
    schema = object_schema(package(), "ErrorObject")
    assert schema["properties"] == {"type": {"type": "string"}}


def test_the_older_layout_of_the_package_is_read_alike(package):
    customer = PACKAGE["_customer.py"]
    files = {
        "api_version.py": "from stripe._api_version import _ApiVersion\n",
        "_api_version.py": PACKAGE["_api_version.py"],
        "api_resources/customer.py": customer,
        "_customer.py": "from stripe.api_resources.customer import Customer\n",
    }
    source = package('value: "CustomerResource"', files)
    assert object_schema(source, "thing")["properties"]["value"] == CUSTOMER
    assert source.api_version == "2030-01-01.oak"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("odd: Mapping[str, int]", "thing.odd: no JSON type is known for Mapping[str, int]"),
        ("odd: List[Nowhere]", "thing.odd: no JSON type is known for Nowhere"),
        ("odd: stripe.Customer", "thing.odd: no JSON type is known for stripe.Customer"),
        ("odd: Literal[A]", "thing.odd: no JSON type is known for Literal[A]"),
        (
            "class Deep(StripeObject):\n    odd: complex\ndeep: Deep",
            "thing.deep.odd: no JSON type is known for complex",
        ),
    ],
)
def test_an_unknown_annotation_raises_with_its_property(package, body, text):
    source = package(body)
    with pytest.raises(UnreadableType) as caught:
        object_schema(source, "thing")
    assert str(caught.value) == text
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == text


def test_an_unknown_object_raises_with_the_nearest_known(package):
    source = package()
    with pytest.raises(UnknownName) as caught:
        object_schema(source, "custommer")
    assert str(caught.value).startswith("unknown Stripe object 'custommer'; nearest: customer, ")


@pytest.mark.parametrize("name", ["account", "customer", "invoice", "line_item", "subscription"])
def test_the_installed_package_can_be_read(name):
    source = Source(Path(stripe.__file__).parent.parent)
    assert source.api_version == stripe.api_version
    schema = object_schema(source, name)
    assert schema["properties"]["object"] == {"const": name}
    assert schema["properties"]["id"] == {"type": "string"}
