"""Which law governs a creditor's debts, when they are time-barred, and whether it lets work be withheld."""

from __future__ import annotations

from dunwell.core.rates import InterestLaw, Limitation, StopWorkRule
from dunwell.core.refusal import Refusal
from dunwell.run import jurisdictions, rates
from dunwell.store.models import Creditor

LAW_OF = {"RU": "ru", "BG": "bg", "GB": "gb", "DE": "de"}


class LawUnknown(Refusal):
    """Which law governs a debt to a creditor in {country} is not known here: say it with --law ru, bg, eu, gb or de."""


def law_of(country: str) -> str:
    """The interest law that governs debts to a creditor of that country unless the contract chose another."""
    if country in LAW_OF:
        return LAW_OF[country]
    if country in jurisdictions.load(jurisdictions.FALLBACK).countries:
        return "eu"
    raise LawUnknown(country=country or "no country")


def of(creditor: Creditor) -> Limitation | None:
    """The limitation of the creditor's law; none where the law or its limitation is not known here."""
    law = _law(creditor)
    return law.limitation if law else None


def stop_rule(creditor: Creditor) -> StopWorkRule | None:
    """What the creditor's law says of withholding work; none where it does not, or is not known here."""
    law = _law(creditor)
    return law.stop_work if law else None


def _law(creditor: Creditor) -> InterestLaw | None:
    try:
        return rates.law(law_of(creditor.country))
    except LawUnknown:
        return None
