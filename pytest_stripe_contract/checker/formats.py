"""A report as people read it, and as programs do: JSON, JUnit's XML, GitHub's annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree as ET

from ._findings import Remark, Report
from .rules._outdated import Changes

PROGRAM = "stripe-contract"

_NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML 1.0 has no form for: https://www.w3.org/TR/xml/#charsets"""


def text(report: Report) -> str:
    """A line a remark, and a summary: ``path:line: rule: place: message``."""
    return "".join(f"{line}\n" for line in (*map(_line, report.remarks), *_summary(report)))


def as_json(report: Report) -> str:
    """``findings``, each with its ``details``, and the ``summary``."""
    value = {"findings": [_object(each) for each in report.remarks], "summary": _counts(report)}
    return json.dumps(value, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    """What JSON has for one of our objects, or for a value that is no JSON."""
    return asdict(value) if isinstance(value, Changes) else repr(value)


def junit(report: Report) -> str:
    """A test case a file, which fails with what was found in it; in ASCII.

    Source: https://github.com/testmoapp/junitxml, which says what its readers take.
    """
    of: dict[str, list[Remark]] = {name: [] for name in report.files}
    for remark in report.remarks:
        if remark.counts:
            of.setdefault(remark.file or remark.rule, []).append(remark)
    failed = sum(bool(remarks) for remarks in of.values())
    totals = {"tests": str(len(of)), "failures": str(failed), "errors": "0"}
    root = ET.Element("testsuites", totals)
    suite = ET.SubElement(root, "testsuite", {"name": PROGRAM, **totals})
    for name, remarks in of.items():
        about = {"classname": PROGRAM, "name": _xml(name)}
        case = ET.SubElement(suite, "testcase", about)
        for each in remarks:
            failure = {"type": each.rule, "message": _xml(each.text)}
            ET.SubElement(case, "failure", failure).text = _xml(_line(each))
    ET.SubElement(suite, "system-out").text = _xml("\n".join(_summary(report)))
    ET.indent(root)
    written: bytes = ET.tostring(root, "us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def github(report: Report) -> str:
    """Workflow commands, which annotate the lines of a pull request, and a summary.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    lines = [*map(_annotation, report.remarks), *_summary(report)]
    return "".join(f"{line}\n" for line in lines)


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text,
    "json": as_json,
    "junit": junit,
    "github": github,
}


def printable(text: str) -> str:
    """The text on one line: what would move a terminal's cursor stands as an escape."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def _line(remark: Remark) -> str:
    where = ":".join(str(part) for part in (remark.file, remark.line) if part is not None)
    parts = (where, remark.rule, remark.place, remark.message)
    return printable(": ".join(part for part in parts if part))


def _summary(report: Report) -> Iterator[str]:
    counts = _counts(report)
    looked_at = ", ".join(
        several(counts[name], name[:-1])
        for name in ("files", "recordings", "payloads")
        if counts[name] or name == "files"
    )
    found = [f"{number} {rule}" for rule, number in counts["findings"].items()]
    told = [", ".join(found) or "clean"]
    if report.drift and "drift" not in counts["findings"]:
        told.append(f"{report.drift} drift (--verbose lists it, it is no finding)")
    if report.skipped:
        told.append(f"{several(report.skipped, 'file')} skipped, of another kind")
    yield f"{looked_at}: {'; '.join(told)}"
    yield from report.notes
    if report.left:
        yield f"interrupted: {several(report.left, 'file')} left that nobody looked at"


def several(number: int, noun: str) -> str:
    """So many of what the noun names: ``1 file``, ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _counts(report: Report) -> dict[str, Any]:
    return {
        "files": len(report.files),
        "recordings": report.recordings,
        "payloads": report.payloads,
        "skipped": report.skipped,
        "left": report.left,
        "drift": report.drift,
        "findings": dict(sorted(report.counts.items())),
        "notes": report.notes,
    }


def _object(remark: Remark) -> dict[str, Any]:
    return {
        "rule": remark.rule,
        "file": remark.file,
        "line": remark.line,
        "place": remark.place,
        "message": remark.message,
        "counts": remark.counts,
        **remark.details,
    }


def _annotation(remark: Remark) -> str:
    where = {"file": remark.file, "line": remark.line, "title": f"{PROGRAM} {remark.rule}"}
    told = ",".join(f"{key}={_property(value)}" for key, value in where.items() if value)
    return f"::{'error' if remark.counts else 'notice'} {told}::{_data(remark.text)}"


def _data(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


def _xml(text: str) -> str:
    """The text in characters that XML has; for any other, what Unicode puts in its place."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
