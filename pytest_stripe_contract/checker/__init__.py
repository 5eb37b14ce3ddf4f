"""Check and scrub files of recordings."""

from __future__ import annotations

from .files import STDIN, Entry, read
from .findings import Finding, Report
from .formats import FORMATS, count, interrupted, printable, skipped
from .options import Options
from .rules import RULES, select_rules
from .runner import check
from .scrub import ScrubReport, scrub

__all__ = [
    "FORMATS",
    "RULES",
    "STDIN",
    "Entry",
    "Finding",
    "Options",
    "Report",
    "ScrubReport",
    "check",
    "count",
    "interrupted",
    "printable",
    "read",
    "scrub",
    "select_rules",
    "skipped",
]
