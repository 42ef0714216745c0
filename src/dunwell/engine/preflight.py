"""Pre-flight: every draft is read once more against its facts before it may wait for sending.

What comes back are findings; any of them keeps the draft from being sent. What is only worth knowing (a long subject,
the parts of a short text) is in `notes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from ipaddress import ip_address

from dunwell.core.message import NEWS_KEYS, TASK_KEYS, Draft, LetterFacts
from dunwell.core.money import Money, total_by_currency
from dunwell.core.refusal import Finding
from dunwell.core.rights import Right
from dunwell.engine import payqr, sms, tact, terms
from dunwell.engine.mime import MAILBOX

SUBJECT_MAX = 78
SMS_PARTS_MAX = 4
PAY_BY_DAYS_MAX = 60
# "We are closing the month" is said in the last days of a month alone, and asks for a day in it.
CLOSING_DAYS = {"month_end": 10, "quarter_end": 15, "year_end": 21}
STOPS = ("work_pauses", "work_waits")
LEFT_OVER = re.compile(r"\{\w*\}|@@|\bNone\b")
LOCAL_NAMES = ("localhost", ".local", ".internal", ".lan")
WorkingDay = Callable[[date], bool]


def preflight(
    draft: Draft, facts: LetterFacts, is_working_day: WorkingDay, *, live: bool = False
) -> tuple[Finding, ...]:
    """Everything that keeps this draft from being sent; `is_working_day` answers for the place where the reader
    lives.
    """
    findings = [
        *_sums(draft, facts),
        *_charges(draft, facts),
        *_accounts(facts),
        *_dates(facts, is_working_day),
        *_recipient(draft, facts),
        *_words(draft, facts),
        *_urgency(facts),
    ]
    if live:
        findings += _links(facts)
    return tuple(findings)


def notes(draft: Draft) -> tuple[Finding, ...]:
    """What is worth knowing and stops nothing."""
    found = []
    if len(draft.subject) > SUBJECT_MAX:
        found.append(Finding("subject_long", f"the subject has {len(draft.subject)} characters", value=draft.subject))
    if draft.channel == "sms" and draft.sms_parts > 1:
        message = f"the text takes {draft.sms_parts} parts ({sms.length(draft.text)} characters)"
        found.append(Finding("sms_parts", message, value=draft.text))
    return tuple(found)


def working_day_on_or_after(day: date, is_working_day: WorkingDay) -> date:
    """The first working day from `day` on, for whoever chooses the date asked for."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _sums(draft: Draft, facts: LetterFacts) -> list[Finding]:
    """The sums of the facts agree with their items, and every sum asked for stands in the text as its language writes
    it.
    """
    found = []
    totals = total_by_currency(item.balance for item in facts.items)
    if dict(totals) != {amount.currency: amount for amount in facts.totals}:
        found.append(Finding("totals_differ", "the totals are not the sums of the items", field="totals"))
    credit = {amount.currency: amount for amount in facts.credit}
    expected = {code: amount - credit.get(code, Money(0, code)) for code, amount in totals.items()}
    if {code: amount for code, amount in expected.items() if amount.minor} != {
        one.currency: one for one in facts.to_pay if one.minor
    }:
        found.append(Finding("to_pay_differs", "the sum asked for is not the total less the credit", field="to_pay"))
    if facts.step.content_key in NEWS_KEYS:
        return found
    for amount in facts.to_pay:
        # Zero beside another currency is what credit has covered; alone it is silence, not a letter.
        if amount.minor < 0 or not any(facts.to_pay):
            found.append(Finding("nothing_to_pay", f"{amount} is asked for", field="to_pay", value=str(amount)))
    says_less = facts.channel == "sms" and (facts.customer.kind == "person" or facts.order is not None)
    for amount in () if says_less else filter(None, facts.to_pay):
        shown = terms.money(amount, facts.locale, facts.channel)
        if shown not in draft.text:
            found.append(Finding("sum_missing", f"the text does not name {shown}", field="to_pay", value=shown))
    return found


