"""What the writer typed: quotes, signatures and disclaimers cut, in plain text and in HTML.

Plain text is cut at the first line that introduces a quotation. Where nothing stands above it the answer is below or between
the quoted lines, and these alone are dropped. HTML is first made plain, quoting elements left out.
"""

from __future__ import annotations

import re

import nh3
from lxml import html as lxml_html
from lxml.etree import ParserError, _Comment, _ProcessingInstruction

HTML_LENGTH_MAX = 2_000_000
TEXT_LENGTH_MAX = 200_000
LINES_MAX = 5_000
SIGNATURE_LINES_MAX = 9
INTRODUCTION_LINES_MAX = 4  # "On … wrote:" is wrapped by some clients.

FIELD = (
    r"from|sent|to|cc|date|subject|reply-to|от|от кого|отправлено|кому|копия|дата|тема|отправитель|получатель|изпратено|до|относно|относно:|копие|"
    r"von|gesendet|an|betreff|datum|de|envoyé|date|à|objet|enviado|para|asunto|da|inviato|a|oggetto|van|verzonden|aan|onderwerp|od|wysłano|do|temat|"
    r"fra|sendt|til|emne|från|skickat|till|ämne|发件人|发送时间|收件人|主题|差出人|送信日時|宛先|件名|kimden|gönderildi|kime|konu|lähettäjä|lähetetty"
)
HEADER_LINE = re.compile(rf"^\s*[*_>]*\s*(?:{FIELD})\s*[*_]*\s*[:：]\s*\S?.*$", re.I)
FIRST_HEADER = re.compile(
    r"^\s*[*_>]*\s*(?:from|от|от кого|изпратил|отправитель|von|de|da|van|od|fra|från|发件人|差出人|kimden|lähettäjä|date|дата|sent|отправлено)\s*[*_]*\s*[:：]",
    re.I,
)
WROTE = (
    r"wrote|writes|a wrote|schrieb|écrit|a écrit|escribió|escreveu|ha scritto|scrisse|schreef|napisał(?:\(a\))?|napisała|skrev|kirjoitti|yazdı|napsal(?:\(a\))?|"
    r"írta|пишет|писал|писала|написал\(а\)|написал|написала|написали|напиша|написа|пише|写道|寫道|のメッセージ"
)
WROTE_END = re.compile(
    rf"(?:^|[\s>»\"”,)])(?:{WROTE})\s*[:：]?\s*$|(?:написал\(а\)|пишет|написа|написал|wrote)\s*(?:следующее\s*)?[:：]\s*$",
    re.I,
)
WROTE_START = re.compile(
    r"^\s*(?:>\s*)?(?:on|am|le|el|em|il|op|w dniu|dnia|den|в|на|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|"
    r"mon|tue|wed|thu|fri|sat|sun|\d{1,4}[.\-/ ]|\d{1,2}\s+\w+|\S+@|<|\"|«|.{0,60}<\S+@\S+>|在|от )",
    re.I,
)
NAMED_WROTE = re.compile(rf"^.{{0,90}}(?:@\S+|\d{{4}}|\d{{1,2}}:\d\d|<[^>]+>).{{0,90}}(?:{WROTE})\s*[:：]?\s*$", re.I)
DATED_INTRODUCTION = re.compile(
    r"^\s*\d{4}[-/]\d\d[-/]\d\d \d{1,2}:\d\d.{0,80}(?:<\S+@\S+>|\S+@\S+)\s*:\s*$|^.{0,40}\d{1,2}:\d\d.{0,60}<\S+@\S+>\s*:\s*$"
)
DIVIDER = re.compile(
    r"^\s*(?:[-_=—*]{2,}\s*)(?:original|исходное|оригинальное|оригинално|пересыл\S+|препратено|forwarded|begin forwarded|ursprüngliche|message d'origine|mensaje|messaggio|"
    r"reply|reply above|ответ|original message|oorspronkelijk|пересланное|начало пере|препра|переслан)[^\n]{0,60}$"
    r"|^\s*(?:begin forwarded message|начало переадресованного сообщения|начало пересылаемого сообщения)\s*:"
    r"|^\s*_{10,}\s*$|^-{3,}\s*(?:original|исход|ориг|пересы|преп|forw)[^\n]*$"
    r"|^\s*(?:-- ?|—)?\s*(?:##|---)?\s*(?:reply above this line|please reply above this line|не удаляйте эту строку)",
    re.I,
)
DELIMITER = re.compile(r"^\s*(?:-- ?|--|—|––)\s*$|^\s*[-_=*~]{4,}\s*$")
SENT_FROM = re.compile(
    r"^\s*(?:sent (?:from|via|with) (?:my |the |outlook|yahoo|mail|a |samsung|gmail|proton|blackberry|iphone|ipad|android)|get outlook for|sent on the|"
    r"отправлено (?:из|с|от|через)|посл(?:ано|ал) (?:из|с)|изпратено (?:от|с|чрез)|изпратено от|изпратена от|написано с|получите outlook|"
    r"enviado desde|envoyé de|von meinem|verzonden|inviato da|wysłane z|скачайте outlook|изтеглете outlook|sendt fra)",
    re.I,
)
SIGN_OFF = re.compile(
    r"^\s*(?:с\s+(?:(?:глубоким|искренним|огромным|большим)\s+)?уважени\S*|с ув\S*|с наилучшими(?: пожеланиями)?|всего (?:доброго|хорошего|наилучшего)|с искренним\S*|"
    r"искренне ваш\S*|хорошего дня|спасибо|заранее спасибо|благодарю|с благодарностью|до связи|уважительно|"
    r"поздрави|с уважение|с най-добри(?: пожелания)?|благодаря(?: предварително)?|благодаря ви|лек ден|приятен ден|хубав ден|сърдечни поздрави|мерси|искрено ваш\S*|"
    r"(?:best|kind|kindest|warm|warmest|many thanks and|thanks and|with kind|with best|mit freundlichen)\s+(?:regards|wishes|grüßen.*)|regards|rgds|br|best|cheers|thanks(?: again| a lot| so much)?|thx|"
    r"many thanks|thank you|yours|yours (?:sincerely|faithfully|truly)|sincerely|faithfully|all the best|mit freundlichen grüßen.*|ta|xx?|take care|mfg)"
    r"(?:\s+и\s+\S+\s*\S*|\s+and\s+(?:best |kind )?regards)?\s*[,.!;–-]?\s*(?P<rest>.*)$",
    re.I,
)
NAME = re.compile(r"^(?:[A-ZА-ЯЁ][\w.'’-]*\.?,?\s*){1,4}$")
DISCLAIMER = re.compile(
    r"^\s*(?:(?:this|the) (?:e-?mail|message|communication|information)\b.{0,80}(?:intended|confidential|privileged)|confidential|disclaimer|please consider the environment|"
    r"if you (?:have )?received? this (?:e-?mail|message)|please note our|before printing|think before you print|registered (?:in|office)|company (?:no|number)|"
    r"это (?:письмо|сообщение|электронное).{0,60}(?:конфиденц|предназнач)|(?:настоящее|данное|это) (?:электронное )?(?:сообщение|письмо).{0,80}(?:конфиденц|предназнач|может содержать)|"
    r"внимание!|конфиденциально|подумайте об экологии|прежде чем (?:рас)?печатать|берегите природу|если вы получили это (?:письмо|сообщение)|"
    r"това (?:съобщение|писмо).{0,80}(?:поверител|предназнач|конфиденц)|този (?:имейл|мейл).{0,80}(?:поверител|предназнач|конфиденц)|настоящ(?:ото|ият) (?:съобщение|имейл)|поверителност|моля, помислете за (?:природата|околната)|"
    r"тази (?:електронна поща|кореспонденция)|the content of this|unsubscribe\b.*http|_{3,}\s*avg|virus-free|проверено (?:на вирусы|антивирусом)|без вируси|scanned by|office hours|часы работы|работно време|режим работы)",
    re.I,
)
HEADER_NOTICE = re.compile(
    r"^\s*(?:caution|external(?: email)?|\[external\]|внимание[:,]? внешн\S+|это письмо (?:отправлено|пришло) (?:из|от) внешн\S+)[^\n]*$",
    re.I,
)

