"""What a client writes in their own words on the page is read, and proposed only where the form did not say it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.run import inbox
from dunwell.store import scope
from dunwell.store.models import Inbound, OptOut, PageAnswer, Sign
from regressions.world import DAY


def kinds(firm) -> list[str]:
    return [one.kind for one in inbox.waiting(firm.creditor)]


def test_a_question_that_promises_too_proposes_the_promise_alone(firm, reader):
    reader.say("question", text="Which bank is it? We will pay on Friday, 6 March.")
    (found,) = inbox.waiting(firm.creditor)
    assert (found.kind, found.values["until"], found.basis) == ("promise", "2026-03-06", "page")
    assert found.quotation in found.text
    assert found.sender == "c1@client.example"
    firm.plan(DAY + timedelta(1))
    assert "reply" in firm.outcome("C1-1").reasons


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("promise", {"quick": "2026-03-06", "text": "We will pay on Friday."}),
        ("question", {"text": "Which invoice is it for?"}),
        ("paid", {"day": "2026-03-02", "text": "We have paid already."}),
        ("dispute", {"cause": "quality", "part": "all", "text": "The print is blurred, we object."}),
    ],
)
def test_what_the_form_says_is_not_proposed_again(firm, reader, form, said):
    assert reader.say(form, **said).status_code == 302
    assert kinds(firm) == []
    with scope.of(firm.creditor.pk):
        assert Inbound.objects.filter(basis="page").count() == 1
        assert Sign.objects.filter(kind="replied").count() == 1


def test_without_words_there_is_nothing_to_read(firm, reader):
    reader.say("promise", quick="2026-03-06")
    with scope.of(firm.creditor.pk):
        assert not Inbound.objects.exists()


def test_stop_in_words_works_at_once_where_one_person_reads(firm, reader):
    reader.say("question", text="Stop writing to me.")
    with scope.of(firm.creditor.pk):
        assert [one.channel for one in OptOut.objects.all()] == ["email"]
        assert PageAnswer.objects.count() == 1
