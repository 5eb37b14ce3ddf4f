"""Invoices by the package's own strategies, beside hypothesis-jsonschema's of the same schema.

``python benchmarks/strategies.py [examples]`` prints a table: how long an example takes, the least
of several rounds, and how many keep the contract. The package, hypothesis and hypothesis-jsonschema
must be installed.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from pytest_stripe_contract import strategies
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.schemas import exact_schema, load_schema

LINES = ("2023-10-16", "endive")
ROUNDS = 3
EXAMPLES = 100


@dataclass
class Figures:
    """The result of a strategy: ``least`` is the least time of an example, in milliseconds."""

    least: float = float("inf")
    examples: int = 0
    without_violation: int = 0
    without_drift: int = 0


def from_schema(line: str, *, is_exact: bool) -> SearchStrategy[Any]:
    """Return the strategy of hypothesis-jsonschema; an exact schema allows no drift."""
    import hypothesis_jsonschema

    schema = exact_schema("invoice", line) if is_exact else load_schema("invoice", line)
    strategy: SearchStrategy[Any] = hypothesis_jsonschema.from_schema(_inlined(schema, schema))
    return strategy


def _inlined(schema: Any, root: dict[str, Any]) -> Any:
    """Return the schema in the form that hypothesis-jsonschema handles best.

    It does not find a ``$ref`` in one that has an ``$id``; an ``if`` (an invoice has an id unless
    it is still to be made) costs it minutes.
    """
    if isinstance(schema, list):
        return [_inlined(each, root) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    left_out = ("$defs", "$id", "$schema", "$comment", "if", "then")
    return {name: _inlined(each, root) for name, each in schema.items() if name not in left_out}


def measure(strategy: SearchStrategy[Any], line: str, examples: int) -> Figures:
    """Draw examples, several rounds of them, and hold them to the contract afterwards."""
    figures = Figures()
    contract = Contract(line)
    for number in range(ROUNDS):
        drawn: list[Any] = []
        run = seed(number)(_quiet(examples)(given(strategy)(_keeper(drawn))))
        start = time.process_time()
        run()
        figures.least = min(figures.least, (time.process_time() - start) / len(drawn) * 1000)
        for payload in drawn:
            kinds = {finding.kind for finding in contract.iter_findings(payload)}
            figures.examples += 1
            figures.without_violation += "violation" not in kinds
            figures.without_drift += not kinds
    return figures


def _keeper(drawn: list[Any]) -> Callable[[Any], None]:
    def keep(payload: Any) -> None:
        drawn.append(payload)

    return keep


def _quiet(examples: int) -> settings:
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def main(examples: int = EXAMPLES) -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    row = "{:<12}{:<44}{:>11}{:>14}{:>10}"
    print(row.format("line", "strategy", "ms/example", "no violation", "no drift"))
    for line in LINES:
        strategy = {
            "invoices": lambda line=line: strategies.invoices(api_version=line),
            "hypothesis-jsonschema, documented schema": lambda line=line: from_schema(
                line, is_exact=False
            ),
            "hypothesis-jsonschema, exact schema": lambda line=line: from_schema(
                line, is_exact=True
            ),
        }
        for name, make in strategy.items():
            try:
                figures = measure(make(), line, examples)
            except Exception as error:  # noqa: BLE001  a peer may not go with this Hypothesis
                print(f"{line:<12}{name:<44} does not run: {type(error).__name__}", flush=True)
                continue
            print(
                row.format(
                    line,
                    name,
                    f"{figures.least:.1f}",
                    f"{figures.without_violation / figures.examples:.0%}",
                    f"{figures.without_drift / figures.examples:.0%}",
                ),
                flush=True,
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
