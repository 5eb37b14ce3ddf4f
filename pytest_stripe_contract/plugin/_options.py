"""What decides: the command line, then the marker, then a fixture, then the ini-file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .._support.record_modes import MODES, Mode
from ..errors import InvalidOption, UnknownName
from ..stripe_api import full_version, versions
from ._declared import REHEARSAL, VARIATION

if TYPE_CHECKING:
    from ..cassettes import Library
    from ..replay import Replay
    from ._unused_cassettes import Unused

_PARTIAL = ("deselect", "ignore", "ignore_glob", "keyword", "lf", "markexpr", "stepwise")
"""Options of pytest by which some tests do not run."""

_FORBIDDEN = re.compile(r"""[<>?%*:|"'/\\]""")
"""What no file's name may have on one system or another."""


def api_version(config: pytest.Config, marker: pytest.Mark | None, rehearsal: str | None) -> str:
    """The API version in force where no fixture says another."""
    named = (
        rehearsal
        or (marker and marker.kwargs.get("api_version"))
        or config.getini("stripe_api_version")
        or versions.VERSION
    )
    return full_version(named)


def strict(config: pytest.Config, marker: pytest.Mark | None) -> bool:
    """Whether drift fails a test."""
    for said in (config.getoption("stripe_strict"), marker and marker.kwargs.get("strict")):
        if isinstance(said, bool):
            return said
        if said is not None:
            raise InvalidOption("strict", said, "True or False")
    return bool(config.getini("stripe_strict"))


def record_mode(config: pytest.Config, marker: pytest.Mark | None) -> Mode:
    """How a test's cassette is recorded: by the command line, its marker, or the ini-file."""
    mode: Mode = (
        config.getoption("stripe_record")
        or (marker and marker.kwargs.get("record"))
        or config.getini("stripe_record")
    )
    if mode not in MODES:
        raise UnknownName("mode of recording", mode, MODES)
    return mode


def library(config: pytest.Config, test_file: Path) -> Library:
    """Where the cassettes that a test file names are looked for."""
    from ..cassettes import Library

    folder = cassette_folder(config, test_file)
    return Library(folder, (test_file.parent, config.rootpath))


def cassette_folder(config: pytest.Config, test_file: Path) -> Path:
    """Where the cassettes of a test file's tests lie."""
    configured = config.getini("stripe_cassette_dir")
    return config.rootpath / configured if configured else test_file.parent / "cassettes"


def own_cassette(item: pytest.Item) -> str:
    """The name of a test's own cassette: its module, and its class and name as pytest shows them.

    In whatever API version it is rehearsed, and for whatever variant, it is the same one.
    """
    name, params = item.name, params_of(item)
    for part in (params.get(REHEARSAL), params.get(VARIATION)):
        name = name if part is None else without(str(part), name)
    if (cls := getattr(item, "cls", None)) is not None:
        name = f"{cls.__name__}.{name}"
    return f"{item.path.stem}/{_FORBIDDEN.sub('-', name)}"


def params_of(item: pytest.Item) -> dict[str, Any]:
    """The parameters that a test runs with, by name; none if it has none."""
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return params


def without(part: str, name: str) -> str:
    """A test's name, or its id, without one of the parts that its parameters give it."""
    ways = ((f"[{part}]", ""), (f"[{part}-", "["), (f"-{part}]", "]"), (f"-{part}-", "-"))
    old, new = next((old, new) for old, new in ways if old in name)
    return name.replace(old, new, 1)


def unused(config: pytest.Config) -> Unused | None:
    """What finds cassettes that no test names, if that is asked for."""
    if not config.getoption("stripe_unused") or hasattr(config, "workerinput"):
        return None
    from ._unused_cassettes import Unused, is_part

    said = config.invocation_params
    is_partial = is_part(map(str, said.args), said.dir) or any(
        config.getoption(name, None) for name in _PARTIAL
    )
    return Unused(config.rootpath, is_partial=is_partial)


def named_cassettes(item: pytest.Item, replay: Replay | None) -> list[str]:
    """The files that a test names, whether it ran or was skipped."""
    named = [str(each.path) for each in replay.cassettes()] if replay else []
    for kind in ("stripe_replay", "vcr"):  # what pytest-recording plays is not unused
        if (marker := item.get_closest_marker(kind)) is None:
            continue
        own = (own_cassette(item),) if kind == "vcr" else ()
        for name in map(str, (*own, *marker.args) or (own_cassette(item),)):
            places = library(item.config, item.path).paths(name)
            named += [str(path.resolve()) for path in places if path.is_file()]
    return named


def marker_of(request: pytest.FixtureRequest) -> pytest.Mark | None:
    """The test's marker ``stripe_replay``, the nearest if there are several."""
    marker: pytest.Mark | None = request.node.get_closest_marker("stripe_replay")
    return marker
