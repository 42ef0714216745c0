"""Every regression scenario R1–R48 has a test by name.

A test names its scenarios in its own name: `test_r05_…`, or `test_R1_R21_R29_…`. Where they stand: `tests/plan` shows the rule on
frames, `tests/deliver` the outbox and the mail server, `tests/rights` interest and charges,
`tests/portal` the page, this folder the whole program on the real database.
"""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
SCENARIOS = range(1, 49)


def named() -> dict[int, list[str]]:
    """Scenario → the tests that carry its number."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE):
            for number in re.findall(r"(?<=_)[rR](\d{1,2})(?=_)", name):
                found.setdefault(int(number), []).append(f"{path.relative_to(TESTS)}::{name}")
    return found


def test_every_scenario_has_a_test_and_no_number_is_unknown() -> None:
    assert sorted(named()) == list(SCENARIOS)
