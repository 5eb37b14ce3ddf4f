"""Keep requests off the network: the network block, and the patched HTTP clients."""

from __future__ import annotations

from . import intercept, network_block
from .clients import virtual_sleep
from .server import Failure, Reply

__all__ = ["Failure", "Reply", "intercept", "network_block", "virtual_sleep"]
