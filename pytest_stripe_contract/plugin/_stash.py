"""Keys under which the plugin stores data on pytest's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..errors import StripeContractError
    from ..replay import Replay

DESELECTED = pytest.StashKey[bool]()
"""On the config: whether a test of the run was deselected."""

VARIANT_ERRORS: pytest.StashKey[dict[str, StripeContractError]] = pytest.StashKey()
"""On the config, by a test's node id: why the test has no variants."""

REPLAY: pytest.StashKey[Replay] = pytest.StashKey()
"""On a test: its replay."""

DRIFT = pytest.StashKey[list[str]]()
"""On a test: the drift that its contract found."""

PASSED = pytest.StashKey[bool]()
"""On a test: whether its call phase passed."""

VERIFIED = pytest.StashKey[bool]()
"""On a test: whether the problems of its replay were looked for."""

RECORDED = pytest.StashKey[list[str]]()
"""On a test: the cassettes that it recorded."""
