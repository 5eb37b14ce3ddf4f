"""The row on ``stripe-contract check``; run as a module with a folder, what it is held against."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from .rows import Row, ratio
from .timing import Sample, process

INTERACTIONS = 10_000
COMMAND = Path(sys.executable).with_name("stripe-contract")


def main() -> None:
    """Read what is in a folder: the files as YAML, in C, and their bodies as JSON."""
    for path in sorted(Path(sys.argv[1]).rglob("*.yaml")):
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        for interaction in document["interactions"]:
            json.loads(interaction["response"]["body"]["string"])


def _prepare(folder: Path) -> Mapping[str, Sample]:
    from .corpus import generate

    cassettes = folder / "cassettes"
    shutil.rmtree(cassettes, ignore_errors=True)
    generate(cassettes, INTERACTIONS)
    return {
        "ours": process((COMMAND, "check", cassettes), folder, finds=True),
        "peer": process(("-m", "benchmarks.cassettes", cassettes), Path.cwd()),
    }


def rows() -> Sequence[Row]:
    """Return the rows of this module."""
    return (
        Row(
            "check",
            f"`stripe-contract check` of {INTERACTIONS:,} interactions; reading them with PyYAML's "
            "C loader and json.loads",
            "at most 1.3 x",
            3,
            _prepare,
            ratio(1.3),
        ),
    )


if __name__ == "__main__":
    main()
