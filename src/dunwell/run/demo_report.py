"""What there is to see of the demo, as text."""

from __future__ import annotations

from pathlib import Path

from dunwell.run.day import Day
from dunwell.store.models import Creditor


def write(creditor: Creditor, day: Day, folder: Path) -> str:
    return ""
