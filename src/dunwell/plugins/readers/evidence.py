"""The evidence in a text: which concepts its words touch, where, and which days and sums it names.

Concepts are the same in every language; only their phrases differ (`phrases_ru`, `phrases_bg`, `phrases_en`). So what the
small classifier learns from one language holds for the others, and each claim can quote the words that it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from dunwell.core.reading import ReplyContext
from dunwell.plugins.readers import phrases_bg, phrases_en, phrases_ru
from dunwell.plugins.readers.dates import Mention, mentions
from dunwell.plugins.readers.dates_bg import BULGARIAN
from dunwell.plugins.readers.dates_en import ENGLISH
from dunwell.plugins.readers.dates_ru import RUSSIAN
from dunwell.plugins.readers.numbers import in_digits
from dunwell.plugins.readers.sums import Amount, amounts
from dunwell.plugins.readers.words import MASK, Prepared, View, compile_phrases, fold_phrase, prepare, sentences

PHRASES = {"ru": phrases_ru, "bg": phrases_bg, "en": phrases_en}
DATES = {"ru": RUSSIAN, "bg": BULGARIAN, "en": ENGLISH}
NEGATION = {
    "ru": r"(?:не|нельзя|никак|вряд ли|ни|никогда не)",
    "bg": r"(?:не|няма да|няма|нито|едва ли|никога)",
    "en": r"(?:not|never|cannot|can't|cant|won't|wont|don't|didn't|haven't|hasn't|isn't|wasn't|aren't|unable to|without|nobody|no one|no|yet to be|needs to be|hadn't)",
}
NEGATABLE = ("will_pay", "paid", "absent", "thanks", "delay")
AHEAD = timedelta(days=120)  # Holidays further away are not what people speak of.
HITS_MAX = 12  # Per concept: more of the same adds nothing.


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in a view of the text, by its span there."""

    concept: str
    start: int
    end: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found in one view. `digits` is the view with number words replaced; days and sums point into it.

    `span` is the part of the view that is spoken of: all of it, or one sentence.
    """

    prepared: Prepared
    view: View
    digits: View
    hits: dict[str, tuple[Hit, ...]]
    days: tuple[Mention, ...]
    sums: tuple[Amount, ...]
    sentences: tuple[tuple[int, int], ...]
    span: tuple[int, int]

    @property
    def text(self) -> str:
        return self.view.text[slice(*self.span)]

    def has(self, *concepts: str) -> bool:
        return any(not hit.negated for concept in concepts for hit in self.hits.get(concept, ()))

    def first(self, *concepts: str) -> Hit | None:
        found = [hit for concept in concepts for hit in self.hits.get(concept, ()) if not hit.negated]
        return min(found, key=lambda hit: hit.start, default=None)

    def quote(self, hit: Hit | None) -> str:
        """The customer's sentence around a hit, as written."""
        if hit is None:
            return self.prepared.source.strip()[:200]
        start, end = next(((a, b) for a, b in self.sentences if a <= hit.start < b), (hit.start, hit.end))
        a, b = self.view.source_span(start, end)
        return self.prepared.source[a:b].strip()


def gather(text: str, context: ReplyContext) -> Evidence:
    """Read the words of a visible text."""
    prepared = prepare(text, context.lang, [invoice.number for invoice in context.invoices])
    hits: dict[str, tuple[Hit, ...]] = {}
    main = prepared.views[0]
    for view in prepared.views:
        for concept, shape in concept_patterns(view.lang, view.folded).items():
            found = tuple(_hits(concept, shape, view))
            if found:
                hits[concept] = (hits.get(concept, ()) + found)[:HITS_MAX]
    hits = _settled(hits)
    digits = in_digits(main)
    return Evidence(
        prepared,
        main,
        digits,
        hits,
        tuple(_at_home(one, context) for one in mentions(digits, DATES[main.lang])),
        tuple(amounts(digits, context.total)),
        tuple(sentences(main)),
        (0, len(main.text)),
    )


def _at_home(mention: Mention, context: ReplyContext) -> Mention:
    """ "After the holidays" by the customer's own calendar, where it is known."""
    if mention.kind != "holidays" or context.calendar is None:
        return mention
    ahead = [day for day in context.calendar.holidays if context.received_on <= day <= context.received_on + AHEAD]
    if not ahead:
        return mention
    last = context.calendar.next_business_day(min(ahead)) - timedelta(days=1)
    return replace(mention, words={**mention.words, "last": last.isoformat()})


def by_sentence(evidence: Evidence) -> list[Evidence]:
    """The same evidence, sentence by sentence; a text of one sentence is its own."""
    if len(evidence.sentences) < 2:
        return [evidence]
    return [_within(evidence, start, end) for start, end in evidence.sentences]


