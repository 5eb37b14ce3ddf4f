"""The packages of Stripe's SDKs that `make check-schemas` downloads."""

import os

import build_schemas
import pytest
import sdk_packages


def require(registry, version):
    """Skip the test without this package, or fail it in CI: there a silent skip hides a loss."""
    if sdk_packages.is_cached(registry, version, build_schemas.CACHE):
        return
    text = f"stripe {version} is not in .cache; `make check-schemas` downloads it"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)
