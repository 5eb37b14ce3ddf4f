"""HTTP requests and responses, with their forms, URLs and encodings."""

from __future__ import annotations

from . import encodings, forms
from .forms import name_of, number
from .models import CONFLICT, SERVER_ERROR, Request, Response
from .urls import PORTS, origin

__all__ = [
    "CONFLICT",
    "PORTS",
    "SERVER_ERROR",
    "Request",
    "Response",
    "encodings",
    "forms",
    "name_of",
    "number",
    "origin",
]
