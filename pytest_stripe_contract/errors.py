"""The errors that several packages raise: data in attributes, the message made from them.

The arguments of an error are its data, in the order of its ``__init__``, because ``pickle`` calls
the class with them again in another process.
"""

from collections.abc import Iterable


class StripeContractError(BaseException):
    """The base class of all errors of this package.

    It derives from ``BaseException`` because `ReplayMiss` and `RecordingRefused` must pass
    ``except Exception``. Every other error has a second, built-in base class that is an
    ``Exception``.
    """


_NEAREST = 3
"""Known names that the text of an unknown one shows."""


class UnknownName(StripeContractError, ValueError):
    """An unknown cassette, API version or option value.

    ``kind`` says which of them, ``name`` is the unknown name, ``known`` lists the known ones, and
    ``advice`` says what to do, where there is more than another name to choose.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], advice: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        self.advice = advice
        super().__init__(kind, name, self.known, advice)

    def __str__(self) -> str:
        ordered = sorted(self.known, key=self._similarity, reverse=True)
        nearest = f"; nearest: {', '.join(ordered[:_NEAREST])}" if ordered else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"unknown {self.kind} {self.name!r}{advice}{nearest}"

    def _similarity(self, known: str) -> float:
        """Compare the name with a known one, and with the part behind its last dot."""
        from difflib import SequenceMatcher

        parts = (known, known.rpartition(".")[2])
        return max(SequenceMatcher(None, str(self.name), part).ratio() for part in parts)


class InvalidOption(StripeContractError, ValueError):
    """An option with a ``value`` that it does not take; ``expected`` describes those it takes."""

    def __init__(self, option: str, value: object, expected: str) -> None:
        self.option = option
        self.value = value
        self.expected = expected
        super().__init__(option, value, expected)

    def __str__(self) -> str:
        return f"{self.option}={self.value!r}: expected {self.expected}"


class CassetteError(StripeContractError, ValueError):
    """A file that cannot be read or written as a cassette; it stays as it is.

    ``path`` is that of the file, and ``line`` (from 1) the place, if it is known.
    """

    def __init__(self, path: str, problem: str, line: int | None = None) -> None:
        self.path = path
        self.problem = problem
        self.line = line
        super().__init__(path, problem, line)

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.problem}"


class NetworkBlocked(StripeContractError, RuntimeError):
    """A connection or look-up that was blocked because a replay is active.

    It is no ``OSError``, which clients retry after a sleep. ``target`` is the host, ``advice`` says
    what to do, and ``sent_from`` is the place in the user's code, if it is known.
    """

    def __init__(self, target: str, advice: str, sent_from: str | None = None) -> None:
        self.target = target
        self.advice = advice
        self.sent_from = sent_from
        super().__init__(target, advice, sent_from)

    def __str__(self) -> str:
        rule = "only loopback is allowed while a replay is active"
        place = f"\n  from:     {self.sent_from}" if self.sent_from else ""
        return f"connection to {self.target} blocked: {rule}{place}\n  fix:      {self.advice}"


_SHOWN = 5
"""Problems that the summary of a failed replay shows."""


class ReplayFailure(StripeContractError, AssertionError):
    """A replay that differs from its recordings; ``problems`` has a text for each difference."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @property
    def summary(self) -> str:
        """The first lines of the first problems, and the number of the others, on one line."""
        firsts = [problem.partition("\n")[0] for problem in self.problems]
        more = len(firsts) - _SHOWN
        return "; ".join(firsts[:_SHOWN] + ([f"and {more} more"] if more > 0 else []))

    def __str__(self) -> str:
        return "\n\n".join(self.problems)
