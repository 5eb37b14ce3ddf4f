"""Replay Stripe's answers offline, and hold requests and answers to the contract of a version."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    CassetteError,
    InvalidOption,
    NetworkBlocked,
    ReplayFailure,
    StripeContractError,
    UnknownName,
)

if TYPE_CHECKING:
    from ._support.json_path import ABSENT
    from .contract import Contract, ContractViolation, Finding
    from .factories import Event, EventFactory, NoEvent
    from .faults import (
        connection_reset,
        dns_failure,
        not_json,
        slow,
        status,
        timeout,
        tls_failure,
        truncated_body,
    )
    from .messages import Request, Response
    from .migrations import NoStepBack, upgrade
    from .recording import RecordingRefused
    from .replay import Call, Replay, ReplayMiss

__all__ = [
    "ABSENT",
    "Call",
    "CassetteError",
    "Contract",
    "ContractViolation",
    "Event",
    "EventFactory",
    "Finding",
    "InvalidOption",
    "NetworkBlocked",
    "NoEvent",
    "NoStepBack",
    "RecordingRefused",
    "Replay",
    "ReplayFailure",
    "ReplayMiss",
    "Request",
    "Response",
    "StripeContractError",
    "UnknownName",
    "connection_reset",
    "dns_failure",
    "not_json",
    "slow",
    "status",
    "timeout",
    "tls_failure",
    "truncated_body",
    "upgrade",
]

_FAULTS = (
    "connection_reset",
    "dns_failure",
    "not_json",
    "slow",
    "status",
    "timeout",
    "tls_failure",
    "truncated_body",
)

_HOMES = {
    "ABSENT": "_support.json_path",
    "Call": "replay",
    "Contract": "contract",
    "ContractViolation": "contract",
    "Event": "factories",
    "EventFactory": "factories",
    "Finding": "contract",
    "NoEvent": "factories",
    "NoStepBack": "migrations",
    "RecordingRefused": "recording",
    "Replay": "replay",
    "ReplayMiss": "replay",
    "Request": "messages",
    "Response": "messages",
    **dict.fromkeys(_FAULTS, "faults"),
    "upgrade": "migrations",
}
"""Where the names are that pytest must not import with the plugin: they bring libraries."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
