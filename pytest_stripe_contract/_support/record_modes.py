"""The record modes, for options and replays."""

from typing import Final, Literal, get_args

Mode = Literal["none", "once", "new_episodes", "all", "rewrite"]
MODES: Final[tuple[str, ...]] = get_args(Mode)
"""They mean the same as in pytest-recording: https://github.com/kiwicom/pytest-recording."""
