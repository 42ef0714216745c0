"""A whole small firm for every test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def world(creditor: object, tmp_path: Path) -> object:
    """A firm in rehearsal with somebody who signs and accounts in two currencies; see `regressions.world`."""
    from regressions import world as worlds

    return worlds.fresh(creditor, tmp_path)
