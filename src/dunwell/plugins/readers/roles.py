"""Who does what on a day or with a sum: every mention belongs to the predicate nearest to it in its sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dunwell.core.reading import ReplyContext
from dunwell.plugins.readers.dates import Mention, next_workday
from dunwell.plugins.readers.evidence import Evidence
from dunwell.plugins.readers.sums import Amount

# Predicates that may own a day, with a handicap in characters: who wins when two stand equally near.
PREDICATES = {
    "will_pay": ("pay", 0),
    "paid": ("paid", 0),
    "refuse": ("not", 0),
    "cannot": ("not", 0),
    "not_will_pay": ("not", 0),
    "ask_extension": ("ask", 0),
    "ask_instalments": ("split", 6),
    "absent": ("away", 0),
    "outside_condition": ("funds", 0),
    "waiting": ("funds", 4),
    "about_terms": ("terms", 0),
    "other_past": ("past", 2),
    "dispute_goods": ("other", 8),
    "dispute_quality": ("other", 8),
    "dispute_terms": ("terms", 8),
    "dispute_amount": ("other", 6),
    "delay": ("other", 12),
    "ask_document": ("other", 10),
    "change_contact": ("other", 10),
    "ad": ("other", 10),
}
DISPUTED = (
    "dispute_amount",
    "dispute_goods",
    "dispute_quality",
    "dispute_terms",
    "dispute_not_ordered",
    "dispute_other",
)
CLAUSE_COST = 14  # A comma between a day and its predicate.
SENTENCE_COST = 60
REACH = 110  # Beyond this a day belongs to nothing.
SPAN_REACH = 28  # "three days" is a date only right beside a promise.
REST_HANDICAP = 8
BESIDE = 14  # So near, a day surely belongs to its predicate.
UNBINDING = ("dated", "not_before", "range_from")  # A day so named commits nobody.
SPARE = ("free", "pay", "paid", "other", "past", "terms", "ask")  # What may own a day of which a plain promise speaks.
RETURN_WORDS = re.compile(
    r"верн|выйд|выхо|возвращ|приступ|на работе|на рабочем|в офисе|връщ|върна|завръщ|на работа|на линия|back|return"
)
YEARS_AHEAD_MAX = 2
FORESIGHT = timedelta(days=240)  # A day without a year that would lie further ahead is a day of the past.


@dataclass(frozen=True, slots=True)
class Owned:
    """A mention with its owner's role, its distance, and its span in the source."""

    mention: Mention | Amount
    role: str
    distance: int
    span: tuple[int, int]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Predicate:
    role: str
    start: int
    end: int
    handicap: int
    words: str


def predicates(evidence: Evidence) -> list[Predicate]:
    """All places that say what happens, in the coordinates of the source."""
    found = []
    for concept, hits in evidence.hits.items():
        for hit in hits:
            name = "not_" + concept if hit.negated and concept == "will_pay" else concept
            if name not in PREDICATES or (hit.negated and concept != "will_pay"):
                continue
            role, handicap = PREDICATES[name]
            start, end = evidence.view.source_span(hit.start, hit.end)
            found.append(Predicate(role, start, end, handicap, evidence.view.text[hit.start : hit.end]))
    for one in evidence.sums:
        if one.kind == "rest":  # "The rest follows on the 20th": what remains is still to be paid.
            found.append(Predicate("pay", *evidence.digits.source_span(one.start, one.end), REST_HANDICAP, ""))
    return found


def owned(evidence: Evidence, mentions: tuple[Mention, ...] | tuple[Amount, ...]) -> list[Owned]:
    """Each mention with the nearest predicate; role "free" where none is within reach."""
    places = predicates(evidence)
    result = []
    for mention in mentions:
        span = evidence.digits.source_span(mention.start, mention.end)
        best = min(
            ((_distance(evidence, span, place), place) for place in places), key=lambda pair: pair[0], default=None
        )
        if best is None or best[0] > REACH:
            result.append(Owned(mention, "free", REACH, span))
        else:
            result.append(Owned(mention, best[1].role, best[0], span, best[1].words))
    return result


