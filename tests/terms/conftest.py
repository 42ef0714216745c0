"""A firm as `tests/regressions/world.py` makes it."""

from __future__ import annotations

import pytest


@pytest.fixture
def firm(creditor, tmp_path):
    from regressions import world

    return world.fresh(creditor, tmp_path)
