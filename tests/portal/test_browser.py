"""The whole way in a real browser, in three languages, on a telephone; and what a checker of accessibility says of every page.

`DUNWELL_PICTURES=folder` keeps a picture of each state.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from dunwell.run import creditors, online, portal_desk
from dunwell.store import scope
from dunwell.store.models import PageOpening, Promise
from portal.clients import BROWSER, link_in
from portal.server import serving
from regressions import world

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE = {"width": 390, "height": 844}
PICTURES = os.environ.get("DUNWELL_PICTURES", "")
CLIENTS = {
    "ru": ("ООО «Ромашка»", "RU", "RUB", "1042", "48000.00", "48 000 ₽"),
    "bg": ("„Маргаритка“ ООД", "BG", "EUR", "1000001042", "1240.00", "1 240,00 €"),
    "en": ("Daisy Ltd", "GB", "GBP", "INV-1042", "1240.00", "£1,240.00"),
}
SAID = {
    "ru": ("Оплачу в другой день", "Договорились", "Договорились, спасибо"),
    "bg": ("Ще платя в друг ден", "Уговорено", "Уговорихме се, благодарим Ви"),
    "en": ("I’ll pay on another day", "Agree this day", "Agreed, thank you"),
}

pytestmark = [
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def phone(browser):
    context = browser.new_context(viewport=PHONE, user_agent=BROWSER["User-Agent"], has_touch=True, is_mobile=True)
    faults: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert not [fault for fault in faults if "Content Security" in fault or "Error" in fault], faults


@pytest.fixture
def firm_in_three(firm):
    """One client a language, each with a letter; gives the paths of their pages."""
    creditors.add_account(
        firm.creditor,
        currency="RUB",
        on=date(2025, 1, 1),
        by="anna",
        account="40702810500000002851",
        bic="044525225",
        bank="ПАО Сбербанк",
        correspondent="30101810400000000225",
        tax_id="7707083893",
        holder="ООО «Пример»",
    )
    online.configure(firm.creditor, "memory", {})
    for locale, (name, country, currency, number, sum_, _) in CLIENTS.items():
        firm.customers(f"{locale},{name},business,{country},{locale},Анна Иванова,accounts payable,a@{locale}.example")
        firm.invoices(f"{locale},invoice,{number},2026-01-30,2026-02-20,{sum_},{currency},", on=date(2026, 1, 30))
    firm.day()
    return firm, {message.locale: link_in(message) for message in firm.sent()}


def seen(page: Page, name: str) -> None:
    """What the checker of accessibility finds on a page; kept as a picture where asked for."""
    page.wait_for_load_state()  # A click waits until the next page begins, not until it is there.
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    serious = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert not serious, f"{name}: {serious}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("locale", CLIENTS)
def test_from_the_letter_to_a_promise_that_changes_the_plan(firm_in_three, phone, locale):
    firm, paths = firm_in_three
    button, send, thanks = SAID[locale]
    with serving() as base:
        phone.goto(base + paths[locale])
        assert phone.locator("html").get_attribute("lang") == locale
        assert CLIENTS[locale][-1] in phone.locator("h1").inner_text().replace("\u00a0", " ")
        if CLIENTS[locale][2] != "GBP":
            code = phone.locator("figure.code img")
            assert code.evaluate("image => image.complete && image.naturalWidth > 0"), "the pay-QR is drawn"
        seen(phone, f"{locale}-main")
        phone.get_by_role("link", name=button).first.click()
        seen(phone, f"{locale}-promise")
        phone.get_by_role("button", name=send).click()
        phone.get_by_role("heading", name=thanks).wait_for()
        seen(phone, f"{locale}-promised")
    assert not phone.context.cookies(), "a client's page needs no cookie"
    with scope.of(firm.creditor.pk):
        assert Promise.objects.count() == 1
        assert PageOpening.objects.filter(is_robot=False).count() == 1
    firm.day(date(2026, 3, 3))
    assert firm.outcome(CLIENTS[locale][3]).reasons == "promised"


PLANNED = {
    "ru": (
        "Хочу платить частями или позже",
        "Посмотреть, что получится",
        "Ваше имя",
        "Принимаю",
        "Договорились, спасибо",
    ),
    "bg": ("Искам да платя на части или по-късно", "Вижте какво се получава", "Вашето име", "Приемам", "Уговорихме се"),
    "en": (
        "I would like to pay in parts or later",
        "See what it comes to",
        "Your name",
        "I accept",
        "Agreed, thank you",
    ),
}


@pytest.mark.parametrize("locale", CLIENTS)
def test_a_schedule_is_chosen_read_and_accepted(firm_in_three, phone, locale):
    firm, paths = firm_in_three
    link, read, name, accept, thanks = PLANNED[locale]
    with serving() as base:
        phone.goto(base + paths[locale])
        phone.get_by_role("link", name=link).click()
        seen(phone, f"{locale}-plan")
        phone.get_by_role("button", name=read).click()
        phone.get_by_label(name).wait_for()
        seen(phone, f"{locale}-plan-read")
        phone.get_by_label(name).fill("Анна Иванова")
        phone.get_by_role("button", name=accept).click()
        phone.get_by_role("heading", name=thanks).wait_for()
        phone.goto(base + paths[locale])
        seen(phone, f"{locale}-planned")
        half = {"ru": "24 000 ₽", "bg": "620,00 €", "en": "£620.00"}[locale]
        assert half in phone.locator("h1").inner_text().replace("\u00a0", " ")
    firm.day(date(2026, 3, 3))
    assert firm.outcome(CLIENTS[locale][3]).reasons == "instalment_plan"


def test_a_card_payment_ends_with_thanks(firm_in_three, phone):
    _, paths = firm_in_three
    with serving() as base:
        firm = firm_in_three[0]
        portal_desk.set_address(firm.creditor, base, by="anna")
        phone.goto(f"{base}{paths['en']}/en")
        phone.get_by_role("button", name="Pay £1,240.00 online").click()
        seen(phone, "en-online")
        phone.get_by_role("link", name="Continue to Demo").click()
        seen(phone, "en-stand-in")
        phone.get_by_role("button", name="Pay", exact=True).click()
        phone.get_by_role("heading", name="it is paid").wait_for()
        seen(phone, "en-paid-online")


def test_nothing_serious_is_found_on_any_page(firm_in_three, phone):
    firm, paths = firm_in_three
    with serving() as base:
        for page in (
            *("paid", "dispute", "question", "redirect", "other_way", "stop", "statement"),
            *("done/paid", "done/dispute", "done/question"),
        ):
            phone.goto(f"{base}{paths['ru']}/ru/{page}")
            seen(phone, f"ru-{page.replace('/', '-')}")
        phone.goto(f"{base}/p/{'a' * 24}/bg")
        seen(phone, "bg-missing")
        portal_desk.close(firm.creditor, paths["bg"], on=world.DAY, by="anna")
        phone.goto(f"{base}{paths['bg']}")
        seen(phone, "bg-closed")


def test_a_mistake_is_said_and_what_was_typed_stays(firm_in_three, phone):
    _, paths = firm_in_three
    with serving() as base:
        phone.goto(f"{base}{paths['en']}/en/dispute")
        phone.get_by_label("The sum is wrong").check()
        phone.get_by_label("Only a part").check()
        phone.get_by_label("The sum in question").fill("9,999.00")
        phone.get_by_label("What happened").fill("Two hours less")
        phone.get_by_role("button", name="Send").click()
        assert "up to £1,240.00" in phone.get_by_role("alert").inner_text()
        assert phone.get_by_label("What happened").input_value() == "Two hours less"
        seen(phone, "en-dispute-refused")


def test_it_works_without_scripts(firm_in_three, browser):
    _, paths = firm_in_three
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    with serving() as base:
        page.goto(f"{base}{paths['en']}/en/question")
        page.get_by_label("Your question").fill("Which order is this for?")
        page.get_by_role("button", name="Send the question").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Thank you, we have your question"
        page.goto(f"{base}{paths['en']}/en")
        assert page.locator("button.copy:visible").count() == 0, "what cannot work is not shown"
    context.close()
