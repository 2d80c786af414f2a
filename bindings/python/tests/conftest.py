"""What all tests have."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Those of their examples are, and are known."""
    for tag in ("booleans", "strings", "numbers", "objects"):
        config.addinivalue_line("markers", f"{tag}: examples of OpenFeature's scenarios")


def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool:
    """The tags of OpenFeature's scenarios are no marks of pytest."""
    return True
