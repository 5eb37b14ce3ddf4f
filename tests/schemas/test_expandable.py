"""Whole objects stand where an id is expanded, and are what the types of the packages say."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tomllib
import zipfile
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import build_schemas
import expandable_samples
import pytest
import sdk_packages
import stripe
from helpers import sdk_wheels

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas import (
    TAIL,
    TIME,
    Sampler,
    deleted_object,
    expanded_object,
    fast_validator,
    is_expanded,
    load_schema,
)
from pytest_stripe_contract.schemas.walker import EVERY, SchemaWalker, constant
from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

TOOLS = Path(__file__).parents[2] / "tools"
LINES = [line.name for line in versions.LINES]
LAST = LINES[-1]
KINDS = ("error", "event", "invoice")

each_line = pytest.mark.parametrize("line", LINES)


@cache
def shipped_samples(line):
    path = shipped.SCHEMAS / "expandable" / f"{line}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def objects(value):
    """A value and what is in it, as far as it is objects."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from objects(each)


def wholes(line):
    return {name: expanded_object(name, line) for name in shipped_samples(line)}


# What ships


@each_line
def test_each_line_has_each_expandable_object(line):
    named = {
        key.removeprefix("expanded.")
        for kind in KINDS
        for key in load_schema(kind, line)["$defs"]
        if key.startswith("expanded.")
    }
    assert len(named) > 15
    assert shipped_samples(line).keys() == named
    for name, sample in wholes(line).items():
        assert sample["object"] == name
        assert sample["id"].endswith((TAIL, "25OFF"))
        assert sample.keys() > {"id", "object"}


@each_line
def test_a_whole_object_holds_nothing_that_only_refers_to_another(line):
    for sample in wholes(line).values():
        for each in objects(sample):
            assert each.keys() != {"id", "object"}


@each_line
def test_a_whole_object_is_in_test_mode_without_amounts_or_personal_data(line):
    for name, sample in wholes(line).items():
        for each in objects(sample):
            assert each.get("livemode", False) is False
            assert each.get("created", TIME) == TIME
            assert [
                each[key] for key in each if "amount" in key and isinstance(each[key], int)
            ] in ([0] * count for count in range(12))
        people = {"jenny.rosen@example.com", "Jenny Rosen"}
        told = {sample.get("email"), sample.get("name")} - {None, "Gold Plan"}
        assert told == (people if name == "customer" else set())


@each_line
def test_a_whole_invoice_keeps_the_contract_of_its_line(line):
    if line != LINES[0]:  # it refers to no other invoice yet
        assert fast_validator("invoice", line).is_valid(expanded_object("invoice", line))


@each_line
@pytest.mark.parametrize("kind", ["invoice", "error"])
def test_each_object_fulfils_the_schema_in_each_of_its_places(kind, line):
    walker = SchemaWalker(load_schema(kind, line))
    is_valid = fast_validator(kind, line).is_valid
    tried = set()
    for expands in (False, True):
        sampler = Sampler(walker, is_full=True, expands=expands)
        payload = sampler.of_branch(walker.root, (kind,), {})
        assert is_valid(payload)
        for place in list(walker.places_of(payload)):
            for branch in filter(is_expanded, place.branches):
                name = constant(branch, "object")
                for ask in (expanded_object, deleted_object):
                    if (sample := ask(name, line)) is not None:
                        owner, key = place.owners[0], place.path[-1]
                        key = 0 if key == EVERY else key
                        before, owner[key] = owner[key], sample
                        assert is_valid(payload), (place.path, name)
                        owner[key] = before
                        tried.add(name)
    defs = walker.root["$defs"]
    assert tried == {key.removeprefix("expanded.") for key in defs if key.startswith("expanded.")}


@each_line
def test_a_deleted_object_has_its_id_and_deleted(line):
    left = {name: deleted_object(name, line) for name in shipped_samples(line)}
    products = {} if expanded_object("product", line) is None else {"product": "prod"}
    plain = {"customer": "cus", "tax_id": "txi", **products}
    assert {name: each for name, each in left.items() if each} == {
        "application": {"id": f"ca_{TAIL}", "object": "application", "name": None, "deleted": True},
        **{
            name: {"id": f"{prefix}_{TAIL}", "object": name, "deleted": True}
            for name, prefix in plain.items()
        },
    }