QUOTING_CLASSES = (
    "gmail_quote",
    "gmail_extra",
    "yahoo_quoted",
    "moz-cite-prefix",
    "moz-forward-container",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "js-quote",
    "mail-quote-collapse",
    "gmail_attr",
    "outlookmessageheader",
    "moz-signature",
    "gmail_signature",
    "yahoo-signature",
)
QUOTING_IDS = (
    "divrplyfwdmsg",
    "appendonsend",
    "olk_src_body_section",
    "reply-intro",
    "mailcomposeheader",
    "isforwardcontent",
    "isreplycontent",
    "zwchr",
    "3d_gmail_quote",
    "signature",
    "signature_bookmark",
)
BLOCKS = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "table",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "hr",
    "body",
    "center",
    "section",
    "article",
    "td",
}
DROPPED = {
    "script",
    "style",
    "head",
    "title",
    "meta",
    "link",
    "template",
    "noscript",
    "object",
    "iframe",
    "svg",
    "form",
    "textarea",
    "select",
}
DEPTH_MAX = 200


def visible_from_text(body: str) -> str:
    """What the writer typed, out of a plain body."""
    lines = (
        body[:TEXT_LENGTH_MAX]
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\x00", "")
        .replace("\xa0", " ")
        .split("\n")[:LINES_MAX]
    )
    lines = [line for line in lines if not HEADER_NOTICE.match(line)]
    kept = _without_quotes(lines)
    kept = _without_signature(kept)
    return "\n".join(line.rstrip() for line in kept).strip()


