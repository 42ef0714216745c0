"""The tact check: what may never stand in a letter, and what must. On save, in CI, and on every draft before sending.

`check_text` reads a text as written, `check_words` any words in a language. The lists are short and plain on purpose:
a writer should be able to read them. They catch blame, pity, threats, false urgency and the phrases of offices; a
person still reads the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from dunwell.core.message import CONTENT_KEYS, LOCALES, NEWS_KEYS, TASK_KEYS
from dunwell.core.refusal import Finding
from dunwell.core.rights import Right
from dunwell.engine import sms
from dunwell.engine.render import Pack
from dunwell.engine.texts import Text

# code → what is wrong with it → patterns by language. `\b` holds for Cyrillic too.
NEVER: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = {
    "blame": (
        "blames the reader",
        {
            "ru": (r"игнориру", r"уклоня", r"злостн", r"недобросовестн", r"вы (опять|снова) не\b", r"вы до сих пор не\b", r"по вашей вине",
                   r"халатн", r"вы обязаны"),
            "bg": (r"игнорира", r"избягвате", r"недобросъвест", r"некоректн", r"по Ваша вина", r"длъжни сте", r"за пореден път не"),
            "en": (r"you (have )?ignored", r"you (have )?failed to", r"your failure", r"you neglected", r"your fault", r"you are obliged"),
        },
    ),
    "pity": (
        "asks for pity or pleads",
        {
            "ru": (r"мы вынуждены", r"вынужден", r"к сожалению, мы", r"убедительн", r"войдите в (наше )?положение"),
            "bg": (r"принудени сме", r"принуден", r"настоятелно", r"влезте в положението"),
            "en": (r"we are forced", r"we have no choice", r"regrettably", r"we urge you"),
        },
    ),
    "threat": (
        "threatens with what no step does",
        {
            "ru": (r"взыска", r"коллектор", r"пристав", r"прокуратур", r"полици", r"в противном случае", r"чёрн\w+ спис"),
            "bg": (r"съдия-изпълнител", r"колектор", r"полици", r"в противен случай", r"черен списък"),
            "en": (r"lawyer|solicitor", r"bailiff", r"debt collect", r"or else", r"otherwise we", r"blacklist"),
        },
    ),
    "false_urgency": (
        "hurries the reader without a dated consequence",
        {
            "ru": (r"срочно", r"немедленн", r"последний шанс", r"безотлагательн", r"в кратчайш", r"!!"),
            "bg": (r"спешно", r"незабавн", r"последен шанс", r"неотложн", r"възможно най-скоро", r"!!"),
            "en": (r"urgent", r"immediate(ly)?\b", r"last chance", r"final warning", r"asap|as soon as possible", r"!!"),
        },
    ),
    "office_phrase": (
        "is a phrase of offices, not of a person",
        {
            "ru": (r"доброго времени суток", r"\bданн(ый|ого|ым|ое|ую)\b", r"настоящим", r"доводим до", r"просьба оплатить", r"вышеуказан",
                   r"надлежащ"),
            "bg": (r"гореизложен", r"с настоящото", r"съгласно горе", r"довеждаме до", r"уведомяваме Ви, че", r"горепосочен"),
            "en": (r"\bkindly\b", r"gentle reminder", r"as per\b", r"hereby", r"please be advised", r"above-mentioned", r"do the needful"),
        },
    ),
}  # fmt: skip
# Words that name a right: a threat as well, unless the right exists for what the letter asks (`LetterFacts.rights`).
OF_RIGHTS: Mapping[Right, Mapping[str, tuple[str, ...]]] = {
    Right.COURT: {
        "ru": (r"\bсуд(а|у|ом|ебн\w*)?\b", r"\bиск(а|у|ом|ов\w*)?\b"),
        "bg": (r"\bсъд(а|ът|ебен|ебна|ебни|ебно)?\b", r"заповед за изпълнение"),
        "en": (r"\bcourts?\b", r"legal (action|proceedings)"),
    },
    Right.INTEREST: {
        "ru": (r"пеня|пени\b|пеню|неустойк", r"проценты? (за просрочку|по статье|по ст)"),
        "bg": (r"лихва|лихви|неустойк",),
        "en": (r"\binterest\b|\bpenalt|late[- ]payment charge",),
    },
    Right.STOP_WORK: {
        "ru": (
            r"(приостанов|останов|прекрат)(им|ит|ят|лю)\w* (все )?работ",
            r"заказ\w* буд\w+ ждать оплат",
            r"не начн\w+ работ",
        ),
        "bg": (r"ще (спрем|преустановим)( временно)? работ", r"поръчк\w+ Ви ще изчака", r"няма да започнем"),
        "en": (
            r"will (pause|stop|suspend)\b[\w ]{0,20}\bwork\b",
            r"order will wait for",
            r"will not (begin|start) (the )?work",
        ),
    },
}
# Words that speak of money owed: kept from the subject and the first line of what a natural person gets, which others
# may see.
DEBT_WORDS = {
    "ru": r"долг|долж(ен|ны)|задолж|просроч|неоплач|не оплач|оплат|платёж|платеж|к оплате|срок истёк",
    "bg": r"дълг|дълж|задълж|просроч|неплат|не е платен|плащан|плат(ете|ите|им)|падеж",
    "en": r"\bdebts?\b|\bowed?\b|\bowing\b|overdue|unpaid|\bpay(ments?|ing)?\b|past due|outstanding",
}
# What a letter that asks must be able to say: one of each row, in the text or its blocks.
ASKING_NEEDS = (
    ("sum", ("balance",)),
    ("date", ("due_date", "due_day", "due_when", "pay_by", "valid_until", "valid_until_short")),
    ("invoice", ("invoice", "invoices", "invoices_of", "invoices_on")),
    ("way to pay", ("payment",)),
    ("contact person", ("signature",)),
)
SHORT_NEEDS = (
    ("sum or order", ("balance", "valid_until_brief")),
    ("contact person", ("writer", "writer_name")),
    ("way to answer", ("contact",)),
)
NUMBER = re.compile(r"[0-9]+")
CLEAN_LINES_MAX = 16_384
NO_EXCLAMATION_KEYS = ("firm", "formal", "final")
TYPOGRAPHY = {
    "ru": ((r"[\"“”]", "quotation marks are « »"), (r" - |–", "the dash is —"), (r"\bсчет\b|\bеще\b|\bпридет|\bплатеж\b|\bвсе еще", "write ё"),
           (r"\bN[oº]?\.? ?\d|№ ?\d", "write {invoice}: it has the right space")),
    "bg": ((r"[\"”«»]", "quotation marks are „ “"), (r" - |—", "the dash is –"),
           (r"\b(вие|ви|ваш|ваша|ваше|ваши|вас|вам)\b", "Вие, Ви, Ваш take a capital in a letter to one person")),
    "en": ((r"[\"']", "quotation marks and apostrophes are curly"), (r" - |—", "the dash is –")),
}  # fmt: skip


def check_pack(pack: Pack, locales: Iterable[str] = LOCALES) -> tuple[Finding, ...]:
    """Every finding of a pack: what could not be read, each text's tact, and what a language lacks."""
    findings = list(pack.findings)
    for place, text in pack.texts.items():
        findings += check_text(text, place[0])
    for locale in locales:
        for key in CONTENT_KEYS:
            for channel in ("task",) if key in TASK_KEYS else ("email", "sms"):
                if (locale, key, channel) not in pack.texts:
                    file = f"{locale}/{key}.{channel}.md"
                    findings.append(Finding("text_missing", f"{file} is not there", file=file, remedy="Write it."))
    return tuple(findings)


