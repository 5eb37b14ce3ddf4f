"""The rules of ``stripe-contract check``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ...errors import InvalidOption, UnknownName
from ..files import File
from ..findings import Finding
from ..options import Options
from . import _age, _secrets, contract
from .contract import UNLISTED_DRIFT

__all__ = ["RULES", "UNLISTED_DRIFT", "findings", "select_rules"]

Check = Callable[[File, Options], Iterator[Finding]]

RULES: Final[dict[str, Check | None]] = {
    "invented": contract.check_answers,
    "request": contract.check_requests,
    "drift": contract.check_answers,
    "unversioned": contract.check_versions,
    "secret": _secrets.check_secrets,
    "livemode": _secrets.check_livemode,
    "version-mix": None,
    "outdated": _age.check_release_lines,
    "stale": _age.check_dates,
    "unreadable": contract.check_readable,
}
"""The name of each rule, and the function that checks one file; None for a rule on all files."""


def select_rules(
    select: Iterable[str] = (), ignore: Iterable[str] = (), *, max_age: int | None = None
) -> frozenset[str]:
    """Return the names of all rules, or of those in ``select``, without those in ``ignore``.

    Raises `errors.UnknownName` for an unknown name, and `errors.InvalidOption` if ``stale`` is
    selected without a ``max_age``.
    """
    selected, ignored = set(select), set(ignore)
    for name in sorted(selected | ignored):
        if name not in RULES:
            raise UnknownName("rule", name, RULES)
    if "stale" in selected and max_age is None:
        raise InvalidOption("--select", "stale", "--max-age DAYS with it")
    return frozenset((selected or RULES.keys()) - ignored)


def findings(file: File, options: Options) -> Iterator[Finding]:
    """Yield the findings of the selected rules in one file."""
    checks = dict.fromkeys(RULES[name] for name in RULES if name in options.rules)
    for check in filter(None, checks):
        yield from (found for found in check(file, options) if found.rule in options.rules)
