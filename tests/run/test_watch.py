"""A watched folder, and how fresh the money is that comes in through it."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dunwell.run import creditors, freshness, people, watch
from dunwell.run.ingest_documents import Options
from dunwell.store import scope
from dunwell.store.models import FindingRecord, ImportFile, Payment
from run.test_ingest_statement import OURS, camt, entry

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def folder(creditor, tmp_path: Path) -> Path:
    creditors.add_account(creditor, currency="EUR", on=date(2025, 1, 1), by="anna", iban=OURS, bic="BNBGBGSD")
    return tmp_path


def put(folder: Path, name: str, text: str, *, seconds_ago: float = 60) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    moment = NOW.timestamp() - seconds_ago
    os.utime(path, (moment, moment))
    return path


def look(creditor, folder: Path, seen: watch.Seen | None = None) -> list[watch.Taken]:
    return list(
        watch.once(creditor, folder, {} if seen is None else seen, now=NOW, as_of=DAY, by="watch", options=Options())
    )


STATEMENT = camt(entry("10.00", 5), days=(1, 9), balances=("0.00", "10.00"))


def test_each_file_is_taken_once_whatever_it_is_called(creditor, folder):
    put(folder, "march.xml", STATEMENT)
    seen: watch.Seen = {}
    assert [one.file for one in look(creditor, folder, seen)] == ["march.xml"]
    put(folder, "copy.xml", STATEMENT)
    assert look(creditor, folder, seen) == [] and look(creditor, folder) == []
    assert sorted(path.name for path in folder.iterdir()) == ["copy.xml", "march.xml"], "nothing is moved"
    with scope.of(creditor.pk):
        assert (ImportFile.objects.count(), Payment.objects.count()) == (1, 1)


def test_a_file_that_is_still_written_is_waited_for(creditor, folder):
    put(folder, "march.xml", STATEMENT[:300], seconds_ago=1)
    put(folder, "april.xml.part", STATEMENT)
    put(folder, "empty.xml", "")
    seen: watch.Seen = {}
    assert look(creditor, folder, seen) == []
    put(folder, "march.xml", STATEMENT, seconds_ago=10)
    assert len(look(creditor, folder, seen)) == 1


def test_a_refused_file_is_told_once_and_tried_again_when_it_is_written_anew(creditor, folder):
    put(folder, "march.xml", STATEMENT[:300])
    (taken,) = look(creditor, folder)
    assert taken.refusal
    assert look(creditor, folder) == []
    with scope.of(creditor.pk):
        assert FindingRecord.objects.filter(code="file_refused", file_name="march.xml").count() == 1
    put(folder, "march.xml", STATEMENT)
    assert len(look(creditor, folder)[0].summaries) == 1


def test_a_statement_makes_its_account_a_source_and_a_late_one_says_so(creditor, folder):
    put(folder, "march.xml", STATEMENT)
    look(creditor, folder)
    (source,) = freshness.sources(creditor, NOW)
    assert (source.name, source.until, source.last_entry) == (OURS, date(2026, 3, 9), date(2026, 3, 5))
    assert not source.is_late
    (source,) = freshness.sources(creditor, NOW + timedelta(7))
    assert source.is_late and "LATE" in str(source)


def test_a_source_that_ended_is_expected_no_longer_until_it_speaks_again(creditor, folder):
    people.cover(creditor, "old bank", date(2026, 1, 5), on=DAY, by="anna")
    people.cover(creditor, "bank", date(2026, 3, 9), on=DAY, by="anna")
    people.end_source(creditor, "old bank", on=DAY, by="anna")
    assert [one.name for one in freshness.sources(creditor, NOW)] == ["bank"]
    people.cover(creditor, "old bank", date(2026, 3, 9), on=DAY, by="anna")
    assert len(freshness.sources(creditor, NOW)) == 2
    with pytest.raises(people.NoSuchSource):
        people.end_source(creditor, "nothing", on=DAY, by="anna")
