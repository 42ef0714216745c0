"""Creditors: made, found, switched between rehearsal and live, stopped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db.models.functions import Now

from dunwell.core import message, money
from dunwell.core.assignment import Scope
from dunwell.core.channel import ChannelDown
from dunwell.core.refusal import Refusal
from dunwell.engine import payqr
from dunwell.run import freshness, places, policies, subjects, ways
from dunwell.store import audit, gone_out, outbox, scope, switches
from dunwell.store.models import BankAccount, Creditor, Customer, Message, PolicyChoice, Staff, Switch

DEFAULTS = {
    "BG": ("bg", "Europe/Sofia", "EUR"),
    "RU": ("ru", "Europe/Moscow", "RUB"),
    "GB": ("en", "Europe/London", "GBP"),
}
OTHERWISE = ("en", "Europe/Brussels", "EUR")
PHOTO_BYTES_MAX = 60_000
PHOTO_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
FIRST_ACCOUNT = "first account"
"""The account a creditor starts with announces no change and needs no second person."""


class NoCreditor(Refusal):
    """There is no creditor yet: `dunwell init "Your company" --country BG` makes one, `dunwell demo` shows one at work."""


class NoSuchCreditor(Refusal):
    """There is no creditor {slug!r}. Creditors: {known}."""


class SeveralCreditors(Refusal):
    """There are several creditors; say which with --creditor. Creditors: {known}."""


class CreditorExists(Refusal):
    """There is a creditor {slug!r} already: choose another --slug."""


class DemoStaysInRehearsal(Refusal):
    """The demo creditor cannot go live: make your own with `dunwell init`."""


class RestoreUnconfirmed(Refusal):
    """These books were restored from a backup: say first what went out since, by `dunwell restored`."""


class NoMoneySource(Refusal):
    """Live needs at least one money source that is up to date: import payments, or say `dunwell cover bank DATE`."""


class MoneyStale(Refusal):
    """Payments of {source} are entered up to {until} only: import newer ones, or say `dunwell cover {source} DATE`, before going live."""


class NoWayOut(Refusal):
    """No mail server is set: `dunwell channel email smtp --set host=mail.example.org --set username=…`, then go live."""


class WayOutDown(Refusal):
    """Nothing could leave now: {reason}"""


class PersonMissing(Refusal):
    """Letters need a person who signs: `dunwell init` asks for one, `dunwell staff NAME --email …` adds one."""


class PhotoUnfit(Refusal):
    """A photo is a JPEG or PNG of at most {limit_kb} kB: it goes with every letter. Make it smaller, 200 × 200 is plenty."""


class AccountImpossible(Refusal):
    """The bank account {account} cannot be right: {fault}. Look at the bank's own paper and enter it again."""


class NoAccountWaits(Refusal):
    """There is no bank account {number} that waits for confirmation."""


class SecondPersonNeeded(Refusal):
    """{by} proposed this account: somebody else must confirm it, so that nobody alone can redirect payments."""


@dataclass(frozen=True, slots=True)
class Status:
    creditor: Creditor
    live: bool
    stopped: bool


def find(slug: str = "") -> Creditor:
    """The creditor of that name; without one, the only one there is."""
    known = list(Creditor.objects.order_by("pk"))
    if not known:
        raise NoCreditor
    names = ", ".join(one.slug for one in known)
    if slug:
        found = next((one for one in known if one.slug == slug), None)
        if found is None:
            raise NoSuchCreditor(slug=slug, known=names)
        return found
    if len(known) > 1:
        raise SeveralCreditors(known=names)
    return known[0]


def create(
    name: str,
    *,
    slug: str,
    country: str,
    on: date,
    by: str,
    registered_name: str = "",
    tax_id: str = "",
    address: str = "",
    locale: str = "",
    timezone: str = "",
    currency: str = "",
    email: str = "",
    writer: str = "",
    phone: str = "",
    iban: str = "",
    bic: str = "",
    bank: str = "",
    is_demo: bool = False,
) -> Creditor:
    """A new creditor, in rehearsal, with the person who signs and the first bank account."""
    places.refuse_unknown(country=country, locale=locale, timezone=timezone)
    iban = iban.replace(" ", "")
    if iban:
        _refuse_impossible(iban=iban, bic=bic)
    if Creditor.objects.filter(slug=slug).exists():
        raise CreditorExists(slug=slug)
    usual_locale, usual_zone, usual_currency = DEFAULTS.get(country, OTHERWISE)
    money.minor_digits(currency or usual_currency)
    creditor = Creditor.objects.create(
        slug=slug,
        name=name,
        registered_name=registered_name or name,
        tax_id=tax_id,
        address=address,
        country=country,
        locale=locale or usual_locale,
        timezone=timezone or usual_zone,
        currency=currency or usual_currency,
        reply_address=email,
        is_demo=is_demo,
    )
    with scope.of(creditor.pk):
        if writer:
            Staff.objects.create(creditor=creditor, name=writer, email=email, phone=phone)
        if iban:
            BankAccount.objects.create(
                creditor=creditor,
                currency=creditor.currency,
                holder=creditor.registered_name,
                bank=bank,
                iban=iban,
                bic=bic,
                since=on,
                proposed_by=by,
                confirmed_by=FIRST_ACCOUNT,
            )
        audit.link(creditor.pk, actor=by, kind="creditor", subject=slug, content={"name": name, "country": country})
    return creditor


