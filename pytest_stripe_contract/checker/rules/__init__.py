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

RULES: Final = {
    "invented": "an answer that Stripe never sends in its API version",
    "request": "a request that Stripe rejects",
    "drift": "a difference that is not an error; a finding only with --strict",
    "unversioned": "an answer without an API version, or with one that has no contract",
    "secret": "a key, a token, a client_secret, a card number or a real e-mail address",
    "livemode": "an answer or a key of live mode",
    "version-mix": "answers of several API versions in one run",
    "outdated": "an answer of an earlier release line than the installed stripe package sends",
    "stale": "an answer recorded more than --max-age days ago",
    "unreadable": "a broken file, or one that is neither a cassette nor a payload",
}
"""The name of each rule, and its description."""

_CHECKS: tuple[tuple[frozenset[str], Callable[[File, Options], Iterator[Finding]]], ...] = (
    (frozenset({"invented", "drift"}), contract.check_answers),
    (frozenset({"request"}), contract.check_requests),
    (frozenset({"unversioned"}), contract.check_versions),
    (frozenset({"secret"}), _secrets.check_secrets),
    (frozenset({"livemode"}), _secrets.check_livemode),
    (frozenset({"outdated"}), _age.check_release_lines),
    (frozenset({"stale"}), _age.check_dates),
    (frozenset({"unreadable"}), contract.check_readable),
)
"""The functions that look for the findings of some rules in one file."""


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
    for names, check in _CHECKS:
        if names & options.rules:
            yield from (found for found in check(file, options) if found.rule in options.rules)
