"""The reader that needs no network: phrases and grammars give the evidence, a small classifier weighs it.

What the labelling guide defines (who must look, whether reminders pause) follows from the claims by rule; only the weighing
of words is learned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dunwell.core.reading import CallContext, CallReview, Claim, Reading, ReplyContext, Turn
from dunwell.plugins.readers import calls, classifier, roles
from dunwell.plugins.readers.evidence import Evidence, by_sentence, features, gather, spans_of
from dunwell.plugins.readers.lexicon import topics_of
from dunwell.plugins.readers.visible import visible_from_text
from dunwell.plugins.readers.words import MASKED, PHONE

LISTED_FROM = 0.47  # An intent is listed from this probability on; chosen by cross-validation.
LISTED_WEIGHT = 0.5  # Of "is it meant at all" beside "does it decide"; chosen by leaving sittings out.
WORRY_FROM = 0.02  # A person is called earlier than an intent is listed: a missed dispute costs more than a look.
HUMAN = frozenset(
    "dispute hostile_or_legal stop_contact hardship refusal request_extension request_instalments question".split()
)
PAUSING = frozenset(
    "already_paid request_document request_extension request_instalments request_payment_details question dispute hardship "
    "refusal stop_contact hostile_or_legal".split()
)
# The concepts whose words are quoted for an intent.
QUOTED = {
    "promise_to_pay": ("will_pay",),
    "already_paid": ("paid",),
    "dispute": (
        "dispute_duplicate", "dispute_not_ordered", "dispute_document", "dispute_details", "dispute_goods", "dispute_quality",
        "dispute_terms", "dispute_amount", "dispute_other", "dispute",
    ),
    "request_document": ("ask_document",),
    "request_extension": ("ask_extension",),
    "request_instalments": ("ask_instalments", "instalments"),
    "request_payment_details": ("ask_details", "suspicious"),
    "change_contact": ("change_contact", "wrong_person"),
    "out_of_office": ("absent",),
    "internal_process_delay": ("delay",),
    "waiting_for_funds": ("waiting", "outside_condition"),
    "hardship": ("hardship",),
    "refusal": ("refuse",),
    "stop_contact": ("stop",),
    "question": ("question_real", "question"),
    "acknowledgement": ("ack",),
    "hostile_or_legal": ("legal", "abuse"),
    "unrelated": ("ad", "wrong_chat", "other_business", "bot"),
}  # fmt: skip
AFTER_PAYMENT = frozenset("question request_document promise_to_pay acknowledgement internal_process_delay".split())
COMMITTING = ("promise_to_pay", "request_extension")  # Where a day that nothing else claims is the day of the promise.
ASIDE = frozenset("question request_document".split())
OUTSIDE = frozenset("waiting_for_funds internal_process_delay".split())  # What a promise may hang on.
REASONS_OF_PROMISE = frozenset("internal_process_delay waiting_for_funds out_of_office acknowledgement".split())
REASONS = {
    "duplicate": "dispute_duplicate",
    "not_ordered": "dispute_not_ordered",
    "missing_document": "dispute_document",
    "wrong_details": "dispute_details",
    "not_received_goods": "dispute_goods",
    "quality": "dispute_quality",
    "terms": "dispute_terms",
    "wrong_amount": "dispute_amount",
    "other": "dispute_other",
}
NAMED_WEIGHT = 0.25
EMAIL = MASKED[0]
BETWEEN = r"(?:[^\W\d]+\s+){0,2}?"
COUNTED_PARTS = {
    "ru": rf"(?P<n>\d{{1,2}})(?:-?(?:х|мя|ю))?\s+{BETWEEN}(?:част\w+|платеж\w*|взнос\w*|транш\w*|этап\w*|прием\w*|дол\w+|раз\w*|куск\w+|сумм\w*)"
    r"|(?P<m>\d{1,2})\s+месяц\w*",
    "bg": rf"(?P<n>\d{{1,2}})\s+{BETWEEN}(?:части|вноски|пъти|транша|плащания|етапа|погасителни|порции|путии|пати|месечни|суми|парчета)|(?P<m>\d{{1,2}})\s+месеца",
    "en": rf"(?P<n>\d{{1,2}})\s+{BETWEEN}(?:instal+ments?|payments?|parts|tranches|chunks|goes|lots|stages|bits|halves|pieces|times|amounts|sums|slices)"
    r"|(?:over|for|across)\s+(?P<m>\d{1,2})\s+months",
}


IN_HALVES = {
    "ru": r"пополам|половин\w+.{1,40}(?:втор\w+|друг\w+)",
    "bg": r"наполовина|половин\w+.{1,40}(?:втор\w+|друг\w+)",
    "en": r"fifty[- ]fifty|50/50|down the middle|half.{1,40}(?:half|the rest|other)",
}


@dataclass(frozen=True, slots=True)
class LocalReader:
    """Reads on this machine alone."""

    model: classifier.Classifier

    def read(self, text: str, context: ReplyContext) -> Reading:
        visible = visible_from_text(text)
        evidence = gather(visible, context)
        found = fields(evidence, visible, context)
        return settle(evidence, found, chances_of(self.model, evidence, visible, context), context)

    def review(self, turns: Sequence[Turn], context: CallContext) -> CallReview:
        return calls.review(turns, context)


@dataclass(frozen=True, slots=True)
class Fields:
    """Days, sums and contacts, before the intents are known."""

    promised: tuple[date, roles.Owned] | None
    spare: tuple[date, roles.Owned] | None
    paid: tuple[date, roles.Owned] | None
    back: tuple[date, roles.Owned] | None
    part: tuple[Decimal, roles.Owned] | None
    parts: Claim[int] | None
    contact: Claim[str] | None


def fields(evidence: Evidence, visible: str, context: ReplyContext) -> Fields:
    days = roles.owned(evidence, evidence.days)
    sums = roles.owned(evidence, evidence.sums)
    return Fields(
        promised=roles.promised_day(evidence, days, context),
        spare=roles.spare_day(days, context),
        paid=roles.paid_day(evidence, days, context),
        back=roles.return_day(days, context) if evidence.has("absent") else None,
        part=roles.partial_sum(evidence, sums, context),
        parts=_parts(evidence, days, sums, context),
        contact=_contact(evidence, visible),
    )


def chances_of(
    model: classifier.Classifier, evidence: Evidence, visible: str, context: ReplyContext
) -> classifier.Scores:
    """What the classifier makes of the text as a whole and of each sentence."""

    def scored(part: Evidence) -> classifier.Scores:
        return model.scores(described(part, fields(part, visible, context), context))

    parts = by_sentence(evidence)
    return classifier.pooled(scored(evidence), [scored(part) for part in parts]) if len(parts) > 1 else scored(evidence)


def described(evidence: Evidence, found: Fields, context: ReplyContext) -> dict[str, float]:
    """All features of a text: the concepts, what the grammars found, and its spellings."""
    return {
        **features(evidence, context),
        **{f"found_{name}": 1.0 for name in Fields.__slots__ if getattr(found, name) is not None},
        **classifier.topics(topics_of(evidence.view, evidence.span, *spans_of(evidence, context))),
        **classifier.spellings(evidence.text, evidence.view),
    }


def described_text(text: str, context: ReplyContext) -> dict[str, float]:
    """The features of a reply as it came."""
    visible = visible_from_text(text)
    evidence = gather(visible, context)
    return described(evidence, fields(evidence, visible, context), context)


def settle(evidence: Evidence, found: Fields, scores: classifier.Scores, context: ReplyContext) -> Reading:
    """Turn probabilities and findings into claims that agree with each other."""
    chances = dict(scores["intents"])
    listed = {intent for intent, chance in chances.items() if chance >= LISTED_FROM}
    decisive = _decisive(scores)
    primary = max(decisive, key=lambda intent: decisive[intent])
    if evidence.has("bot"):
        listed, primary = set(), "unrelated"
    primary = _precedence(evidence, listed, primary, dated=found.promised is not None)
    listed.add(primary)
    listed -= _unsaid(evidence, listed, primary, dated=found.promised is not None)
    chances[primary] = max(chances[primary], decisive[primary])
    sentiment = max(scores["sentiment"], key=lambda mood: scores["sentiment"][mood])
    promising = "promise_to_pay" in listed
    reason = _reason(evidence, scores["reason"])
    spare = found.spare if primary in COMMITTING else None
    promised = _claim(evidence, found.promised or spare) if promising else None
    paid = (
        _claim(evidence, found.paid)
        if "already_paid" in listed and not ("dispute" in listed and reason == "duplicate")
        else None
    )
    returns = _claim(evidence, found.back) if "out_of_office" in listed else None
    contact = found.contact if listed & {"change_contact", "out_of_office"} else None
    worried = any(chances[intent] >= WORRY_FROM for intent in HUMAN)
    return Reading(
        intents=tuple(
            Claim(one, evidence.quote(evidence.first(*QUOTED[one])), chances[one])
            for one in sorted(listed, key=lambda one: -chances[one])
        ),
        primary=primary,
        sentiment=sentiment,
        needs_human=worried or _stranger(evidence, listed, contact),
        pause_reminders=_pauses(listed, promised is not None, returns is not None, contact is not None),
        promised_date=promised,
        promised_amount=_claim(evidence, found.part) if promising and "per_month" not in evidence.hits else None,
        paid_on=paid,
        dispute_reason=Claim(reason, evidence.quote(evidence.first(*QUOTED["dispute"])), scores["reason"][reason])
        if "dispute" in listed
        else None,
        instalments=found.parts if "request_instalments" in listed else None,
        redirect_contact=contact,
        return_date=returns,
    )


def _decisive(scores: classifier.Scores) -> dict[str, float]:
    """How surely each intent decides: two questions asked of the same words agree on what was meant more often than one is right."""
    weighed = {
        intent: share * scores["intents"][intent] ** LISTED_WEIGHT for intent, share in scores["primary"].items()
    }
    total = sum(weighed.values())
    return {intent: share / total for intent, share in weighed.items()}


def _unsaid(evidence: Evidence, listed: set[str], primary: str, *, dated: bool) -> set[str]:
    """Intents that the guide does not list beside the others: a promise that hangs on somebody else and has no day, and a
    taunt taken for a threat."""
    taken = set()
    if primary in OUTSIDE and not dated and evidence.has("outside_condition"):
        taken.add("promise_to_pay")
    if primary == "refusal" and evidence.has("taunt") and not evidence.has("abuse"):
        taken.add("hostile_or_legal")
    return taken & listed


def _precedence(evidence: Evidence, listed: set[str], primary: str, *, dated: bool) -> str:
    """The guide's order where several intents meet: what the customer demands, refuses or has done comes before its reasons."""
    is_plain = evidence.has("stop") or primary == "hostile_or_legal"
    if "stop_contact" in listed and "already_paid" not in listed and is_plain:
        return "stop_contact"
    if primary == "dispute" and "promise_to_pay" not in listed and evidence.has("refuse") and not evidence.has("until"):
        return "refusal"
    if primary == "refusal" and "dispute" in listed and evidence.has("until"):
        return "dispute"  # Payment is held back for as long as something of ours is wrong.
    if primary == "hostile_or_legal" and evidence.has("taunt") and "refusal" in listed | _refused(evidence):
        return "refusal"
    if primary == "already_paid" and "dispute" in listed and evidence.has("dispute_duplicate"):
        return "dispute"
    if primary == "promise_to_pay":
        primary = _before_promise(evidence, listed, dated=dated)
    if "already_paid" in listed and primary in AFTER_PAYMENT and evidence.has("paid"):
        return "already_paid"
    is_promised = "promise_to_pay" in listed and dated and not evidence.has("outside_condition")
    if is_promised and (primary in REASONS_OF_PROMISE or _is_aside(evidence, primary)):
        return "promise_to_pay"
    return primary