def assign(
    creditor: Creditor,
    name: str,
    *,
    customer: str | Customer,
    invoice: str,
    segment: str,
    on: date,
    by: str,
    why: str = "",
) -> str:
    """Put a policy in force for the creditor, a segment, a customer or an invoice from a day on; says so in one line."""
    policy = policies.load(name)
    if invoice:
        level, target, said = (
            Scope.INVOICE,
            str(subjects.receivables_of(creditor, invoice)[0].invoice_id),
            f"invoice {invoice}",
        )
    elif customer:
        level, target, said = Scope.CUSTOMER, str(subjects.customer(creditor, customer).pk), f"customer {customer}"
    elif segment:
        level, target, said = Scope.SEGMENT, segment, f"segment {segment}"
    else:
        level, target, said = Scope.CREDITOR, "", creditor.name
    with scope.of(creditor.pk):
        PolicyChoice.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            why=why,
            scope=str(level),
            target=target,
            document=str(policy.document),
            customer_kind=str(policy.customer_kind or ""),
            policy=name,
        )
        content = {"scope": str(level), "target": target, "why": why}
        audit.link(creditor.pk, actor=by, kind="policy", subject=name, content=content)
    return f"{said}: {name} ({policy.document}s, {policy.customer_kind or 'businesses and persons'}) from {on}"


def status(creditor: Creditor) -> Status:
    return Status(creditor, switches.is_live(creditor.pk), switches.is_stopped(creditor.pk))


def go_live(creditor: Creditor, *, now: datetime, today: date, by: str, why: str, folder: Path) -> int:
    """Turn to live after every condition holds; queued rehearsal messages are withdrawn; gives how many."""
    refuse_live(creditor, now=now, folder=folder)
    with scope.of(creditor.pk):
        withdrawn = outbox.withdraw(creditor.pk, "went_live", rehearsal=True)
        switches.turn(creditor.pk, Switch.MODE, switches.LIVE, by=by, why=why, on=today)
        _note(creditor, by, "live", why)
    return withdrawn


def refuse_live(creditor: Creditor, *, now: datetime, folder: Path) -> list[str]:
    """Raise what stands against going live; gives what answered."""
    for refusal in against_live(creditor, now=now):
        raise refusal
    found = ways.of(creditor, rehearsal=False, folder=folder)
    try:
        return [found[name].check() for name in creditor.channels]
    except ChannelDown as down:
        raise WayOutDown(reason=str(down)) from down


def against_live(creditor: Creditor, *, now: datetime) -> list[Refusal]:
    """Everything that stands against going live, as far as it is known without asking a mail server."""
    if creditor.is_demo:
        return [DemoStaysInRehearsal()]
    found: list[Refusal] = [RestoreUnconfirmed()] if gone_out.is_unconfirmed(creditor.pk) else []
    sources = freshness.sources(creditor, now)
    if not sources:
        found.append(NoMoneySource())
    elif sources[0].is_late:
        found.append(MoneyStale(source=sources[0].name, until=sources[0].until))
    with scope.of(creditor.pk):
        if not creditor.reply_address and not Staff.objects.exists():
            found.append(PersonMissing())
    if "email" not in creditor.channels:
        found.append(NoWayOut())
    return found


def back_to_rehearsal(creditor: Creditor, *, today: date, by: str, why: str) -> int:
    """Turn back to rehearsal; live messages that nobody works at are withdrawn; gives how many."""
    with scope.of(creditor.pk):
        switches.turn(creditor.pk, Switch.MODE, switches.REHEARSAL, by=by, why=why, on=today)
        _note(creditor, by, "rehearsal", why)
        return outbox.withdraw(creditor.pk, "back_to_rehearsal", rehearsal=False)


def stop(creditor: Creditor, *, is_on: bool, today: date, by: str, why: str) -> int:
    """Halt everything at once, or lift the stop; gives how many messages still wait in the outbox."""
    with scope.of(creditor.pk):
        switches.turn(creditor.pk, Switch.STOP, switches.ON if is_on else switches.OFF, by=by, why=why, on=today)
    # The stop stands at once: it never waits for whoever is writing into the audit chain.
    with scope.of(creditor.pk):
        _note(creditor, by, "stop" if is_on else "stop_lifted", why)
        return Message.objects.filter(state__in=["queued", "waiting", "claimed", "failed_temporary"]).count()


def _note(creditor: Creditor, by: str, kind: str, why: str) -> None:
    audit.link(creditor.pk, actor=by, kind=kind, content={"why": why})


