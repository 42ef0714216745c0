"""What each placeholder becomes: one small function a name, over one scene (the facts, one language, one channel).

A fact that a placeholder needs and that is not there stops the letter (`FactMissing`); a *block* whose fact is not
there is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from dunwell.core.message import ChargeFacts, ContactMade, ItemFacts, LetterFacts, OfferFacts, ReaderFacts
from dunwell.core.money import Money, total_by_currency
from dunwell.core.rights import Right
from dunwell.engine import terms
from dunwell.engine.texts import Terms, Text, Variants, choose, fill

FORMAL_KEYS = frozenset({"formal", "final"})
FIRM_KEYS = frozenset({"firm", "formal", "final"})
WRITTEN = frozenset({"email", "sms", "letter"})


class FactMissing(Exception):
    """The text needs a fact that this letter does not have."""


@dataclass(slots=True)
class Scene:
    """One letter being filled. `tags` hold for all its blocks; `chosen` collects the names of the blocks that were
    used.
    """

    facts: LetterFacts
    text: Text
    terms: Terms
    tags: frozenset[str]
    chosen: list[str] = field(default_factory=list)

    @property
    def locale(self) -> str:
        return self.facts.locale

    @property
    def short(self) -> bool:
        return self.facts.channel == "sms"

    @property
    def first(self) -> ItemFacts:
        if not self.facts.items:
            raise FactMissing("items")
        return self.facts.items[0]

    def value(self, name: str) -> str:
        """What stands for `{name}`: the letter's own block, else the catalogue's function, else the pack's shared
        block.
        """
        own = self.text.blocks.get(name)
        if own is not None:
            return self._block(name, own)
        function = VALUES.get(name)
        return function(self) if function is not None else shared_block(self, name)

    def _block(self, name: str, variants: Variants) -> str:
        line = choose(variants, self.tags)
        if line is None:
            return ""
        text = fill(line, self.value)
        if text:
            self.chosen.append(name)
        return text

    def shared(self, name: str) -> str:
        return self._block(name, self.terms.blocks.get(name, ()))


def tags_of(facts: LetterFacts, emoji: bool) -> frozenset[str]:
    """Every tag that holds for this letter."""
    key, payment, order = facts.step.content_key, facts.last_payment, facts.order
    made = [contact.channel in WRITTEN for contact in facts.history]
    holds = {
        "many": len(facts.items) > 1,
        "some": facts.leaves_documents_out,
        "person": facts.customer.kind == "person",
        # A formal letter speaks as we, whoever writes it; a task speaks to our own people.
        facts.writer.gender or "neutral": key not in FORMAL_KEYS and facts.channel != "task",
        "formal": key in FORMAL_KEYS,
        "firm": key in FIRM_KEYS,
        "first": not facts.history,
        "called": any(made) and not all(made),
        "only_called": bool(made) and not any(made),
        "page": bool(facts.page_link),
        "paid": payment is not None,
        "in_time": payment is not None and payment.in_time,
        "kept": payment is not None and payment.as_promised,
        "part_kept": facts.promise_kept_in_part,
        "numbers": payment is not None and bool(payment.invoice_numbers),
        "several": payment is not None and len(payment.invoice_numbers) > 1,
        "order": key.startswith("order_"),
        "single": facts.instalment is not None and facts.instalment.parts == 1,
        "last": facts.instalment is not None and facts.instalment.number == facts.instalment.parts,
        "start": order is not None and order.start_if_paid is not None,
        "next": order is not None and order.next_free_start is not None,
        "emoji": emoji,
        "week_start": facts.as_of.weekday() == 0,
        "week_end": facts.as_of.weekday() == 4,
        "task": facts.channel == "task",
        "part_paid": any(_principal(item) < item.original for item in facts.items),
        "not_late": not any(item.days_overdue for item in facts.items),
    }
    return frozenset([name for name, is_true in holds.items() if is_true])


def shared_block(scene: Scene, name: str) -> str:
    """A block of the pack, where its fact holds; which fact that is stands in `HOLDS`."""
    return scene.shared(name) if HOLDS[name](scene.facts) else ""


def day(on: date | None, fact: str) -> date:
    if on is None:
        raise FactMissing(fact)
    return on


def dated(scene: Scene, on: date, weekdays: str = "weekdays") -> str:
    """`вторник, 14 апреля`; `weekdays` names the form of the weekday."""
    words = scene.terms.words
    text = terms.day_and_month(on, scene.locale, scene.facts.as_of.year)
    return str(words["day"].format(weekday=words[weekdays][on.weekday()], date=text))


def plain_date(scene: Scene, on: date) -> str:
    if scene.short:
        return terms.short_date(on, scene.locale)
    return terms.day_and_month(on, scene.locale, scene.facts.as_of.year)


def invoice_number(scene: Scene, number: str) -> str:
    return (
        terms.clean(number) if scene.short else scene.terms.words["invoice_number"].format(number=terms.clean(number))
    )


def full_name(reader: ReaderFacts) -> str:
    return terms.clean(" ".join(part for part in (reader.given_name, reader.family_name) if part))


def person_with_role(reader: ReaderFacts) -> str:
    return ", ".join(part for part in (full_name(reader), terms.clean(reader.role)) if part) or reader.email


def _greeting(scene: Scene) -> str:
    words = scene.terms.greeting
    if scene.facts.customer.kind == "person" and "formal_unknown_person" in words:
        words = {**words, "formal_unknown": words["formal_unknown_person"]}
    return terms.greeting(scene.facts.reader, words, formal="formal" in scene.tags)


def _counted(table: str) -> Callable[[Scene], str]:
    def counted(scene: Scene) -> str:
        return terms.counted(len(scene.facts.items), scene.terms.counted[table], scene.locale)

    return counted


def _what(word: str) -> Callable[[Scene], str]:
    def what(scene: Scene) -> str:
        text = terms.clean(scene.first.what_for)
        if not text:
            return ""
        return str(scene.terms.words[word].format(what=terms.quoted_inside(text, scene.locale)))

    return what


def _moneys(fact: str) -> Callable[[Scene], str]:
    def moneys(scene: Scene) -> str:
        amounts = [amount for amount in getattr(scene.facts, fact) if amount]
        if not amounts:
            raise FactMissing(fact)
        return terms.moneys(amounts, scene.locale, scene.terms.words["and"], scene.facts.channel)

    return moneys


def _due(scene: Scene) -> date:
    return min([item.due_date for item in scene.facts.items] or [scene.first.due_date])


def _due_when(scene: Scene) -> str:
    due = _due(scene)
    if due != scene.facts.as_of:
        return dated(scene, due)
    return str(scene.terms.words["due_today"].format(date=plain_date(scene, due)))


def _due_when_short(scene: Scene) -> str:
    due = _due(scene)
    if due == scene.facts.as_of:
        return str(scene.terms.words["due_today"].format(date=plain_date(scene, due)))
    # Named by its weekday, because "tomorrow" is untrue where the letter leaves before a holiday.
    return f"{scene.terms.words['weekdays'][due.weekday()]} {plain_date(scene, due)}"


def _contact(scene: Scene) -> str:
    contact = scene.facts.page_link or terms.clean(scene.facts.writer.phone) or scene.facts.writer.email
    if not contact:
        raise FactMissing("page_link, writer.phone or writer.email")
    return contact


def _history(scene: Scene, wanted: Callable[[ContactMade], bool]) -> str:
    days = [contact.on for contact in scene.facts.history if wanted(contact)]
    words = scene.terms.words
    return terms.days_listed(days, scene.locale, words["and"], scene.facts.as_of.year, words["history_each"])


def _payment(scene: Scene) -> date:
    payment = scene.facts.last_payment
    return day(payment.paid_on if payment else None, "last_payment")


def _paid(scene: Scene) -> str:
    payment = scene.facts.last_payment
    if payment is None:
        raise FactMissing("last_payment")
    return terms.money(payment.amount, scene.locale, scene.facts.channel)


def _paid_invoices(scene: Scene) -> str:
    payment = scene.facts.last_payment
    if payment is None or not payment.invoice_numbers:
        raise FactMissing("last_payment.invoice_numbers")
    return terms.listed([invoice_number(scene, number) for number in payment.invoice_numbers], scene.terms.words["and"])


def _instalment(scene: Scene) -> str:
    found = scene.facts.instalment
    if found is None:
        raise FactMissing("instalment")
    return str(scene.terms.words["one_of"].format(number=found.number, parts=found.parts))


def _valid_until(scene: Scene) -> date:
    order = scene.facts.order
    return day(order.valid_until if order else None, "order")


def _start(scene: Scene) -> date:
    order = scene.facts.order
    return day(order.start_if_paid if order else None, "order.start_if_paid")


def _next_start(scene: Scene) -> date:
    order = scene.facts.order
    return day(order.next_free_start if order else None, "order.next_free_start")


def _consequence(scene: Scene) -> date:
    consequence = scene.facts.consequence
    return day(consequence.starts_on if consequence else None, "consequence")


def _basis(scene: Scene) -> str:
    found = scene.facts.consequence
    if found is None or not found.basis:
        return ""
    words = scene.terms.words["basis_by_law" if found.is_by_law else "basis"]
    return str(words.format(basis=terms.clean(found.basis)))


def _interest_basis(scene: Scene) -> str:
    basis = scene.facts.interest_basis
    return str(scene.terms.words["basis"].format(basis=terms.clean(basis))) if basis else ""


def _charges(scene: Scene) -> str:
    totals = total_by_currency(item.charges for item in scene.facts.items if item.charges)
    return terms.moneys(tuple(totals.values()), scene.locale, scene.terms.words["and"], scene.facts.channel)


def _price_until(scene: Scene) -> date:
    order = scene.facts.order
    return day(order.price_until if order else None, "order.price_until")


def _price_after(scene: Scene) -> str:
    order = scene.facts.order
    if order is None or order.price_after is None:
        raise FactMissing("order.price_after")
    return terms.money(order.price_after, scene.locale, scene.facts.channel)


def _offer(scene: Scene) -> OfferFacts:
    if scene.facts.offer is None:
        raise FactMissing("offer")
    return scene.facts.offer


def _offer_pay(scene: Scene) -> str:
    pay = _offer(scene).pay
    if pay is None:
        raise FactMissing("offer.pay")
    return terms.money(pay, scene.locale, scene.facts.channel)


def _answer(scene: Scene) -> str:
    if not (answer := terms.clean(scene.facts.answer)):
        raise FactMissing("answer")
    return answer


def _credited(scene: Scene) -> str:
    if scene.facts.credited is None:
        raise FactMissing("credited")
    return terms.money(scene.facts.credited, scene.locale, scene.facts.channel)


def _auto_charge(scene: Scene) -> ChargeFacts:
    if scene.facts.charge is None:
        raise FactMissing("charge")
    return scene.facts.charge


def _reader_line(scene: Scene) -> str:
    reader = scene.facts.reader
    name = person_with_role(reader) if full_name(reader) else terms.clean(reader.role)
    return ", ".join(part for part in (name or scene.terms.labels["unknown_reader"], terms.clean(reader.phone)) if part)


def _coded(kind: str, code: Callable[[LetterFacts], str]) -> Callable[[Scene], str]:
    """A block whose fact is a code: `reason.month_end`. A code that the pack does not know stops the letter."""

    def coded(scene: Scene) -> str:
        found = code(scene.facts)
        if not found:
            return ""
        if f"{kind}.{found}" not in scene.terms.blocks:
            raise FactMissing(f"the text of {kind} {found}")
        return scene.shared(f"{kind}.{found}")

    return coded


def _first_word(text: str) -> str:
    return terms.clean(text).partition(" ")[0]


VALUES: dict[str, Callable[[Scene], str]] = {
    "greeting": _greeting,
    "name": lambda scene: f"{name}, " if (name := terms.clean(scene.facts.reader.given_name)) else "",
    "reader_line": _reader_line,
    "customer": lambda scene: terms.clean(scene.facts.customer.name),
    "creditor": lambda scene: terms.clean(scene.facts.creditor.trade_name),
    "writer": lambda scene: _first_word(scene.facts.writer.name),
    "writer_name": lambda scene: terms.clean(scene.facts.writer.name),
    "contact": _contact,
    "copies": lambda scene: "; ".join(person_with_role(reader) for reader in scene.facts.copies),
    "invoice": lambda scene: invoice_number(scene, scene.first.number),
    "invoices": _counted("invoices"),
    "invoices_of": _counted("invoices_of"),
    "invoices_on": _counted("invoices_on"),
    "what_for": _what("what_for"),
    "what_inside": _what("what_inside"),
    "balance": _moneys("to_pay"),
    "original": lambda scene: terms.money(scene.first.original, scene.locale, scene.facts.channel),
    "credit": _moneys("credit"),
    "issue_date": lambda scene: terms.long_date(scene.first.issue_date, scene.locale),
    "due_date": lambda scene: plain_date(scene, _due(scene)),
    "due_day": lambda scene: dated(scene, _due(scene)),
    "due_when": _due_when,
    "due_short": lambda scene: plain_date(scene, _due(scene)),
    "due_when_short": _due_when_short,
    "days_overdue": lambda scene: terms.counted(
        max(item.days_overdue for item in (scene.facts.items or (scene.first,))),
        scene.terms.counted["days"],
        scene.locale,
    ),
    "pay_by": lambda scene: dated(scene, day(scene.facts.pay_by, "pay_by"), "weekdays_until"),
    "pay_by_short": lambda scene: plain_date(scene, day(scene.facts.pay_by, "pay_by")),
    "history": lambda scene: _history(scene, lambda contact: contact.channel in WRITTEN),
    "calls": lambda scene: _history(scene, lambda contact: contact.channel not in WRITTEN),
    "paid": _paid,
    "paid_on": lambda scene: plain_date(scene, _payment(scene)),
    "paid_month": lambda scene: scene.terms.words["months_in"][_payment(scene).month - 1],
    "paid_invoices": _paid_invoices,
    "promised_for": lambda scene: plain_date(scene, day(scene.facts.promised_for, "promised_for")),
    "instalment": _instalment,
    "valid_until": lambda scene: dated(scene, _valid_until(scene), "weekdays_until"),
    "valid_until_short": lambda scene: plain_date(scene, _valid_until(scene)),
    "valid_until_brief": lambda scene: plain_date(scene, _valid_until(scene)),
    "start_on": lambda scene: dated(scene, _start(scene), "weekdays_on"),
    "next_start": lambda scene: plain_date(scene, _next_start(scene)),
    "starts_from": lambda scene: dated(scene, _consequence(scene), "weekdays_from"),
    "consequence_on": lambda scene: dated(scene, _consequence(scene), "weekdays_on"),
    "basis": _basis,
    "interest_basis": _interest_basis,
    "charges": _charges,
    "price_until": lambda scene: dated(scene, _price_until(scene), "weekdays_until"),
    "price_after": _price_after,
    "price_reason": lambda scene: terms.clean(scene.facts.order.price_reason) if scene.facts.order else "",
    "offer_amount": lambda scene: terms.money(_offer(scene).amount, scene.locale, scene.facts.channel),
    "offer_pay": _offer_pay,
    "offer_until": lambda scene: dated(scene, _offer(scene).until, "weekdays_until"),
    "offer_invoice": lambda scene: invoice_number(scene, _offer(scene).invoice),
    "offer_where": lambda scene: terms.clean(_offer(scene).where),
    "offer_line": _coded("offer", lambda facts: facts.offer.kind if facts.offer else ""),
    "answer": _answer,
    "credited": _credited,
    "charge_sum": lambda scene: terms.money(_auto_charge(scene).amount, scene.locale, scene.facts.channel),
    "charge_on": lambda scene: dated(scene, _auto_charge(scene).on),
    "own_subject": lambda scene: terms.clean(scene.facts.own_subject),
    "next_step": lambda scene: terms.clean(scene.facts.next_step),
    "reason_line": _coded("reason", lambda facts: facts.reason),
    "benefit_line": _coded("benefit", lambda facts: facts.benefit),
    "consequence_line": _coded("consequence", lambda facts: facts.consequence.code if facts.consequence else ""),
}


def _principal(item: ItemFacts) -> Money:
    """What is open of the invoice itself, without what was charged for delay."""
    return item.balance - item.charges if item.charges else item.balance


# The shared blocks and the fact that switches each on.
HOLDS: dict[str, Callable[[LetterFacts], bool]] = {
    "thanks_line": lambda facts: facts.last_payment is not None,
    "history_line": lambda facts: bool(facts.history),
    "promise_line": lambda facts: facts.promised_for is not None,
    "help_line": lambda facts: True,
    "kind_line": lambda facts: True,
    "credit_line": lambda facts: bool(facts.credit),
    "part_paid_line": lambda facts: len(facts.items) == 1 and _principal(facts.items[0]) < facts.items[0].original,
    "interest_line": lambda facts: Right.INTEREST in facts.rights,
    "charges_line": lambda facts: any(item.charges for item in facts.items),
    "documents_line": lambda facts: facts.sends_documents,
    "forecast_line": lambda facts: facts.order is not None and facts.order.start_if_paid is not None,
    "price_line": lambda facts: facts.order is not None and facts.order.price_until is not None,
    "next_start_line": lambda facts: facts.order is not None and facts.order.next_free_start is not None,
    "last_payment_line": lambda facts: facts.last_payment is not None,
    "copies_line": lambda facts: bool(facts.copies),
    "what_open": lambda facts: bool(facts.items),
}
