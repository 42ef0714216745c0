"""A plain "agreed" in a reply to terms that were sent for confirmation: found only where nothing is asked, objected to or added to it.

It is proposed to a person with its quotation, never taken as agreed by itself.
"""

from __future__ import annotations

import re

WORDS_MAX = 12
"""A longer sentence says more than yes."""
YES = re.compile(
    r"\b(agreed?|we agree|confirm(ed)?|accept(ed)?|fine with us|sounds good|"
    r"соглас(ен|на|ны|овано)|подтвержда(ю|ем)|принима(ю|ем)|условия принят|нас устраива(ет|ют)|"
    r"съглас(ен|на|ни)|потвържда?ва(м|ме)|приема(м|ме)|устройва(т)? ни|договорено)\b",
    re.IGNORECASE,
)
BUT = re.compile(
    r"\b(not|don['’]?t|cannot|can['’]?t|but|except|however|if|unless|"
    r"не|нет|но|однако|кроме|если|только|обсудим|ако|обаче|освен|само)\b|\?",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def plain_yes(text: str) -> str:
    """The sentence that agrees, as it was written; empty where the reply says anything that takes it back."""
    said = [found.group().strip() for found in SENTENCE.finditer(text) if found.group().strip()]
    yes = next((one for one in said if YES.search(one) and len(one.split()) <= WORDS_MAX), "")
    return "" if any(BUT.search(one) for one in said) else yes
