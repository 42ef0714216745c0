"""Persons' rights (I14): one file with everything, an erasure that leaves sums and chain, repeated where an older copy brings it back."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from dunwell.run import auditing, people, persons
from dunwell.store import bulk, scope
from dunwell.store.models import AuditContent, Erasure, Message
from regressions import world
from regressions.world import DAY

DUE = (DAY + timedelta(7)).isoformat()


@pytest.fixture(autouse=True)
def apart(tmp_path, monkeypatch):
    """Journals of this test alone."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "elsewhere")


@pytest.fixture
def firm(creditor, tmp_path):
    """A private person was written to, said something, and has paid; a company's accountant too."""
    firm = world.fresh(creditor, tmp_path)
    firm.client("P1", name="Пётр Николаев", mail="petr@home.example", kind="person", language="ru")
    firm.invoices(f"P1,invoice,P-1,{DAY - timedelta(14)},{DUE},100.00,EUR,", on=DAY - timedelta(14))
    firm.owing(DUE, client="B1", sum_="50.00")
    firm.go_live()
    firm.plan()
    firm.deliver()
    assert {m.customer.external_id for m in firm.sent()} == {"P1", "B1"}
    people.note(creditor, "P1", "Likes to be called after six", on=DAY, by="anna")
    people.contacted(
        creditor, "P1", channel="call", address="petr@home.example", note="Mother is ill", on=DAY, by="anna"
    )
    people.promise(
        creditor, "P-1", promised_date=DAY + timedelta(3), amount=None, on=DAY, by="anna", why="after the operation"
    )
    return firm


def pay(firm):
    firm.paid(f"{DAY},100.00,EUR,Пётр Николаев,P-1", f"{DAY},50.00,EUR,B1 Ltd,B1-1")
    firm.plan(DAY + timedelta(1))


def everything_written(creditor) -> str:
    """Every text in every table of the creditor, as an intruder with the whole database would read it."""
    found = []
    with psycopg.connect(settings.BACKUP_DATABASE_URL) as session:
        tables = session.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'creditor_id' AND table_schema = 'public'"
        ).fetchall()
        for (table,) in tables:
            rows = session.execute(f"SELECT t::text FROM {table} t WHERE creditor_id = %s", [creditor.pk]).fetchall()
            found += [f"{table}: {row[0]}" for row in rows]
    return "\n".join(found)


def test_the_export_holds_what_was_said_and_done(firm):
    found = persons.export(firm.creditor, "petr@home.example", on=DAY, by="anna")

    assert found["customer"][0]["name"] == "Пётр Николаев"
    assert found["reached_by"][0]["address"] == "petr@home.example"
    assert "P-1" in found["letters"][0]["text"]
    assert found["contacted"][0]["note"] == "Mother is ill"
    assert found["documents"][0]["number"] == "P-1"
    assert "B1-1" not in str(found), "of one person alone"
    assert persons.export(firm.creditor, "P1", on=DAY, by="anna")["contact"] == found["contact"]


def test_while_money_is_owed_what_was_said_stays(firm):
    with pytest.raises(persons.MoneyStillOwed, match="P-1"):
        persons.erase(firm.creditor, "petr@home.example", on=DAY, by="anna", why="asked")

    assert "petr@home.example" in everything_written(firm.creditor)


def test_nothing_of_a_person_is_left_but_the_name_on_documents_and_the_chain_verifies(firm):
    pay(firm)
    before = auditing.verify(firm.creditor)

    done = persons.erase(firm.creditor, "petr@home.example", on=DAY, by="anna", why="asked by mail")

    assert done.books_until == date(2037, 12, 31)
    left = everything_written(firm.creditor)
    assert "petr@home.example" not in left
    assert "Mother is ill" not in left and "after six" not in left and "the operation" not in left
    for line in left.splitlines():
        assert "Николаев" not in line or line.split(":")[0] in ("customer", "payment", "bank_entry"), line
    after = auditing.verify(firm.creditor)
    assert after.broken == ()
    assert after.links > before.links and after.erased > before.erased
    with scope.of(firm.creditor.pk):
        assert Erasure.objects.get().why == "asked by mail"
        kept = Message.objects.filter(customer__external_id="B1").select_related("content_row")[0]
        assert "B1-1" in kept.content_row.text, "nobody else's letters are touched"
        ((total,),) = bulk.rows("SELECT sum(amount) FROM allocation")
    assert total == 15000


def test_years_later_the_name_goes_from_the_books_too(firm):
    pay(firm)

    done = persons.erase(firm.creditor, "P1", on=date(2038, 1, 2), by="anna", why="the period is over")

    assert done.books_until is None
    assert "Николаев" not in everything_written(firm.creditor)


def test_who_was_erased_is_never_written_to_again(firm):
    pay(firm)
    persons.erase(firm.creditor, "petr@home.example", on=DAY, by="anna", why="")
    firm.invoices(f"P1,invoice,P-2,{DAY},{DUE},70.00,EUR,")
    before = len(firm.messages())

    firm.plan(DAY + timedelta(8))

    assert len(firm.messages()) == before


def test_an_older_copy_repeats_it(firm, tmp_path):
    """What a restored database lacks is in the journal beside the backups: as if the record of the erasure had never been."""
    pay(firm)
    person = persons.erase(firm.creditor, "petr@home.example", on=DAY, by="anna", why="")
    assert person.contacts == 1
    with psycopg.connect(settings.BACKUP_DATABASE_URL) as session:
        session.execute("ALTER TABLE erasure DISABLE TRIGGER USER")
        session.execute("DELETE FROM erasure WHERE creditor_id = %s", [firm.creditor.pk])
        session.execute("ALTER TABLE erasure ENABLE TRIGGER USER")
        session.execute(
            "UPDATE contact SET given_name = 'Пётр' WHERE customer_id IN (SELECT id FROM customer WHERE creditor_id = %s "
            "AND external_id = 'P1')", [firm.creditor.pk],
        )  # fmt: skip

    assert persons.repeat(firm.creditor, tmp_path / "elsewhere", on=DAY, by="restore") == 1
    assert persons.repeat(firm.creditor, tmp_path / "elsewhere", on=DAY, by="restore") == 0

    assert "Пётр'" not in everything_written(firm.creditor)
    assert "petr@home.example" not in (tmp_path / "elsewhere" / persons.JOURNAL).read_text()
    assert auditing.verify(firm.creditor).broken == ()


def test_the_application_has_no_other_way_to_change_what_was_recorded(firm):
    tried = "SELECT set_config('dunwell.erasing', 'audit_content', true); UPDATE audit_content SET body = NULL"
    with pytest.raises(Exception, match="permission denied"), scope.of(firm.creditor.pk):
        bulk.execute(tried)
    with scope.of(firm.creditor.pk):
        assert AuditContent.objects.filter(body=None).count() == 0


def test_nobody_erases_over_the_border_of_a_creditor(firm):
    with pytest.raises(Exception, match="not in scope"), connection.cursor() as cursor:
        cursor.execute("SELECT dunwell_erase(%s, '{}', '{}', '{}', '{}', false)", [firm.creditor.pk])


def test_a_stranger_and_a_company_are_refused(firm):
    for who in ("nobody@home.example", "B1", "no such id"):
        with pytest.raises(persons.PersonUnknown):
            persons.export(firm.creditor, who, on=DAY, by="anna")
