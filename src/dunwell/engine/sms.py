"""How many parts a short text takes: 160 septets in the GSM alphabet, else 70 characters of UCS-2; 153 and 67 where
joined.
"""

from __future__ import annotations

from dunwell.core.money import Money

# GSM 03.38, the basic table and the extension whose characters take two places.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€\f")


def is_gsm(text: str) -> bool:
    return all(sign in GSM or sign in GSM_TWICE for sign in text)


def length(text: str) -> int:
    """Places taken: septets in GSM, 16-bit units in UCS-2 (an emoji is two)."""
    if is_gsm(text):
        return sum(2 if sign in GSM_TWICE else 1 for sign in text)
    return len(text.encode("utf-16-be")) // 2


def parts(text: str) -> int:
    single, joined = (160, 153) if is_gsm(text) else (70, 67)
    size = length(text)
    return 1 if size <= single else -(-size // joined)


def cost(text: str, price: Money) -> Money:
    """What the text costs at a price per part."""
    return Money(parts(text) * price.minor, price.currency)
