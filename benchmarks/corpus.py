"""Cassettes that ``stripe-contract check`` is timed on: made, and each time the same."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pytest_stripe_contract.stripe_api import resources as shipped
from pytest_stripe_contract.stripe_api import versions

SIZES = (1, 10, 100)
"""Interactions of the files, each with about as many of them all."""

_HALF, _SOME = 0.5, 0.3
_SCENARIOS = ("mark_uncollectible_open", "mark_uncollectible_open", "invoice_lifecycle")
_ID = re.compile(r"(?<![a-z])([a-z]{2,5}_)((?=[A-Za-z]*[0-9])[A-Za-z0-9]{12,})\b")
_TIME = re.compile(r"\b16[78][0-9]{7}\b")
_WORDS = ("annual", "basic", "dunning", "legacy", "monthly", "pilot", "seats", "support")
_MAY_BE_NULL = {
    "application": "ca_plainlyFake",
    "subscription": "sub_plainlyFake",
    "test_clock": "clock_plainlyFake",
}
"""Properties that steps know, of which each may be null in every release line that has it."""

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def generate(folder: Path, interactions: int, *, seed: int = 1) -> int:
    """Write cassettes with this number of interactions to a folder, and return the number of files.

    Every release line has its part. No two answers have the same ids, amounts, dates or texts,
    and they differ in what is null, in their metadata and in the number of their line items;
    every tenth has a property that is not documented, or lacks one that is. Half of the files
    have the layout of VCR.py, half that of this package.
    """
    random_ = random.Random(seed)  # noqa: S311 (the same files each time)
    folder.mkdir(parents=True, exist_ok=True)
    files = 0
    for size in SIZES:
        for number in range(max(1, interactions // len(SIZES) // size)):
            line = versions.LINES[files % len(versions.LINES)]
            path = folder / f"{size:03}" / f"{line.name}-{number:04}.yaml"
            path.parent.mkdir(exist_ok=True)
            recorded = [_interaction(line, random_) for _ in range(size)]
            path.write_text("".join(_file(line, recorded, like_vcr=number % 2 == 0)))
            files += 1
    return files


@cache
def _templates(scenario: str, line: str) -> tuple[tuple[dict[str, Any], str], ...]:
    """Return the interactions of a shipped cassette, each with the text of its answer."""
    path = shipped.CASSETTES / line / f"{scenario}.yaml"
    path = path if path.is_file() else shipped.CASSETTES / f"{scenario}.yaml"
    document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return tuple((each, each["response"]["body"]["string"]) for each in document["interactions"])


def _interaction(line: versions.ReleaseLine, random_: random.Random) -> dict[str, Any]:
    recorded, text = random_.choice(_templates(random_.choice(_SCENARIOS), line.name))
    ids: dict[str, str] = {}

    def fresh(match: re.Match[str]) -> str:
        tail = "".join(random_.choices(_LETTERS, k=len(match[2])))
        return match[1] + ids.setdefault(match[2], tail)

    later, amount = random_.randrange(10**6, 10**8), random_.randrange(500, 10**6)
    text = _TIME.sub(lambda match: str(int(match[0]) + later), text)
    text = re.sub(r"\b599\b", str(amount), re.sub(r"\b1099\b", str(amount + 500), text))
    answer = _varied(json.loads(_ID.sub(fresh, text)), random_)
    request, response = recorded["request"], recorded["response"]
    headers = json.loads(_ID.sub(fresh, json.dumps(response["headers"])))
    body = {"string": json.dumps(answer, indent=2)}
    return {
        "request": {**request, "uri": _ID.sub(fresh, request["uri"])},
        "response": {**response, "headers": headers, "body": body},
    }


def _varied(invoice: dict[str, Any], random_: random.Random) -> dict[str, Any]:
    """Return the invoice with other legal texts and shapes."""
    words = random_.choices(_WORDS, k=3)
    if random_.random() < _HALF:
        invoice["metadata"] = {f"{words[0]}_id": str(random_.randrange(10**6))}
    for name in ("description", "footer", "statement_descriptor", "receipt_number"):
        if random_.random() < _HALF:
            invoice[name] = f"{' '.join(words)} {random_.randrange(10**4)}"
    if random_.random() < _HALF:
        names = ("city", "country", "line1", "line2", "postal_code", "state")
        invoice["customer_address"] = dict.fromkeys(names) | {"city": words[0], "country": "US"}
    for name, value in _MAY_BE_NULL.items():
        if name in invoice and random_.random() < _SOME:
            invoice[name] = value if invoice[name] is None else None
    items = invoice["lines"]["data"]
    items += [json.loads(json.dumps(items[0])) for _ in range(random_.randrange(3))]
    for index, item in enumerate(items):
        item["description"] = f"{words[1]} {index}"
    invoice["lines"]["total_count"] = len(items)
    match random_.randrange(20):
        case 0:
            invoice["not_documented_yet"] = words[2]
        case 1:
            del invoice["post_payment_credit_notes_amount"]
    return invoice


def _file(
    line: versions.ReleaseLine, recorded: list[dict[str, Any]], *, like_vcr: bool
) -> Iterator[str]:
    if like_vcr:
        document = {"interactions": recorded, "version": 1}
        yield yaml.dump(document, Dumper=yaml.CSafeDumper)
        return
    yield f"metadata:\n  api_version: '{line.first}'\n  provenance: recorded\ninteractions:\n"
    for each in recorded:
        answer = each["response"]
        head = {"request": each["request"], "response": {**answer, "body": None}}
        text = yaml.dump([head], Dumper=yaml.CSafeDumper, sort_keys=False)
        yield text.replace("    body: null\n", "    body:\n      string: |-\n", 1)
        yield "".join(f"        {row}\n" for row in answer["body"]["string"].splitlines())
