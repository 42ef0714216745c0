"""A firm with one client who owes."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def firm(creditor: object, tmp_path: Path) -> object:
    from regressions import world

    found = world.fresh(creditor, tmp_path)
    found.owing("2026-02-20", "2026-02-25", sum_="300.00")
    return found
