"""How, and from where, cassettes are recorded: the words that options and replays share."""

from typing import Final, Literal, get_args

Mode = Literal["none", "once", "new_episodes", "all", "rewrite"]
MODES: Final[tuple[str, ...]] = get_args(Mode)
"""With the meanings of pytest-recording: https://github.com/kiwicom/pytest-recording."""

STRIPE: Final = "https://api.stripe.com"
"""Where Stripe is: https://docs.stripe.com/api."""
