"""Whom a plan may count on: live, only channels that have a way out; never who opted out, even before we knew them."""

from datetime import date
from pathlib import Path

import pytest

from dunwell.run import ingest, people, plan

DAY, NEXT = date(2026, 3, 4), date(2026, 3, 5)
SHEET = """Customer;Email;Phone;Invoice no.;Invoice date;Due date;Total;Currency
Daisy Ltd;anna@daisy.example;;1042;01.02.2026;15.02.2026;1240.00;EUR
Phone Only Ltd;;+359 2 000 0101;1043;01.02.2026;15.02.2026;300.00;EUR
"""


@pytest.mark.parametrize(("rehearsal", "channels"), [(True, ["email", "sms"]), (False, ["email"])])
def test_a_channel_without_a_way_out_is_planned_in_rehearsal_alone(
    creditor, tmp_path: Path, rehearsal: bool, channels: list[str]
) -> None:
    creditor.channels = {"email": {"kind": "memory"}}
    creditor.save()
    (tmp_path / "open.csv").write_text(SHEET, "utf-8")
    ingest.file(creditor, tmp_path / "open.csv", as_of=DAY, by="anna", covered_until=DAY)
    actions = plan.propose(creditor, NEXT, rehearsal=rehearsal).proposal.actions
    assert sorted(actions.filter(actions["task"].is_null())["channel"].to_list()) == channels
    assert actions["reasons"].str.contains("no_contact=no_way_out").any() is not rehearsal


@pytest.mark.parametrize("address", ["Anna@daisy.example", "+359 2 000-0101"])
def test_an_opt_out_of_an_address_that_comes_later_holds(creditor, tmp_path: Path, address: str) -> None:
    assert people.opt_out(creditor, address, channel="all", on=DAY, by="anna", why="asked by telephone") == 0
    (tmp_path / "open.csv").write_text(SHEET, "utf-8")
    ingest.file(creditor, tmp_path / "open.csv", as_of=DAY, by="anna", covered_until=DAY)
    actions = plan.propose(creditor, NEXT, rehearsal=True).proposal.actions
    assert actions.filter(actions["task"].is_null()).height == 1
    assert actions["reasons"].str.contains("no_contact=opted_out").any()