def _is_aside(evidence: Evidence, primary: str) -> bool:
    """What stands beside a dated promise and does not decide: a question or a wish after it, a schedule that nobody is asked to allow."""
    if primary == "request_instalments":
        return "?" not in evidence.text and not evidence.has("ask_instalments", "asks_consent")
    return primary in ASIDE and _before(evidence, QUOTED["promise_to_pay"], QUOTED[primary])


def _before_promise(evidence: Evidence, listed: set[str], *, dated: bool) -> str:
    """What a promise gives way to: a dispute, what is asked of us, and whatever it hangs on."""
    if evidence.has("outside_condition") and "waiting_for_funds" in listed:
        return "waiting_for_funds"
    if evidence.has("outside_condition") and "internal_process_delay" in listed and not dated:
        return "internal_process_delay"
    if "dispute" in listed:
        return "dispute"
    if "request_extension" in listed and evidence.has("ask_extension"):
        return "request_extension"
    if "request_instalments" in listed and evidence.has("asks_consent"):
        return "request_instalments"
    if "request_payment_details" in listed:
        return "request_payment_details"  # Whoever asks where to pay cannot pay before they are told.
    asks_first = _before(evidence, QUOTED["request_document"], QUOTED["promise_to_pay"])
    return "request_document" if "request_document" in listed and (asks_first or not dated) else "promise_to_pay"


