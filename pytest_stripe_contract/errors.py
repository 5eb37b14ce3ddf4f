"""Every error of the package: data in attributes, the message made from them.

An error's arguments are its data, in the order of its ``__init__``: that is what
``pickle`` calls the class with again on the other side of a process boundary.
"""

from collections.abc import Iterable


class StripeContractError(BaseException):
    """The base of all errors raised here.

    It derives from ``BaseException`` for the sake of one of them, `misses.ReplayMiss`; every
    other error is an ordinary ``Exception`` too, by a built-in second base.
    """


class UnknownName(StripeContractError, ValueError):
    """A cassette, an API version or an option value that nobody knows.

    ``kind`` says what was named, ``name`` how, ``known`` lists what there is, and ``note`` is
    anything more that helps.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], note: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        self.note = note
        super().__init__(kind, name, self.known, note)

    def __str__(self) -> str:
        ordered = sorted(self.known, key=self._nearness, reverse=True)
        note = f"; {self.note}" if self.note else ""
        return (
            f"unknown {self.kind} {self.name!r}; known, nearest first: {', '.join(ordered)}{note}"
        )

    def _nearness(self, known: str) -> float:
        """How alike the name is to a known one, or to what stands behind its dot."""
        from difflib import SequenceMatcher

        parts = (known, known.rpartition(".")[2])
        return max(SequenceMatcher(None, str(self.name), part).ratio() for part in parts)


class InvalidOption(StripeContractError, ValueError):
    """An option whose ``value`` is none that it takes; ``expected`` says which it does."""

    def __init__(self, option: str, value: object, expected: str) -> None:
        self.option = option
        self.value = value
        self.expected = expected
        super().__init__(option, value, expected)

    def __str__(self) -> str:
        return f"{self.option}={self.value!r}: expected {self.expected}"


class CassetteError(StripeContractError, ValueError):
    """A file that cannot be read as a cassette; it is left as it is.

    ``path`` names the file and ``line`` (from 1) the place, where there is one.
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
    """Something tried to leave the machine while a replay was active.

    Not an ``OSError``: clients retry those, and sleep in between.
    ``target`` is what it tried to reach, ``advice`` what to do, and ``sent_from`` the place in
    the user's code, if that is known.
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


class ReplayFailure(StripeContractError, AssertionError):
    """A replay that did not go as recorded; ``problems`` has a text for each thing wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @property
    def summary(self) -> str:
        """One line: the first line of each problem, of many only the first ones."""
        firsts = [problem.partition("\n")[0] for problem in self.problems]
        more = len(firsts) - _SHOWN
        return "; ".join(firsts[:_SHOWN] + ([f"and {more} more"] if more > 0 else []))

    def __str__(self) -> str:
        return "\n\n".join(self.problems)
