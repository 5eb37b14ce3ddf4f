"""Derive the shipped cassettes from the documented one.

    python tools/build_cassettes.py           write cassettes/[<release line>/]<name>.yaml
    python tools/build_cassettes.py --check   write nothing; exit 1 if any file differs

The documented cassette, cassettes/mark_uncollectible.yaml, is written by hand from Stripe's
page. `pytest_stripe_contract.upgrade` converts it to the other release lines. `finalized` makes the
invoice of a real account from it (`mark_uncollectible_open`, `invoice_lifecycle`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import error_answers
import yaml

from pytest_stripe_contract.cassettes import yaml as yamlfile
from pytest_stripe_contract.migrations import upgrade
from pytest_stripe_contract.stripe_api import versions

CASSETTES = Path(__file__).resolve().parent.parent / "cassettes"
SEED = "mark_uncollectible"
PAGE = "https://docs.stripe.com/api/invoices/mark_uncollectible"
LIFE_CYCLE = "https://docs.stripe.com/invoicing/overview"

ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"
INVOICE = f"https://api.stripe.com/v1/invoices/{ID}"
FINALIZED_AT = 1680641965
"""An hour after the documented invoice was created: when Stripe finalizes one by itself."""
MARKED_AT = FINALIZED_AT + 30 * 24 * 60 * 60

Payload = dict[str, Any]
Document = dict[str, Any]


def finalized(documented: Payload) -> Payload:
    """Return the documented invoice as finalized: open, and without its oddities."""
    invoice = {name: documented[name] for name in documented if name not in ("closed", "forgiven")}
    [line] = documented["lines"]["data"]
    invoice |= {
        "effective_at": FINALIZED_AT,
        "ending_balance": 0,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/acct_test/test_{ID}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/acct_test/test_{ID}/pdf",
        "lines": {**documented["lines"], "data": [{**line, "plan": None}], "total_count": 1},
        "number": "1MTG0NLK-0001",
        "rendering": None,
        "status": "open",
        "status_transitions": {
            **documented["status_transitions"],
            "finalized_at": FINALIZED_AT,
        },
        "subscription_details": {"metadata": None},
        "webhooks_delivered_at": FINALIZED_AT,
    }
    return dict(sorted(invoice.items(), key=lambda item: (item[0] not in ("id", "object"), item)))


def marked(invoice: Payload, line: str) -> Payload:
    """Mark an open invoice of a release line as uncollectible, with the changes of a real one."""
    transitions = {**invoice["status_transitions"], "marked_uncollectible_at": MARKED_AT}
    changed = invoice | {"status": "uncollectible", "status_transitions": transitions}
    if line == "endive":
        # That this endpoint gives this reason is inferred from its name.
        changed["status_details"] = {"uncollectible": {"reason": "user_forgiven"}}
    return changed


def cassettes(seed: Document) -> Iterator[tuple[str, Document]]:
    """Yield each derived cassette: its path below cassettes/ and its document."""
    [recorded] = seed["interactions"]
    documented = json.loads(recorded["response"]["body"]["string"])
    marked_invoice = marked(finalized(documented), versions.VERSION)
    mark = _interaction(recorded, versions.VERSION, marked_invoice)
    yield from _errors(recorded, mark)
    for line in versions.LINES:
        folder = "" if line.first == versions.VERSION else f"{line.name}/"
        is_open = upgrade(finalized(documented), versions.VERSION, line.name)
        mark = _interaction(recorded, line.first, marked(is_open, line.name))
        if folder:
            stepped = upgrade(documented, versions.VERSION, line.name)
            again = _interaction(recorded, line.first, stepped)
            steps = f"upgrade from {versions.VERSION}"
            yield f"{folder}{SEED}.yaml", _cassette(line.first, steps, PAGE, again)
        rule = "the documented invoice, finalized" + (", upgraded" if folder else "")
        yield f"{folder}{SEED}_open.yaml", _cassette(line.first, rule, PAGE, mark)
        yield (
            f"{folder}invoice_lifecycle.yaml",
            _cassette(
                line.first,
                rule,
                LIFE_CYCLE,
                _retrieved(mark, is_open),
                mark,
                _retrieved(mark, marked(is_open, line.name)),
            ),
        )


def _errors(recorded: Document, mark: Document) -> Iterator[tuple[str, Document]]:
    """Return the cassettes of errors and of sequences; they are the same in every release line."""
    rows = error_answers.rows(ID)
    answers = {name: _failed(recorded, error) for name, error in rows.items()}
    for name, error in rows.items():
        rule = "status, type, code, param and headers of this error, as its sources have them"
        cassette = _cassette(versions.VERSION, rule, error.source, answers[name])
        yield f"{SEED}.{name}.yaml", cassette
    for name, parts in error_answers.SEQUENCES.items():
        rule = "one after the other: " + ", ".join(
            f"{SEED}.{part}" if part else f"{SEED}_open" for part in parts
        )
        interactions = [answers.get(part, mark) for part in parts]
        cassette = _cassette(versions.VERSION, rule, error_answers.LOW_LEVEL, *interactions)
        yield f"{SEED}.{name}.yaml", cassette


def _failed(recorded: Document, error: error_answers.Error) -> Document:
    [request_id] = recorded["response"]["headers"]["Request-Id"]
    log = f"https://dashboard.stripe.com/acct_test/test/workbench/logs?object={request_id}"
    failed = _interaction(recorded, versions.VERSION, error.envelope(log))
    response = failed["response"]
    del response["headers"]["Stripe-Should-Retry"]
    response["headers"] |= {name: [value] for name, value in error.headers.items()}
    response["headers"] = dict(sorted(response["headers"].items()))
    phrase = HTTPStatus(error.status).phrase
    response["status"] = {"code": error.status, "message": phrase}
    return failed


def _cassette(version: str, rule: str, source: str, *interactions: Document) -> Document:
    metadata = {
        "api_version": version,
        "provenance": "derived",
        "derived_from": f"{SEED}, {versions.VERSION}",
        "rule": rule,
        "source": source,
    }
    return {"metadata": metadata, "interactions": list(interactions), "version": 1}


def _interaction(recorded: Document, version: str, payload: Payload) -> Document:
    text = json.dumps(payload, indent=2)
    response = recorded["response"]
    headers = response["headers"] | {
        "Content-Length": [str(len(text))],
        "Stripe-Version": [version],
    }
    return {
        "request": recorded["request"],
        "response": {"status": response["status"], "headers": headers, "body": {"string": text}},
    }


def _retrieved(mark: Document, payload: Payload) -> Document:
    """Return the answer to a GET of the invoice, without headers about retries."""
    [version] = mark["response"]["headers"]["Stripe-Version"]
    got = _interaction(mark, version, payload)
    for name in ("Original-Request", "Stripe-Should-Retry"):
        del got["response"]["headers"][name]
    return {**got, "request": {**mark["request"], "method": "GET", "uri": INVOICE}}


def files() -> Iterator[tuple[str, bytes]]:
    """Yield each file: its path below cassettes/ and its bytes."""
    seed = yaml.safe_load((CASSETTES / f"{SEED}.yaml").read_text(encoding="utf-8"))
    for name, document in cassettes(seed):
        yield name, yamlfile.dump(document)


def main(arguments: list[str] | None = None) -> int:
    """Write the files that differ, or with ``--check`` only list them; return the exit code."""
    parser = argparse.ArgumentParser(description="Derives the shipped cassettes.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if any differs")
    check = parser.parse_args(arguments).check
    differing = False
    for name, text in files():
        path = CASSETTES / name
        if path.is_file() and path.read_bytes() == text:
            continue
        differing = True
        print(f"{'differs' if check else 'built'}: cassettes/{name}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text)
    return int(check and differing)


if __name__ == "__main__":
    sys.exit(main())