def _charges(draft: Draft, facts: LetterFacts) -> list[Finding]:
    """A sum larger than the invoices is explained: the letter says what of it was charged for delay."""
    totals = total_by_currency(item.charges for item in facts.items if item.charges)
    if draft.channel != "email" or facts.step.content_key in NEWS_KEYS:
        return []
    shown = [terms.money(amount, facts.locale, facts.channel) for amount in totals.values()]
    remedy = "Put {charges_line} into the text."
    return [
        Finding("charges_unsaid", f"{one} was charged, and the text does not say so", field="items", remedy=remedy)
        for one in shown
        if one not in draft.text
    ]


def _accounts(facts: LetterFacts) -> list[Finding]:
    if facts.step.content_key in TASK_KEYS or facts.channel == "sms":
        return []
    found = []
    for account in facts.creditor.accounts:
        if fault := payqr.account_fault(account):
            remedy = "Correct it in the creditor's details."
            found.append(
                Finding(
                    "account_invalid",
                    fault,
                    field="creditor.accounts",
                    value=account.iban or account.account,
                    remedy=remedy,
                )
            )
    return found


def _dates(facts: LetterFacts, is_working_day: WorkingDay) -> list[Finding]:
    found = []
    asked = [("pay_by", facts.pay_by)]
    if facts.consequence:
        asked.append(("consequence", facts.consequence.starts_on))
    if facts.order and facts.order.start_if_paid and facts.step.content_key != "order_closed":
        asked.append(("order.start_if_paid", facts.order.start_if_paid))
    for name, day in asked:
        if day is None:
            continue
        if not facts.as_of <= day <= facts.as_of + timedelta(days=PAY_BY_DAYS_MAX):
            message = f"{day} is not within {PAY_BY_DAYS_MAX} days after {facts.as_of}"
            found.append(Finding("date_not_sane", message, field=name, value=str(day)))
        elif not is_working_day(day):
            message = f"{day} is a day off where the reader lives"
            found.append(
                Finding("date_is_day_off", message, field=name, value=str(day), remedy="Take the next working day.")
            )
    for item in facts.items:
        if item.due_date < item.issue_date or item.issue_date > facts.as_of:
            message = f"invoice {item.number}: issued {item.issue_date}, due {item.due_date}"
            found.append(Finding("date_not_sane", message, field="items", value=item.number))
    for made in facts.history:
        if made.on > facts.as_of:
            found.append(
                Finding("date_not_sane", f"a contact on {made.on} lies ahead", field="history", value=str(made.on))
            )
    return found


def _recipient(draft: Draft, facts: LetterFacts) -> list[Finding]:
    found = []
    if draft.channel == "email":
        boxes = [facts.writer.email, facts.reader.email, *(one.email for one in facts.copies)]
        found += [Finding("address_invalid", f"{box!r} is no e-mail address", field="reader.email", value=box)
                  for box in boxes if not MAILBOX.fullmatch(box)]  # fmt: skip
        if len(set(boxes[1:])) != len(boxes[1:]):
            found.append(Finding("recipient_twice", "one address stands twice among the recipients", field="copies"))
        if facts.writer.email in boxes[1:]:
            found.append(Finding("recipient_is_writer", "the letter would go to its own writer", field="reader.email"))
    if draft.channel == "sms" and not re.fullmatch(r"\+?[\d\s().-]{7,20}", facts.reader.phone):
        found.append(
            Finding(
                "phone_invalid",
                f"{facts.reader.phone!r} is no phone number",
                field="reader.phone",
                value=facts.reader.phone,
            )
        )
    if facts.customer.kind == "person" and facts.copies:
        found.append(Finding("copies_to_person", "a natural person's letter goes to nobody else", field="copies"))
    if draft.locale != facts.locale:
        found.append(Finding("locale_differs", f"{draft.locale} for a reader of {facts.locale}", field="locale"))
    return found