@each_line
def test_a_whole_object_has_the_usual_properties(line):
    customer = expanded_object("customer", line)
    assert (customer["balance"], customer["metadata"]) == (0, {})
    assert customer["invoice_settings"]["default_payment_method"] is None
    assert not {"sources", "subscriptions", "tax_ids"} & customer.keys()
    method = expanded_object("payment_method", line)
    assert method[method["type"]]["last4"] == "4242"
    assert not {"acss_debit", "us_bank_account", "wechat_pay"} & method.keys()
    charge = expanded_object("charge", line)
    assert (charge["status"], charge["paid"], charge["failure_code"]) == ("succeeded", True, None)
    [item] = expanded_object("subscription", line)["items"]["data"]
    assert item["price"]["recurring"]["interval"] == item["plan"]["interval"] == "month"


def test_an_object_is_of_the_newest_package_that_has_it():
    assert "tax_id" in expanded_object("charge", "basil")["billing_details"]  # since 12.1
    assert expanded_object("margin", "acacia")["percent_off"] == 0  # until 11.0
    assert expanded_object("margin", "basil") is None


def test_each_is_a_new_one():
    for ask in (expanded_object, deleted_object):
        first = ask("customer", LAST)
        first["id"] = "cus_mine"
        assert ask("customer", LAST)["id"] == f"cus_{TAIL}"


def test_a_line_later_than_all_that_ship_has_those_of_the_last():
    assert expanded_object("customer", "fir") == expanded_object("customer", LAST)
    assert deleted_object("customer", "fir") == deleted_object("customer", LAST)


def test_an_object_that_is_not_expandable_is_none():
    assert expanded_object("payout", LAST) is None
    assert deleted_object("payout", LAST) is None
    assert deleted_object("charge", LAST) is None


# Who reads them


def test_an_expanded_customer_reads_with_the_official_sdk():
    invoice = stripe.Invoice.construct_from(
        {"id": "in_1", "object": "invoice", "customer": expanded_object("customer", LAST)}, "none"
    )
    customer = invoice.customer
    assert isinstance(customer, stripe.Customer)
    assert (customer.email, customer.name) == ("jenny.rosen@example.com", "Jenny Rosen")
    assert customer.metadata.to_dict() == {}
    assert customer.invoice_settings.default_payment_method is None
    assert customer.created == TIME
    gone = stripe.Customer.construct_from(deleted_object("customer", LAST), "none")
    assert gone.deleted is True


def test_the_sdk_has_every_property_of_the_objects_of_its_line():
    [line] = [line for line in versions.LINES if line.name in stripe.api_version] or [None]
    if line is None:
        pytest.skip(f"{stripe.api_version}, which stripe {stripe.VERSION} sends, has no samples")
    package = sdk_packages.read("pypi", stripe.VERSION, Path(stripe.__file__).parent.parent)
    for name, sample in wholes(line.name).items():
        known = package.api_object(name, ())["properties"].keys()
        assert sample.keys() <= known, name
        if left := deleted_object(name, line.name):
            assert left.keys() <= package.deleted(name)


@each_line
def test_a_sample_of_a_place_that_is_expanded_is_whole(line):
    walker = SchemaWalker(load_schema("invoice", line))
    branch = walker.root["$defs"]["expanded.customer"]
    for full in (True, False):
        made = Sampler(walker, is_full=full).of_branch(branch, ("customer",), walker.root)
        assert made == expanded_object("customer", line)


@pytest.mark.parametrize(
    ("schema", "name"), [({}, "customer"), ({"$id": f"urn:pytest:invoice:{LAST}"}, "payout")]
)
def test_a_sample_of_an_unknown_object_has_its_required_properties(schema, name):
    object_ = {"id": {"type": "string"}, "object": {"const": name}}
    branch = {
        "type": "object",
        "required": ["id", "object"],
        "properties": object_,
        "additionalProperties": True,
    }
    made = Sampler(SchemaWalker(schema), is_full=False).of_branch(branch, (name,), {})
    assert (made.keys(), made["object"]) == ({"id", "object"}, name)