def check_text(text: Text, locale: str) -> list[Finding]:
    """A text as written: words, marks, and the placeholders that its kind of letter needs."""
    file = f"{locale}/{text.key}.{text.channel}.md"
    lines = [*text.paragraphs, *(line for variants in text.blocks.values() for _, line in variants)]
    written = "\n".join("".join(part for is_name, part in line.pieces if not is_name) for line in lines)
    findings = [_placed(found, file) for found in check_words(written, locale)]
    findings += [_placed(found, file) for found in _marks(written, locale, text)]
    if text.key in NEWS_KEYS or text.channel == "task":
        return findings
    for what, names in SHORT_NEEDS if text.channel == "sms" else ASKING_NEEDS:
        if not text.names & set(names):
            remedy = "Use " + " or ".join(f"{{{name}}}" for name in names) + "."
            findings.append(
                Finding("need_missing", f"the text never gives the {what}", file=file, field=what, remedy=remedy)
            )
    return findings


def check_words(text: str, locale: str, rights: frozenset[Right] = frozenset()) -> list[Finding]:
    """Blame, pity, threats, false urgency, office phrases, rights that are not there: each with the words that were found."""
    # No pattern asks for a digit, and with all numbers alike nearly all lines of a mailing are the same.
    clean = _clean_lines(locale, rights)
    findings = []
    for line in NUMBER.sub("0", text).split("\n"):
        if line in clean:
            continue
        found = _line_words(line, locale, rights)
        if found:
            findings += found
        elif len(clean) < CLEAN_LINES_MAX:
            clean.add(line)
    return findings


