"""What pytest gets from the package: the fixture ``vexil_flags`` and the marker of the same name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import InMemoryClient


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "vexil_flags(flags): what the fixture `vexil_flags` has set from the beginning")


@pytest.fixture
def vexil_flags(request: pytest.FixtureRequest) -> Iterator[InMemoryClient]:
    """A client whose flags the test sets; each test has its own."""
    # Only where it is used: the plugin is loaded at every run of pytest.
    from .testing import InMemoryClient

    with InMemoryClient() as client:
        # The nearest marker comes last, and counts.
        for marker in reversed(list(request.node.iter_markers("vexil_flags"))):
            for key, value in marker.args[0].items():
                client.set(key, value)
        yield client
