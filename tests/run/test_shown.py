"""What the commands print, read as a person does."""

from datetime import UTC, date, datetime

from dunwell.cli import show
from dunwell.run import people, plan
from regressions.conftest import world as world


def test_a_day_that_waits_for_payments_names_the_source_that_is_awaited(world, capsys) -> None:
    """Of two sources the stalest holds the chase: a day said of the other one changes nothing."""
    world.owing("2026-02-20")
    people.cover(world.creditor, "open items, Moscow", date(2026, 2, 20), on=date(2026, 2, 21), by="anna")
    people.cover(world.creditor, "bank", date(2026, 3, 1), on=date(2026, 3, 2), by="anna")
    found = plan.run(world.creditor, date(2026, 3, 2), rehearsal=True, by="anna")
    show.planned(world.creditor, found, datetime(2026, 3, 2, 9, tzinfo=UTC), json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "1 open receivable " in said
    assert "Payments of open items, Moscow are entered up to 2026-02-20" in said
    assert "`dunwell cover 'open items, Moscow' DATE`" in said
