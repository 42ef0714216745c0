"""The page's words: complete in three languages, with the same places, and none that nobody says."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from dunwell.core import instalments as rules
from dunwell.core import page_files, payment
from dunwell.core.page import AnswerKind
from dunwell.core.refusal import Refusal
from dunwell.run import agreements, instalments, offers, online, people, portal_answers, portal_link, portal_plan
from dunwell.web.portal import forms, words

PLACES = re.compile(r"{(\w+)}")
TEMPLATES = files("dunwell.web.portal") / "templates" / "portal"
SAID = re.compile(r"""(?:say|listed)[ (]["']([\w.]+)["']""")


def flat(locale: str) -> dict[str, str]:
    return {name: value if isinstance(value, str) else "\n".join(value) for name, value in words.of(locale).items()}


@pytest.mark.parametrize("locale", words.LOCALES)
def test_every_language_says_the_same_things(locale):
    english, other = flat("en"), flat(locale)
    assert other.keys() == english.keys()
    for name, text in other.items():
        assert text.strip(), name
        assert set(PLACES.findall(text)) == set(PLACES.findall(english[name])), name


@pytest.mark.parametrize("locale", ["ru", "bg"])
def test_nothing_is_left_untranslated(locale):
    for name, text in flat(locale).items():
        assert re.search("[а-яё]", text, re.IGNORECASE), (name, text)


def test_what_the_templates_say_exists_and_what_exists_is_said():
    sources = [*TEMPLATES.iterdir(), files("dunwell.run") / "portal_papers.py"]
    used = {name for file in sources for name in SAID.findall(file.read_text("utf-8"))}
    by_name = {
        *(f"{kind.value}.{part}" for kind in AnswerKind for part in ("title", "send", "done_title", "done_text")),
        *(f"causes.{cause}" for cause in people.DISPUTE_CAUSES),
        *(f"errors.{name}" for name in refusals()),
        *(f"plan.every_{every.value}" for every in rules.Every),
        *(f"plan.parts_{number}" for number in range(1, 5)),
        *("language", "closed.done_title", "closed.done_text", "auto.agree"),
    }
    existing = set(flat("en"))
    assert used <= existing
    assert existing <= used | by_name, existing - used - by_name


def test_every_refusal_of_the_page_has_its_words():
    assert {f"errors.{name}" for name in refusals()} <= flat("en").keys()


def refusals() -> set[str]:
    """The refusals that a client can meet."""
    rooms = (portal_answers, portal_link, portal_plan, instalments, agreements, rules, page_files, forms)
    own = {
        name
        for room in rooms
        for name, thing in vars(room).items()
        if isinstance(thing, type)
        and issubclass(thing, Refusal)
        and thing is not Refusal
        and thing.__module__ == room.__name__
    }
    at_the_desk = {"NoSuchPlan", "PlanUnproven", "NoPageAddress"}
    ours = {offers.NoSuchOffer.__name__, offers.OfferEnded.__name__}
    ours |= {"RequestExpired", "RequestOver", "AcceptedAlready", "WhoAccepts"}  # before_work
    return own - at_the_desk | ours | {online.NoProvider.__name__, payment.ProviderDown.__name__, "AmountUnreadable"}
