"""Which variants run, as ``--stripe-variants`` or the ini-file says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

import pytest

from ..errors import InvalidOption

_WORDS = "all, off, sensitivity, sensitivity:FILE, a number, or NUMBER:SEED"
_SEEDS = 1_000_000
_SAID = pytest.StashKey["Variants"]()


@dataclass(frozen=True, slots=True)
class Variants:
    """What ``--stripe-variants`` says.

    ``word`` is one of those that it takes, or ``sample``: then ``size`` cases of each test are
    drawn by a ``seed``. ``file`` is where the list of a sensitivity run goes.
    """

    word: str = "all"
    size: int | None = None
    seed: str = ""
    file: Path | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> Variants:
        """What the command line says, or else the ini-file; `InvalidOption` for anything else.

        It is read once: each test asks for it.
        """
        known = config.stash.get(_SAID, None)
        if known is None:
            known = config.stash[_SAID] = cls._read(config)
        return known

    @classmethod
    def _read(cls, config: pytest.Config) -> Variants:
        said = config.getoption("stripe_variants") or config.getini("stripe_variants")
        word, _, more = said.partition(":")
        if word in ("all", "off") and not more:
            return cls(word)
        if word == "sensitivity":
            file = config.invocation_params.dir / more if more else None
            if said.endswith(":") or (file and (file.is_dir() or not file.parent.is_dir())):
                expected = "sensitivity:FILE, with a file in a folder that there is"
                raise InvalidOption("--stripe-variants", said, expected)
            return cls(word, file=file)
        if word.isascii() and word.isdigit() and int(word):
            return cls("sample", int(word), more)
        raise InvalidOption("--stripe-variants", said, _WORDS)

    @property
    def is_sensitivity(self) -> bool:
        """Whether a case that fails only says that its change was noticed."""
        return self.word == "sensitivity"


def settle(config: pytest.Config) -> None:
    """Choose a seed where one is needed: the processes of pytest-xdist get it with the options."""
    if hasattr(config, "workerinput"):
        config.option.stripe_variants = config.workerinput["stripe_variants"]
    variants = Variants.of(config)
    if variants.size is not None and not variants.seed:
        config.option.stripe_variants = f"{variants.size}:{SystemRandom().randrange(_SEEDS)}"
        del config.stash[_SAID]
