"""Copy JSON values, find objects in them, and sort their properties."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = dict[str, Any]


def deep_copy(root: Any) -> Any:
    """Return a copy of a JSON value that shares no object and no array with it.

    Unlike ``copy.deepcopy`` it has no limit of depth. A value in two places stays one value.
    """
    top = [root]
    copies: dict[int, Any] = {}
    containers: list[Any] = [top]
    for container in containers:  # grows during the loop
        items = container.items() if isinstance(container, dict) else enumerate(container)
        for key, value in items:
            if isinstance(value, (dict, list)):
                if id(value) not in copies:
                    copies[id(value)] = dict(value) if isinstance(value, dict) else list(value)
                    containers.append(copies[id(value)])
                container[key] = copies[id(value)]
    return top[0]


def objects_at(root: Object, *paths: str) -> Iterator[Object]:
    """Return the objects at paths such as ``lines.data[].price``; the empty path is ``root``."""
    for path in paths:
        here: list[Any] = [root]
        for name, is_array in _steps(path):
            here = [each[name] for each in here if isinstance(each, dict) and name in each]
            if is_array:
                here = [item for each in here if isinstance(each, list) for item in each]
            if not here:
                break
        for each in here:
            if isinstance(each, dict):
                yield each


@cache
def _steps(path: str) -> tuple[tuple[str, bool], ...]:
    """Split a path into names, each with a flag: True if it leads to the items of an array."""
    names = path.split(".") if path else ()
    return tuple((name.removesuffix("[]"), name.endswith("[]")) for name in names)


def put(target: Object, name: str, value: Any) -> None:
    """Set a property, and sort all of them in Stripe's order."""
    target[name] = value
    sort(target)


def sort(target: Object) -> None:
    """Sort properties in Stripe's order: ``id``, ``object``, then the others by name."""
    items = sorted(target.items(), key=lambda item: (item[0] not in ("id", "object"), str(item[0])))
    target.clear()
    target.update(items)


def pick(source: Object, *names: str) -> Object:
    """Return the named properties that an object has."""
    return {name: source[name] for name in names if name in source}


def id_of(value: Any) -> Any:
    """Return the id of an expanded object; any other value, such as an id, is returned as it is."""
    return value.get("id") if isinstance(value, dict) else value
