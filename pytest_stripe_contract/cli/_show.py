"""``stripe-contract show``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._parser import add_command, print_json

if TYPE_CHECKING:
    from ..messages import Request, Response


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = add_command(commands, "show", _run, "print the requests and responses of a cassette")
    parser.add_argument(
        "name", metavar="NAME", help="name of a shipped cassette, or path of a file"
    )
    parser.add_argument(
        "--api-version",
        metavar="VERSION",
        help="show the responses in this API version (default: the one of the recording)",
    )


def _run(arguments: argparse.Namespace) -> int:
    from ..cassettes import Library, convert_response

    here = Path.cwd()
    cassette = Library(here / "cassettes", (here,)).find(arguments.name)
    version = arguments.api_version
    interactions = [
        (each.request, convert_response(cassette, n, version) if version else each.response)
        for n, each in enumerate(cassette.interactions, 1)
    ]
    if arguments.format == "json":
        values = [_as_json(request, response) for request, response in interactions]
        print_json({"metadata": dict(cassette.metadata), "interactions": values})
        return 0
    print(f"{cassette.name}: {cassette.path}")
    print(*(f"  {name}: {value}" for name, value in cassette.metadata.items()), sep="\n")
    for request, response in interactions:
        print(f"\n{request}")
        if request.body:
            print(request.body.decode(errors="replace"))
        print(f"\n{response.status} {response.reason}")
        print(*(f"{name}: {value}" for name, value in _headers(response)), sep="\n")
        print(f"\n{_body(response)}")
    return 0


def _headers(response: Response) -> list[tuple[str, str]]:
    return [(n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers.raw]


def _body(response: Response) -> str:
    try:
        return json.dumps(response.json(), indent=2, ensure_ascii=False)
    except ValueError:
        return response.content.decode(errors="replace")


def _as_json(request: Request, response: Response) -> dict[str, Any]:
    return {
        "request": {
            "method": request.method,
            "url": request.url,
            "body": request.body.decode("latin-1"),
        },
        "response": {
            "status": response.status,
            "headers": dict(_headers(response)),
            "body": _body(response),
        },
    }
