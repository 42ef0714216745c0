"""A text as the grammars see it: lower case, identifiers masked, Latin spellings of Russian and Bulgarian turned back.

A *view* keeps, for every character, where it came from, so that each claim can quote the customer's own words. The tables of
phrases are written in a small notation that anybody can read:

    плат* за        a word that begins with "плат", then "за"
    (счет|акт)?     one of these words, or none
    не .. плат*     at most a few words between, within one sentence
    {pay}           the words of the macro `pay`
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

MASK = "\x01"
BLANKS = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\t\r\x01", " "))
TEXT_LENGTH_MAX = 20_000  # A reply that decides something is short; beyond this a person reads.

# Spelled with Latin letters; longest first. Both the text and the phrases are folded to the sounds that survive the trip.
LATIN = {
    "ru": {
        **{
            "shch": "ш",
            "sch": "ш",
            "yo": "е",
            "jo": "е",
            "ye": "е",
            "je": "е",
            "zh": "ж",
            "kh": "х",
            "ts": "ц",
            "tc": "ц",
        },
        **{"ch": "ч", "sh": "ш", "yu": "иу", "ju": "иу", "iu": "иу", "ya": "иа", "ja": "иа", "ia": "иа", "eh": "е"},
        **dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефгхииклмнопкрстуввкиз", strict=True)),
        **{"'": "", "x": "х", "q": "к"},
    },
    "bg": {
        **{"sht": "шт", "6t": "шт", "zh": "ж", "ts": "ц", "tz": "ц", "ch": "ч", "sh": "ш", "yu": "иа", "iu": "иа"},
        **{"ya": "иа", "ia": "иа", "ja": "иа", "io": "ио", "yo": "ио"},
        **dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефгхижклмнопкрставвхаз", strict=True)),
        **{"x": "х", "q": "иа", "4": "ч", "6": "ш", "y": "а", "u": "а", "j": "ж"},
    },
}
FOLD = {
    "ru": {"ё": "е", "э": "е", "ы": "и", "й": "и", "щ": "ш", "ъ": "", "ь": "", "я": "иа", "ю": "иу"},
    "bg": {"щ": "шт", "ъ": "а", "у": "а", "й": "и", "ь": "", "я": "иа", "ю": "иа"},
}
ENGLISH_WORDS = frozenset(
    "the is are was be been will would can could please thanks thank you your we our us and or of for from with this that "
    "have has not dont don't it its it's i'm i'll invoice payment pay paid on at by to in hi hello dear regards if when what".split()
)
MASKED = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?:https?://|www\.)\S+"),
    re.compile(r"\[(?:вложение|прикачен файл|attachment|image|cid)[^\]]*\]", re.I),
)
PHONE = re.compile(r"(?<![\w.,])(?:\+\d{1,3}[\s\-.(]*)?\(?\d(?:[\s\-()]{0,2}\d){8,13}(?![\d.,]*\d)")
DOCUMENT_NUMBER = re.compile(
    r"(?:№|#|\bno\.?|\bn[ºo°]\.?|(?:вх|исх|изх)\.\s*№?|п/п|п\.\s*п\.|платеж\w*|\bpo\b|\bref\w*\.?)\s*[:№]?\s*(?=[\w/-]*\d)[\w/-]+",
    re.I,
)
SPACE = r"[^\w.!?\n\x01]++"
GAP = rf"(?:[\w\x01]++{SPACE}){{0,5}}?"
MACRO = re.compile(r"\{([a-z]+)\}")
NOTATION = (("(.. )?", GAP), (" .. ", SPACE + GAP), ("*", r"\w*"), (" ", SPACE), (".", r"\."), ("+", r"\+"))
SENTENCE_END = re.compile(r"[!?…]+|(?<![\d.])\.(?=\s|$)|\.{2,}|\n+|(?<=\d)\.(?=\s+[А-ЯA-Z]|\s*$)")
ABBREVIATION = re.compile(
    r"(?:\b(?:г|гг|т|тыс|хил|руб|р|лв|ул|стр|тел|доб|вн|чл|ал|п|см|им|св|ув|исп|mr|ms|mrs|dr|st|no|approx|e\.g|i\.e))$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class View:
    """One spelling of the text. `origin[i]` is the place in the source of character i; the last entry is its length."""

    text: str
    origin: tuple[int, ...]
    lang: str
    folded: bool = False

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        return self.origin[start], self.origin[end - 1] + 1 if end > start else self.origin[start]


@dataclass(frozen=True, slots=True)
class Prepared:
    source: str
    lang: str
    views: tuple[View, ...]


def prepare(text: str, lang: str, numbers: Iterable[str] = ()) -> Prepared:
    """The views of a text: the one of its language first; `numbers` are invoice numbers to hide from dates and sums."""
    source = unicodedata.normalize("NFC", text)[:TEXT_LENGTH_MAX]
    flat = (
        "".join(low if len(low := char.lower()) == 1 else char for char in source).replace("ё", "е").replace("’", "'")
    )
    flat = flat.translate(BLANKS)
    flat = mask(flat, numbers)
    cyrillic, latin = _letters(flat)
    if lang not in ("ru", "bg", "en"):
        lang = guess_language(flat)
    plain = View(flat, tuple(range(len(flat) + 1)), lang)
    views = [plain]
    if lang == "en" and cyrillic > latin:
        lang = guess_language(flat)
        views = [View(flat, plain.origin, lang)]
    elif lang != "en" and latin > 3 * cyrillic:
        views = [_latin_view(flat, lang)]
    if lang != "en" and latin >= 4 and _looks_english(flat):
        views.append(View(flat, plain.origin, "en"))
    return Prepared(source, lang, tuple(views))


def mask(flat: str, numbers: Iterable[str]) -> str:
    """The text with addresses, telephone and document numbers hidden, every character in its place."""
    for number in numbers:
        core = re.sub(r"^\W+", "", number.lower())
        if len(core) >= 3 and any(char.isdigit() for char in core):
            flat = re.sub(rf"(?<!\w){re.escape(core)}(?!\w)", _hidden, flat)
    for pattern in (*MASKED, PHONE, DOCUMENT_NUMBER):
        flat = pattern.sub(_hidden, flat)
    return flat


def guess_language(text: str) -> str:
    cyrillic, latin = _letters(text)
    if latin > cyrillic:
        return "en"
    marks = len(re.findall(r"[ыэ]|\b(?:что|не могу|будет|это|мы|вы|для)\b", text))
    return "bg" if len(re.findall(r"ъ|\b(?:ще|съм|сме|да|на|ви|ни|се|няма)\b", text)) > marks else "ru"


def sentences(view: View) -> list[tuple[int, int]]:
    """Spans of the sentences, blank ones left out; a line end closes a sentence."""
    spans, start = [], 0
    for match in SENTENCE_END.finditer(view.text):
        if match.group() == "." and ABBREVIATION.search(view.text, max(0, match.start() - 8), match.start()):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(view.text)))
    return [(a, b) for a, b in spans if view.text[a:b].strip(" \n.!?…")]


@cache
def folder(lang: str) -> dict[int, str]:
    return str.maketrans(FOLD[lang])


def compile_phrases(phrases: Iterable[str], macros: Mapping[str, str], lang: str, folded: bool) -> re.Pattern[str]:
    """One pattern for a list of phrases in the notation of this module."""
    return re.compile("(?<!\\w)(?:" + "|".join(_pattern(one, macros, lang, folded) for one in phrases) + ")")


def _pattern(phrase: str, macros: Mapping[str, str], lang: str, folded: bool) -> str:
    phrase = MACRO.sub(lambda found: f"({macros[found[1]]})", phrase)
    if folded:
        phrase = fold_phrase(phrase, lang)
    out: list[str] = []
    opened: list[int] = []
    at = 0
    while at < len(phrase):
        for sign, written in NOTATION:
            if phrase.startswith(sign, at):
                at += len(sign)
                out.append(written)
                break
        else:
            char = phrase[at]
            at += 1
            if char == "(":
                opened.append(len(out))
                out.append("(?:")
            elif char == ")":
                start, optional = opened.pop(), phrase.startswith("?", at)
                spaced = phrase.startswith("? ", at) and not phrase.startswith("? .. ", at)
                at += 2 if spaced else optional
                out[start:] = ["".join(out[start:]) + (SPACE if spaced else "") + (")?" if optional else ")")]
            elif char == "\\":
                out.append(char + phrase[at])
                at += 1
            else:
                out.append(char)
    return "".join(out) + r"(?!\w)"


def fold_phrase(phrase: str, lang: str) -> str:
    if lang not in FOLD:
        return phrase
    folded = phrase.translate(folder(lang))
    return folded.replace("сч", "ш") if lang == "ru" else folded


def _latin_view(flat: str, lang: str) -> View:
    """Russian or Bulgarian written with Latin letters, back in (folded) Cyrillic."""
    table, out, origin, at = LATIN[lang], [], [], 0
    while at < len(flat):
        for size in (4, 3, 2, 1):
            piece = flat[at : at + size]
            if len(piece) == size and piece in table and _within_word(flat, at, piece):
                sounds = table[piece]
                break
        else:
            piece = flat[at]
            sounds = piece.translate(folder(lang))
        out.append(sounds)
        origin.extend([at] * len(sounds))
        at += len(piece)
    origin.append(len(flat))
    return View("".join(out), tuple(origin), lang, folded=True)


def _within_word(flat: str, at: int, piece: str) -> bool:
    """A digit stands for a letter (4 for ч, 6 for ш) only among letters."""
    if not piece[0].isdigit():
        return True
    around = flat[max(0, at - 1) : at] + flat[at + len(piece) : at + len(piece) + 1]
    return any(char.isalpha() for char in around) and not any(char.isdigit() for char in around)


def _letters(text: str) -> tuple[int, int]:
    return len(re.findall(r"[а-я]", text)), len(re.findall(r"[a-z]", text))


def _looks_english(flat: str) -> bool:
    found = re.findall(r"[a-z']+", flat)
    return sum(word in ENGLISH_WORDS for word in found) >= max(2, len(found) // 5)


def _hidden(match: re.Match[str]) -> str:
    return MASK * len(match.group())