def _within(evidence: Evidence, start: int, end: int) -> Evidence:
    first, last = evidence.view.source_span(start, end)

    def spoken(one: Mention | Amount) -> bool:
        at, _ = evidence.digits.source_span(one.start, one.end)
        return first <= at < last

    hits = {
        concept: inside
        for concept, found in evidence.hits.items()
        if (inside := tuple(hit for hit in found if start <= hit.start < end))
    }
    return replace(
        evidence,
        hits=hits,
        days=tuple(one for one in evidence.days if spoken(one)),
        sums=tuple(one for one in evidence.sums if spoken(one)),
        sentences=((start, end),),
        span=(start, end),
    )


def features(evidence: Evidence, context: ReplyContext) -> dict[str, float]:
    """What the classifier sees beside the letters: concepts and the shape of the text."""
    found: dict[str, float] = {}
    for concept, hits in evidence.hits.items():
        if any(not hit.negated for hit in hits):
            found[concept] = 1.0
        if concept in ("will_pay", "paid") and any(hit.negated for hit in hits):
            found["not_" + concept] = 1.0
    today = context.received_on
    ahead = [
        day
        for one in evidence.days
        if one.kind != "now" and one.relation != "dated" and (day := one.day(today)) and day >= today
    ]
    text = evidence.text
    words = len(re.findall(r"\w+", text))
    found["day_ahead"] = float(bool(ahead))
    found["will_and_day"] = float(bool(ahead) and evidence.has("will_pay"))
    found["condition_and_will"] = float(evidence.has("outside_condition") and evidence.has("will_pay"))
    found["no_will"] = float(not evidence.has("will_pay"))
    found["asks"] = float("?" in text)
    found["asks_twice"] = float(text.count("?") > 1)
    found["address"] = float(MASK in text)
    found["sum"] = float(bool(evidence.sums))
    for limit in (2, 5, 10, 20, 40):
        found[f"within_{limit}_words"] = float(words <= limit)
    found["nothing_known"] = float(
        not any(
            concept not in ("ack", "question", "angry", "warm", "thanks", "ad", "other_business")
            for concept in evidence.hits
        )
    )
    reasons = [concept for concept in evidence.hits if concept.startswith("dispute_")]
    found["any_reason"] = float(bool(reasons))
    found["reasons"] = float(len(reasons))
    return {name: value for name, value in found.items() if value}


def spans_of(
    evidence: Evidence, context: ReplyContext
) -> tuple[dict[tuple[int, int], str], dict[tuple[int, int], str]]:
    """Where in the source days and sums stand, and whether a day lies ahead."""
    today, days = context.received_on, {}
    for one in evidence.days:
        day = one.day(today)
        span = evidence.digits.source_span(one.start, one.end)
        days[span] = "day" if day is None else "ahead" if day >= today else "past"
    return days, {evidence.digits.source_span(one.start, one.end): "sum" for one in evidence.sums}


@cache
def concept_patterns(lang: str, folded: bool) -> Mapping[str, re.Pattern[str]]:
    module = PHRASES[lang]
    return {
        concept: compile_phrases(phrases, module.MACROS, lang, folded)
        for concept, phrases in module.PHRASES.items()
        if phrases
    }


@cache
def _negation(lang: str, folded: bool) -> re.Pattern[str]:
    shape = fold_phrase(NEGATION[lang], lang) if folded else NEGATION[lang]
    return re.compile(rf"(?<!\w){shape}[^\w.!?\n]+(?:\w+[^\w.!?,\n]+)?$")


def _hits(concept: str, shape: re.Pattern[str], view: View) -> list[Hit]:
    found = []
    for match in shape.finditer(view.text):
        start = match.start()
        negated = concept in NEGATABLE and bool(
            _negation(view.lang, view.folded).search(view.text, max(0, start - 30), start)
        )
        found.append(Hit(concept, start, match.end(), negated))
        if len(found) == HITS_MAX:
            break
    return found


def _settled(hits: dict[str, tuple[Hit, ...]]) -> dict[str, tuple[Hit, ...]]:
    """What stands inside a promise is no payment made ("will be paid"); what stands inside a refusal is no promise."""

    def inside(hit: Hit, others: tuple[Hit, ...]) -> bool:
        return any(other.start < hit.end and hit.start < other.end for other in others)

    refusals = hits.get("refuse", ())
    promises = tuple(hit for hit in hits.get("will_pay", ()) if not inside(hit, refusals))
    asked = hits.get("ask_extension", ()) + hits.get("ask_instalments", ())
    promises = tuple(
        hit for hit in promises if not any(other.start <= hit.start and hit.end <= other.end for other in asked)
    )
    paid = tuple(
        hit for hit in hits.get("paid", ()) if not inside(hit, hits.get("will_pay", ())) and not inside(hit, refusals)
    )
    changed = {"will_pay": promises, "paid": paid}
    return {concept: found for concept, found in {**hits, **changed}.items() if found}
