"""No letter names a right that is not there: every shipped text, in every state of agreement, law and schedule."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import samples
from dunwell.core.message import CONTENT_KEYS, TASK_KEYS, Consequence, Draft, LetterFacts
from dunwell.core.money import Money
from dunwell.core.rights import Right
from dunwell.engine import preflight, render, tact
from dunwell.run import packs

PACK = render.prepare(packs.standard())
# Written anew, wider than the program's own lists: whatever speaks of these things in a letter counts.
SPEAKS = {
    Right.INTEREST: r"неустойк|\bпени\b|\bпеня|лихв|late-payment charge|\binterest\b|penalt",
    Right.STOP_WORK: r"приостановим|спрем временно|pause work|stop work|будет ждать оплаты|ще изчака плащането|will wait for the payment",
    Right.COURT: r"\bсуд\b|\bсуда\b|арбитраж|\bсъда?\b|\bcourt|legal action",
}
LETTERS = [
    (key, channel, locale)
    for key in CONTENT_KEYS
    if key not in TASK_KEYS
    for channel in ("email", "sms")
    for locale in ("ru", "bg", "en")
]


def working(_: date) -> bool:
    return True


@st.composite
def states(draw: st.DrawFn) -> LetterFacts:
    """A letter in any state: which rights there are, whether stopping work is scheduled, charged or not, any reader."""
    key, channel, locale = draw(st.sampled_from(LETTERS))
    facts = samples.facts(key, locale, channel)
    rights = frozenset(draw(st.sets(st.sampled_from(list(Right)))))
    consequence = facts.consequence if draw(st.booleans()) else None
    if consequence is not None:
        code, is_by_law = draw(st.sampled_from(["work_pauses", "work_waits"])), draw(st.booleans())
        consequence = replace(consequence, code=code, is_by_law=is_by_law)
    if facts.pay_by and consequence is None and key in ("formal", "final") and draw(st.booleans()):
        consequence = Consequence("person_calls", date.fromordinal(facts.pay_by.toordinal() + 3))
    charge = Money(1_250, facts.items[0].balance.currency) if facts.items and draw(st.booleans()) else None
    items = tuple(replace(one, charges=charge) for one in facts.items)
    kind = draw(st.sampled_from(["business", "person"]))
    copies = () if kind == "person" else facts.copies
    return replace(
        facts,
        rights=rights,
        consequence=consequence,
        items=items,
        customer=replace(facts.customer, kind=kind),
        copies=copies,
        interest_basis=draw(st.sampled_from(["", "п. 5.2"])),
    )


@settings(max_examples=300, deadline=None)
@given(states())
def test_what_passes_names_only_rights_that_there_are(facts: LetterFacts) -> None:
    draft = render.compose(facts, PACK)
    if not isinstance(draft, Draft) or preflight.preflight(draft, facts, working):
        return
    for right, words in SPEAKS.items():
        if re.search(words, draft.text, re.IGNORECASE):
            assert right in facts.rights, f"{right} is named in {facts.step.content_key}"
    if re.search(SPEAKS[Right.STOP_WORK], draft.text, re.IGNORECASE):
        assert facts.consequence is not None and facts.consequence.code in preflight.STOPS


@settings(max_examples=100, deadline=None)
@given(states(), st.sampled_from(list(Right)))
def test_a_letter_that_names_a_missing_right_is_stopped(facts: LetterFacts, right: Right) -> None:
    said = {
        Right.INTEREST: {"ru": "Начислена неустойка.", "bg": "Дължите лихва.", "en": "You owe interest."},
        Right.STOP_WORK: {"ru": "Мы приостановим работы.", "bg": "Ще спрем работата.", "en": "We will pause all work."},
        Right.COURT: {"ru": "Мы обратимся в суд.", "bg": "Ще се обърнем към съда.", "en": "We will go to court."},
    }[right][facts.locale]
    draft = render.compose(facts, PACK)
    if not isinstance(draft, Draft):
        return
    changed = replace(draft, text=f"{draft.text}\n{said}")
    lacking = replace(facts, rights=facts.rights - {right})
    assert "threat" in {one.code for one in preflight.preflight(changed, lacking, working)}
    held = replace(facts, rights=frozenset(Right), consequence=Consequence("work_pauses", date(2026, 6, 30)))
    assert not [
        one for one in preflight.preflight(changed, held, working) if one.code == "threat" and one.value in said
    ]


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
@pytest.mark.parametrize("code", preflight.STOPS)
def test_a_stop_is_announced_with_its_day_and_ground_alone(locale: str, code: str) -> None:
    facts = samples.facts("formal", locale)
    assert facts.consequence is not None
    announced = replace(facts, consequence=replace(facts.consequence, code=code, basis="§ 5.3"))
    draft = render.compose(announced, PACK)
    assert isinstance(draft, Draft) and preflight.preflight(draft, announced, working) == ()
    assert re.search(SPEAKS[Right.STOP_WORK], draft.text) and "§ 5.3" in draft.text
    without = replace(announced, rights=frozenset())
    assert "threat" in {one.code for one in preflight.preflight(draft, without, working)}
    by_law = render.compose(replace(announced, consequence=replace(announced.consequence, is_by_law=True)), PACK)
    assert isinstance(by_law, Draft) and "§ 5.3" in by_law.text and by_law.text.count("  ") == 0
    assert "as agreed" not in by_law.text and "както е уговорено" not in by_law.text


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
def test_the_last_letter_names_the_penalty_where_there_is_one(locale: str) -> None:
    facts = samples.facts("final", locale)
    plain = render.compose(facts, PACK)
    named = render.compose(replace(facts, rights=frozenset({Right.INTEREST}), interest_basis="§ 5.2"), PACK)
    assert isinstance(plain, Draft) and isinstance(named, Draft)
    assert not re.search(SPEAKS[Right.INTEREST], plain.text)
    assert re.search(SPEAKS[Right.INTEREST], named.text) and "§ 5.2" in named.text


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
@pytest.mark.parametrize("key", ["reached", "reminder", "firm", "formal", "final", "wake_up"])
def test_what_was_charged_is_said_and_is_no_part_payment(key: str, locale: str) -> None:
    facts = samples.facts(key, locale)
    (item,) = facts.items
    charge = Money(1_250, item.balance.currency)
    charged = replace(item, balance=item.balance + charge, charges=charge)
    letter = samples.summed(replace(facts, items=(charged,), rights=facts.rights | {Right.INTEREST}))
    draft = render.compose(letter, PACK)
    assert isinstance(draft, Draft)
    assert preflight.preflight(draft, letter, working) == ()
    assert re.search(r"12[.,]50", draft.text)
    assert not re.search("Часть мы|Част вече|already received", draft.text)
    silent = replace(draft, text=draft.text.replace("12.50", "").replace("12,50", ""))
    assert "charges_unsaid" in {one.code for one in preflight.preflight(silent, letter, working)}


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
def test_a_saved_wording_never_names_a_right_by_itself(locale: str) -> None:
    words = {"ru": "За просрочку начислим пени.", "bg": "Ще начислим лихва.", "en": "We will charge interest."}[locale]
    assert [one.code for one in tact.check_words(words, locale)] == ["threat"]
    assert tact.check_words(words, locale, frozenset({Right.INTEREST})) == []
