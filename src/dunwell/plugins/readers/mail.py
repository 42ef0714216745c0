"""A received mail made readable: its visible text, whether a machine wrote it, and which addresses bounced.

Nothing here trusts the sender. Size, nesting, parts and charsets are limited or replaced, and what was left out is said in
`warnings`. Delivery reports follow RFC 3464; servers that write prose instead are read by their `X-Failed-Recipients` and by
the addresses beside the words of refusal.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from dunwell.core.inbox import MailHead
from dunwell.core.reading import Attached, Bounce, MailText
from dunwell.plugins.readers.visible import sanitised, visible_from_html, visible_from_text

MAIL_BYTES_MAX = 25_000_000
PARTS_MAX = 200
DEPTH_MAX = 30
BODY_BYTES_MAX = 2_000_000

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,}")
AUTO_SUBJECT = re.compile(
    r"^\s*(?:(?:re|fwd?|ответ|отг)\s*:\s*)*(?:auto(?:matic)?[ -]?(?:reply|response)|auto:|out of (?:the )?office|autoreply|away from|"
    r"автоматическ\w+ (?:ответ|уведомл)|автоответ|отсутствие на рабочем месте|вне офиса|нет на месте|в отпуске|"
    r"автоматичен отговор|автоматично съобщение|извън офиса|отсъстви|в отпуск|abwesenheits|automatische antwort|réponse automatique|respuesta autom)",
    re.I,
)
AUTO_TEXT = re.compile(
    r"^\s*[\[(]?\s*(?:автоматическ\w+ (?:ответ|уведомление|сообщение)|автоответчик|автоответ|это автоматическ\w+|automatic reply|auto[- ]?reply|this is an automat\w+|"
    r"автоматичен отговор|автоматично съобщение|това е автоматич\w+|out of office)",
    re.I,
)
BOUNCE_SENDER = re.compile(r"mailer-daemon|postmaster|mail delivery|maildaemon|<>", re.I)
BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|incomplete|delayed|problem)|mail delivery|returned mail|failure notice|не ?доставлен|недоставлен|сбой доставки|"
    r"ошибка доставки|доставка .*(?:невозможна|не удалась)|delivery report|could not be delivered|mail could not|rejected|warning: could not send|message not delivered|неуспешно доставяне|недоставена|не може да бъде доставен",
    re.I,
)
DELAYED_TEXT = re.compile(
    r"will be retried|still trying|do not need to resend|not need to resend|delayed|has not yet been delivered|задерж\w+ доставк|будет повтор|warning message only",
    re.I,
)
REFUSAL_LINE = re.compile(r"(?:^|\n)\s*<?([^\s<>\"]+@[^\s<>\":;,]+)>?\s*[:\n]", re.I)
BOUNCE_BODY = re.compile(
    r"(?:undelivered|undeliverable|could not be delivered|cannot be delivered|wasn't delivered|not be delivered|permanent (?:fatal )?error|failed permanently|delivery to the following recipient|"
    r"following recipient|following address|the following addresses|user unknown|unknown user|no such user|mailbox (?:is full|unavailable|not found)|не может быть доставлено|не было доставлено|не удалось доставить|recipient address rejected|address not found|non-existent)",
    re.I,
)
INJECTION = re.compile(
    r"(?:ignore|disregard|forget) (?:all |any |your )?(?:the )?(?:previous|earlier|prior|above)\b|system prompt|you are now\b|mark (?:this )?invoice .{0,40}(?:paid|settled)|"
    r"(?:игнорируй|забудь|проигнорируй)\w*.{0,30}(?:инструкц|указан)|(?:игнорирай|забрави|пренебрегни)\w*.{0,30}(?:инструкц|указан)|note to the (?:automated|ai)",
    re.I,
)
PROVEN = re.compile(r"\bdmarc=pass\b[^;]*\bheader\.from=\"?([a-z0-9.-]+)")
TOKEN = re.compile(r"<[^<>\s]{3,250}>")
RETURNED = re.compile(r"(?im)^(?:message-id|references|in-reply-to):[^\n]*(?:\n[ \t][^\n]*)*")
UNSEEN = re.compile(r"[\s\x00-\x1f\x7f]+")  # PostgreSQL keeps no NUL: one of them would stop the whole mailbox.
REFERENCES_MAX = 50
FALLBACK_CHARSETS = ("utf-8", "cp1251", "koi8-r", "latin-1")


def read_mail(raw: bytes) -> MailText:
    """The mail as the reader needs it. Never raises for what a stranger sent."""
    warnings: list[str] = []
    if len(raw) > MAIL_BYTES_MAX:
        raw = raw[:MAIL_BYTES_MAX]
        warnings.append("The mail is larger than 25 MB and was read in part.")
    message = _parsed(raw)
    parts = list(_parts(message, warnings))
    bounce = _bounce(message, parts, warnings)
    text = "" if _is_report(message) and bounce else _visible(parts, warnings)
    automatic = bounce is None and _is_automatic(message, text)
    if INJECTION.search(text):
        warnings.append("The text speaks to a machine; it is data and changes nothing.")
    return MailText(text, automatic, bounce, tuple(warnings))


def head_of(raw: bytes) -> MailHead:
    """Who writes to whom, and what the mail answers. Never raises for what a stranger sent."""
    message = _parsed(raw[:MAIL_BYTES_MAX])
    name, sender = parseaddr(_header(message, "From"))
    answered = _header(message, "In-Reply-To") + " " + _header(message, "References")
    to = " ".join(_header(message, one) for one in ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"))
    return MailHead(
        message_id=next(iter(TOKEN.findall(_header(message, "Message-ID"))), ""),
        references=tuple(dict.fromkeys(TOKEN.findall(answered)))[:REFERENCES_MAX],
        sender=sender if ADDRESS.fullmatch(sender) else "",
        sender_name=name[:200],
        recipients=tuple(_unique(ADDRESS.findall(to)))[:REFERENCES_MAX],
        subject=_header(message, "Subject")[:500],
        sent=_header(message, "Date")[:100],
    )


def attachments(raw: bytes) -> list[Attached]:
    """The files of a mail, each with its name; those within a mail that was passed on are not its own."""
    found = []
    for part in _parts(_parsed(raw[:MAIL_BYTES_MAX]), []):
        name = part.get_filename() or ""
        content = part.get_payload(decode=True)
        if (name or part.get_content_disposition() == "attachment") and isinstance(content, bytes):
            found.append(Attached(name, content))
    return found


def proven_domain(raw: bytes) -> str:
    """The domain from which our own server says that the mail came: its line stands first (RFC 8601); empty where it says none."""
    said = next(iter(_parsed(raw[:MAIL_BYTES_MAX]).get_all("Authentication-Results", [])), "")
    match = PROVEN.search(" ".join(str(said).casefold().split()))
    return match[1] if match else ""


def returned_ids(raw: bytes) -> tuple[str, ...]:
    """Message-IDs in the copy that a delivery report returns: which of our messages came back."""
    return tuple(dict.fromkeys(TOKEN.findall("\n".join(RETURNED.findall(raw[:MAIL_BYTES_MAX].decode("latin-1"))))))


def shown_html(raw: bytes) -> str:
    """The HTML of a mail as it may be shown to a person: sanitised, without pictures; empty where there is none."""
    warnings: list[str] = []
    markup = [
        _decoded(part, warnings)
        for part in _parts(_parsed(raw[:MAIL_BYTES_MAX]), warnings)
        if part.get_content_type() == "text/html" and part.get_content_disposition() != "attachment"
    ]
    return sanitised("\n".join(markup)) if markup else ""


def _parsed(raw: bytes) -> Message:
    """compat32 keeps malformed headers as they are, where the modern policies raise."""
    return email.message_from_bytes(raw.replace(b"\x00", b""), policy=policy.compat32)


def _parts(message: Message, warnings: list[str]) -> Iterator[Message]:
    stack, count = [(message, 0)], 0
    while stack:
        part, depth = stack.pop()
        count += 1
        if count > PARTS_MAX or depth > DEPTH_MAX:
            warnings.append("The mail has too many parts or nests too deep; the rest was not read.")
            return
        yield part
        # A forwarded or returned mail is not what the writer typed, and its parts are not theirs.
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            children = part.get_payload()
            if isinstance(children, list):
                stack.extend((child, depth + 1) for child in reversed(children) if isinstance(child, Message))


def _visible(parts: list[Message], warnings: list[str]) -> str:
    plain, markup = [], []
    for part in parts:
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/html":
            markup.append(_decoded(part, warnings))
        elif kind == "text/plain" or (
            part.get_content_maintype() == "text" and kind != "text/calendar" and not part.get_filename()
        ):
            plain.append(_decoded(part, warnings))
    text = visible_from_text("\n".join(plain)) if any(one.strip() for one in plain) else ""
    if not text and markup:
        text = visible_from_html("\n".join(markup))
    return text


def _decoded(part: Message, warnings: list[str]) -> str:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, MessageError, AssertionError):
        payload = None
    if not isinstance(payload, bytes):
        warnings.append("A part could not be decoded.")
        return ""
    if len(payload) > BODY_BYTES_MAX:
        warnings.append("A text part is very long and was read in part.")
        payload = payload[:BODY_BYTES_MAX]
    return _characters(payload, str(part.get_param("charset") or ""), warnings)


def _characters(payload: bytes, declared: str, warnings: list[str]) -> str:
    """Text by the declared charset, then by the one whose letters look most like words."""
    name = declared.strip("\"' ").lower()
    if name and name not in ("us-ascii", "ascii", "unknown-8bit", "8bit"):
        try:
            text = payload.decode(name)
        except UnicodeDecodeError:
            pass
        except (LookupError, ValueError):
            warnings.append("The mail names an unknown charset; it was guessed.")
        else:
            if "\x00" not in text:
                return text
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return max((_replaced(payload, one) for one in (*FALLBACK_CHARSETS[1:], *_known(name))), key=_likeness)


def _known(name: str) -> tuple[str, ...]:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return ()
    return (name,)


def _replaced(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset, errors="replace")
    except (LookupError, ValueError):
        return ""


def _likeness(text: str) -> float:
    """How much like Cyrillic prose: koi8-r read as cp1251 turns the common small letters into capitals."""
    common = sum(char in "оеаинтслвр" for char in text)
    odd = sum(char in "ÐÑÊÎ�┬│╤" or ("\x80" <= char < "\xa0") for char in text)
    capitals = len(re.findall(r"(?<=[а-я])[А-Я]", text))
    return (common - 3 * odd - 2 * capitals) / (len(text) or 1)


def _header(message: Message, name: str) -> str:
    """A header as one line of text; line breaks and control signs hidden in encoded words do not survive."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        pieces = decode_header(value)  # A header with raw 8-bit letters comes as an object that still has them.
    except (HeaderParseError, ValueError):
        return UNSEEN.sub(" ", str(value))
    text = ""
    for piece, charset in pieces:
        text += _characters(piece, charset or "", []) if isinstance(piece, bytes) else piece
    return UNSEEN.sub(" ", text).strip()


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report"


