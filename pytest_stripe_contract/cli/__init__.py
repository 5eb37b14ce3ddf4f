"""The ``stripe-contract`` command: contract, cassettes and shipped files, without pytest.

It exits with 0 if all is fine, 1 if something was found, 2 if it was called wrong, and 130 if it
was interrupted.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from ..errors import StripeContractError
from . import _check, _lists, _scrub, _sdk
from ._common import INTERRUPTED, WRONG_CALL


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` (without the program's name) names; its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        return 0  # whoever reads what is printed has read enough
    except KeyboardInterrupt:
        return INTERRUPTED
    except (StripeContractError, OSError) as error:
        parser.exit(WRONG_CALL, f"stripe-contract: {_masked(str(error))}\n")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(_masked(message))


def _masked(text: str) -> str:
    """The text without secrets: what was given in the wrong place may be one."""
    from ..scrubbing import redact

    return redact(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="stripe-contract", description=__doc__)
    parser.add_argument("--version", action="version", version=version("pytest-stripe-contract"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for family in (_check, _scrub, _lists, _sdk):
        family.add(commands)
    return parser
