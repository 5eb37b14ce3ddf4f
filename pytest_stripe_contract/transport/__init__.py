"""Keep requests off the network: the block, and the seams of the HTTP clients."""

from __future__ import annotations

from . import intercept, network_block
from .clients.sdk import slept
from .server import Failure, Reply

__all__ = ["Failure", "Reply", "intercept", "network_block", "slept"]
