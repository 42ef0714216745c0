"""The shipped tables and laws, and newer tables from a file."""

from __future__ import annotations

import csv
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dunwell.core import rates_text
from dunwell.core.rates import DebtKind
from dunwell.run import rates

SHARED = Path(os.environ.get("DUNWELL_SHARED") or Path(__file__).parents[2] / "../shared").resolve()
DERIVED = SHARED / "reference" / "rates" / "statutory_half_year_derived.csv"
TABLES = rates.tables()


def test_every_rate_has_a_source_and_every_table_an_end() -> None:
    assert set(TABLES) == {"cbr_key_rate", "ecb_mro", "bnb_base", "boe_base", "de_base"}
    for table in TABLES.values():
        assert all(rate.source for rate in table.rates)
        assert [rate.since for rate in table.rates] == sorted({rate.since for rate in table.rates})
        assert table.rates[-1].since <= table.verified_until


@pytest.mark.parametrize("code", ["ru", "bg", "eu", "gb", "de"])
def test_every_law_names_tables_that_exist(code: str) -> None:
    law = rates.law(code)
    assert {rule.tariff.table for rule in law.rules} <= set(TABLES)
    assert all(rule.source for rule in law.rules)


def test_a_table_is_the_same_after_writing_and_reading() -> None:
    for table in TABLES.values():
        assert rates_text.read_table(rates_text.write_table(table), "x.toml") == (table, [])


@pytest.mark.skipif(not DERIVED.exists(), reason="the folder of development data is not here")
def test_every_published_half_year_agrees() -> None:
    laws = {"BG": ("bg", "b2b"), "EU-directive-minimum": ("eu", "b2b"), "UK": ("gb", "b2b"), "DE-B2B": ("de", "b2b"),
            "DE-consumer": ("de", "consumer")}  # fmt: skip
    with DERIVED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        code, kind = laws[row["jurisdiction"]]
        first, last = date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"])
        for on in (first, last):
            rule = next(one for one in rates.law(code).rules_for(DebtKind(kind)) if one.since <= on <= one.until)
            rate = TABLES[rule.tariff.table].rate_on(rule.tariff.looked_up_on(on))
            assert rate.percent + rule.tariff.margin == Decimal(row["total_percent"]), row
    assert len(rows) > 100


def test_a_newer_rate_is_laid_over_the_table(tmp_path: Path) -> None:
    file = tmp_path / "cbr_key_rate.csv"
    file.write_text(
        "effective_from,rate_percent,source\n2026-02-16,15.50,cbr.ru\n2026-03-23,15.00,cbr.ru/hd_base/KeyRate\n"
    )
    done = rates.take(file, tmp_path / "rates", verified_until=date(2026, 4, 24))
    assert [str(rate.percent) for rate in done.added] == ["15.00"] and done.corrected == ()
    table = rates.tables(tmp_path / "rates")["cbr_key_rate"]
    assert table.verified_until == date(2026, 4, 24)
    assert len(table.rates) == len(TABLES["cbr_key_rate"].rates) + 1
    assert table.rate_on(date(2026, 4, 1)).source == "cbr.ru/hd_base/KeyRate"
    again = rates.take(file, tmp_path / "rates", verified_until=date(2026, 4, 24))
    assert (again.added, again.corrected) == ((), ())


def test_a_correction_is_named(tmp_path: Path) -> None:
    file = tmp_path / "de.csv"
    file.write_text("effective_from,rate_percent,source\n2026-07-01,1.27,bundesbank.de\n")
    done = rates.take(file, tmp_path, name="de_base", verified_until=date(2026, 11, 21))
    assert done.corrected == ((date(2026, 7, 1), "1.52", "1.27"),)


@pytest.mark.parametrize(
    ("text", "refusal", "words"),
    [
        ("effective_from,rate_percent,source\n2026-03-23,15.00,\n", rates.RatesUnusable, "without a source"),
        ("effective_from,rate_percent,source\n23.03.2026,15.00,x\n", rates.RatesUnusable, "not a date"),
        ("effective_from,rate_percent,source\n2026-03-23,fifteen,x\n", rates.RatesUnusable, "not a rate"),
        ("effective_from,rate_percent,source\n2026-03-23,１５,x\n", rates.RatesUnusable, "not a rate"),
        ("effective_from,rate_percent,source\n2026-03-23,15,x\n2026-03-22,15,x\n", rates.RatesUnusable, "comes after"),
        ("effective_from,source\n2026-03-23,x\n", rates.RatesUnusable, "no column rate_percent"),
        ("effective_from,rate_percent,source\n", rates.RatesUnusable, "no rates"),
    ],
)
def test_a_bad_file_changes_nothing(tmp_path: Path, text: str, refusal: type[Exception], words: str) -> None:
    file = tmp_path / "cbr_key_rate.csv"
    file.write_text(text)
    with pytest.raises(refusal, match=words):
        rates.take(file, tmp_path / "rates", verified_until=date(2026, 4, 24))
    assert not (tmp_path / "rates").exists()


def test_an_import_says_until_when_it_was_verified_and_never_less(tmp_path: Path) -> None:
    file = tmp_path / "cbr_key_rate.csv"
    file.write_text("effective_from,rate_percent,source\n2026-03-23,15.00,cbr.ru\n")
    with pytest.raises(rates.VerifiedDayMissing):
        rates.take(file, tmp_path / "rates")
    with pytest.raises(rates.VerifiedDayBackwards):
        rates.take(file, tmp_path / "rates", verified_until=date(2026, 3, 1))
    with pytest.raises(rates.UnknownTable):
        rates.take(file, tmp_path / "rates", name="libor", verified_until=date(2026, 4, 1))


def test_an_own_table_with_a_mistake_is_refused_by_line(tmp_path: Path) -> None:
    (tmp_path / "ecb_mro.toml").write_text(
        'name = "ecb_mro"\ntitle = "x"\nverified_until = 2026-01-01\nrates = [{ from = 2026-01-01, percent = 2.15, source = "x" }]\n'
    )
    with pytest.raises(rates.RatesUnusable, match=r"ecb_mro.toml:4.*does not fit"):
        rates.tables(tmp_path)
