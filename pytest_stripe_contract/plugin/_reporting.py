"""A test's report: sections for the reader, and data for the summary of the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .._support import stack
from ..errors import StripeContractError
from ._parametrize import without_param

if TYPE_CHECKING:
    from ..replay import Replay
    from ..variants import Case

DATA = "stripe_contract"
"""The attribute of a report with the data for the summary; pytest-xdist carries it along."""

_LONGEST = 80
"""Characters of a statement in the summary."""


def add_sections(
    report: pytest.TestReport,
    replay: Replay | None,
    error: pytest.ExceptionInfo[BaseException] | None,
) -> dict[str, Any]:
    """Add the problems of a replay to a failed test's report, and return data for the summary."""
    if replay is None:
        return {}
    data: dict[str, Any] = {"rehearsal": replay.settings.rehearsal, "properties": []}
    if error is not None:
        is_own = isinstance(error.value, pytest.fail.Exception)
        problems = replay.problems(unplayed=is_own and report.when == "call", report=True)
        if problems and report.failed:
            report.sections.append(("Stripe replay", "\n\n".join(problems)))
        from ._rehearsal import changes_named

        versions = {version for each in replay.tree() for version in each.answered_versions}
        *_, statement = _last_own(error)
        if changes := changes_named(error.value, statement, versions):
            report.sections.append(("Stripe API version", "\n\n".join(map(str, changes))))
        data["properties"] = [change.property for change in changes]
    return data


def outcome(
    item: pytest.Item,
    report: pytest.TestReport,
    case: Case,
    error: pytest.ExceptionInfo[BaseException] | None,
    unfit: str | None,
) -> dict[str, Any]:
    """Return the outcome of a variant of a test as data, with the place where user code broke."""
    from ..variants import Outcome

    broke_at = None
    if report.failed and error is not None:
        path, line, statement = _last_own(error)
        text = statement or str(error.value).partition("\n")[0]
        broke_at = f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
        if path:
            broke_at = f"{stack.shorten(path, item.config.rootpath)}:{line}: {broke_at}"
        if case.variations:
            reasons = "\n".join(each.reason for each in case.variations)
            report.sections.append(("Stripe variant", reasons))
    test = without_param(str(case), item.nodeid)
    changes = tuple((each.json_path, each.label) for each in case.variations)
    return Outcome(test, str(case), changes, broke_at, unfit).to_dict()


def pass_if_noticed(report: pytest.TestReport, call: pytest.CallInfo[None]) -> bool:
    """Let a failed variant pass in a sensitivity run, and return whether it had failed."""
    if not report.failed:
        return False
    call.excinfo = None  # or a debugger would open
    # After a setup that passed, pytest would go on to the test.
    report.outcome = "skipped" if report.when == "setup" else "passed"
    path, line, _ = report.location
    report.longrepr = (path, line or 0, "noticed") if report.when == "setup" else None
    report.sections = []
    return True


@contextmanager
def short_errors() -> Iterator[None]:
    """Fail the test for an error of this package by the error's text, without a traceback."""
    try:
        yield
    except StripeContractError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _last_own(
    error: pytest.ExceptionInfo[BaseException],
) -> tuple[Path | None, int, str]:
    """Return the file, the line and the statement at which the user's own code failed.

    The statement is empty if its source is unknown.
    """
    own = [entry for entry in error.traceback if stack.is_user_code(str(entry.path))]
    if not own:
        return None, 0, ""
    statement = ""
    with suppress(AssertionError, IndexError):  # of a frame without source
        statement = " ".join(str(own[-1].statement).split())
    return Path(own[-1].path), own[-1].lineno + 1, statement
