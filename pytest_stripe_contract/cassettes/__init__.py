"""Read cassettes: their file formats, their names, and the requests that they match."""

from __future__ import annotations

from . import yaml
from .formats import FormatError
from .library import Library, list_shipped, load_shipped, require_known_version
from .matching import RequestKey, differences, expands_payments, request_key
from .model import Cassette, Interaction, parse_cassette, parse_document
from .versioned import ConversionError, check_response, convert_response

__all__ = [
    "Cassette",
    "ConversionError",
    "FormatError",
    "Interaction",
    "Library",
    "RequestKey",
    "check_response",
    "convert_response",
    "differences",
    "expands_payments",
    "list_shipped",
    "load_shipped",
    "parse_cassette",
    "parse_document",
    "request_key",
    "require_known_version",
    "yaml",
]