def _is_automatic(message: Message, text: str) -> bool:
    """RFC 3834 and the marks that real servers use; complaint reports and receipts are no replies either."""
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if any(
        message.get(name)
        for name in (
            "X-Autoreply",
            "X-Autorespond",
            "X-Auto-Reply",
            "X-Autoresponse",
            "X-AutoReply-From",
            "X-Mail-Autoreply",
        )
    ):
        return True
    suppress = _header(message, "X-Auto-Response-Suppress").lower()
    precedence = _header(message, "Precedence").lower()
    if precedence in ("auto_reply", "auto-reply", "autoreply"):
        return True
    if _is_report(message) or message.get_content_type() in (
        "message/feedback-report",
        "message/disposition-notification",
    ):
        return True
    if AUTO_SUBJECT.search(_header(message, "Subject")) or AUTO_TEXT.search(text):
        return True
    return bool("autoreply" in suppress and precedence in ("bulk", "junk") and not message.get("In-Reply-To"))


def _bounce(message: Message, parts: list[Message], warnings: list[str]) -> Bounce | None:
    reported = [
        block
        for part in parts
        if part.get_content_type().startswith("message/delivery-status")
        for block in _status_blocks(part)
    ]
    if reported:
        found = _from_status(reported)
        if found or any("action" in fields for fields in reported):
            return found
    if any(
        "disposition-notification" in part.get_content_type() or "feedback-report" in part.get_content_type()
        for part in parts
    ):
        return None
    failed = _header(message, "X-Failed-Recipients")
    sender = _header(message, "From") + " " + str(message.get("Return-Path") or "")
    subject = _header(message, "Subject")
    looks = bool(BOUNCE_SENDER.search(sender)) + bool(BOUNCE_SUBJECT.search(subject)) + 2 * bool(failed)
    if looks < 1:
        return None
    body = "\n".join(_decoded(part, warnings) for part in parts if part.get_content_maintype() == "text")
    if not failed and not (looks >= 2 or (looks == 1 and BOUNCE_SENDER.search(sender) and BOUNCE_BODY.search(body))):
        return None
    addresses = _unique(ADDRESS.findall(failed)) or _addresses_in(body, message)
    delayed = bool(
        DELAYED_TEXT.search(subject)
        or (DELAYED_TEXT.search(body) and not re.search(r"permanent|giv(?:e|en) up|5\.\d\.\d|\b55\d\b", body, re.I))
    )
    return Bounce(tuple(addresses), permanent=not delayed) if addresses or looks >= 2 else None


