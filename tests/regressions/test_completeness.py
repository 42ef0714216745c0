"""Every regression scenario R1–R48 has a test by name, or is said to belong to a later part of the product.

A test names its scenarios in its own name: `test_r05_…`, or `test_R1_R21_R29_…`. Where they stand: `tests/plan` shows the rule on
frames, `tests/deliver` the outbox and the mail server, this folder the whole program on the real database.
"""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
SCENARIOS = range(1, 49)
LATER = {
    17: "the period table of interest comes with the creditor's rights",
    26: "percentage fees come with the creditor's rights; a charge is never a base for another",
    42: "links to a pay page come with the pay page; letters are complete without one",
}


def named() -> dict[int, list[str]]:
    """Scenario → the tests that carry its number."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE):
            for number in re.findall(r"(?<=_)[rR](\d{1,2})(?=_)", name):
                found.setdefault(int(number), []).append(f"{path.relative_to(TESTS)}::{name}")
    return found


def test_every_scenario_has_a_test_or_a_reason_to_wait() -> None:
    have = named()
    missing = [number for number in SCENARIOS if number not in have and number not in LATER]
    assert not missing, f"no test for {missing}"


def test_nothing_waits_that_is_already_shown_and_no_number_is_unknown() -> None:
    have = named()
    assert not set(have) & set(LATER)
    assert set(have) <= set(SCENARIOS)
