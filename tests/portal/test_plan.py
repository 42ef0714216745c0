"""Putting off on the page: nothing is recorded before the document was read and accepted; what goes beyond the policy is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from dunwell.store import scope
from dunwell.store.models import Acknowledgement, OurSide, PageAnswer, PaymentPlan, Promise
from portal.clients import Reader


def rows(firm, model):
    with scope.of(firm.creditor.pk):
        return list(model.objects.order_by("pk"))


def read(reader: Reader, **typed):
    values = {"mark": reader.mark(), "parts": "2", "first": "2026-03-16", "every": "two_weeks", "now": "", **typed}
    return values, reader.client.post(f"{reader.path}/{reader.locale}/plan/read", values)


def accept(reader: Reader, **typed):
    values, shown = read(reader, **typed)
    assert shown.status_code == 200, shown.content
    source = shown.content.decode()
    digest = source.partition('name="digest" value="')[2][:64]
    values |= {"digest": digest, "name": "Anna Brown", **typed}
    return reader.client.post(f"{reader.path}/{reader.locale}/plan/accept", values)


def test_reading_records_nothing_and_accepting_holds(firm, reader):
    _, shown = read(reader)
    text = shown.content.decode()
    assert "By accepting this schedule, C1 Ltd confirms the debt: €100.00" in text
    assert text.count("€50.00") == 2
    assert not rows(firm, PaymentPlan)
    said = accept(reader)
    assert said.status_code == 302 and said.url.endswith("/done/plan"), said.content
    assert [(one.amount, one.promised_date) for one in rows(firm, Promise)] == [
        (5000, date(2026, 3, 16)),
        (5000, date(2026, 3, 30)),
    ]
    (plan,) = rows(firm, PaymentPlan)
    assert plan.evidence == "On the payment page, Anna Brown" and plan.rehearsal
    assert not rows(firm, Acknowledgement), "a rehearsal acknowledges nothing"
    shown = reader.read()
    assert "€50.00" in shown.partition("</h1>")[0] and "€100.00 left in all" in shown
    paper = reader.get(f"schedule-{plan.pk}.pdf")
    assert paper.status_code == 200 and paper.content.startswith(b"%PDF")
    firm.day(date(2026, 3, 3))
    assert firm.outcome("C1-1").reasons == "instalment_plan"


def test_part_now_and_the_rest_later_go_together(firm, reader):
    assert accept(reader, parts="1", now="30,00", first="2026-03-27").status_code == 302
    assert [(one.amount, one.promised_date.day) for one in rows(firm, Promise)] == [(3000, 2), (7000, 27)]


@pytest.mark.parametrize(
    "typed",
    [
        {"first": "2026-03-01"},
        {"first": ""},
        {"first": "soon"},
        {"now": "100.00"},
        {"now": "much"},
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(firm, reader, typed):
    _, shown = read(reader, **typed)
    assert shown.status_code == 422 and b'role="alert"' in shown.content
    assert not rows(firm, PaymentPlan) and not rows(firm, PageAnswer)


def test_beyond_the_policy_it_can_be_asked_for(firm, reader):
    _, shown = read(reader, first="2026-06-01")
    assert b"A person has to agree" in shown.content and b'name="ask"' in shown.content
    refused = accept(reader, first="2026-06-01")
    assert refused.status_code == 422, "accepting it alone is refused"
    assert accept(reader, first="2026-06-01", ask="1").status_code == 302
    (plan,) = rows(firm, PaymentPlan)
    assert plan.is_asked and not rows(firm, Promise)
    assert [(one.what, one.done) for one in rows(firm, OurSide)] == [("answer", False)]
    assert "You asked for a schedule" in reader.read()


def test_a_third_putting_off_is_refused_in_words(firm, reader):
    for day in ("2026-03-16", "2026-03-17"):
        assert accept(reader, parts="1", first=day).status_code == 302
    _, shown = read(reader, parts="1", first="2026-03-18")
    assert shown.status_code == 422 and b"put off 2 times already" in shown.content
    assert len(rows(firm, PaymentPlan)) == 2
    with scope.of(firm.creditor.pk):
        assert Promise.objects.filter(ending=None).count() == 1


def test_what_has_changed_since_it_was_read_is_shown_again(firm, reader):
    values, shown = read(reader)
    values |= {"digest": shown.content.decode().partition('name="digest" value="')[2][:64], "name": "Anna"}
    firm.paid("2026-03-02,40.00,EUR,C1 Ltd,C1-1")
    firm.plan()
    said = reader.client.post(f"{reader.path}/en/plan/accept", values)
    assert said.status_code == 422 and b"Something changed while you were reading" in said.content
    assert "€30.00" in said.content.decode()
    assert not rows(firm, PaymentPlan)


def test_a_form_without_its_mark_says_nothing(firm, reader):
    values, _ = read(reader)
    said = reader.client.post(f"{reader.path}/en/plan/accept", values | {"mark": "forged", "name": "x"})
    assert said.status_code == 422
    assert not rows(firm, PaymentPlan)
    assert reader.client.get(f"{reader.path}/en/plan/accept").status_code == 302