def slug_of(name: str) -> str:
    """A short name for commands, made of a company's name; Cyrillic letters are written in Latin ones."""
    latin = name.lower().translate(LATIN)
    return re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:40] or "creditor"


def missing(creditor: Creditor) -> list[str]:
    """What letters still need before they are complete."""
    with scope.of(creditor.pk):
        has_staff, has_account = Staff.objects.exists(), BankAccount.objects.exclude(confirmed_by="").exists()
    hints = []
    if not has_staff:
        hints.append("the person who signs: `dunwell staff NAME --email … --phone …`")
    if not has_account:
        number = "--account … --correspondent … --bic …" if creditor.country == "RU" else "--iban …"
        hints.append(f"a bank account: `dunwell account --currency {creditor.currency} {number}`")
    if not creditor.reply_address:
        hints.append("an e-mail address that letters come from: `dunwell staff NAME --email …`")
    return hints


def change(creditor: Creditor, *, by: str, **values: str | int) -> list[str]:
    """Change what letters and runs know of the creditor; gives the names of what is another value now."""
    changed = {name: value for name, value in values.items() if getattr(creditor, name) != value}
    if changed:
        with scope.of(creditor.pk):
            old = {name: getattr(creditor, name) for name in changed}
            for name, value in changed.items():
                setattr(creditor, name, value)
            creditor.save(update_fields=list(changed))
            audit.link(creditor.pk, actor=by, kind="creditor_changed", content={"old": old, "new": changed})
    return list(changed)


def add_staff(
    creditor: Creditor,
    name: str,
    *,
    email: str,
    phone: str,
    gender: str,
    title: str,
    by: str,
    photo: bytes | None = None,
) -> Staff:
    """A person of the creditor who signs letters; the first one is the usual writer. Without a new photo the old one stays."""
    if photo is not None and not (len(photo) <= PHOTO_BYTES_MAX and photo.startswith(PHOTO_SIGNATURES)):
        raise PhotoUnfit(limit_kb=PHOTO_BYTES_MAX // 1000)
    values = {"email": email, "phone": phone, "gender": gender, "title": title}
    with scope.of(creditor.pk):
        row, _ = Staff.objects.update_or_create(
            creditor=creditor, name=name, defaults=values | ({} if photo is None else {"photo": photo})
        )
        audit.link(creditor.pk, actor=by, kind="staff", subject=name, content={"name": name})
    if email and not creditor.reply_address:
        creditor.reply_address = email
        creditor.save(update_fields=["reply_address"])
    return row


def add_account(creditor: Creditor, *, currency: str, on: date, by: str, **values: str) -> BankAccount:
    """A bank account. The first of a currency is used at once; a changed one waits for a second person's confirmation."""
    money.minor_digits(currency)
    _refuse_impossible(
        iban=values.get("iban", ""),
        bic=values.get("bic", ""),
        account=values.get("account", ""),
        correspondent=values.get("correspondent", ""),
    )
    with scope.of(creditor.pk):
        is_first = not BankAccount.objects.filter(currency=currency).exists()
        row = BankAccount.objects.create(
            creditor=creditor,
            currency=currency,
            since=on,
            proposed_by=by,
            confirmed_by=FIRST_ACCOUNT if is_first else "",
            **{"holder": creditor.registered_name, **{name: value for name, value in values.items() if value}},
        )
        audit.link(
            creditor.pk, actor=by, kind="bank_account", subject=currency, content={"account": row.pk, "since": on}
        )
    return row


def _refuse_impossible(*, iban: str = "", bic: str = "", account: str = "", correspondent: str = "") -> None:
    """A number with wrong check digits would stop every letter later: it is refused while it is typed."""
    fault = payqr.account_fault(
        message.BankAccount(currency="", holder="", iban=iban, bic=bic, account=account, corr_account=correspondent)
    )
    if fault:
        raise AccountImpossible(account=iban or account, fault=fault)


def confirm_account(creditor: Creditor, account_id: int, *, by: str) -> BankAccount:
    """A second person confirms a changed bank account; letters use it from then on, and those that name the old one are withdrawn."""
    with scope.of(creditor.pk):
        row = BankAccount.objects.filter(pk=account_id, confirmed_by="").first()
        if row is None:
            raise NoAccountWaits(number=account_id)
        if row.proposed_by == by:
            raise SecondPersonNeeded(by=by)
        row.confirmed_by, row.confirmed_at = by, Now()
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        outbox.withdraw_asking_in(creditor.pk, row.currency, since=row.since, reason="bank_details")
        audit.link(creditor.pk, actor=by, kind="bank_account_confirmed", subject=str(account_id), content={"by": by})
    return row


LATIN = str.maketrans(
    dict(
        zip(
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            "a b v g d e e zh z i y k l m n o p r s t u f h ts ch sh sht a y _ e yu ya".replace("_", "").split(" "),
            strict=True,
        )
    )
)
