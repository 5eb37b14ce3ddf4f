"""A team's own rules for fields and headers, which its fixture ``stripe_scrub`` returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..errors import InvalidOption

Rule = bool | str | Callable[[Any], Any] | None

OPTION = "stripe_scrub"
_RULE = "True, False, None, a text or a function for each field"


class Unset:
    """The type of `UNSET`."""


UNSET: Final = Unset()
"""The absence of a rule, as None is a rule."""


class Rules:
    """Rules by the name of a property or a header, or by the path from a payload's root.

    True replaces the value by a placeholder, False and None keep it, a text takes its place, and
    so does the result of a function of it. Raises `InvalidOption` for anything else.
    """

    def __init__(self, rules: Mapping[str, object] | None = None) -> None:
        if rules is None:
            rules = {}
        if not isinstance(rules, Mapping):
            raise InvalidOption(OPTION, rules, "a dict of the names of fields and their rules")
        self._rules: dict[str, Rule] = {}
        for name, rule in rules.items():
            if not isinstance(name, str) or not name:
                raise InvalidOption(OPTION, name, "a property, a header, or a path like 'a.b'")
            if not (rule is None or isinstance(rule, (bool, str)) or callable(rule)):
                raise InvalidOption(f"{OPTION}[{name!r}]", rule, _RULE)
            self._rules[name] = rule
        self._headers = {name.casefold(): rule for name, rule in self._rules.items()}

    def __bool__(self) -> bool:
        return bool(self._rules)

    def keep_all(self) -> Rules:
        """Return rules that keep the same fields, for a text to which the rules were applied."""
        return Rules(dict.fromkeys(self._rules, False))

    def of_property(self, keys: tuple[str, ...]) -> Rule | Unset:
        """Return the rule for the whole path of a property, else that for its name."""
        if not self._rules or not keys:
            return UNSET
        return self._rules.get(".".join(keys), self._rules.get(keys[-1], UNSET))

    def of_header(self, name: str) -> Rule | Unset:
        """Return the rule for a header, in any case."""
        return self._headers.get(name.casefold(), UNSET)


def apply(rule: Callable[[Any], Any], value: Any) -> Any:
    """Return the result of a rule's function; `InvalidOption` if it raises."""
    try:
        return rule(value)
    except Exception as error:
        expected = f"a function that takes the field's value; it raised {type(error).__name__}"
        raise InvalidOption(OPTION, rule, expected) from error