def _words(draft: Draft, facts: LetterFacts) -> list[Finding]:
    """No placeholder left, no tactless word, nothing of money before a person has opened the letter, who writes and
    how to answer.
    """
    found = []
    if facts.sends_documents and draft.channel == "email" and all(one.content_id for one in draft.attachments):
        found.append(
            Finding(
                "documents_missing", "the text says that a document is attached, and none is", field="sends_documents"
            )
        )
    whole = f"{draft.subject}\n{draft.text}"
    # Three plain searches cost a tenth of the pattern that tells what they found.
    if ("{" in whole or "@@" in whole or "None" in whole) and (left := LEFT_OVER.search(whole)):
        found.append(Finding("placeholder_left", f"{left[0]!r} stands in the text", value=left[0]))
    if draft.channel == "task":
        return found
    found += tact.check_words(draft.text, draft.locale, _may_name(facts))
    if facts.customer.kind == "person" and facts.order is None and facts.step.content_key not in NEWS_KEYS:
        first = draft.text.split("\n\n")[1] if draft.channel == "email" and "\n\n" in draft.text else ""
        for words in tact.debt_words(f"{draft.subject}\n{first}", draft.locale):
            message = f"{words!r} stands where a bystander of a natural person can read it"
            found.append(Finding("debt_in_the_open", message, field="subject or first line", value=words))
    if facts.writer.name.split(" ")[0] not in draft.text:
        found.append(Finding("writer_missing", "nobody signs the text", field="writer.name"))
    if draft.channel == "email" and facts.creditor.registered_name not in draft.text:
        found.append(Finding("creditor_missing", "the text does not say who writes", field="creditor.registered_name"))
    if draft.channel == "sms" and draft.sms_parts > SMS_PARTS_MAX:
        found.append(
            Finding("sms_too_long", f"the text takes {draft.sms_parts} parts", value=draft.text, remedy="Shorten it.")
        )
    return found


def _urgency(facts: LetterFacts) -> list[Finding]:
    """A reason must be true on the day it is read, and a date with a consequence must lie after the date asked for."""
    found = []
    if days := CLOSING_DAYS.get(facts.reason):
        end = _period_end(facts.reason, facts.as_of)
        if (end - facts.as_of).days > days or (facts.pay_by and facts.pay_by > end):
            message = f"{facts.reason} is not true on {facts.as_of}"
            found.append(
                Finding("reason_untrue", message, field="reason", value=facts.reason, remedy="Leave the reason out.")
            )
    if facts.consequence and (facts.pay_by is None or facts.consequence.starts_on <= facts.pay_by):
        message = "the consequence begins before the day asked for has passed"
        found.append(
            Finding("consequence_too_early", message, field="consequence", value=str(facts.consequence.starts_on))
        )
    return found


def _may_name(facts: LetterFacts) -> frozenset[Right]:
    """The rights that this letter may speak of: those there are; of stopping work only where that step is scheduled."""
    is_scheduled = facts.consequence is not None and facts.consequence.code in STOPS
    return facts.rights if is_scheduled else facts.rights - {Right.STOP_WORK}


def _links(facts: LetterFacts) -> list[Finding]:
    links = [facts.page_link, facts.survey_link, facts.unsubscribe, *(method.link for method in facts.methods)]
    return [
        Finding(
            "link_not_public",
            f"{link} cannot be opened by the reader",
            field="page_link",
            value=link,
            remedy="Set public_url.",
        )
        for link in links
        if link and not is_public(link)
    ]


def is_public(link: str) -> bool:
    """Whether an address can be opened from outside: no name or number of this machine or a private net."""
    host = re.sub(r"^\w+://", "", link).split("/")[0].rsplit("@", 1)[-1]
    host = host[1 : host.index("]")] if host.startswith("[") and "]" in host else host.split(":")[0]
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(LOCAL_NAMES)


def _period_end(reason: str, day: date) -> date:
    last_month = {"month_end": day.month, "quarter_end": (day.month + 2) // 3 * 3, "year_end": 12}[reason]
    following = date(day.year + last_month // 12, last_month % 12 + 1, 1)
    return following - timedelta(days=1)