# The packages that they are made from


def packages(line):
    for registry, released in sdk_packages.listed(TOOLS)[line].items():
        for version in released:
            sdk_wheels.require(registry, version)
    return sdk_packages.of_line(line, TOOLS, build_schemas.CACHE)


@pytest.mark.slow
def test_expandable_objects_are_built_from_the_packages_and_each_rule_applies(monkeypatch):
    table = expandable_samples.read_rules(TOOLS)
    asked = set()
    rule_for = expandable_samples._rule

    def remembers(address, of_kind):
        asked.add(address)
        return rule_for(address, of_kind)

    monkeypatch.setattr(expandable_samples, "_rule", remembers)
    typed = tomllib.loads((TOOLS / "schema_rules.toml").read_text(encoding="utf-8"))
    for line, found in {line: packages(line) for line in LINES}.items():
        built = expandable_samples.build(shipped_samples(line), line, found, table, typed)
        assert list(expandable_samples.differences("", shipped_samples(line), built)) == []
    for kind in ("absent", "one_item", "present", "times", "values"):
        patterns = [pattern for rule in table[kind] for pattern in rule["properties"]]
        idle = [each for each in patterns if not any(fnmatchcase(one, each) for one in asked)]
        assert idle == [], kind


# The tool that builds them

CLASS = """
class {0}(StripeObject):
    OBJECT_NAME: ClassVar[Literal["{1}"]] = "{1}"
    id: str
    object: Literal["{1}"]
"""
OAK = CLASS.format("Oak", "oak")
OLD = OAK + '    owner: ExpandableField["Elf"]\n    guest: ExpandableField["Owl"]\n'
OLD += CLASS.format("Elf", "elf") + "    only_before: str\n" + CLASS.format("Owl", "owl")
NEW = OAK + '    owner: ExpandableField["Elf"]\n' + CLASS.format("Elf", "elf")
NEW += """
    class Shoe(StripeObject):
        colour: str
        size: Optional[int]
        worn_at: int
    age: Optional[int]
    deleted: Optional[Literal[True]]
    hat: Literal["green", "red"]
    mood: Optional[Literal["glad", "sad"]]
    nickname: Optional[str]
    secrets: Optional[List[str]]
    shoe: Optional[Shoe]
    shoes: ListObject["Shoe"]
    type: Literal["dark", "light"]
    dark: Optional[Shoe]
    light: Optional[Shoe]
    seen: int
    weight: int
class ListObject(StripeObject, Generic[T]):
    OBJECT_NAME = "list"
    data: List[T]
"""
NODE = """
declare module 'stripe' {
  namespace Stripe {
    interface Oak {
      id: string;
      object: 'oak';
      owner: string | Stripe.Elf | Stripe.DeletedElf;
    }
    interface Elf {
      id: string;
      object: 'elf';
      shoe?: Elf.Shoe | null;
      type: 'dark' | 'light';
    }
    interface DeletedElf {
      id: string;
      object: 'elf';
      deleted: true;
    }
    namespace Elf {
      interface Shoe {
        colour: string;
      }
      interface Twin {
        object: 'elf';
      }
    }
  }
}
"""
TABLE = """
[described]
in_full = []
[sorts]
elf = "light"
[deleted]
elf = ["id", "object"]
owl = ["id", "object"]
[[absent]]
properties = ["elf.nickname", "elf.secrets"]
[[present]]
properties = ["elf.secrets"]
lines = ["oak"]
[[present]]
properties = ["elf.age", "elf.light", "elf.mood"]
[[one_item]]
properties = ["elf.shoes.data"]
[[times]]
properties = ["elf.seen", "*.size"]
[[values]]
properties = ["elf.hat"]
value = "red"
[[values]]
properties = ["elf.type"]
value = "light"
"""
SHOE = {"colour": "colour", "size": None, "worn_at": 0}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose tables ask for small packages, two for Python and one for Node."""
    cached = tmp_path / ".cache"
    cached.mkdir()
    archives = {"npm": cached / "stripe-1.0.0.tgz"}
    for version, source in (("1.0.0", OLD), ("1.1.0", NEW)):
        archives[version] = cached / f"stripe-{version}-py3-none-any.whl"
        with zipfile.ZipFile(archives[version], "w") as archive:
            archive.writestr("stripe/_api_version.py", 'class V:\n    CURRENT = "2030-01-01.oak"\n')
            archive.writestr("stripe/_oak.py", source)
    with tarfile.open(archives["npm"], "w:gz") as archive:
        lib = "type LatestApiVersion = '2029-01-01';"
        for path, text in (("lib.d.ts", lib), ("Oaks.d.ts", NODE)):
            entry = tarfile.TarInfo(f"package/types/{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    sums = {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in archives.items()}
    npm = sums.pop("npm")
    listed = {"2029-01-01": {"npm": {"1.0.0": npm}}, "oak": {"pypi": sums}}
    (tmp_path / "sdk_packages.json").write_text(json.dumps(listed), encoding="utf-8")
    oak = '[schemas.oak]\nof = { pypi = "oak", npm = "Oak" }\n'
    (tmp_path / "schema_rules.toml").write_text(oak, encoding="utf-8")
    (tmp_path / "expandable_rules.toml").write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(build_schemas, "TOOLS", tmp_path)
    monkeypatch.setattr(build_schemas, "CACHE", cached)
    monkeypatch.setattr(build_schemas, "SCHEMAS", tmp_path / "schemas")
    return tmp_path


def built(checkout, line="oak"):
    path = checkout / "schemas" / "expandable" / f"{line}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_an_object_is_the_least_that_the_newest_package_and_the_rules_allow(checkout):
    assert build_schemas.main([]) == 0
    assert built(checkout)["elf"]["whole"] == {
        "id": f"id_{TAIL}",
        "object": "elf",
        "age": 0,
        "hat": "red",
        "mood": "glad",
        "secrets": [],
        "shoe": None,
        "shoes": {"object": "list", "data": [SHOE]},
        "type": "light",
        "light": SHOE,
        "seen": TIME,
        "weight": 0,
    }


def test_an_object_that_the_newest_package_has_no_more_is_of_the_one_before(checkout):
    build_schemas.main([])
    assert built(checkout)["owl"] == {"whole": {"id": f"id_{TAIL}", "object": "owl"}}


def test_an_object_that_no_package_has_is_an_error(checkout):
    given = '[[given]]\nproperties = ["oak.x"]\nschema."$ref" = "#/$defs/expanded.gnome"\n'
    table = checkout / "schema_rules.toml"
    table.write_text(table.read_text(encoding="utf-8") + given, encoding="utf-8")
    with pytest.raises(UnknownName, match="gnome"):
        build_schemas.main([])


def test_types_of_a_package_for_node_give_the_same(checkout):
    build_schemas.main([])
    left = {"id": f"id_{TAIL}", "object": "elf", "deleted": True}
    assert built(checkout)["elf"]["deleted"] == left
    assert built(checkout, "2029-01-01") == {
        "elf": {
            "whole": {"id": f"id_{TAIL}", "object": "elf", "shoe": None, "type": "light"},
            "deleted": left,
        }
    }


def test_a_check_names_the_properties_that_differ(checkout, capsys):
    build_schemas.main([])
    assert build_schemas.main(["--check"]) == 0
    path = checkout / "schemas" / "expandable" / "oak.json"
    samples = built(checkout)
    samples["elf"]["whole"] |= {"hat": "blue", "wings": 2}
    del samples["elf"]["deleted"]
    path.write_text(json.dumps(samples), encoding="utf-8")
    capsys.readouterr()

    assert build_schemas.main(["--check"]) == 1

    assert capsys.readouterr().out.splitlines() == [
        "differs: schemas/expandable/oak.json",
        '  expandable.elf.whole.hat: "blue", to be "red"',
        "  expandable.elf.whole.wings: 2, to be absent",
        f'  expandable.elf.deleted.id: absent, to be "id_{TAIL}"',
        '  expandable.elf.deleted.object: absent, to be "elf"',
        "  expandable.elf.deleted.deleted: absent, to be true",
    ]


def test_without_rules_there_are_no_objects(checkout):
    (checkout / "expandable_rules.toml").unlink()
    assert build_schemas.main([]) == 0
    assert not (checkout / "schemas" / "expandable").exists()
