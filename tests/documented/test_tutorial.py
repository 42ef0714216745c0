"""The first day of the tutorial, with its own sheets in three languages, comes out as the tutorial says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dunwell.run import creditors, day, ingest, letters_preview, plan

SHEETS = Path(__file__).parents[2] / "docs" / "tutorial"
YESTERDAY, TODAY = date(2026, 11, 16), date(2026, 11, 17)
FIRST_DAY = {
    "act: step_due=wake_up": 3,
    "act: step_due=upcoming": 1,
    "task: no_contact=none": 1,
    "wait: not_yet=upcoming": 1,
}
RUSSIAN_ACCOUNT = {"account": "40702810900000000017", "correspondent": "30101810700000000777", "bic": "044599777"}
COMPANIES = {
    "en": ("open-items.csv", "GB", {"iban": "GB33 BUKB 2020 1555 5555 55", "bic": "BUKBGB22"}),
    "bg": ("фактури.csv", "BG", {"iban": "BG80BNBG96611020345678", "bic": "BNBGBGSD"}),
    "ru": ("счета.csv", "RU", {}),
}


@pytest.mark.parametrize("locale", COMPANIES)
def test_the_first_day_comes_out_as_told(locale: str, database: Path, tmp_path: Path) -> None:
    sheet, country, bank = COMPANIES[locale]
    us = creditors.create(
        "Harbour Print", slug=f"tutorial-{locale}", country=country, on=YESTERDAY, by="maria", email="us@harbour-print.example",
        writer="Maria Lane", bank="Example Bank", **bank,
    )  # fmt: skip
    if not bank:
        creditors.add_account(us, currency="RUB", on=YESTERDAY, by="maria", bank="Пример", **RUSSIAN_ACCOUNT)
    summary = ingest.file(us, SHEETS / sheet, as_of=YESTERDAY, by="maria", covered_until=YESTERDAY)
    assert summary.counts["invoices_new"] == 7 and summary.counts["payments_reported"] == 2
    assert [finding.field for finding in summary.findings] == (["Due date"] if locale == "en" else [])

    assert dict(plan.propose(us, TODAY, rehearsal=True).reasons) == FIRST_DAY
    letters = letters_preview.of_day(us, TODAY, rehearsal=True)
    assert [one.findings for one in letters] == [()] * 4
    assert {one.draft.locale for one in letters if one.draft} == {locale}
    assert not any("cid:" in letters_preview.standalone_html(one.draft) for one in letters if one.draft)

    done = day.run(us, TODAY, now=datetime(2026, 11, 17, 8, tzinfo=UTC), today=TODAY, by="maria", folder=tmp_path)
    again = day.run(us, TODAY, now=datetime(2026, 11, 17, 9, tzinfo=UTC), today=TODAY, by="maria", folder=tmp_path)
    assert (done.sent, done.planned.tasks) == (4, 1)
    assert (again.sent, again.planned.messages, again.planned.tasks) == (0, 0, 0)
