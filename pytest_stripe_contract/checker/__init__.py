"""Check and scrub files of recordings."""

from __future__ import annotations

from . import formats, runner
from .files import Entry
from .formats import printable, several
from .rules.contract import Options
from .scrub import Scrubs, scrub
from .streams import STDIN, read

__all__ = [
    "STDIN",
    "Entry",
    "Options",
    "Scrubs",
    "formats",
    "printable",
    "read",
    "runner",
    "scrub",
    "several",
]
