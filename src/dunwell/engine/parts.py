"""The parts of a letter that stand alone: lists, ways to pay, answers, signature, footer. Each gives its text and its
HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from dunwell.core.message import NEWS_KEYS, Attachment, BankAccount, ItemFacts, LetterFacts, PaymentMethod
from dunwell.core.money import Money
from dunwell.engine import payqr, terms
from dunwell.engine.html import Layout, escaped
from dunwell.engine.scene import FactMissing, Scene, invoice_number

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
QUOTED = tuple(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in range(256))
# A list is shown from two invoices on; one invoice stands in the sentence.
PURPOSE_NUMBERS_MAX = 80
Part = tuple[str, str]


@dataclass(slots=True)
class Sheet:
    """Where the parts are put down: the scene, the look, and the pictures that the HTML shows."""

    scene: Scene
    layout: Layout
    pictures: list[Attachment] = field(default_factory=list)

    @property
    def labels(self) -> Mapping[str, str]:
        return self.scene.terms.labels

    def money(self, amount: Money) -> str:
        return terms.money(amount, self.scene.locale, self.scene.facts.channel)


def invoice_list(sheet: Sheet) -> Part:
    """All that is asked for, each with its own due date and state, then sums per currency and what credit took off."""
    facts = sheet.scene.facts
    if len(facts.items) < 2:
        return "", ""
    asks = facts.step.content_key not in NEWS_KEYS
    totals = [(sheet.labels["total"], amount) for amount in facts.totals if asks]
    if facts.credit and asks:
        totals += [(sheet.labels["credit"], -amount) for amount in facts.credit]
        totals += [(sheet.labels["to_pay"], amount) for amount in facts.to_pay]
    title = sheet.labels["list_orders" if "order" in sheet.scene.tags else "list"]
    return _list(sheet, title, facts.items, totals)


def not_due_list(sheet: Sheet) -> Part:
    """What is not due yet, apart and outside every sum."""
    items = sheet.scene.facts.not_due
    return _list(sheet, sheet.labels["not_due"], items, []) if items else ("", "")


def payment(sheet: Sheet) -> Part:
    """Every way to pay, the preferred first; a transfer has its account and its QR code per currency."""
    ways = [_way(sheet, method) for method in sheet.scene.facts.methods]
    text = "\n\n".join(text for text, _ in ways if text)
    return text, sheet.layout.piece("card", "".join(html for _, html in ways))


def page(sheet: Sheet) -> Part:
    """The link to the reader's page, and nothing else."""
    if not sheet.scene.facts.page_link:
        raise FactMissing("page_link")
    text, html = _page_link(sheet, "")
    return text, sheet.layout.piece("card", html)


def survey(sheet: Sheet) -> Part:
    """One question, from 1 to 10, where the letter asks it: nothing is asked of whoever passes it by."""
    if not sheet.scene.facts.survey_link:
        return "", ""
    asked = sheet.labels["survey"]
    text, html = _link(sheet, sheet.scene.facts.survey_link, f"{escaped(asked)}<br>")
    return f"{asked}\n{text}", html


def video(sheet: Sheet) -> Part:
    """A picture of the personal video with a play mark, which leads to the reader's page; nothing where there is no page."""
    facts = sheet.scene.facts
    if facts.video is None or not facts.page_link:
        return "", ""
    said = sheet.labels["video"]
    still = Attachment("video.jpg", "image/jpeg", facts.video.still, content_id="video@dunwell")
    sheet.pictures.append(still)
    html = sheet.layout.piece("video", escaped(facts.page_link), still.content_id, escaped(said))
    return f"{said}\n{facts.page_link}", html


def new_accounts(sheet: Sheet) -> Part:
    """The creditor's bank details, all of them, without a sum."""
    accounts = sheet.scene.facts.creditor.accounts
    if not accounts:
        raise FactMissing("creditor.accounts")
    parts = [
        _card(
            sheet.layout,
            f"{sheet.labels['new_account']} ({account.currency})",
            tuple(account_rows(sheet.labels, account)),
        )
        for account in accounts
    ]
    return "\n\n".join(text for text, _ in parts), "".join(sheet.layout.piece("card", html) for _, html in parts)


