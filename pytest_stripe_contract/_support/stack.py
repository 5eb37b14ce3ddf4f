"""Which frames of a stack are the user's own code, and not a library's."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import TracebackType


@cache
def _not_own() -> tuple[str, ...]:
    import sysconfig  # it takes milliseconds, which a run without a failure need not spend

    places = {str(Path(sysconfig.get_path(name))) for name in ("stdlib", "purelib", "platlib")}
    return (*places, str(Path(__file__).parent.parent), "<")


def is_user_code(filename: str) -> bool:
    """Whether a file is neither of Python, nor installed, nor this package's."""
    return not filename.startswith(_not_own())


def user_location() -> str | None:
    """Where the user's own code is right now (``file:line, in function``), if it is running."""
    frame = sys._getframe(1)  # noqa: SLF001 (inspect.stack() reads every source file)
    while frame is not None:
        code = frame.f_code
        if is_user_code(code.co_filename):
            shown = shorten(Path(code.co_filename), Path.cwd())
            return f"{shown}:{frame.f_lineno}, in {code.co_name}"
        frame = frame.f_back  # type: ignore[assignment] # None ends the loop
    return None


def shorten(path: Path, folder: Path) -> Path:
    """A path as a reader of a text needs it: below the folder, if it lies there."""
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def trim_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback without what comes behind the last frame of the user's own code."""
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
