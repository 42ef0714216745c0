"""A book without people: rehearsed as if every customer had somebody to write to."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dunwell.run import creditors, day, ingest, people
from dunwell.store import scope, switches
from dunwell.store.models import Message, Switch

DAY = date(2026, 3, 2)
SHEET = "Invoice,Customer,Issue date,Due date,Amount\n1042,Daisy Ltd,2026-02-01,2026-02-15,1240.00\n"


@pytest.fixture
def firm(database: Path, tmp_path: Path):
    firm = creditors.create(
        "Assumed",
        slug=f"assumed-{tmp_path.name}",
        country="GB",
        on=DAY,
        by="ann",
        writer="Ann Lee",
        email="ann@assumed-firm.example",
        iban="GB82 WEST 1234 5698 7654 32",
        bic="WESTGB22",
    )
    sheet = tmp_path / "open.csv"
    sheet.write_text(SHEET)
    ingest.file(firm, sheet, as_of=DAY, by="ann", kind="invoices")
    people.cover(firm, "bank", DAY, on=DAY, by="ann")
    return firm


def run(firm, tmp_path: Path):
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    return day.run(firm, DAY, now=noon, today=DAY, by="ann", folder=tmp_path, assume_contact="email")


def test_the_letter_is_written_to_nobody_in_particular(firm, tmp_path):
    done = run(firm, tmp_path)
    assert (done.sent, done.planned.findings) == (1, [])
    with scope.of(firm.pk):
        recipient = Message.objects.get().recipients.get()
    assert recipient.contact_id is None and recipient.address.endswith("@assumed.example")


def test_it_is_refused_when_live(firm, tmp_path):
    switches.turn(firm.pk, Switch.MODE, switches.LIVE, by="ann", why="", on=DAY)
    with pytest.raises(day.AssumedLive):
        run(firm, tmp_path)
