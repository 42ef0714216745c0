"""Mail taken in: matched, read, and turned into proposals that hold the chase until a person settles them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.core.inbox import MatchBasis
from dunwell.core.money import AmountUnreadable
from dunwell.core.refusal import Refusal
from dunwell.run import facts, inbox, inbox_effects, inbox_mail, reply_address, subjects, work
from dunwell.run.inbox_mail import Taken
from dunwell.store import audit, scope
from dunwell.store.inbox import NoSuchProposal
from dunwell.store.models import Dispute, Hold, Inbound, OptOut, Promise, Sign
from inbox import mails
from regressions.world import DAY, World, only

NEXT = DAY + timedelta(1)
WHO = {"by": "anna"}


def took(firm: World, raw: bytes, on: date = NEXT) -> Taken:
    return inbox_mail.take(firm.creditor, raw, on=on)


def test_references_tell_the_customer_before_the_sender_does(firm: World) -> None:
    firm.client("C2", mail="c2@client.example")
    firm.day()
    letter = only(firm.sent())
    taken = took(firm, mails.reply("OK", sender="c2@client.example", references=letter.message_id))
    assert (taken.customer, taken.basis) == ("C1 Ltd", MatchBasis.REFERENCES)


def test_a_signed_address_tells_the_customer_and_a_forged_one_does_not(firm: World) -> None:
    firm.creditor.inbox = {"plus": "yes"}
    found = subjects.customer(firm.creditor, "C1")
    address = reply_address.of(firm.creditor, found.pk, "maria@firm.example")
    taken = took(firm, mails.reply("OK", sender="stranger@else.example", to=address))
    assert (taken.customer, taken.basis) == ("C1 Ltd", MatchBasis.REPLY_ADDRESS)
    forged = address.replace(f"+c{found.pk}-", f"+c{found.pk + 1}-")
    assert took(firm, mails.reply("OK", sender="other@else.example", to=forged)).basis == MatchBasis.NOTHING


def test_sender_then_invoice_number_then_nobody(firm: World) -> None:
    assert took(firm, mails.reply("OK")).basis == MatchBasis.SENDER
    numbered = took(firm, mails.reply("OK", sender="boss@else.example", subject="C1-2"))
    assert (numbered.customer, numbered.basis) == ("C1 Ltd", MatchBasis.INVOICE_NUMBER)
    stray = took(firm, mails.reply("Who are you?", sender="nobody@else.example"))
    assert (stray.customer, stray.basis) == ("", MatchBasis.NOTHING)
    assert [row.kind for row in work.rows(firm.creditor, DAY)].count("mail") == 1


def test_the_same_mail_again_changes_nothing(firm: World) -> None:
    raw = mails.reply("We will pay on Friday.")
    first = took(firm, raw)
    again = took(firm, b"Received: from mx.else.example\r\n" + raw)
    assert (again.number, again.is_new, again.proposals) == (first.number, False, first.proposals)
    with scope.of(firm.creditor.pk):
        assert Inbound.objects.count() == 1


def test_a_reply_holds_the_chase_until_it_is_settled(firm: World) -> None:
    took(firm, mails.reply("We will pay on Friday."), on=DAY)
    firm.day()
    assert firm.sent() == []
    assert "reply_waits" in firm.outcome("C1-1").reasons
    (waiting,) = inbox.waiting(firm.creditor)
    assert waiting.quotation.startswith("on Friday") or "Friday" in waiting.quotation
    inbox.reject(firm.creditor, waiting.number, on=NEXT, **WHO)
    firm.day(DAY + timedelta(2))
    assert len(firm.sent()) == 1


def test_an_unsettled_reply_holds_for_the_days_of_the_policy_and_no_longer(firm: World) -> None:
    took(firm, mails.reply("We will pay on Friday."), on=DAY)
    firm.days(DAY, DAY + timedelta(5))
    assert firm.sent() == []
    firm.day(DAY + timedelta(7))
    assert len(firm.sent()) == 1


def test_a_letter_written_before_the_reply_came_is_withdrawn(firm: World) -> None:
    firm.go_live()
    firm.plan()
    took(firm, mails.reply("We will pay on Friday."), on=DAY)
    firm.deliver()
    assert [(one.state, one.state_reason) for one in firm.messages()] == [("withdrawn", "reply_waits")]


def test_an_accepted_promise_covers_the_invoices_and_is_taken_back(firm: World) -> None:
    took(firm, mails.reply("We will pay 400 euro on Friday."), on=DAY)
    (waiting,) = inbox.waiting(firm.creditor)
    decision = inbox.accept(firm.creditor, waiting.number, on=DAY, **WHO)
    assert [what for what, _ in decision.effects] == ["promise", "promise"]
    firm.day()
    assert "promised" in firm.outcome("C1-1").reasons
    inbox.reopen(firm.creditor, waiting.number, on=NEXT, **WHO)
    assert [one.number for one in inbox.waiting(firm.creditor)] == [waiting.number]
    inbox.reject(firm.creditor, waiting.number, on=NEXT, **WHO)
    firm.day(DAY + timedelta(2))
    assert len(firm.sent()) == 1


def test_an_edited_proposal_is_recorded_as_the_person_said(firm: World) -> None:
    took(firm, mails.reply("We will pay on Friday."), on=DAY)
    (waiting,) = inbox.waiting(firm.creditor)
    values = {"until": "2026-03-13", "invoices": ["C1-2"]}
    decision = inbox.edit(firm.creditor, waiting.number, values, on=DAY, **WHO)
    assert (decision.outcome, len(decision.effects)) == ("edited", 1)
    (line,) = inbox.corrections(firm.creditor)
    assert '"until": "2026-03-06"' in line and '"until": "2026-03-13"' in line
    with pytest.raises(NoSuchProposal):
        inbox.accept(firm.creditor, waiting.number, on=DAY, **WHO)


def test_a_sum_is_contested_once_over_all_invoices_named(firm: World) -> None:
    took(firm, mails.reply("We dispute 120 euro: the sum is wrong."), on=DAY)
    (waiting,) = inbox.waiting(firm.creditor)
    values = {"cause": "wrong_sum", "amount": "1,20", "invoices": ["C1-1", "C1-2"]}
    inbox.edit(firm.creditor, waiting.number, values, on=DAY, **WHO)
    with scope.of(firm.creditor.pk):
        assert [one.amount for one in Dispute.objects.all()] == [120]


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"until": "friday"}, inbox_effects.DayUnreadable),
        ({"amount": "1e3"}, AmountUnreadable),
        ({"amount": "1,000,000"}, facts.AmountTooLarge),
        ({"amount": "10", "invoices": ["C1-1", "P-1"]}, inbox_effects.SeveralCurrencies),
    ],
)
def test_a_value_that_cannot_be_is_refused(firm: World, values: dict[str, object], refusal: type[Refusal]) -> None:
    firm.invoices("C1,invoice,P-1,2026-01-20,2026-02-20,70.00,GBP,")
    took(firm, mails.reply("We will pay on Friday."), on=DAY)
    (waiting,) = inbox.waiting(firm.creditor)
    said = {"until": "2026-03-13", "invoices": ["C1-1"], **values}
    with pytest.raises(refusal):
        inbox.edit(firm.creditor, waiting.number, said, on=DAY, **WHO)
    with scope.of(firm.creditor.pk):
        assert not Promise.objects.exists()


def test_a_value_that_the_kind_does_not_have_is_refused(firm: World) -> None:
    took(firm, mails.reply("We will pay on Friday."), on=DAY)
    (waiting,) = inbox.waiting(firm.creditor)
    with pytest.raises(inbox.ValueUnfit):
        inbox.edit(firm.creditor, waiting.number, {"colour": "red"}, on=DAY, **WHO)


def test_stop_works_at_once_for_that_address_and_is_taken_back(firm: World) -> None:
    taken = took(firm, mails.reply("Stop writing to me. Remove my address from your list."), on=DAY)
    assert taken.did
    with scope.of(firm.creditor.pk):
        assert [one.wanted for one in OptOut.objects.all()] == [False]
    stop = next(
        number for number in taken.proposals if number not in {one.number for one in inbox.waiting(firm.creditor)}
    )
    inbox.reopen(firm.creditor, stop, on=NEXT, **WHO)
    with scope.of(firm.creditor.pk):
        assert OptOut.objects.order_by("pk").last().wanted


def test_a_permanent_bounce_marks_the_address_and_gives_a_task(firm: World) -> None:
    firm.day()
    letter = only(firm.sent())
    taken = took(firm, mails.bounce("C1@client.example", letter.message_id))
    assert (taken.customer, taken.kind) == ("C1 Ltd", "bounce")
    with scope.of(firm.creditor.pk):
        assert [one.kind for one in Sign.objects.filter(kind="bounced")] == ["bounced"]
    assert [one.kind for one in firm.tasks()] == ["no_contact"]


def test_a_late_delivery_marks_nothing(firm: World) -> None:
    firm.day()
    letter = only(firm.sent())
    took(firm, mails.bounce("c1@client.example", letter.message_id, action="delayed", status="4.4.1"))
    with scope.of(firm.creditor.pk):
        assert not Sign.objects.filter(kind="bounced").exists()


def test_an_automatic_answer_waits_for_the_return_and_is_not_a_reply(firm: World) -> None:
    auto = {"Auto-Submitted": "auto-replied"}
    taken = took(firm, mails.reply("I am out of the office until 12 March.", headers=auto), on=DAY)
    assert (taken.kind, taken.proposals) == ("automatic", ())
    with scope.of(firm.creditor.pk):
        assert Hold.objects.get().until_date == date(2026, 3, 12)
        assert not Sign.objects.exists()


def test_a_stray_is_read_once_a_person_says_whose_it_is(firm: World) -> None:
    stray = took(firm, mails.reply("We will pay on Friday.", sender="boss@else.example"))
    assert inbox.strays(firm.creditor)[0].sender == "boss@else.example"
    (number,) = inbox.match(firm.creditor, stray.number, "C1", on=NEXT, **WHO)
    assert inbox.waiting(firm.creditor)[0].number == number
    assert inbox.strays(firm.creditor) == []


def test_hostile_html_is_never_shown_as_it_came(firm: World) -> None:
    raw = (
        mails.reply("x")
        .replace(b"text/plain", b"text/html")
        .replace(
            b"\nx",
            b"\n<p onclick=evil()>We will pay on Friday.</p><img src='http://spy.example/x.gif'><script>evil()</script>",
        )
    )
    took(firm, raw)
    (waiting,) = inbox.waiting(firm.creditor)
    assert "evil" not in waiting.html and "spy" not in waiting.html
    assert "We will pay on Friday." in waiting.html


def test_each_step_leaves_a_link_that_verifies(firm: World) -> None:
    took(firm, mails.reply("We will pay on Friday."))
    inbox.accept(firm.creditor, inbox.waiting(firm.creditor)[0].number, on=NEXT, **WHO)
    with scope.of(firm.creditor.pk):
        assert audit.verify(firm.creditor.pk).broken == ()


def test_a_mail_with_hidden_control_signs_is_kept_like_any_other(firm: World) -> None:
    raw = mails.reply("OK \0 then", subject="plain").replace(b"Subject: plain", b"Subject: =?utf-8?q?a=00b=01?=")
    taken = took(firm, raw)
    assert (taken.is_new, taken.customer) == (True, "C1 Ltd")
    with scope.of(firm.creditor.pk):
        assert Inbound.objects.get(pk=taken.number).content.subject == "a b"