def _status_blocks(part: Message) -> Iterator[dict[str, str]]:
    """The field groups of a delivery report; the parser gives them as messages, broken reports as text."""
    payload = part.get_payload()
    text = "\n\n".join(str(block) for block in payload) if isinstance(payload, list) else _decoded(part, [])
    for block in re.split(r"\n\s*\n", text.replace("\r", "")):
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).split("\n"):
            name, colon, value = line.partition(":")
            if colon and name.strip():
                fields.setdefault(name.strip().lower(), value.strip())
        if fields:
            yield fields


def _from_status(blocks: list[dict[str, str]]) -> Bounce | None:
    failed: list[str] = []
    delayed: list[str] = []
    for fields in blocks:
        recipient = fields.get("original-recipient") or fields.get("final-recipient") or ""
        final = ADDRESS.findall(fields.get("final-recipient", "")) or ADDRESS.findall(
            fields.get("x-actual-recipient", "")
        )
        found = final or ADDRESS.findall(recipient)
        action, status = fields.get("action", "").lower(), fields.get("status", "")
        if not found or action in ("delivered", "relayed", "expanded"):
            continue
        late = action.startswith("delay") or (not action and status.startswith("4"))
        (delayed if late else failed).extend(found[:1])
    if failed or delayed:
        return Bounce(tuple(_unique(failed or delayed)), permanent=bool(failed))
    return None


def _addresses_in(body: str, message: Message) -> list[str]:
    """Addresses that a prose report refuses: on their own line, before the returned copy begins."""
    head = re.split(
        r"(?im)^(?:-{2,}|={2,}).{0,40}(?:copy|original|returned|below|message|transcript|header|копия|ниже).*$|^received:|^return-path:",
        body,
    )[0]
    own = {
        one.lower()
        for name in ("To", "From", "Reply-To", "Return-Path")
        for one in ADDRESS.findall(str(message.get(name) or ""))
    }
    found = [one.strip(".,;") for one in REFUSAL_LINE.findall(head) if ADDRESS.fullmatch(one.strip(".,;"))]
    found = found or ADDRESS.findall(head)
    return [one for one in _unique(found) if one.lower() not in own and not BOUNCE_SENDER.search(one)]


def _unique(found: list[str]) -> list[str]:
    return list({one.lower().strip("."): one.strip(".") for one in found}.values())
