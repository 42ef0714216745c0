"""Transcripts of calls as turns: plain text, SRT, WebVTT, and JSON as transcribers write it.

Who is who: a speaker named like a manager or a client in one of the three languages is that; else whoever speaks first is ours,
because our side made the call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from dunwell.core.reading import Turn
from dunwell.core.refusal import Refusal

MANAGER = re.compile(r"(?:manager|agent|operator|collector|менеджер|оператор|агент|мениджър|служител)\w*$", re.I)
CLIENT = re.compile(r"(?:client|customer|debtor|клиент|покупател|абонент|длъжник|должник)\w*$", re.I)
CUE = re.compile(r"^(?:\d+|\d{1,2}:.*-->.*|WEBVTT.*|NOTE.*|STYLE.*)$")
VOICE = re.compile(r"^<v(?:\.\S+)?\s+(?P<speaker>[^>]+)>(?P<text>.*?)(?:</v>)?$")
SPOKEN = re.compile(r"^(?:\[[\d:.,]+\]\s*)?(?P<speaker>[^\W\d][\w .-]{0,40}?)\s*:\s+(?P<text>.+)$")
TURNS_MAX = 2_000


class TranscriptUnreadable(Refusal):
    """{name} holds no conversation: write each turn as `name: words`, or give SRT, WebVTT or JSON with speakers."""


def turns(text: str, name: str = "the transcript") -> list[Turn]:
    """The turns in order; neighbouring ones of one speaker are one."""
    return joined(list(_of_json(text) if text.lstrip()[:1] in ("{", "[") else _of_lines(text)), name)


def joined(said: list[tuple[str, str]], name: str) -> list[Turn]:
    """Speakers with their words as turns of the two sides."""
    rows: list[tuple[str, str]] = []
    for speaker, words in said[:TURNS_MAX]:
        if rows and speaker in ("", rows[-1][0]):
            rows[-1] = (rows[-1][0], f"{rows[-1][1]} {words}")
        elif speaker:
            rows.append((speaker, words))
    if len({speaker for speaker, _ in rows}) < 2:
        raise TranscriptUnreadable(name=name)
    ours = _ours([speaker for speaker, _ in rows])
    return [Turn("manager" if speaker == ours else "client", words.strip()) for speaker, words in rows]


def _of_lines(text: str) -> Iterable[tuple[str, str]]:
    for line in text.replace("\r", "").lstrip("\ufeff").split("\n"):
        line = line.strip()
        if not line or CUE.match(line):
            continue
        found = VOICE.match(line) or SPOKEN.match(line)
        yield (found["speaker"].strip(), found["text"]) if found else ("", line)


def _of_json(text: str) -> Iterable[tuple[str, str]]:
    """A list of turns, or an object that holds one as `turns`, `segments` or `utterances`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(data, dict):
        data = next((data[key] for key in ("turns", "segments", "utterances") if isinstance(data.get(key), list)), [])
    for one in data:
        if isinstance(one, dict) and one.get("text"):
            yield _speaker(one), str(one["text"])


def _speaker(one: dict[str, Any]) -> str:
    return str(one.get("speaker") or one.get("role") or one.get("channel") or "").strip()


def _ours(speakers: list[str]) -> str:
    named = next((one for one in speakers if MANAGER.search(one)), None)
    if named is not None:
        return named
    return next((one for one in speakers if not CLIENT.search(one)), speakers[0])
