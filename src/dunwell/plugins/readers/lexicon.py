"""What single words are about: a thesaurus of stems per language, with one set of topics for all of them.

Phrases (`phrases_*`) say what was meant where somebody wrote it down; topics still say something of words in an order that nobody
foresaw. Since topics are the same in every language, what the classifier learns from one language holds for the others.

The tables (`lexicon_LANG.txt`) have a line per topic: `topic: stem stem word.` - a stem begins a word, a full stop closes it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from dunwell.plugins.readers.words import MASK, View, fold_phrase

Topics = tuple[str, ...]
Span = tuple[int, int]

WINDOW = 3  # So many topics ahead still belong together.
STEM_MIN = 2
WORDS_KEPT = 20_000
TOKEN = re.compile(rf"[^\W_]+(?:['-][^\W_]+)*|[?!]|{MASK}+|[^\w\s]")
MARKS = {"?": "asked", "!": "loud"}
# Endings that tell what is done from what will be and what is asked for; the longest first.
FORMS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "ru": (
        ("asked", re.compile(r"(?:ите|йте|ьте|итесь|йтесь)$")),
        ("done", re.compile(r"(?:л|ла|ло|ли|лся|лась|лось|лись|н|на|но|ны|ен)$")),
        ("ahead", re.compile(r"(?:им|ем|ю|у|ит|ет|ят|ут|ют|ат|имся|емся|юсь|усь)$")),
        ("infinitive", re.compile(r"(?:ть|ти|ться|тись|чь)$")),
    ),
    "bg": (
        ("asked", re.compile(r"(?:ете|йте|ите)$")),
        ("done", re.compile(r"(?:х|хме|ха|ла|ли|ло|л|на|но|ни|н)$")),
        ("ahead", re.compile(r"(?:м|ме|а|я|ва|вам|ваме|ват|ят|ат|им|ем)$")),
    ),
    "en": (
        ("going", re.compile(r"(?:ing|in)$")),
        ("done", re.compile(r"(?:ed|id|ent|old|ought|own)$")),
    ),
}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Topics by whole words and by beginnings of words."""

    words: Mapping[str, Topics]
    stems: Mapping[str, Topics]
    longest: int

    def topics(self, word: str) -> Topics:
        """Of the word itself, else of its longest known beginning."""
        if word in self.words:
            return self.words[word]
        for size in range(min(len(word), self.longest), STEM_MIN - 1, -1):
            if (found := self.stems.get(word[:size])) is not None:
                return found
        return ()


def topics_of(view: View, span: Span, days: Mapping[Span, str], sums: Mapping[Span, str]) -> set[str]:
    """Topics, their forms, and which follows which; `days` and `sums` are spans of the source with the topic they count as."""
    told: set[str] = set()
    for line in _sequences(view, span, {**days, **sums}):
        for at, here in enumerate(line):
            told.update("=" + one for one in here)
            for after in line[at + 1 : at + 1 + WINDOW]:
                told.update(f"=={one}>{two}" for one in here if "." not in one for two in after if "." not in two)
    return told


def _sequences(view: View, span: Span, named: Mapping[Span, str]) -> Iterator[list[Topics]]:
    """The topics of each sentence, word by word; words of no topic are passed over."""
    line: list[Topics] = []
    forms, last = FORMS[view.lang], ""
    marks = sorted(named.items())
    for match in TOKEN.finditer(view.text, *span):
        token = match.group()
        at, _ = view.source_span(*match.span())
        inside = _name_at(marks, at)
        if inside:
            if inside != last:
                line.append((inside,))
        elif token in MARKS:
            line.append((MARKS[token],))
        elif token[0] == MASK:
            line.append(("address",))
        elif topics := _topics(token, view.lang, view.folded):
            form = next((name for name, shape in forms if shape.search(token)), "")
            line.append((*topics, *(f"{one}.{form}" for one in topics if form)))
        last = inside
        if token in ".?!…;" and line:
            yield line
            line = []
    if line:
        yield line


@lru_cache(maxsize=WORDS_KEPT)
def _topics(word: str, lang: str, folded: bool) -> Topics:
    return _lexicon(lang, folded).topics(word)


def _name_at(marks: list[tuple[Span, str]], at: int) -> str:
    """What stands at a place of the source; the marks are sorted."""
    before = bisect_right(marks, at, key=lambda mark: mark[0][0]) - 1
    if before < 0:
        return ""
    (_, end), name = marks[before]
    return name if at < end else ""


@cache
def _lexicon(lang: str, folded: bool) -> Lexicon:
    text = files("dunwell.plugins.readers").joinpath(f"lexicon_{lang}.txt").read_text(encoding="utf-8")
    words: dict[str, Topics] = {}
    stems: dict[str, Topics] = {}
    for line in text.splitlines():
        topic, _, entries = line.partition(":")
        for entry in entries.split():
            table = words if entry.endswith(".") else stems
            plain = fold_phrase(entry.rstrip("."), lang) if folded else entry.rstrip(".")
            table[plain] = (*table.get(plain, ()), topic)
    return Lexicon(words, stems, max(map(len, stems), default=0))
