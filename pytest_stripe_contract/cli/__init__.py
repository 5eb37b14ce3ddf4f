"""The ``stripe-contract`` command."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import StripeContractError
from . import _cassettes, _check, _drift, _schema, _scrub, _show, _upgrade, _versions
from ._parser import INTERRUPTED, USAGE_ERROR, new_parser, redact

_COMMANDS = (_check, _scrub, _cassettes, _show, _versions, _schema, _upgrade, _drift)

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name, those of the process for None.

    Returns the exit code; a usage error ends the process with code 2.
    """
    parser, commands = new_parser()
    for command in _COMMANDS:
        command.add(commands)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        return 0  # the reader of the output closed it
    except KeyboardInterrupt:
        return INTERRUPTED
    except (StripeContractError, OSError) as error:
        parser.exit(USAGE_ERROR, f"stripe-contract: {redact(str(error))}\n")