def promised_day(evidence: Evidence, days: list[Owned], context: ReplyContext) -> tuple[date, Owned] | None:
    """The latest day of a commitment that stands; corrections take back what they follow."""
    today = context.received_on
    chosen: list[tuple[date, Owned]] = []
    for one in days:
        if not _commits(one, evidence):
            continue
        assert isinstance(one.mention, Mention)
        day = one.mention.day(today)
        if "y" not in one.mention.words and one.mention.kind in ("date", "month") and day and day > today + FORESIGHT:
            continue
        if day is None or day < today or day > today + timedelta(days=366 * YEARS_AHEAD_MAX):
            continue
        if chosen and _corrects(evidence, chosen[-1][1].span[1], one.span[0]):
            chosen.pop()
        chosen.append((day, one))
    if not chosen:
        return _same_day(evidence, days, today) or _instead(days, today)
    firm = [pair for pair in chosen if pair[1].mention.kind != "now"] or chosen
    day, one = max(firm, key=lambda pair: pair[0])
    back = return_day(days, context) if evidence.has("absent") else None
    if back and day < back[0] and one.mention.kind == "weekday":  # "Away until Sunday, will pay on Tuesday."
        day += timedelta(days=7)
    return day, one


def spare_day(days: list[Owned], context: ReplyContext) -> tuple[date, Owned] | None:
    """The latest day ahead that belongs to nothing else: where a promise is plain, its day may stand beside words nobody foresaw."""
    today = context.received_on
    found = []
    for one in days:
        mention = one.mention
        assert isinstance(mention, Mention)
        if one.role == "past" and one.distance <= BESIDE:
            continue  # "I said Wednesday and let you down."
        if one.role not in SPARE or mention.relation in UNBINDING or mention.kind in ("ago", "range"):
            continue
        day = mention.day(today)
        if day is not None and today <= day <= today + FORESIGHT:
            found.append((day, one))
    return max(found, key=lambda pair: pair[0], default=None)


def paid_day(evidence: Evidence, days: list[Owned], context: ReplyContext) -> tuple[date, Owned] | None:
    """The day of a payment already made, never in the future; a day that belongs to nothing else serves where none does."""
    today = context.received_on
    found, loose = [], []
    for one in days:
        mention = one.mention
        assert isinstance(mention, Mention)
        if mention.kind in ("span", "now", "month", "week", "in"):
            continue
        dated = mention.relation == "dated" and one.role in ("paid", "free", "terms")
        day = mention.day(today, past=True)
        if day is None or not today - timedelta(days=366) <= day <= today:
            continue
        if one.role == "paid" or dated:
            found.append((not dated, day, one))
        elif one.role in ("free", "other", "past") and not evidence.has("will_pay"):
            loose.append((False, day, one))
    best = max(found or loose, key=lambda pair: (pair[0], pair[1]), default=None)
    return (best[1], best[2]) if best else None


def return_day(days: list[Owned], context: ReplyContext) -> tuple[date, Owned] | None:
    """The first day back after an absence: the day named, or the first weekday after the last day away."""
    today = context.received_on
    back, last = [], []
    for one in days:
        mention = one.mention
        assert isinstance(mention, Mention)
        if one.role not in ("away", "free") or mention.kind in ("now", "span", "ago"):
            continue
        day = mention.day(today)
        if day is None or day < today:
            continue
        if mention.kind == "range" or mention.relation == "until":
            last.append((next_workday(day), one))
        elif RETURN_WORDS.search(one.owner):
            back.append((day, one))
        elif mention.relation != "range_from":
            last.append((next_workday(day), one))
    return next(iter(back or last), None)


def _commits(one: Owned, evidence: Evidence) -> bool:
    mention = one.mention
    assert isinstance(mention, Mention)
    if mention.relation in UNBINDING or mention.kind == "ago":
        return False
    if mention.kind == "range" and evidence.has("absent"):
        return False
    if one.role == "split" and mention.kind in ("in", "span"):
        return False  # "Over six months" is a plan, not a day.
    if mention.kind in ("span", "now"):
        return one.role in ("pay", "split") and one.distance <= SPAN_REACH
    if one.role == "free":
        return not evidence.has("absent", "ask_extension", "dispute_terms", "ad", "hardship")
    return one.role == "pay" or (one.role == "split" and evidence.has("will_pay"))


