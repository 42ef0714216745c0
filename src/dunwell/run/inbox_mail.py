"""A mail comes in: kept as it came, matched to its customer, read, and turned into proposals.

What takes effect by itself only ever stops or pauses: a bounce marks its address, an automatic answer waits for the return, "stop
writing to me" closes the sender's address. Everything else waits for a person (`run.inbox`). No mail is ever answered by itself,
so two machines never talk to each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from dunwell.core import names
from dunwell.core.assignment import Case
from dunwell.core.channel import Reply
from dunwell.core.inbox import HOOK, MailHead, MailKind, MatchBasis, OpenDocument, ProposalKind, Proposed, Settled, Told
from dunwell.core.ledger import CustomerKind, DocumentKind
from dunwell.core.money import Money
from dunwell.core.reading import OpenInvoice, Reader, Reading, ReplyContext
from dunwell.core.refusal import Refusal
from dunwell.engine import consent, follow
from dunwell.plugins.readers.mail import MAIL_BYTES_MAX, head_of, read_mail, returned_ids, shown_html
from dunwell.run import (
    agreements,
    calendars,
    jurisdictions,
    own_copies,
    people,
    portfolio,
    reader_lessons,
    reply_address,
)
from dunwell.run.ingest import FileMissing
from dunwell.store import audit, bounces, inbox, models, scope
from dunwell.store.models import (
    Creditor,
    Customer,
    Inbound,
    InboundContent,
    ReplyDecision,
    ReplyProposal,
    Sign,
)

PAUSE_DAYS_MAX = 30


class MailTooLarge(Refusal):
    """{name} has more than 25 MB: it is not kept. Look at it in the mailbox itself."""


class NoMail(Refusal):
    """There is no .eml file in {path}."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one mail; `is_new` is False where it had come before, and then nothing else happened."""

    number: int
    kind: MailKind
    customer: str
    basis: MatchBasis
    proposals: tuple[int, ...]
    is_new: bool
    did: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A reply that is no mail. `digest` tells it from every other; `raw` is kept as it came."""

    digest: str
    channel: str
    sender: str
    text: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Match:
    customer: Customer | None
    basis: MatchBasis
    evidence: str
    answers: models.Message | None = None


NOBODY = _Match(None, MatchBasis.NOTHING, "")


def files(creditor: Creditor, path: Path, *, on: date, by: str) -> list[Taken]:
    """Take an .eml file, or all of a folder in the order of their names. The same mail again changes nothing."""
    if not path.exists():
        raise FileMissing(path=path)
    found = sorted(path.glob("**/*.eml")) if path.is_dir() else [path]
    if not found:
        raise NoMail(path=path)
    for one in found:
        if one.stat().st_size > MAIL_BYTES_MAX:
            raise MailTooLarge(name=one.name)
    reader = reader_lessons.of(creditor)
    return [take(creditor, one.read_bytes(), on=on, by=by, reader=reader) for one in found]


def take(
    creditor: Creditor,
    raw: bytes,
    *,
    on: date,
    by: str = inbox.BY,
    mailbox: str = "",
    uid: int | None = None,
    reader: Reader | None = None,
) -> Taken:
    """Keep one mail and do what follows from it, in one transaction."""
    head, mail = head_of(raw), read_mail(raw)
    digest = _digest(head, mail.visible_text, raw)
    with scope.of(creditor.pk):
        known = Inbound.objects.filter(digest=digest).select_related("customer").first()
        if known is not None:
            return _taken(known, is_new=False)
        kind = own_copies.kind_of(creditor, head.sender, mail)
        match = NOBODY if kind is MailKind.COPY else _matched(head, mail.visible_text)
        if mail.bounce:
            match = _of_bounce(mail.bounce.addresses, raw) or match
        row = Inbound.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            digest=digest,
            kind=kind.value,
            mailbox=mailbox,
            uid=uid,
            person_key=names.person_key(head.sender) if head.sender else "",
            customer=match.customer,
            basis=match.basis.value,
            evidence=match.evidence,
            answers=match.answers,
            rehearsal=bool(match.answers and match.answers.rehearsal),
        )
        InboundContent.objects.create(
            creditor=creditor,
            mail=row,
            sender=head.sender,
            subject=head.subject,
            text=mail.visible_text,
            html=shown_html(raw),
            warnings="\n".join(mail.warnings),
            raw=raw,
        )
        audit.link(
            creditor.pk,
            actor=by,
            kind="mail",
            subject=kind.value,
            content={"mail": row.pk, "digest": digest, "basis": match.basis.value, "sender": head.sender},
        )
        if mail.bounce:
            did = _bounced(row, mail.bounce.addresses, raw, permanent=mail.bounce.permanent)
        elif kind is MailKind.COPY:
            did = own_copies.take(creditor, row, head.sender, raw, on=on, by=by)
        else:
            did = follow_up(creditor, row, on=on, reader=reader or reader_lessons.of(creditor))
        return _taken(row, is_new=True, did=did)


def take_message(creditor: Creditor, message: Message, *, on: date) -> Taken:
    """Keep one message and do what follows from it, in one transaction."""
    with scope.of(creditor.pk):
        known = Inbound.objects.filter(digest=message.digest).select_related("customer").first()
        if known is not None:
            return _taken(known, is_new=False)
        match = _of_sender(message.sender, message.text)
        row = Inbound.objects.create(
            creditor=creditor,
            effective_on=on,
            by=inbox.BY,
            digest=message.digest,
            kind=MailKind.REPLY.value,
            mailbox=f"{HOOK}/{message.channel}",
            person_key=names.person_key(message.sender),
            customer=match.customer,
            basis=match.basis.value,
            evidence=match.evidence,
        )
        InboundContent.objects.create(
            creditor=creditor, mail=row, sender=message.sender, text=message.text, raw=message.raw
        )
        content = {"mail": row.pk, "digest": message.digest, "basis": match.basis.value, "sender": message.sender}
        audit.link(creditor.pk, actor=inbox.BY, kind="mail", subject=row.kind, content=content)
        return _taken(row, is_new=True, did=follow_up(creditor, row, on=on, reader=reader_lessons.of(creditor)))


def follow_up(creditor: Creditor, row: Inbound, *, on: date, reader: Reader) -> str:
    """Read a mail whose customer is known, and propose; gives in one line what took effect by itself."""
    customer = row.customer
    if customer is None:
        return ""
    told, days = _told(creditor, customer, row, on)
    reading = _read(reader, row, told, customer, on)
    if row.kind == MailKind.AUTOMATIC:
        return _paused(creditor, customer, reading, told, on)
    Sign.objects.create(
        creditor=creditor,
        effective_on=on,
        customer=customer,
        person_key=row.person_key,
        channel=told.channel,
        kind="replied",
        rehearsal=row.rehearsal,
        why=f"mail {row.pk}",
    )
    return _propose(creditor, customer, row, follow.proposals(reading, told, on), reading, told, on + timedelta(days))


def of_page(creditor: Creditor, row: Inbound, *, channel: str, on: date, said_already: frozenset[ProposalKind]) -> None:
    """Read what was written on the pay page, and propose what the page itself has not recorded: `said_already`."""
    assert row.customer is not None
    told, days = _told(creditor, row.customer, row, on)
    told = replace(told, channel=channel)
    reading = _read(reader_lessons.of(creditor), row, told, row.customer, on)
    found = [one for one in follow.proposals(reading, told, on) if one.kind not in said_already]
    _propose(creditor, row.customer, row, found, reading, told, on + timedelta(days))


def _read(reader: Reader, row: Inbound, told: Told, customer: Customer, on: date) -> Reading:
    return reader.read(row.content.text, _context(told, customer, on))


def _propose(
    creditor: Creditor,
    customer: Customer,
    row: Inbound,
    found: Iterable[Proposed],
    reading: Reading,
    told: Told,
    hold_until: date,
) -> str:
    made = [
        ReplyProposal.objects.create(
            creditor=creditor,
            effective_on=row.effective_on,
            by=inbox.BY,
            mail=row,
            customer=customer,
            kind=one.kind.value,
            values=dict(one.values),
            quotation=one.quotation,
            confidence=one.confidence,
            hold_until=hold_until,
            rehearsal=row.rehearsal,
        )
        for one in found
    ]
    return _stopped(creditor, made, reading, told, row.effective_on)


def _matched(head: MailHead, text: str) -> _Match:
    """Whose mail it is: by what it answers, by our signed address, by its sender, by an invoice number; never by a guess."""
    answers = inbox.answered(head.references)
    if answers:
        return _Match(answers.customer, MatchBasis.REFERENCES, answers.message_id, answers)
    signed = reply_address.customer(head.recipients)
    if signed and (found := inbox.customer(signed[0])):
        return _Match(found, MatchBasis.REPLY_ADDRESS, signed[1])
    return _of_sender(head.sender, f"{head.subject}\n{text}")


def _of_sender(sender: str, text: str) -> _Match:
    senders = inbox.by_sender(sender) if sender else []
    if len(senders) == 1:
        return _Match(senders[0], MatchBasis.SENDER, sender)
    numbered = inbox.by_invoice(text)
    if len(numbered) == 1:
        return _Match(numbered[0][0], MatchBasis.INVOICE_NUMBER, numbered[0][1])
    return NOBODY


def _of_bounce(addresses: Iterable[str], raw: bytes) -> _Match | None:
    ids = returned_ids(raw)
    for address in addresses:
        message = inbox.sent_to(address, ids)
        if message:
            return _Match(message.customer, MatchBasis.REFERENCES, message.message_id, message)
    return None


def _bounced(row: Inbound, addresses: Iterable[str], raw: bytes, *, permanent: bool) -> str:
    """A permanent report marks the address and gives a person the search for another one; a late mail is only known."""
    if not permanent:
        return "a delivery is late; nothing to do"
    ids = returned_ids(raw)
    for address in addresses:
        message = inbox.sent_to(address, ids)
        if message:
            reply = Reply(
                _as_sent(message, address), 550, "5.1.1 a delivery report says that the address does not work"
            )
            bounces.record(message.pk, refused=[reply], said=str(reply), went=False, on=row.effective_on)
    return "the address is marked as not working" if row.answers else ""


def _as_sent(message: models.Message, address: str) -> str:
    return next(one.address for one in message.recipients.all() if one.address.lower() == address.lower())


def _paused(creditor: Creditor, customer: Customer, reading: Reading, told: Told, on: date) -> str:
    until = follow.absence(reading, told, on)
    if until is None:
        return ""
    people.hold(
        creditor,
        customer_name=customer.external_id,
        reason="other",
        until=until,
        on=on,
        by=inbox.BY,
        why="an automatic answer names the day of return",
    )
    return f"letters wait until {until}"


def _stopped(creditor: Creditor, made: list[ReplyProposal], reading: Reading, told: Told, on: date) -> str:
    """The clear demand to stop closes the sender's address at once; a person may take it back."""
    stop = next((one for one in made if one.kind == ProposalKind.STOP), None)
    if stop is None or not told.sender or not follow.demands_stop(reading):
        return ""
    people.opt_out(creditor, told.sender, channel=told.channel, on=on, by=inbox.BY, why=stop.quotation)
    ReplyDecision.objects.create(
        creditor=creditor,
        effective_on=on,
        by=inbox.BY,
        why="works at once",
        proposal=stop,
        outcome=Settled.ACCEPTED.value,
        values=stop.values,
        effects=[["opt_out", told.sender]],
    )
    return "the sender's address is closed, as they asked"


