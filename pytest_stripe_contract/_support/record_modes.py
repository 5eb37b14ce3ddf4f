"""The words and defaults that options and replays share."""

from typing import Final, Literal, get_args

Mode = Literal["none", "once", "new_episodes", "all", "rewrite"]
MODES: Final[tuple[str, ...]] = get_args(Mode)
"""With the meanings of pytest-recording: https://github.com/kiwicom/pytest-recording."""
