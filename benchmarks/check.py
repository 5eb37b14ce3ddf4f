"""``stripe-contract check`` against merely reading the files; explaining against one schema pass.

``python -m benchmarks.check`` prints the table of both rows.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pytest_stripe_contract import explain, schemas, shipped, versions

INTERACTIONS = 10_000
SIZES = (1, 10, 100)
"""Interactions of the files, each with about as many of them all."""

CHECK_LIMIT = 1.3
EXPLAIN_LIMIT = 1.5

READ = """
import json, pathlib, sys, yaml
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.yaml")):
    document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    for recorded in document["interactions"]:
        json.loads(recorded["response"]["body"]["string"])
"""
"""What the command is compared with: the files read, the bodies too, and nothing looked at."""

CHECK = "import sys; from pytest_stripe_contract.cli import main; sys.exit(main())"

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


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that both sides of a row took, round by round."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return statistics.median(self.ours) / statistics.median(self.theirs)


def generate(folder: Path, interactions: int = INTERACTIONS, *, seed: int = 1) -> int:
    """Write cassettes of so many interactions into a folder; how many files they are.

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


def time_check(folder: Path, rounds: int = 5, *options: str) -> Timings:
    """Both sides alternately, each a process of its own, with all that it does."""
    ours = [sys.executable, "-c", CHECK, "check", *options, str(folder)]
    theirs = [sys.executable, "-c", READ, str(folder)]
    return _alternating(lambda: _run(ours, 1), lambda: _run(theirs, 0), rounds)


def time_explain(rounds: int = 200) -> Timings:
    """A broken invoice explained, and one pass of jsonschema over it, its errors all taken."""
    from jsonschema import Draft202012Validator

    line = versions.LINES[-1].name
    invoice = broken_invoice(line)
    validator = Draft202012Validator(schemas.documented("invoice", line))
    return _alternating(
        lambda: explain.differences("invoice", line, invoice),
        lambda: list(validator.iter_errors(invoice)),
        rounds,
    )


def broken_invoice(line: str) -> dict[str, Any]:
    """The invoice of a release line with a wrong type, a misspelt status and a wrong currency."""
    invoice: dict[str, Any] = json.loads(_templates("mark_uncollectible_open", line)[0][1])
    invoice["status"] = "uncolectible"
    invoice["amount_due"] = "599"
    invoice["lines"]["data"][0]["currency"] = "USD"
    return invoice


def _alternating(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> Timings:
    taken: tuple[list[float], list[float]] = ([], [])
    ours(), theirs()
    for _ in range(rounds):
        for side, run in zip(taken, (ours, theirs), strict=True):
            begin = time.perf_counter()
            run()
            side.append(time.perf_counter() - begin)
    return Timings(*map(tuple, taken))


def _run(command: list[str], expected: int) -> None:
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if done.returncode != expected:
        raise RuntimeError(done.stderr.decode())


@cache
def _templates(scenario: str, line: str) -> tuple[tuple[dict[str, Any], str], ...]:
    """The interactions of a shipped cassette, each with its answer's text."""
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
    """The invoice with other texts and shapes, all of them legal."""
    words = random_.choices(_WORDS, k=3)
    if random_.random() < 0.5:  # noqa: PLR2004
        invoice["metadata"] = {f"{words[0]}_id": str(random_.randrange(10**6))}
    for name in ("description", "footer", "statement_descriptor", "receipt_number"):
        if random_.random() < 0.5:  # noqa: PLR2004
            invoice[name] = f"{' '.join(words)} {random_.randrange(10**4)}"
    if random_.random() < 0.5:  # noqa: PLR2004
        names = ("city", "country", "line1", "line2", "postal_code", "state")
        invoice["customer_address"] = dict.fromkeys(names) | {"city": words[0], "country": "US"}
    for name, value in _MAY_BE_NULL.items():
        if name in invoice and random_.random() < 0.3:  # noqa: PLR2004
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


def main() -> None:
    """Print both rows: medians in milliseconds, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        files = generate(Path(folder))
        check = time_check(Path(folder))
    print(f"{'what':<46}{'ours':>10}{'theirs':>10}{'ratio':>8}{'limit':>8}")
    rows = (
        (f"check of {INTERACTIONS} interactions in {files} files", check, CHECK_LIMIT),
        ("explaining a broken invoice", time_explain(), EXPLAIN_LIMIT),
    )
    for what, timings, limit in rows:
        ours, theirs = (statistics.median(each) * 1000 for each in (timings.ours, timings.theirs))
        print(f"{what:<46}{ours:>10.2f}{theirs:>10.2f}{timings.ratio:>8.2f}{limit:>8.2f}")


if __name__ == "__main__":
    main()
