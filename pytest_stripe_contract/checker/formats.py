"""The formats of a report: text, JSON, JUnit's XML, and GitHub's annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass
from typing import Any
from xml.etree import ElementTree as ET

from .findings import Finding, Report

PROGRAM = "stripe-contract"

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML 1.0 does not allow: https://www.w3.org/TR/xml/#charsets"""


def text(report: Report) -> str:
    """Return a line a finding (``path:line: rule: place: message``), and a summary."""
    return "".join(f"{line}\n" for line in (*map(_line, report.findings), *_summary(report)))


def as_json(report: Report) -> str:
    """Return the ``findings``, each with its ``details``, and the ``summary``, as JSON."""
    value = {
        "findings": [_object(finding) for finding in report.findings],
        "summary": _counts(report),
    }
    return json.dumps(value, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    """Return the JSON for one of our objects, and the representation of any other value."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return repr(value)


def junit(report: Report) -> str:
    """Return a test case a file, which fails with the findings in it; in ASCII.

    Source: https://github.com/testmoapp/junitxml, which documents what readers accept.
    """
    cases: dict[str, list[Finding]] = {name: [] for name in report.files}
    for finding in report.findings:
        if finding.counts:
            cases.setdefault(finding.file or finding.rule, []).append(finding)
    failed = sum(bool(findings) for findings in cases.values())
    totals = {"tests": str(len(cases)), "failures": str(failed), "errors": "0"}
    root = ET.Element("testsuites", totals)
    suite = ET.SubElement(root, "testsuite", {"name": PROGRAM, **totals})
    for name, findings in cases.items():
        attributes = {"classname": PROGRAM, "name": _xml(name)}
        case = ET.SubElement(suite, "testcase", attributes)
        for finding in findings:
            failure = {"type": finding.rule, "message": _xml(finding.text)}
            ET.SubElement(case, "failure", failure).text = _xml(_line(finding))
    ET.SubElement(suite, "system-out").text = _xml("\n".join(_summary(report)))
    ET.indent(root)
    written: bytes = ET.tostring(root, "us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def github(report: Report) -> str:
    """Return workflow commands, which annotate the lines of a pull request, and a summary.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    lines = [*map(_annotation, report.findings), *_summary(report)]
    return "".join(f"{line}\n" for line in lines)


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text,
    "json": as_json,
    "junit": junit,
    "github": github,
}


def printable(text: str) -> str:
    """Return the text on one line, with escapes for what would move a terminal's cursor."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def _line(finding: Finding) -> str:
    where = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    parts = (where, finding.rule, finding.place, finding.message)
    return printable(": ".join(part for part in parts if part))


def _summary(report: Report) -> Iterator[str]:
    counts = _counts(report)
    checked = ", ".join(
        count(counts[name], name[:-1])
        for name in ("files", "recordings", "payloads")
        if counts[name] or name == "files"
    )
    found = [f"{number} {rule}" for rule, number in counts["findings"].items()]
    parts = [", ".join(found) or "clean"]
    if report.drift and "drift" not in counts["findings"]:
        parts.append(
            "1 difference that is not an error (drift); -v lists it"
            if report.drift == 1
            else f"{report.drift} differences that are not errors (drift); -v lists them"
        )
    if report.skipped:
        parts.append(skipped(report.skipped))
    yield f"{checked}: {'; '.join(parts)}"
    yield from report.notes
    if report.left:
        yield interrupted(report.left)


def count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 file``, ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def skipped(number: int) -> str:
    """Return the text for files that are neither cassettes nor payloads."""
    return f"{count(number, 'file')} skipped (no cassette, no payload)"


def interrupted(number: int) -> str:
    """Return the text for files that an interrupted run did not reach."""
    return f"interrupted: {count(number, 'file')} not reached"


def _counts(report: Report) -> dict[str, Any]:
    names = ("recordings", "payloads", "skipped", "left", "drift", "notes")
    values = {name: getattr(report, name) for name in names}
    return {"files": len(report.files), "findings": dict(sorted(report.counts.items())), **values}


def _object(finding: Finding) -> dict[str, Any]:
    names = ("rule", "file", "line", "place", "message", "counts")
    return {name: getattr(finding, name) for name in names} | dict(finding.details)


def _annotation(finding: Finding) -> str:
    title = f"{PROGRAM} {finding.rule}"
    properties = {"file": finding.file, "line": finding.line, "title": title}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    level = "error" if finding.counts else "notice"
    return f"::{level} {written}::{_data(finding.text)}"


def _data(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


def _xml(text: str) -> str:
    """Return the text with U+FFFD for each character that XML does not allow."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
