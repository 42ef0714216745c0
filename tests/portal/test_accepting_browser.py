"""A request before work on a telephone, in three languages: read, accepted, paid for; with the checker of accessibility."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.run import before_work, numbers
from dunwell.store import scope
from dunwell.store.models import Acceptance
from portal.clients import link_in
from portal.server import serving
from portal.test_browser import phone, seen
from regressions.world import DAY

__all__ = ["phone"]

SAID = {
    "ru": ("Принять заказ", "Ваше имя", "Принимаю заказ", "Спасибо, заказ принят", "можем начинать"),
    "bg": (
        "Приемане на поръчката",
        "Вашето име",
        "Приемам поръчката",
        "Благодарим, поръчката е приета",
        "можем да започнем",
    ),
    "en": ("Accept the order", "Your name", "I accept the order", "Thank you, the order stands", "we can begin"),
}

pytestmark = [pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("locale", SAID)
def test_an_order_is_accepted_and_paid_for(firm, phone, locale):
    link, name, accept, thanks, begins = SAID[locale]
    numbers.set_pattern(firm.creditor, DocumentKind.REQUEST, "P{number}", on=DAY, by="anna")
    firm.client("C1", language=locale)
    wanted = before_work.Wanted("Website", Money(124000, "EUR"), date(2026, 3, 16))
    before_work.ask(firm.creditor, "C1", wanted, on=DAY, by="anna")
    firm.day(DAY)
    (message,) = firm.sent()
    with serving() as base:
        phone.goto(base + link_in(message))
        seen(phone, f"{locale}-order")
        phone.get_by_role("link", name=link).click()
        seen(phone, f"{locale}-order-accept")
        phone.get_by_label(name).fill("Анна Иванова")
        phone.get_by_role("button", name=accept).click()
        phone.get_by_role("heading", name=thanks).wait_for()
        with scope.of(firm.creditor.pk):
            assert Acceptance.objects.get().name == "Анна Иванова"
        wednesday = DAY + timedelta(2)
        firm.paid(f"{wednesday},1240.00,EUR,C1 Ltd,P1", on=wednesday)
        firm.day(wednesday)
        phone.goto(base + link_in(message))
        assert begins in phone.content().replace("\u00a0", " ")
        seen(phone, f"{locale}-order-paid")
