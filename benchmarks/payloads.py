"""Rows on payloads: verdicts, explanations, and those of other libraries."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from . import files
from .rows import Medians, Outcome, Row, ratio, seconds, shown
from .timing import Sample, per_call

Check = Callable[[Any], object]

VERSION = "2026-09-30.endive"
LINE = "endive"
FRESH = 4096
"""Payloads in turn where none is to have been seen before: more than any cache here keeps."""
NOTHING = 0.1
"""The share of json.loads' time below which a time counts as nothing."""


def _texts() -> list[bytes]:
    text = files.body()
    return [text.replace(files.ID.encode(), b"in_%024d" % number) for number in range(FRESH)]


def _verdict(_folder: Path) -> Mapping[str, Sample]:
    from pytest_stripe_contract.contract.contract import Contract

    contract = Contract(VERSION)
    texts = _texts()
    decoded, sources = cycle([json.loads(text) for text in texts]), cycle(texts)
    return {
        "ours": per_call(lambda: contract.is_valid(next(decoded))),
        "peer": per_call(lambda: json.loads(next(sources))),
    }


def _verdict_of_bytes(_folder: Path) -> Mapping[str, Sample]:
    from pytest_stripe_contract.contract.contract import Contract

    contract, sources = Contract(VERSION), cycle(_texts())
    return {
        "ours": per_call(lambda: contract.is_valid(next(sources))),
        "peer": per_call(lambda: json.loads(next(sources))),
    }


def _again(_folder: Path) -> Mapping[str, Sample]:
    from pytest_stripe_contract.contract.contract import Contract

    contract, text = Contract(VERSION), files.body()
    return {
        "ours": per_call(lambda: contract.is_valid(text)),
        "peer": per_call(lambda: json.loads(text)),
    }


def _broken() -> dict[str, Any]:
    invoice: dict[str, Any] = json.loads(files.body())
    invoice["status"] = "uncolectible"
    invoice["lines"]["data"][0]["amount"] = "1099"
    invoice["amount_remaining"] += 1
    return invoice


def _explaining(_folder: Path) -> Mapping[str, Sample]:
    from jsonschema import Draft202012Validator

    from pytest_stripe_contract.contract.contract import Contract
    from pytest_stripe_contract.schemas import exact_schema

    contract, invoice = Contract(VERSION), _broken()
    peer = Draft202012Validator(exact_schema("invoice", LINE))
    return {
        "ours": per_call(lambda: list(contract.iter_findings(invoice))),
        "peer": per_call(lambda: list(peer.iter_errors(invoice))),
    }


def _alone(name: str) -> Row:
    """Return the verdict function of a library on the same invoice and schema."""

    def prepare(_folder: Path) -> Mapping[str, Sample]:
        text = files.body()
        return {"peer": per_call(partial(_CHECKS[name](), json.loads(text)))}

    return Row(f"alone-{name}", f"{name}, alone", "", 9, prepare, shown)


def _json() -> Check:
    text = files.body()
    return lambda _: json.loads(text)


def _jsonschema() -> Check:
    from jsonschema import Draft202012Validator

    from pytest_stripe_contract.schemas import exact_schema

    return Draft202012Validator(exact_schema("invoice", LINE)).is_valid


def _fastjsonschema() -> Check:
    compiler: Any = importlib.import_module("fastjsonschema")

    from pytest_stripe_contract.schemas import exact_schema

    compiled: Check = compiler.compile(exact_schema("invoice", LINE) | {"$schema": _DRAFT_7})
    return compiled


def _rust() -> Check:
    from pytest_stripe_contract.schemas import fast_validator

    return fast_validator("invoice", LINE).is_valid


_CHECKS: dict[str, Callable[[], Check]] = {
    "json.loads": _json,
    "jsonschema": _jsonschema,
    "fastjsonschema": _fastjsonschema,
    "jsonschema-rs": _rust,
}
_DRAFT_7 = "http://json-schema.org/draft-07/schema#"
"""The latest draft that fastjsonschema knows; the schemas use nothing newer."""


def _hardly(taken: Medians) -> Outcome:
    found = taken["ours"] / taken["peer"]
    return Outcome(
        seconds(taken["ours"]), seconds(taken["peer"]), f"{found:.2f} x", found <= NOTHING
    )


def rows() -> Sequence[Row]:
    """Return the rows of this module in the order of the table."""
    valid = "the verdict on a valid invoice"
    return (
        Row(
            "verdict", f"{valid}; json.loads on its bytes", "less than 1 x", 15, _verdict, ratio(1)
        ),
        Row(
            "verdict-bytes",
            f"{valid} that is handed in as bytes, and decoded for that; json.loads on them",
            "",
            15,
            _verdict_of_bytes,
            ratio(float("inf")),
        ),
        Row("again", "the same bytes again; json.loads on them", "nothing", 15, _again, _hardly),
        Row(
            "explaining",
            "explaining a broken invoice; one jsonschema pass over it",
            "at most 1.5 x",
            15,
            _explaining,
            ratio(1.5),
        ),
    )


def alone() -> Sequence[Row]:
    """Return the figures of other libraries, without a comparison."""
    return [_alone(name) for name in _CHECKS]
