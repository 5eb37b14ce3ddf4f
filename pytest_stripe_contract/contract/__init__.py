"""Hold payloads, requests and answers to the contract of an API version."""

from __future__ import annotations

from . import contract, invoice_lifecycle, invoice_rules, payload
from .contract import FAILED, Contract, object_docs
from .event_types import TYPES, all_types, event_time
from .exchange import check_answer, check_request, reported_rules
from .finding import ContractViolation, Difference, Finding
from .payload import Kind as PayloadKind
from .payload import Unreadable, kind_of, parse

__all__ = [
    "FAILED",
    "TYPES",
    "Contract",
    "ContractViolation",
    "Difference",
    "Finding",
    "PayloadKind",
    "Unreadable",
    "all_types",
    "check_answer",
    "check_request",
    "contract",
    "event_time",
    "invoice_lifecycle",
    "invoice_rules",
    "kind_of",
    "object_docs",
    "parse",
    "payload",
    "reported_rules",
]
