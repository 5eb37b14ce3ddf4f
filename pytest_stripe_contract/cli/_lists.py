"""``cassettes``, ``show``, ``versions`` and ``schema``: what the package ships."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schemas import expandable
from ..stripe_api import resources, versions
from ._common import command, print_json, table, version_option

if TYPE_CHECKING:
    from ..messages import Request, Response


def add(commands: Any) -> None:
    """Add the commands to the program's."""
    command(commands, "cassettes", _cassettes, "list the cassettes that the package ships")
    show = command(commands, "show", _show, "print a cassette as a person would read it")
    show.add_argument("name", metavar="NAME", help="of a shipped cassette, or the path of a file")
    version_option(show, default=None)
    command(commands, "versions", _versions, "list the API versions that have a contract")
    schema = command(commands, "schema", _schema, "print a JSON Schema")
    folders = {each.name for each in resources.SCHEMAS.iterdir()} - {expandable.FOLDER.name}
    schema.add_argument("object", choices=sorted(folders))
    version_option(schema)


def _cassettes(arguments: argparse.Namespace) -> int:
    from ..cassettes import list_shipped, load_shipped

    rows = []
    for name in list_shipped():
        for line in versions.LINES:
            cassette = load_shipped(name, line.name)
            statuses = [str(each.response.status) for each in cassette.interactions]
            provenance = str(cassette.metadata["provenance"])
            rows.append((name, ", ".join(statuses), str(cassette.api_version), provenance))
    return table(arguments, ("cassette", "status", "API version", "provenance"), rows)


def _show(arguments: argparse.Namespace) -> int:
    from ..cassettes import Library, convert_response

    here = Path.cwd()
    cassette = Library(here / "cassettes", (here,)).find(arguments.name)
    version = arguments.api_version
    shown = [
        (each.request, convert_response(cassette, n, version) if version else each.response)
        for n, each in enumerate(cassette.interactions, 1)
    ]
    if arguments.format == "json":
        print_json({"metadata": dict(cassette.metadata), "interactions": [*map(_plain, shown)]})
        return 0
    print(f"{cassette.name}: {cassette.path}")
    print(*(f"  {name}: {value}" for name, value in cassette.metadata.items()), sep="\n")
    for request, response in shown:
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


def _plain(pair: tuple[Request, Response]) -> dict[str, Any]:
    request, response = pair
    sent = {"method": request.method, "url": request.url, "body": request.body.decode("latin-1")}
    answered = {
        "status": response.status,
        "headers": dict(_headers(response)),
        "body": _body(response),
    }
    return {"request": sent, "response": answered}


def _versions(arguments: argparse.Namespace) -> int:
    rows = [(line.first, line.name, line.sdk, line.changes) for line in versions.LINES]
    head = ("API version", "release line", "stripe for Python", "changes on the invoice")
    return table(arguments, head, rows)


def _schema(arguments: argparse.Namespace) -> int:
    from ..schemas import loader

    line = versions.resolve(arguments.api_version)
    print_json(loader.documented(arguments.object, line.name))
    return 0