def logo(sheet: Sheet) -> str:
    """The creditor's picture above the trade name."""
    creditor = sheet.scene.facts.creditor
    if not creditor.logo:
        return ""
    picture = Attachment("logo.png", "image/png", creditor.logo, content_id="logo@dunwell")
    sheet.pictures.append(picture)
    return sheet.layout.piece("logo", picture.content_id)


def own_words(sheet: Sheet) -> Part:
    """What a person wrote by hand: its paragraphs and lines as they were typed."""
    typed = sheet.scene.facts.own_words.strip().splitlines()
    paragraphs = "\n".join(terms.clean(line) for line in typed).split("\n\n")
    kept = [one.strip("\n") for one in paragraphs if one.strip("\n")]
    if not kept:
        raise FactMissing("own_words")
    return "\n\n".join(kept), "".join(sheet.layout.paragraph(one) for one in kept)


def proposal(sheet: Sheet) -> Part:
    """What is proposed or agreed to: a sentence a line."""
    said = [f"– {terms.clean(line)}" for line in sheet.scene.facts.proposal]
    if not said:
        raise FactMissing("proposal")
    return "\n".join(said), "".join(sheet.layout.paragraph(line) for line in said)


def answers(sheet: Sheet) -> Part:
    """Three ready e-mails: paid, will pay on …, a question. They need no page and no server of ours."""
    facts, labels = sheet.scene.facts, sheet.labels
    address = facts.reply_to or facts.writer.email
    if not address:
        raise FactMissing("reply_to or writer.email")
    about = ", ".join(invoice_number(sheet.scene, item.number) for item in facts.items[:3]) or terms.clean(
        facts.reference
    )
    if facts.reference and facts.items:
        about = f"{about} [{terms.clean(facts.reference)}]"
    noun = labels["order" if "order" in sheet.scene.tags else "invoice"].lower()
    buttons = []
    subject_end = quoted(about)
    # RFC 6068: the sign between mailbox and domain is written as it is.
    mailbox = "@".join(quoted(half) for half in address.rsplit("@", 1))
    for answer in ("paid", "will_pay", "question"):
        label = labels["answer_" + answer]
        subject = quoted(f"{label}: {noun} ") + subject_end
        href = f"mailto:{mailbox}?subject={subject}&amp;body={quoted(labels['body_' + answer])}"
        buttons.append(sheet.layout.piece("answer", href, escaped(label)))
    return labels["answer_text"], sheet.layout.piece("answers", escaped(labels["answer_intro"]), "".join(buttons))


def signature(sheet: Sheet) -> Part:
    """The person who answers: name, house, role, phone, e-mail."""
    facts = sheet.scene.facts
    writer = facts.writer
    closing = _closing(sheet.scene)
    name = signed(facts)
    reach = ", ".join(part for part in (terms.clean(writer.phone), writer.email) if part)
    absent = terms.clean(writer.stands_in_for)
    stands_in = sheet.labels["stands_in"].format(name=absent) if absent else ""
    text = "\n".join(part for part in (closing, name, terms.clean(writer.role), stands_in, reach) if part)
    if not writer.photo:
        return text, sheet.layout.piece("signature", escaped(text))
    kind = "png" if writer.photo.startswith(b"\x89PNG") else "jpeg"
    photo = Attachment(f"photo.{kind}", f"image/{kind}", writer.photo, content_id="photo@dunwell")
    sheet.pictures.append(photo)
    html = sheet.layout.piece("signature_photo", photo.content_id, escaped(terms.clean(writer.name)), escaped(text))
    return text, html


def _closing(scene: Scene) -> str:
    """Before the name; some languages end a formal letter to an unknown reader in words of their own."""
    words, salutations = scene.terms.words, scene.terms.greeting
    if "formal" not in scene.tags:
        return str(words["closing"])
    is_unknown = scene.value("greeting") == salutations["formal_unknown"]
    return str(words["closing_formal_unknown" if is_unknown else "closing_formal"])


