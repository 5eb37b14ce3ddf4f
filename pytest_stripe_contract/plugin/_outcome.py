"""What a test's replay comes to: problems fail the test, what it recorded is saved, all is told."""

from __future__ import annotations

from typing import Any

import pytest

from .._support import stack
from ..errors import NetworkBlocked, ReplayFailure
from ..replay import ReplayMiss
from . import _options, _parametrize, _which
from . import _reporting as reports
from ._declared import DESELECTED, DRIFT, REPLAY

_PASSED = pytest.StashKey[bool]()
_RECORDED = pytest.StashKey[list[str]]()
_JUDGED = pytest.StashKey[bool]()
_KEYS: tuple[pytest.StashKey[Any], ...] = (REPLAY, DRIFT, _PASSED, _RECORDED, _JUDGED)


def forget(item: pytest.Item) -> None:
    """Forget what is known of a test that is over."""
    for key in _KEYS:
        if key in item.stash:
            del item.stash[key]


def verify(item: pytest.Item, *, unplayed: bool) -> None:
    """Fail the test if its replay has problems that no report has told of yet."""
    item.stash[_JUDGED] = True
    if problems := item.stash[REPLAY].problems(unplayed=unplayed):
        pytest.fail(ReplayFailure(problems).summary, pytrace=False)


def is_due(item: pytest.Item) -> bool:
    """Whether a test that passed was not judged when it ended, as it got its replay too late."""
    return item.stash.get(_PASSED, False) and not item.stash.get(_JUDGED, False)


def save(item: pytest.Item) -> None:
    """Write what the test recorded, if it passed."""
    if item.stash.get(_PASSED, False):
        with reports.plainly():
            recorders = item.stash[REPLAY].recorders()
            saved = [each.path for each in recorders if each.save()]
            root = item.config.rootpath
            item.stash[_RECORDED] = [str(stack.below(path, root)) for path in saved]


def shorten(call: pytest.CallInfo[None]) -> None:
    """Have an error of ours end where the user's own code does."""
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, (ReplayMiss, NetworkBlocked)):
        error = error.with_traceback(stack.to_last_own(error.__traceback__))
        call.excinfo = pytest.ExceptionInfo.from_exception(error)


def report(item: pytest.Item, made: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Add to a report what is known of the test's replay, and what the summary needs."""
    replay, case = item.stash.get(REPLAY, None), _parametrize.case_of(item)
    if made.when == "call":  # a test with subtests has several reports
        item.stash[_PASSED] = made.passed and item.stash.get(_PASSED, True)
    drift = item.stash.get(DRIFT, []) if not case or not case.parts else []
    said = reports.add(made, replay, drift, call.excinfo)
    if case is not None and not made.skipped and (made.when == "call" or made.failed):
        unfit = replay.unfit if replay and case.parts else None
        said["case"] = reports.outcome(item, made, case, call.excinfo, unfit)
        if case.parts and not unfit and _which.Variants.of(item.config).is_sensitivity:
            said["case"]["noticed"] = reports.notice(made, call)
    said["recorded"] = item.stash.get(_RECORDED, []) if made.when == "teardown" else []
    if item.config.getoption("stripe_unused"):
        said["cassettes"] = _options.named_cassettes(item, replay)
        said["folder"] = str(_options.cassette_folder(item.config, item.path))
        said["partial"] = item.config.stash.get(DESELECTED, False)
