"""Payment QR codes: the payloads of EPC069-12 (euro), ГОСТ Р 56042-2014 `ST00012` (roubles), SPAYD 1.0 (Czech crowns) and the
Swiss QR-bill (francs, `swissqr`), and their picture.

A value that does not fit its limit is shortened by rule and never cut silently; an account that could send
money astray is refused. Limits: EPC069-12 v2.1; ГОСТ Р 56042-2014 and docs.cntd.ru/document/1200110981.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from stdnum import iban as stdnum_iban

from dunwell.core.message import Attachment, BankAccount
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.engine import qr, swissqr

EPC_BYTES_MAX = 331
EPC_NAME_MAX, EPC_TEXT_MAX = 70, 140
EPC_MINOR_MAX = 99_999_999_999
GOST_NAME_MAX, GOST_BANK_MAX, GOST_PURPOSE_MAX = 160, 45, 210
GOST_REQUIRED_BYTES_MAX = 300
SPAYD_NAME_MAX, SPAYD_TEXT_MAX = 35, 60
SPAYD_MINOR_MAX = 999_999_999
SPAYD_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 $+-./:,;()&'!?@_=~")
SEPARATORS = "|~^`@#"
# Weights of the control digit of a Russian account with the last three digits of its BIC before it (order of the Bank
# of Russia 515).
ACCOUNT_WEIGHTS = (7, 1, 3) * 8
BIC_FORM = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


class AccountInvalid(Refusal):
    """The bank account {account} cannot be right: {reason}. Correct it in the creditor's details."""


@lru_cache(maxsize=4096)
def account_fault(account: BankAccount) -> str:
    """Why this account cannot be right, or nothing: IBAN by mod 97, BIC by form, Russian account key by its control
    digit.
    """
    if account.iban:
        if not stdnum_iban.is_valid(account.iban):
            return "the check digits of the IBAN do not match"
        bic = account.bic.replace(" ", "")
        return "the BIC has not 8 or 11 characters" if bic and not BIC_FORM.fullmatch(bic) else ""
    if not re.fullmatch(r"\d{20}", account.account):
        return "it has no IBAN and no account of 20 digits"
    if not re.fullmatch(r"04\d{7}", account.bic):
        return "the БИК has not 9 digits beginning with 04"
    if not _key_holds(account.bic[-3:] + account.account):
        return "the control digit of the account does not match the БИК"
    if account.corr_account and not _key_holds("0" + account.bic[4:6] + account.corr_account):
        return "the control digit of the correspondent account does not match the БИК"
    return ""


def payload(account: BankAccount, amount: Money, purpose: str) -> bytes | None:
    """The QR payload of a sum to an account, UTF-8; None where no standard covers this account and currency."""
    if fault := account_fault(account):
        raise AccountInvalid(account=account.iban or account.account, reason=fault)
    if account.iban and amount.currency == "EUR":
        return epc(account, amount, purpose)
    if swissqr.covers(account, amount):
        return swissqr.payload(account, amount, purpose)
    if account.iban.startswith("CZ") and amount.currency == "CZK":
        return spayd(account, amount, purpose)
    if account.account and account.corr_account and amount.currency == "RUB":
        return gost(account, amount, purpose)
    return None


def epc(account: BankAccount, amount: Money, purpose: str) -> bytes | None:
    """EPC069-12 version 002; None for a sum outside 0.01–999 999 999.99. The name is the registered holder's
    (Verification of Payee).
    """
    if not 0 < amount.minor <= EPC_MINOR_MAX:
        return None
    name = _one_line(account.holder)[:EPC_NAME_MAX]
    head = f"BCD\n002\n1\nSCT\n{account.bic.replace(' ', '')}\n{name}\n{account.iban.replace(' ', '')}\nEUR{amount.decimal:.2f}\n\n\n"
    text = _one_line(purpose)[:EPC_TEXT_MAX]
    while len((head + text).encode()) > EPC_BYTES_MAX:
        text = text[:-1]
    return (head + text).encode()


def gost(account: BankAccount, amount: Money, purpose: str) -> bytes | None:
    """ГОСТ ST00012 with the first separator that no value contains, used everywhere; `Sum` in kopecks."""
    if amount.minor <= 0:
        return None
    required = {
        "Name": _one_line(account.holder)[:GOST_NAME_MAX],
        "PersonalAcc": account.account,
        "BankName": _one_line(account.bank_name)[:GOST_BANK_MAX],
        "BIC": account.bic,
        "CorrespAcc": account.corr_account,
    }
    while len("|".join(f"{key}={value}" for key, value in required.items()).encode()) > GOST_REQUIRED_BYTES_MAX:
        required["Name"] = required["Name"][:-1]
    optional = {"Sum": str(amount.minor), "Purpose": _one_line(purpose)[:GOST_PURPOSE_MAX]}
    optional |= {key: value for key, value in (("PayeeINN", account.inn), ("KPP", account.kpp)) if value}
    values = required | optional
    separator = next((sign for sign in SEPARATORS if not any(sign in value for value in values.values())), "")
    if not separator:
        raise AccountInvalid(account=account.account, reason=f"its texts use every separator of {SEPARATORS}")
    return ("ST00012" + "".join(f"{separator}{key}={value}" for key, value in values.items())).encode()


def spayd(account: BankAccount, amount: Money, purpose: str) -> bytes | None:
    """Short Payment Descriptor 1.0 of Czech banks: ASCII alone, everything else as its UTF-8 bytes in percent form."""
    if not 0 < amount.minor <= SPAYD_MINOR_MAX:
        return None
    bic = account.bic.replace(" ", "")
    fields = (
        ("ACC", account.iban.replace(" ", "") + (f"+{bic}" if bic else "")),
        ("AM", f"{amount.decimal:.2f}"),
        ("CC", amount.currency),
        ("RN", _percent(_one_line(account.holder)[:SPAYD_NAME_MAX])),
        ("MSG", _percent(_one_line(purpose)[:SPAYD_TEXT_MAX])),
    )
    return ("SPD*1.0*" + "*".join(f"{key}:{value}" for key, value in fields if value)).encode("ascii")


def purpose_numbers(numbers: Sequence[str], limit: int) -> str:
    """As many numbers as fit, whole, then `+4` for the rest: a bank's payment text is matched by number."""
    shown = list(numbers)
    while (
        len(text := ", ".join(shown) + (f" +{len(numbers) - len(shown)}" if len(shown) < len(numbers) else "")) > limit
    ):
        shown.pop()
    return text


@lru_cache(maxsize=512)
def picture(data: bytes, name: str) -> Attachment:
    """The PNG of a payload as an attachment shown by its content id."""
    drawn = qr.png(data, cross=_has_cross(data))
    return Attachment(f"{name}.png", "image/png", drawn, content_id=f"{name}@dunwell")


def svg(data: bytes) -> str:
    """The same code as SVG, for printed letters and pages."""
    return qr.svg(data, cross=_has_cross(data))


def svg_file(data: bytes) -> str:
    """The same code as an SVG that stands alone, scaling to any size."""
    return qr.svg_file(data, cross=_has_cross(data))


def _has_cross(data: bytes) -> bool:
    return data.startswith(swissqr.MARK)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _percent(text: str) -> str:
    """A value in which neither the star between fields nor a percent sign stands as itself."""
    return "".join(chr(byte) if byte in SPAYD_PLAIN else f"%{byte:02X}" for byte in text.encode())


def _key_holds(digits: str) -> bool:
    return sum(int(digit) * weight for digit, weight in zip(digits, ACCOUNT_WEIGHTS, strict=False)) % 10 == 0
