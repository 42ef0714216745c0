"""What people settle teaches the creditor's own reader, where it then agrees with them more often."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.core.reading import ReplyContext
from dunwell.plugins.readers import classifier, lessons, reply
from dunwell.run import inbox, inbox_mail, reader_lessons
from dunwell.store import scope
from dunwell.store.models import ReplyProposal
from inbox import mails
from regressions.world import DAY, World

SHIPPED = classifier.shipped("replies")
WHO = {"on": DAY, "by": "anna"}


def corrected(text: str, **meant: bool) -> lessons.Corrected:
    return lessons.Corrected(reply.described_text(text, ReplyContext(DAY, "en")), meant)


def test_a_lesson_turns_what_was_read_wrong_and_leaves_the_rest() -> None:
    texts = [corrected(f"Kindly see to item {n} of the enclosed list.", request_document=True) for n in range(8)]
    taught = lessons.shifted(SHIPPED, lessons.learned(SHIPPED, texts))
    asked = corrected("Kindly see to item 9 of the enclosed list.").features
    other = corrected("We will pay on Friday.").features
    before, after = (one.scores(asked)["intents"]["request_document"] for one in (SHIPPED, taught))
    assert after > max(0.5, before)
    assert taught.scores(other)["intents"]["request_document"] < 0.2


def test_readings_that_people_took_teach_nothing() -> None:
    assert lessons.learned(SHIPPED, [corrected("We will pay on Friday.", promise_to_pay=True)]) == {}


def test_a_lesson_holds_no_words_that_the_package_does_not_know() -> None:
    texts = [corrected("Zyxwvut Qqqqq please", question=True), corrected("Zyxwvut Qqqqq now", question=True)]
    found = lessons.learned(SHIPPED, texts)
    assert all(name in SHIPPED.names for shifts in found.values() for name in shifts)


def test_too_few_corrections_teach_nothing(firm: World) -> None:
    with pytest.raises(reader_lessons.TooFewCorrections):
        reader_lessons.learn(firm.creditor, **WHO)


def test_people_teach_the_reader_and_see_how_well_it_reads(firm: World) -> None:
    for number in range(24):
        taken = inbox_mail.take(firm.creditor, mails.reply(f"The goods of lot {number} never arrived."), on=DAY)
        with scope.of(firm.creditor.pk):
            (proposal,) = ReplyProposal.objects.filter(mail=taken.number)
        inbox.reject(firm.creditor, proposal.pk, means="question", **WHO)
    row = reader_lessons.learn(firm.creditor, **WHO)
    assert row.is_used and row.agreed > row.agreed_before
    reading = reader_lessons.of(firm.creditor).read("The goods of lot 99 never arrived.", ReplyContext(DAY, "en"))
    assert "question" in [claim.value for claim in reading.intents]
    (month,) = reader_lessons.quality(firm.creditor)
    assert (month.first, month.rejected, month.right) == (DAY.replace(day=1), 24, 0.0)


def test_what_is_rejected_can_only_mean_what_a_reply_can(firm: World) -> None:
    taken = inbox_mail.take(firm.creditor, mails.reply("We will pay on Friday."), on=DAY)
    with pytest.raises(inbox.IntentUnknown):
        inbox.reject(firm.creditor, taken.proposals[0], means="love", **WHO)


def test_the_programs_own_word_teaches_nothing(firm: World) -> None:
    inbox_mail.take(firm.creditor, mails.reply("STOP writing to me!"), on=date(2026, 3, 4) + timedelta(1))
    assert reader_lessons.quality(firm.creditor) == []
