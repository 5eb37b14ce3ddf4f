"""Replay Stripe's answers offline, and check requests and answers against Stripe's API types."""

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

_HOMES = {
    "_support.json_path": ("ABSENT",),
    "contract": ("Contract", "ContractViolation", "Finding"),
    "factories": ("Event", "EventFactory", "NoEvent"),
    "faults": (
        "connection_reset",
        "dns_failure",
        "not_json",
        "slow",
        "status",
        "timeout",
        "tls_failure",
        "truncated_body",
    ),
    "messages": ("Request", "Response"),
    "migrations": ("NoStepBack", "upgrade"),
    "recording": ("RecordingRefused",),
    "replay": ("Call", "Replay", "ReplayMiss"),
}
"""Modules that are imported on first use, as they import libraries that pytest starts without."""


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