def visible_from_html(markup: str) -> str:
    """What the writer typed, out of an HTML body; scripts, styles and remote content never count."""
    text, quoted = _plain(markup[:HTML_LENGTH_MAX])
    cut = visible_from_text(text)
    return cut if cut or not quoted else visible_from_text(quoted)


def sanitised(markup: str) -> str:
    """HTML that is safe to show: no scripts, forms or remote images."""
    return nh3.clean(markup[:HTML_LENGTH_MAX], tags=nh3.ALLOWED_TAGS - {"img"}, url_schemes={"mailto", "http", "https"})


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        size = _introduces(lines, at)
        if not size:
            if not _is_quoted(lines[at]):
                kept.append(lines[at])
            at += 1
            continue
        after = lines[at + size :]
        if _typed(kept):
            rest = [line for line in after if line.strip()]
            # Interleaved answers: what is quoted is marked, so the unmarked rest was typed now.
            if rest and _is_quoted(rest[0]) and _answers_below(after):
                return kept + _unquoted(after)
            return kept
        if any(_is_quoted(line) for line in after):
            return _unquoted(after)
        at += size
        if not _typed(after):
            return after
        if HEADER_LINE.match(lines[at - 1]) or DIVIDER.match(lines[at - 1]):
            return kept if _typed(kept) else _after_headers(after)
    return kept


def _after_headers(lines: list[str]) -> list[str]:
    at = 0
    while at < len(lines) and (not lines[at].strip() or HEADER_LINE.match(lines[at])):
        at += 1
    return lines[at:]


def _answers_below(lines: list[str]) -> bool:
    """Text typed under the quotation, a signature apart."""
    seen_quote, typed = False, 0
    for line in lines:
        if _is_quoted(line):
            seen_quote = True
        elif seen_quote and line.strip():
            if DELIMITER.match(line) or SENT_FROM.match(line) or SIGN_OFF.match(line):
                break
            typed += 1
    return typed > 0


def _unquoted(lines: list[str]) -> list[str]:
    kept = []
    for at, line in enumerate(lines):
        if _is_quoted(line) or (_introduces(lines, at) and any(_is_quoted(one) for one in lines[at:])):
            continue
        kept.append(line)
    return kept


def _introduces(lines: list[str], at: int) -> int:
    """How many lines from here introduce a quotation; 0 where none does."""
    line = lines[at]
    if not line.strip():
        return 0
    if DIVIDER.match(line):
        if DELIMITER.match(line) and not _headers_follow(lines, at + 1):
            return 0
        return 1
    if FIRST_HEADER.match(line) and _headers_follow(lines, at):
        return 1
    for size in range(1, INTRODUCTION_LINES_MAX + 1):
        if at + size > len(lines) or not lines[at + size - 1].strip():
            break
        joined = " ".join(one.strip() for one in lines[at : at + size])
        if len(joined) > 400:
            break
        if size > 1 and (not WROTE_START.match(line) or (_is_quoted(lines[at + size - 1]) and not _is_quoted(line))):
            break
        followed = next((one for one in lines[at + size :] if one.strip()), "")
        if (
            size == 1
            and _is_quoted(followed)
            and not _is_quoted(line)
            and len(joined) < 90
            and WROTE_END.search(joined)
        ):
            return size
        if (
            DATED_INTRODUCTION.match(joined)
            or NAMED_WROTE.match(joined)
            or (WROTE_START.match(joined) and WROTE_END.search(joined))
        ):
            return size
    return 0


def _headers_follow(lines: list[str], at: int) -> bool:
    near = [line for line in lines[at : at + 8] if line.strip()][:5]
    return sum(bool(HEADER_LINE.match(line)) for line in near) >= 2 and bool(near) and bool(HEADER_LINE.match(near[0]))


