"""Account numbers as banks write them: whether two writings mean the same account."""

from __future__ import annotations

import re

# A shorter tail of digits could be the end of several accounts.
TAIL_DIGITS_MIN = 6


def account_key(account: str) -> str:
    """An account in the form in which it is compared: capitals without blanks."""
    return "".join(account.split()).upper()


def is_same(one: str, other: str) -> bool:
    """Whether two writings mean one account: an IBAN, the bank's own number within it, with or without the bank's code,
    leading zeros or a currency behind (MT940 writes `37040044/0532013000`, `DE89370400440532013000EUR`)."""
    left, right = _bare(one), _bare(other)
    if not left or not right:
        return False
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    tail = short.lstrip("0")
    return len(tail) >= TAIL_DIGITS_MIN and tail.isdigit() and long.endswith(tail) and _is_iban(long)


def _bare(account: str) -> str:
    key = account_key(account).rpartition("/")[2]
    key = re.sub(r"[^0-9A-Z]", "", key)
    return key[:-3] if re.fullmatch(r"[A-Z]{0,2}[0-9A-Z]*[0-9][A-Z]{3}", key) else key


def _is_iban(account: str) -> bool:
    return bool(re.match(r"[A-Z]{2}[0-9]{2}", account))
