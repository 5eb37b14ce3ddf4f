"""A recorded answer as another API version shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

from . import cassettes, installed, versions
from .cassettes import Cassette
from .contract import Contract
from .errors import StripeContractError, UnknownName
from .findings import Finding
from .messages import Response
from .upgrades import NoStepBack, upgrade


class NotShown(StripeContractError, ValueError):
    """A recorded answer that cannot be shown in an API version; ``problem`` says why."""

    def __init__(self, version: str, problem: str) -> None:
        self.version = version
        self.problem = problem
        super().__init__(version, problem)

    def __str__(self) -> str:
        return f"it cannot be shown in API version {self.version}: {self.problem}"


def in_version(cassette: Cassette, number: int, version: str) -> Response:
    """The answer of a cassette's recording (from 1) in a version, which its headers then name.

    Of a shipped cassette it is the recording of the version's release line; any other is
    stepped from the version that it was recorded under, if that is known. In a line that is
    newer than all shipped ones, it is what the last of those shows. `NotShown` if there is no
    way there.
    """
    try:
        line = installed.resolve(version)
        shown = line if line in versions.LINES else versions.LINES[-1]
        response = _in_line(cassette, number, shown.name)
    except (NoStepBack, UnknownName) as error:
        raise NotShown(version, str(error)) from error
    headers = response.headers.copy()
    headers["Stripe-Version"] = installed.full(version)
    return replace(response, headers=headers)


@lru_cache(maxsize=1024)
def findings(cassette: Cassette, number: int, version: str) -> tuple[Finding, ...]:
    """What the contract of a version finds in the answer; whatever id takes the recorded one's."""
    return tuple(Contract(version).iter_findings(in_version(cassette, number, version)))


@lru_cache(maxsize=1024)
def _in_line(cassette: Cassette, number: int, line: str) -> Response:
    if cassette.is_shipped:
        cassette = cassettes.shipped_in(cassette.name, line)
    response = cassette.interactions[number - 1].response
    recorded = cassette.api_version
    if recorded is None or versions.resolve(recorded).name == line:
        return response
    try:
        payload = response.json()
    except ValueError:
        return response
    body = json.dumps(upgrade(payload, recorded, line), indent=2).encode()
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    return replace(response, headers=headers, body=body)