def _refused(evidence: Evidence) -> set[str]:
    return {"refusal"} if evidence.has("refuse") else set()


def _before(evidence: Evidence, one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the first words of one concept stand before those of the other: "send the act and we pay"."""
    first, second = evidence.first(*one), evidence.first(*other)
    return first is not None and second is not None and first.start < second.start


def _reason(evidence: Evidence, chances: Mapping[str, float]) -> str:
    """The cause named by the most phrases; the classifier settles ties and speaks where no phrase matched."""
    named = {
        reason: sum(not hit.negated for hit in evidence.hits.get(concept, ())) for reason, concept in REASONS.items()
    }
    return max(chances, key=lambda reason: min(named.get(reason, 0), 2) * NAMED_WEIGHT + chances[reason])


def _pauses(listed: set[str], dated: bool, returns: bool, redirected: bool) -> bool:
    """Reminders pause when the ball is with the creditor or a date is running."""
    if dated or listed & PAUSING:
        return True
    if "out_of_office" in listed:
        return returns and not redirected
    return "change_contact" in listed and not redirected


def _stranger(evidence: Evidence, listed: set[str], contact: Claim[str] | None) -> bool:
    """A wrong person without another contact, doubtful bank details, or a message that deserves a human answer."""
    if "change_contact" in listed and contact is None:
        return True
    if "request_payment_details" in listed and evidence.has("suspicious"):
        return True
    if "unrelated" in listed:
        return evidence.has("bot") or ("?" in evidence.view.text and evidence.has("other_business"))
    return False


def _claim(evidence: Evidence, found: tuple[Any, roles.Owned] | None) -> Claim[Any] | None:
    if found is None:
        return None
    value, owned = found
    start, end = owned.span
    return Claim(value, evidence.prepared.source[start:end].strip(), round(max(0.5, 0.95 - owned.distance / 250), 2))


def _parts(evidence: Evidence, days: list[Any], sums: list[Any], context: ReplyContext) -> Claim[int] | None:
    """How many instalments: a number of parts, listed sums, or two halves."""
    match = re.search(COUNTED_PARTS[evidence.view.lang], evidence.digits.text)
    if match:
        count = int(match["n"] or match["m"])
        if 2 <= count <= 60:
            start, end = evidence.digits.source_span(*match.span())
            return Claim(count, evidence.prepared.source[start:end], 0.9)
    halves = re.search(IN_HALVES[evidence.view.lang], evidence.view.text)
    if halves:
        start, end = evidence.view.source_span(*halves.span())
        return Claim(2, evidence.prepared.source[start:end], 0.7)
    listed = [
        one
        for one in sums
        if one.mention.kind == "number"
        and one.role != "paid"
        and one.mention.value < (context.total or one.mention.value + 1)
    ]
    shares = [one for one in sums if one.mention.kind in ("half", "rest") and one.role != "paid"]
    dated = [one for one in days if one.mention.kind not in ("now", "span") and one.role in ("pay", "split", "free")]
    monthly = evidence.has("per_month")
    count = 0 if monthly else max(len(listed), len(dated) if len(listed) == 1 and len(dated) > 2 else 0)
    if (
        count >= 2
        or len(shares) >= 2
        or (shares and listed and evidence.has("instalments") and not evidence.has("no_date"))
    ):
        return Claim(max(count, 2), evidence.quote(evidence.first("instalments", "will_pay")), 0.7)
    return None


def _contact(evidence: Evidence, visible: str) -> Claim[str] | None:
    """The address or number to use instead; an e-mail wins over a telephone."""
    for shape in (EMAIL, PHONE):
        found = list(shape.finditer(visible))
        if found:
            written = found[0].group().strip(" .,;")
            return Claim(
                re.sub(r"\s+", "", written) if shape is PHONE else written, written, 0.9 if len(found) == 1 else 0.6
            )
    return None
