"""Which law governs a creditor's debts, and when they are time-barred."""

from __future__ import annotations

from dunwell.core.rates import Limitation
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
    try:
        return rates.law(law_of(creditor.country)).limitation
    except LawUnknown:
        return None
