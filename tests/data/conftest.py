"""One small phantom for all readers."""

import pytest

from spinefm.phantom import Phantom, simulate


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    """A whole cervical spine."""
    return simulate(9_000_001, "cervical", size=(240, 320), layout="full")