def debt_words(text: str, locale: str) -> list[str]:
    """The words that tell a bystander that somebody owes money."""
    return [found[0] for found in re.finditer(DEBT_WORDS[locale], text, re.IGNORECASE)]


@lru_cache(maxsize=32)
def _clean_lines(locale: str, rights: frozenset[Right]) -> set[str]:
    """Lines in which nothing was found: the patterns take 0.3 ms a letter."""
    return set()


def _line_words(line: str, locale: str, rights: frozenset[Right]) -> list[Finding]:
    return [
        Finding(code, f"{found[0]!r} {what}", value=found[0], remedy="Say it plainly, with a date and a way out.")
        for code, (what, pattern) in _never(locale, rights)
        for found in pattern.finditer(line)
    ]


@lru_cache(maxsize=32)
def _never(locale: str, rights: frozenset[Right]) -> tuple[tuple[str, tuple[str, re.Pattern[str]]], ...]:
    """What may not stand in a text to whoever asks with these rights: (code, (what is wrong, pattern))."""
    plain = [(code, (what, _any_of(by[locale]))) for code, (what, by) in NEVER.items()]
    missing = [
        ("threat", (f"names a right that is not there ({right})", _any_of(by[locale])))
        for right, by in OF_RIGHTS.items()
        if right not in rights
    ]
    return (*plain, *missing)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


def _marks(written: str, locale: str, text: Text) -> list[Finding]:
    findings = []
    if text.key in NO_EXCLAMATION_KEYS and "!" in written:
        findings.append(
            Finding("exclamation", "a firm letter has no exclamation mark", value="!", remedy="End with a full stop.")
        )
    if re.search(r"[A-ZА-ЯЁ]{5,}", written):
        findings.append(Finding("capitals", "a word stands in capitals", remedy="Write it small."))
    if text.channel == "sms":
        if locale == "en" and not sms.is_gsm(written):
            message = "a sign outside the GSM alphabet makes every part 70 characters"
            findings.append(Finding("sms_alphabet", message, remedy="Use plain quotes, apostrophes and hyphens."))
        return findings
    for pattern, rule in TYPOGRAPHY[locale]:
        if found := re.search(pattern, written):
            findings.append(Finding("typography", f"{found[0]!r}: {rule}", value=found[0], remedy="Correct the sign."))
    return findings


def _placed(finding: Finding, file: str) -> Finding:
    return Finding(finding.code, finding.message, file, finding.line, finding.field, finding.value, finding.remedy)
