"""Letters from facts: `compose` fills the text that the step names. Pure: the same facts give the same bytes and the
same hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dunwell.core.message import CONTENT_KEYS, LOOKS, Attachment, Draft, LetterFacts, PackSource, ReaderFacts
from dunwell.core.refusal import Finding
from dunwell.engine import payqr, sms, terms
from dunwell.engine.html import escaped, layout, plain
from dunwell.engine.parts import PARTS, Sheet, footer, logo, signed
from dunwell.engine.scene import HOLDS, FactMissing, Scene, full_name, tags_of
from dunwell.engine.texts import Terms, Text, fill, read_terms, read_text

PREHEADER_MAX = 140


@dataclass(frozen=True, slots=True)
class Pack:
    """A content pack ready to be filled: every text cut into pieces once, and what was wrong with those that are left
    out.
    """

    name: str
    terms: Mapping[str, Terms]
    texts: Mapping[tuple[str, str, str], Text]
    emoji: bool
    findings: tuple[Finding, ...]


def prepare(source: PackSource) -> Pack:
    """The pack checked and cut; a text with findings is left out, so that its letters become findings and not half a
    letter.
    """
    languages = {locale: read_terms(locale, tables) for locale, tables in source.terms.items()}
    texts, findings = {}, []
    for place, written in source.texts.items():
        locale, key, channel = place
        version = source.versions.get(place, f"{source.name} {source.version}")
        shared = frozenset(languages[locale].blocks) | HOLDS.keys() if locale in languages else frozenset(HOLDS)
        text, found = read_text(written, key, channel, version, source.files.get(place, ""), shared)
        findings += found
        if text is not None:
            texts[place] = text
    return Pack(source.name, languages, texts, source.emoji, tuple(findings))


def compose(facts: LetterFacts, pack: Pack, attachments: Sequence[Attachment] = ()) -> Draft | Finding:
    """The draft of one message, or the finding that says why there is none (a missing locale, a placeholder without
    its fact).
    """
    key = facts.step.content_key
    # A letter to print says what the e-mail would say.
    text = pack.texts.get((facts.locale, key, "email" if facts.channel == "letter" else facts.channel))
    language = pack.terms.get(facts.locale)
    if text is None or language is None:
        return _no_text(facts, pack)
    scene = Scene(facts, text, language, tags_of(facts, pack.emoji))
    try:
        if facts.channel == "letter":
            return _printed(scene)
        return _email(scene, attachments) if facts.channel == "email" else _plain_text(scene)
    except FactMissing as missing:
        message = f"the {facts.channel} text {key!r} ({facts.locale}) needs {missing}, which this letter does not have"
        return Finding("fact_missing", message, field=str(missing), value=key, remedy="Add it, or change the text.")
    except payqr.AccountInvalid as refused:
        return Finding("account_invalid", str(refused), field="creditor.accounts")


def content_hash(
    subject: str,
    text: str,
    html: str,
    attachments: Sequence[Attachment],
    sender: str,
    to: Sequence[str],
    cc: Sequence[str],
) -> str:
    """SHA-256 (hex) over all that is approved; each part is preceded by its length, so that no two contents share a
    form.
    """
    parts = [part.encode() for part in (subject, text, html, sender, *to, "", *cc)]
    for one in attachments:
        parts += (f"{one.file_name}\n{one.media_type}\n{one.content_id}".encode(), one.content)
    return hashlib.sha256(b"".join([b"%d:%b" % (len(part), part) for part in parts])).hexdigest()


def address(name: str, mailbox: str) -> str:
    """`Мария Ковалёва <maria@studio.example>` as read, not as encoded."""
    return f"{name} <{mailbox}>" if name else mailbox


def _no_text(facts: LetterFacts, pack: Pack) -> Finding:
    wanted = f"{facts.locale}/{facts.step.content_key}.{facts.channel}.md"
    if facts.locale not in pack.terms:
        message = f"the pack {pack.name!r} has no texts in {facts.locale!r}"
        remedy = f"Write them, or set the customer's language to one of {', '.join(sorted(pack.terms))}."
        return Finding("locale_missing", message, file=wanted, field="locale", value=facts.locale, remedy=remedy)
    message = f"the pack {pack.name!r} has no usable text {wanted}"
    return Finding("text_missing", message, file=wanted, value=facts.step.content_key, remedy="Write it or correct it.")


def _email(scene: Scene, attachments: Sequence[Attachment]) -> Draft:
    facts = scene.facts
    look = facts.step.look if facts.step.look in LOOKS else CONTENT_KEYS.get(facts.step.content_key, "plain")
    sheet = Sheet(scene, layout(look, scene.locale))
    subject = plain(_sentence(scene.value("subject")))
    texts, bodies = _body(scene, sheet)
    foot_text, foot_html = footer(sheet)
    text = plain("\n\n".join([*texts, "--\n" + foot_text])) + "\n"
    preheader = _preheader(texts)
    heading, side = _heading(scene, look)
    html = sheet.layout.letter(subject, preheader, logo(sheet) + heading, side, "".join(bodies), foot_html)
    return _draft(scene, subject, text, html, (*sheet.pictures, *attachments), preheader)


def _plain_text(scene: Scene) -> Draft:
    """A short text or a task: no HTML, no footer."""
    sheet = Sheet(scene, layout("plain", scene.locale))
    texts, _ = _body(scene, sheet)
    subject = plain(_sentence(scene.value("subject"))) if "subject" in scene.text.blocks else ""
    text = plain("\n\n".join(texts))
    if scene.short:
        text = " ".join(terms.plain_spaces(text).split())
    return _draft(scene, subject, text, "", (), "")


def _printed(scene: Scene) -> Draft:
    """A letter on paper: the subject over the paragraphs; answers by one tap are left out."""
    texts, _ = _body(scene, Sheet(scene, layout("plain", scene.locale)), skipped=("answers",))
    subject = plain(_sentence(scene.value("subject")))
    return _draft(scene, subject, plain("\n\n".join([subject, *texts])), "", (), "")


def _body(scene: Scene, sheet: Sheet, skipped: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    texts, bodies = [], []
    for line in scene.text.paragraphs:
        if len(line.pieces) == 1 and line.pieces[0][1] in skipped:
            continue
        part = PARTS.get(line.pieces[0][1]) if len(line.pieces) == 1 and line.pieces[0][0] else None
        text, html = part(sheet) if part else ("", "")
        if part is None and (text := _sentence(fill(line, scene.value))):
            html = sheet.layout.paragraph(text)
        if text:
            texts.append(text)
            bodies.append(html)
    return texts, bodies


def _heading(scene: Scene, look: str) -> tuple[str, str]:
    """What stands above the letter: the trade name; in a formal letter the registered name and the day."""
    creditor = scene.facts.creditor
    if look != "formal":
        return escaped(_sentence(terms.clean(creditor.trade_name))), ""
    return escaped(terms.clean(creditor.registered_name)), "<br>" + terms.long_date(scene.facts.as_of, scene.locale)


def _preheader(texts: Sequence[str]) -> str:
    """What a phone shows beside the subject: the first paragraph after the salutation, whole words."""
    first = plain(texts[1] if len(texts) > 1 else texts[0]).replace("\n", " ")
    return first if len(first) <= PREHEADER_MAX else first[:PREHEADER_MAX].rsplit(" ", 1)[0] + " …"


def _draft(
    scene: Scene, subject: str, text: str, html: str, attachments: tuple[Attachment, ...], preheader: str
) -> Draft:
    facts = scene.facts
    sender = address(signed(facts), facts.writer.email)
    to = (_recipient(facts.reader, facts.channel),)
    cc = tuple(_recipient(reader, facts.channel) for reader in facts.copies)
    return Draft(
        locale=facts.locale,
        channel=facts.channel,
        content_key=facts.step.content_key,
        sender=sender,
        to=to,
        cc=cc,
        subject=subject,
        text=text,
        html=html,
        attachments=attachments,
        blocks=tuple(dict.fromkeys(scene.chosen)),
        text_version=scene.text.version,
        content_hash=content_hash(subject, text, html, attachments, sender, to, cc),
        sms_parts=sms.parts(text) if scene.short else 0,
        preheader=preheader,
        reply_to=facts.reply_to,
    )


def _recipient(reader: ReaderFacts, channel: str) -> str:
    return address(full_name(reader), reader.email) if channel == "email" else reader.phone


def _sentence(text: str) -> str:
    """A sentence begins with a capital, also where a name that is written small stands first."""
    return text if not text or text[0].isupper() else text[0].upper() + text[1:]