def _is_quoted(line: str) -> bool:
    return bool(re.match(r"^\s{0,3}(?:>|&gt;|[A-Za-zА-Яа-я]{1,3}>(?!\w*@))", line)) or bool(re.match(r"^\s*\|\s", line))


def _typed(lines: list[str]) -> bool:
    return any(line.strip() and not SENT_FROM.match(line) and not DELIMITER.match(line) for line in lines)


def _without_signature(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if not _typed(lines[:at]):
            continue
        left = [one for one in lines[at + 1 :] if one.strip()]
        if SENT_FROM.match(line) and len(left) <= SIGNATURE_LINES_MAX:
            return lines[:at]
        if DELIMITER.match(line) and len(line.strip()) <= 3:
            return lines[:at]
        if DISCLAIMER.match(line) and len(left) <= 2 * SIGNATURE_LINES_MAX:
            return lines[:at]
        if _signs_off(line, left):
            return lines[:at]
    return lines


def _signs_off(line: str, left: list[str]) -> bool:
    found = SIGN_OFF.match(line)
    if (
        not found
        or len(left) > SIGNATURE_LINES_MAX
        or any(len(one) > 120 and not DISCLAIMER.match(one) for one in left)
    ):
        return False
    rest = found["rest"].strip(" ,.!")
    return bool(NAME.match(rest)) if rest else bool(left) or line.strip()[-1:] in ",."


def _plain(markup: str) -> tuple[str, str]:
    """The text of an HTML body without its quotations, and the text with them."""
    markup = re.sub(r"<\?xml[^>]*\?>|\x00", "", markup)
    if not markup.strip():
        return "", ""
    try:
        root = lxml_html.fromstring(markup, parser=lxml_html.HTMLParser(huge_tree=False, recover=True, no_network=True))
    except (ParserError, ValueError):
        return re.sub(r"<[^>]+>", " ", markup), ""
    kept: list[str] = []
    everything: list[str] = []
    _walk(root, kept, everything)
    return _tidy(kept), _tidy(everything)


def _walk(root: lxml_html.HtmlElement, kept: list[str], everything: list[str]) -> None:
    """Collect text in document order without recursion: hostile mail nests thousands deep."""
    stack: list[tuple[str, lxml_html.HtmlElement, bool]] = [("open", root, False)]
    cut_before_header = False
    while stack:
        step, node, quoted = stack.pop()
        if step == "tail":
            _put(node.tail, quoted or cut_before_header, kept, everything)
            continue
        if step == "close":
            _put("\n", quoted or cut_before_header, kept, everything)
            continue
        if isinstance(node, (_Comment, _ProcessingInstruction)) or not isinstance(node.tag, str) or node.tag in DROPPED:
            continue
        inside = quoted or _quotes(node)
        if _opens_old_mail(node) and any(part.strip() for part in kept):
            cut_before_header = True
        if node.tag in BLOCKS:
            _put("\n", inside or cut_before_header, kept, everything)
        _put(
            node.text and re.sub(r"\s+", " ", node.text) if node.tag != "pre" else node.text,
            inside or cut_before_header,
            kept,
            everything,
        )
        if node.tag in BLOCKS and node.tag != "br":
            stack.append(("close", node, inside))
        for child in reversed(node):
            stack.append(("tail", child, inside))
            stack.append(("open", child, inside))


def _put(text: str | None, quoted: bool, kept: list[str], everything: list[str]) -> None:
    if text:
        everything.append(text)
        if not quoted:
            kept.append(text)


def _quotes(node: lxml_html.HtmlElement) -> bool:
    classes = (node.get("class") or "").lower()
    identity = (node.get("id") or "").lower()
    return (
        node.tag == "blockquote"
        or any(one in classes for one in QUOTING_CLASSES)
        or any(one == identity or one in identity.split() for one in QUOTING_IDS)
    )


def _opens_old_mail(node: lxml_html.HtmlElement) -> bool:
    """The rule that Outlook and mail.ru draw above the mail they answer; all that follows is old."""
    style = re.sub(r"\s", "", (node.get("style") or "").lower())
    identity = (node.get("id") or "").lower()
    if identity in ("divrplyfwdmsg", "appendonsend", "olk_src_body_section"):
        return True
    return (
        node.tag == "div"
        and bool(re.search(r"border:none;border-top:(?:solid)?(?:#\w+)?", style))
        and "padding:3.0pt" in style
    )


def _tidy(parts: list[str]) -> str:
    text = "".join(parts).replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "")
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
