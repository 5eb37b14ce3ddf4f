"""Find the user's own code in a stack or a traceback, between frames of libraries."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import TracebackType


@cache
def _library_prefixes() -> tuple[str, ...]:
    import sysconfig  # takes milliseconds, which a run without a failure need not spend

    places = {str(Path(sysconfig.get_path(name))) for name in ("stdlib", "purelib", "platlib")}
    return (*places, str(Path(__file__).parent.parent), "<")


def is_user_code(filename: str) -> bool:
    """Tell if a file is no part of Python, of an installed package, or of this package."""
    return not filename.startswith(_library_prefixes())


def user_location() -> str | None:
    """Return the place in the user's code that runs now, as ``file:line, in function``, or None."""
    frame = sys._getframe(1)  # noqa: SLF001 (inspect.stack() reads every source file)
    while frame is not None:
        code = frame.f_code
        if is_user_code(code.co_filename):
            shown = shorten(Path(code.co_filename), Path.cwd())
            return f"{shown}:{frame.f_lineno}, in {code.co_name}"
        frame = frame.f_back  # type: ignore[assignment] # None ends the loop
    return None


def shorten(path: Path, folder: Path) -> Path:
    """Return a path relative to a folder if it lies in it, else as it is."""
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def trim_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames behind the last one of the user's code."""
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    while len(entries) > 1 and not is_user_code(entries[-1].tb_frame.f_code.co_filename):
        entries.pop()
    shortened = None
    for entry in reversed(entries):
        shortened = TracebackType(shortened, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return shortened
