"""A story is read with everything it leaves open filled in, and a mistake in it is named with its line."""

from datetime import date

import pytest

from dunwell.core import scenario
from dunwell.core.ledger import CustomerKind, Role
from dunwell.core.money import Money

STORY = """
[[scenario]]
title = "x"
customer = { kind = "person", country = "BG" }
invoice = { issued = 2026-03-02, due = 2026-03-16, amount = "1240.00 EUR" }
events = [{ on = 2026-03-05, paid = "40.00" }]
expect = [
  { on = 2026-03-09, step = "upcoming", asks = "1200.00 EUR" },
  { after = 2026-03-10, until = 2026-03-12, nothing = true },
]
"""


def test_what_a_story_leaves_open_is_filled_in() -> None:
    (story,), findings = scenario.read(STORY, "x.scenarios.toml")
    assert findings == []
    assert story.customer.kind == CustomerKind.PERSON
    assert [person.role for person in story.customer.contacts] == [Role.REQUESTER]
    assert (story.starts, story.ends) == (date(2026, 3, 2), date(2026, 3, 12))
    assert story.documents[0].known == date(2026, 3, 2)
    assert story.expected[0].asks == (Money(120000, "EUR"),)
    assert (story.expected[1].on, story.expected[1].line) == (date(2026, 3, 11), 9)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('paid = "40.00"', 'payed = "40.00"', "event_unclear", 6),
        ('paid = "40.00"', 'paid = "40.00", replied = true', "event_unclear", 6),
        ('paid = "40.00"', 'paid = "40.00", invoice = "7"', "unknown_value", 6),
        ('step = "upcoming", ', "", "expectation_unclear", 8),
        ("nothing = true", 'step = "x", nothing = true', "expectation_unclear", 9),
        ('"1240.00 EUR"', '"1240,00 EUR"', "amount_unreadable", 5),
        ("due = 2026-03-16, ", "", "missing_key", 5),
        ("due =", "valid_until = 2026-03-15, due =", "missing_key", 5),
        ('kind = "person"', 'kind = "company"', "unknown_value", 4),
        ("2026-03-05", '"2026-03-05"', "wrong_type", 6),
    ],
)
def test_a_mistake_in_a_story_is_named_with_its_line(old: str, new: str, code: str, line: int) -> None:
    assert STORY.count(old) == 1
    stories, findings = scenario.read(STORY.replace(old, new), "x.scenarios.toml")
    assert stories == []
    assert (code, line) in [(one.code, one.line) for one in findings]