def _same_day(evidence: Evidence, days: list[Owned], today: date) -> tuple[date, Owned] | None:
    """ "Back on Monday and will pay it the same day": the payment borrows the day of the return or of the money."""
    if not evidence.has("will_pay"):
        return None
    pays = [evidence.view.source_span(hit.start, hit.end)[0] for hit in evidence.hits["will_pay"] if not hit.negated]
    for one in days:
        mention = one.mention
        assert isinstance(mention, Mention)
        borrowed = (one.role == "away" and RETURN_WORDS.search(one.owner)) or (
            one.role == "funds" and evidence.has("same_day")
        )
        follows = any(0 <= start - one.span[1] <= 60 for start in pays)
        if borrowed and follows and mention.kind not in ("now", "span", "ago"):
            day = mention.day(today)
            if day is not None and day >= today:
                return day, one
    return None


def _instead(days: list[Owned], today: date) -> tuple[date, Owned] | None:
    """ "Not today any more, tomorrow then": after a day denied, the next one named stands."""
    denied = [one for one in days if one.role == "not"]
    if len(denied) < 2:
        return None
    mention = denied[-1].mention
    assert isinstance(mention, Mention)
    day = mention.day(today)
    first = denied[0].mention
    assert isinstance(first, Mention)
    earlier = first.day(today)
    return (day, denied[-1]) if day and earlier and today <= earlier < day else None


def _corrects(evidence: Evidence, start: int, end: int) -> bool:
    if not 0 <= end - start <= 60:
        return False
    for hit in evidence.hits.get("correction", ()):
        a, b = evidence.view.source_span(hit.start, hit.end)
        if start <= a and b <= end:
            return True
    return False


def _distance(evidence: Evidence, span: tuple[int, int], place: Predicate) -> int:
    """Characters between, dearer across commas and sentence ends."""
    if span[0] < place.end and place.start < span[1]:
        return place.handicap
    between = evidence.prepared.source[min(span[1], place.end) : max(span[0], place.start)]
    cost = (
        len(between)
        + place.handicap
        + CLAUSE_COST * len(re.findall(r"[,;:()—–]|\s-\s|\s(?:но|а|but|and|и|если|if|ако|потом|then)\s", between))
    )
    return cost + SENTENCE_COST * len(re.findall(r"[.!?\n](?=\s|$)", between))


def partial_sum(evidence: Evidence, sums: list[Owned], context: ReplyContext) -> tuple[Decimal, Owned] | None:
    """The part of the total that is promised; None for the whole, or where it cannot be told."""
    total = context.total
    pays = [one for one in sums if one.role in ("pay", "split", "free")]
    paid = sum((_worth(one, total) for one in sums if one.role == "paid" and _kind(one) != "rest"), Decimal(0))
    if any(evidence.has(concept) for concept in ("dispute", "refuse", *DISPUTED)):
        pays = ([one for one in pays if one.role == "pay"] or pays)[:1]  # What is not disputed.
    numbers = [one for one in pays if _kind(one) in ("number", "percent")]
    if evidence.has("no_date"):  # "Half on Friday, no idea about the other half": only the first is promised.
        pays = pays[:1]
    halves = [one for one in pays if _kind(one) == "half"]
    rest = [one for one in pays if _kind(one) == "rest"]
    if numbers:
        worth = list(dict.fromkeys(_worth(one, total) for one in numbers))
        if total and (sum((_worth(one, total) for one in numbers), Decimal(0)) == total or total in worth):
            return None
        if len(worth) > 1 and sum(worth) > total > 0:
            worth = worth[:1]
        value = sum(worth, Decimal(0))
        return (value, numbers[0]) if not total or value < total else None
    if halves and total:
        both = len(halves) > 1 or (rest and not paid)
        return None if both else (total / 2, halves[0])
    if paid and total and paid < total and (rest or pays or evidence.has("will_pay")):
        return total - paid, (rest or pays or sums)[0]
    return None


def _worth(one: Owned, total: Decimal) -> Decimal:
    amount = one.mention
    assert isinstance(amount, Amount)
    return amount.value if amount.kind == "number" else amount.value * total


def _kind(one: Owned) -> str:
    assert isinstance(one.mention, Amount)
    return one.mention.kind
