"""What a team says of its own fields: the rules that its fixture ``stripe_scrub`` gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..errors import InvalidOption

Rule = bool | str | Callable[[Any], Any] | None

_OPTION = "stripe_scrub"
_TAKEN = "True, False, None, a text or a function for each field"


class Unsaid:
    """The type of `UNSAID`."""


UNSAID: Final = Unsaid()
"""That no rule says anything."""


class Rules:
    """By the name of a property or of a header, or by the path from a payload's root.

    True scrubs what is there, False and None keep it, a text takes its place, and so does what
    a function makes of it. `InvalidOption` for anything else.
    """

    def __init__(self, rules: Mapping[str, object] | None = None) -> None:
        if rules is None:
            rules = {}
        if not isinstance(rules, Mapping):
            raise InvalidOption(_OPTION, rules, "a dict: names of fields, and what becomes of each")
        self._rules: dict[str, Rule] = {}
        for name, rule in rules.items():
            if not isinstance(name, str) or not name:
                raise InvalidOption(_OPTION, name, "a property, a header, or a path like 'a.b'")
            self._rules[name] = _rule(name, rule)
        self._headers = {name.casefold(): rule for name, rule in self._rules.items()}

    def __bool__(self) -> bool:
        return bool(self._rules)

    def obeyed(self) -> Rules:
        """The same once they were followed: what they put somewhere is to stay there."""
        return Rules(dict.fromkeys(self._rules, False))

    def of_property(self, keys: tuple[str, ...]) -> Rule | Unsaid:
        """The rule for a property; that for the whole path goes before that for its name."""
        if not self._rules or not keys:
            return UNSAID
        return self._rules.get(".".join(keys), self._rules.get(keys[-1], UNSAID))

    def of_header(self, name: str) -> Rule | Unsaid:
        """The rule for a header, in any case."""
        return self._headers.get(name.casefold(), UNSAID)


def _rule(name: str, rule: object) -> Rule:
    if rule is None or isinstance(rule, (bool, str)) or callable(rule):
        return rule
    raise InvalidOption(f"{_OPTION}[{name!r}]", rule, _TAKEN)