def account_rows(labels: Mapping[str, str], account: BankAccount) -> list[tuple[str, str]]:
    """What a bank's form asks for, label and value, in its order; what is not known is left out."""
    rows = [(labels["holder"], terms.clean(account.holder))]
    if account.iban:
        rows += [
            (labels["iban"], _in_fours(account.iban)),
            (labels["bic"], account.bic),
            (labels["bank"], account.bank_name),
        ]
    else:
        rows += [
            (labels["inn"], account.inn),
            (labels["kpp"], account.kpp),
            (labels["account"], account.account),
            (labels["bank"], account.bank_name),
            (labels["bik"], account.bic),
            (labels["corr_account"], account.corr_account),
        ]
    return [(label, terms.clean(value)) for label, value in rows if value]


def purpose(
    labels: Mapping[str, str], locale: str, documents: Sequence[tuple[str, date]], *, is_order: bool, reference: str
) -> str:
    """What a payment says it is for, so that it finds its invoices; `documents` are numbers and days of issue."""
    numbers = [terms.clean(number) for number, _ in documents]
    if len(numbers) == 1:
        issued = terms.numeric_date(documents[0][1], locale)
        text = labels["purpose_order" if is_order else "purpose_one"].format(numbers=numbers[0], date=issued)
    else:
        text = labels["purpose_many"].format(numbers=payqr.purpose_numbers(numbers, PURPOSE_NUMBERS_MAX))
    return f"{text}, {terms.clean(reference)}" if reference else text


def signed(facts: LetterFacts) -> str:
    """The writer and the house; once where the house itself writes."""
    names = (terms.clean(facts.writer.name), terms.clean(facts.creditor.trade_name))
    return ", ".join(dict.fromkeys(name for name in names if name))


def footer(sheet: Sheet) -> Part:
    """Who writes, in law's terms, and how to be left alone."""
    facts, labels = sheet.scene.facts, sheet.labels
    creditor = facts.creditor
    lines = [
        labels["footer"].format(
            registered_name=terms.clean(creditor.registered_name),
            tax_id=labels[_sort_of(creditor.tax_id)].format(tax_id=terms.clean(creditor.tax_id))
            if creditor.tax_id
            else "",
            address=f", {terms.clean(creditor.address)}" if creditor.address else "",
        ),
        labels["optout"],
    ]
    html = escaped("\n".join(lines))
    if facts.unsubscribe:
        html += "<br>" + sheet.layout.piece("link", escaped(facts.unsubscribe), escaped(labels["optout_link"]))
        lines[-1] += f" {facts.unsubscribe}"
    return "\n".join(lines), html


@lru_cache(maxsize=16384)
def quoted(text: str) -> str:
    """Percent-encoded UTF-8 for a `mailto:` address."""
    return "".join([QUOTED[byte] for byte in text.encode()])


PARTS: dict[str, Callable[[Sheet], Part]] = {
    "invoice_list": invoice_list,
    "not_due_list": not_due_list,
    "payment": payment,
    "page": page,
    "survey": survey,
    "video": video,
    "new_accounts": new_accounts,
    "answers": answers,
    "own_words": own_words,
    "proposal": proposal,
    "signature": signature,
}


def _sort_of(tax_id: str) -> str:
    """A number that begins with a country's letters is one of value added tax, whatever the reader's language calls theirs."""
    return "vat_id" if tax_id[:2].isalpha() else "tax_id"


def _list(sheet: Sheet, title: str, items: Sequence[ItemFacts], totals: Sequence[tuple[str, Money]]) -> Part:
    labels, layout, scene = sheet.labels, sheet.layout, sheet.scene
    noun = labels["request" if "order" in scene.tags else "invoice"]
    lines, rows = [title], []
    for item in items:
        issued = terms.numeric_date(item.issue_date, scene.locale)
        number = labels["dated"].format(number=f"{noun} {invoice_number(scene, item.number)}", date=issued)
        what = terms.clean(item.what_for)
        due = f"{labels['due'].lower()} {terms.numeric_date(item.due_date, scene.locale)}"
        # A request before work is never due: its offer has an end, which the letter names.
        notes = [] if "order" in scene.tags else [due]
        if item.days_overdue:
            days = terms.counted(item.days_overdue, scene.terms.counted["days"], scene.locale)
            notes.append(labels["overdue"].format(days=days))
        if item.original != item.balance:
            notes.append(labels["part_of"].format(original=sheet.money(item.original)))
        note, balance = ", ".join(notes), sheet.money(item.balance)
        name = f"{number}, {what}" if what else number
        lines.append(f"– {name}: {balance}" + (f" ({note})" if note else ""))
        rows.append(
            layout.piece(
                "item", escaped(name) + (layout.piece("item_note", escaped(note)) if note else ""), escaped(balance)
            )
        )
    for label, amount in totals:
        lines.append(f"{label}: {sheet.money(amount)}")
        rows.append(layout.piece("total", escaped(label), escaped(sheet.money(amount))))
    return "\n".join(lines), layout.piece("list", escaped(title), "".join(rows))


