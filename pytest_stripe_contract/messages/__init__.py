"""HTTP requests and responses, with their forms, URLs and encodings."""

from __future__ import annotations

from . import encodings, forms
from .forms import join_name, split_names
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
    "join_name",
    "origin",
    "split_names",
]
