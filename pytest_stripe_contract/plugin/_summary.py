"""The summary of a run: drift, rehearsals, variants, recorded and unused cassettes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from . import _unused_cassettes
from ._options import Variants
from ._reporting import DATA

if TYPE_CHECKING:
    from ..variants import Tally
    from ._rehearsal import Row

_COMPLETE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
_VERY_QUIET = -2


class Summary:
    """Collects the data of reports, those of pytest-xdist's workers too, and writes the summary."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._is_worker = hasattr(config, "workerinput")
        self._unused = None if self._is_worker else _unused_cassettes.of(config)
        self._drift: dict[str, list[str]] = {}
        self._rehearsals: dict[str, Row] = {}
        self._recorded: dict[str, None] = {}
        self._tally: Tally | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the data of a report.

        See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_runtest_logreport.
        """
        data: dict[str, Any] = getattr(report, DATA, {})
        if self._unused and "unused" in data:
            self._unused.add(data["unused"])
        self._recorded |= dict.fromkeys(data.get("recorded", ()))
        if lines := data.get("drift"):
            self._drift[report.nodeid] = lines
        if case := data.get("case"):
            from ..variants import Outcome, Tally

            self._tally = self._tally or Tally()
            self._tally.count(Outcome.from_dict(case))
        if (version := data.get("rehearsal")) and (report.when == "call" or report.failed):
            from ._rehearsal import Row

            row = self._rehearsals.setdefault(version, Row())
            row.passed += report.passed
            row.failed += report.failed
            row.properties |= dict.fromkeys(data["properties"])

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, Any] | None:
        """Count variants of a sensitivity run as noticed or unnoticed.

        See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_report_teststatus.
        """
        noticed = getattr(report, DATA, {}).get("case", {}).get("noticed")
        if noticed is None or (report.when != "call" and not noticed):
            return None
        if noticed:
            return "noticed", "n", ("NOTICED", {"yellow": True})
        return "unnoticed", "u", ("UNNOTICED", {"green": True})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the list of a sensitivity run, and fail the run for unused cassettes.

        See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_sessionfinish.
        """
        file = Variants.of(self._config).file
        if file and self._tally and not self._is_worker:
            rows = (f"{row}\n" for row in self._tally.sensitivity())
            file.write_text("".join(rows), encoding="utf-8")
        if self._unused:
            self._unused.is_partial |= bool(session.shouldstop or session.shouldfail)
            self._unused.is_partial |= session.exitstatus not in _COMPLETE
            if self._unused.files() and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the summary.

        See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_terminal_summary.
        """
        if terminalreporter.verbosity > _VERY_QUIET:
            for line in self._lines(is_verbose=terminalreporter.verbosity > 0):
                terminalreporter.write_line(line)

    def _lines(self, *, is_verbose: bool) -> Iterator[str]:
        if count := sum(map(len, self._drift.values())):
            kind = "1 difference that is not an error (drift)"
            if count > 1:
                kind = f"{count} differences that are not errors (drift)"
            yield f"stripe contract: {kind}{':' if is_verbose else '; -v lists them'}"
        if is_verbose:
            for test, lines in self._drift.items():
                yield from (f"  {test}: {line}" for line in lines)
        yield from (f"stripe record: {path}" for path in self._recorded)
        if self._rehearsals:
            from ._rehearsal import table

            yield "stripe rehearsal:"
            yield from (f"  {line}" for line in table(dict(sorted(self._rehearsals.items()))))
        if self._tally:
            yield from self._variants(self._tally)
        if self._unused:
            yield from self._unused.lines()

    def _variants(self, tally: Tally) -> Iterator[str]:
        variants = Variants.of(self._config)
        if not variants.is_sensitivity:
            yield from tally.table(variants.seed)
            return
        rows = tally.sensitivity()
        noticed = sum(row.startswith("noticed") for row in rows)
        yield f"stripe sensitivity: {len(rows)} properties changed, the tests notice {noticed}"
        yield from (f"  {row}" for row in rows)
        if variants.file is not None:
            yield f"  written to {variants.file}"