def _way(sheet: Sheet, method: PaymentMethod) -> Part:
    if method.code == "transfer":
        return _transfer(sheet)
    if method.code != "page":
        return _other_way(sheet, method.code, method.text, method.link)
    if not sheet.scene.facts.page_link:
        return "", ""
    text, html = _page_link(sheet, f"{escaped(sheet.labels['pay_page'])}<br>")
    return f"{sheet.labels['pay_page']}\n{text}", html


def _page_link(sheet: Sheet, before: str) -> Part:
    return _link(sheet, sheet.scene.facts.page_link, before)


def _link(sheet: Sheet, address: str, before: str) -> Part:
    link = sheet.layout.piece("link", escaped(address), escaped(address))
    return address, sheet.layout.piece("method", f"{before}{link}")


def _transfer(sheet: Sheet) -> Part:
    facts = sheet.scene.facts
    texts, cards = [], []
    # What credit has paid in full is not asked for.
    asked = [amount for amount in facts.to_pay if amount]
    for amount in asked:
        account = next((account for account in facts.creditor.accounts if account.currency == amount.currency), None)
        if account is None:
            raise FactMissing(f"a bank account in {amount.currency}")
        purpose = _purpose(sheet)
        several = len(asked) > 1
        title = sheet.labels["pay_transfer"] + (f", {amount.currency}" if several else "")
        text, html = _card(sheet.layout, title, tuple(account_rows(sheet.labels, account)))
        what = _rows(sheet.layout, ((sheet.labels["amount"], sheet.money(amount)), (sheet.labels["purpose"], purpose)))
        text, html = f"{text}\n{what[0]}", html + what[1]
        texts.append(text)
        cards.append(html + _code(sheet, account, amount, purpose))
    return "\n\n".join(texts), "".join(cards)


def _code(sheet: Sheet, account: BankAccount, amount: Money, purpose: str) -> str:
    data = payqr.payload(account, amount, purpose)
    if data is None:
        return ""
    picture = payqr.picture(data, f"qr-{amount.currency.lower()}")
    sheet.pictures.append(picture)
    return sheet.layout.piece("qr", picture.content_id, escaped(sheet.labels["qr"]), escaped(sheet.labels["qr_hint"]))


def _purpose(sheet: Sheet) -> str:
    facts = sheet.scene.facts
    documents = [(item.number, item.issue_date) for item in facts.items]
    is_order = "order" in sheet.scene.tags
    return purpose(sheet.labels, sheet.scene.locale, documents, is_order=is_order, reference=facts.reference)


@lru_cache(maxsize=1024)
def _card(layout: Layout, title: str, rows: tuple[tuple[str, str], ...]) -> Part:
    """Bank details under their title; the same in every letter of a creditor."""
    text, html = _rows(layout, rows)
    return f"{title}\n{text}", layout.piece("card_title", escaped(title)) + html


def _rows(layout: Layout, rows: tuple[tuple[str, str], ...]) -> Part:
    text = "\n".join([f"{label}: {value}" for label, value in rows])
    html = [layout.piece("row", escaped(label), escaped(value)) for label, value in rows]
    return text, "".join(html)


def _other_way(sheet: Sheet, code: str, words: str, link: str) -> Part:
    title = sheet.labels.get(f"pay_{code}", "")
    text = ": ".join(part for part in (title, terms.clean(words)) if part)
    if not link:
        return text, sheet.layout.piece("method", escaped(text))
    html = f"{escaped(text)}<br>{sheet.layout.piece('link', escaped(link), escaped(link))}"
    return f"{text}\n{link}", sheet.layout.piece("method", html)


def _in_fours(iban: str) -> str:
    compact = iban.replace(" ", "")
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))