def _told(creditor: Creditor, customer: Customer, row: Inbound, on: date) -> tuple[Told, int]:
    """What the proposals depend on, and for how many days an unsettled one holds the chase."""
    opened = inbox.open_invoices(customer.pk)
    named = {one.number for one in opened if one.number.lower() in f"{row.content.subject}\n{row.content.text}".lower()}
    asked = named or (inbox.asked_in(row.answers) if row.answers else set())
    meant = [one for one in opened if one.number in asked] or opened
    case = Case(
        document=DocumentKind.INVOICE,
        customer_kind=CustomerKind(customer.kind),
        invoice="",
        customer=str(customer.pk),
        segments=frozenset({customer.segment} - {""}),
    )
    (policy,) = portfolio.policies_of(creditor.pk, on, [case])
    told = Told(
        sender=row.content.sender,
        channel=row.channel,
        documents=tuple(OpenDocument(one.number, one.minor, one.currency) for one in meant),
        claimed_paid_days=policy.claimed_paid_days,
        pause_days_max=PAUSE_DAYS_MAX,
        agreed=_agreed(row, customer),
    )
    return told, policy.reply_wait_days


def _agreed(row: Inbound, customer: Customer) -> str:
    """What plainly agrees, where terms wait to be confirmed."""
    waits = agreements.waits(customer.pk, rehearsal=row.rehearsal)
    return consent.plain_yes(row.content.text) if waits else ""


def _context(told: Told, customer: Customer, on: date) -> ReplyContext:
    years = range(on.year, on.year + 2)
    known = calendars.load([customer.country], years, jurisdictions.load_all(), calendars.load_corrections())
    return ReplyContext(
        received_on=on,
        lang=customer.locale,
        channel=told.channel,
        invoices=tuple(
            OpenInvoice(one.number, Money(one.minor, one.currency).decimal, one.currency) for one in told.documents
        ),
        calendar=known[customer.country],
    )


def _digest(head: MailHead, text: str, raw: bytes) -> str:
    """The same mail from a file and from the server differs in what servers wrote on it: those lines do not count."""
    identity = "\n".join((head.message_id, head.sender, head.sent, text)) if head.message_id else ""
    return hashlib.sha256(identity.encode() if identity else raw).hexdigest()


def _taken(row: Inbound, *, is_new: bool, did: str = "") -> Taken:
    return Taken(
        number=row.pk,
        kind=MailKind(row.kind),
        customer=row.customer.name if row.customer else "",
        basis=MatchBasis(row.basis),
        proposals=tuple(row.proposals.values_list("pk", flat=True)),
        is_new=is_new,
        did=did,
    )
