"""The first hour in a real browser, in each language with a file as programs there write it: two hundred rows, tomorrow's messages."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, FilePayload, Page, expect

from dunwell.run import founding

PASSWORD = "a long enough passphrase"
COMPANY = {"name": "Breza", "writer": "Maria Petrova", "email": "maria@breza.example", "iban": "BG80BNBG96611020345678"}
MINUTES_MAX = 10
ROWS = 200
SHEETS = {
    "en": (
        "open items.csv",
        "utf-8",
        "Customer ID,Customer name,Country,Language,Contact person,Role,Email,Invoice number,Invoice date,Due date,Amount,Currency",
        '{n},Client {n} Ltd,GB,en,Anna Brown,accounts payable,c{n}@client.example,A-{n},02/02/2026,{due}/02/2026,"{n},100.00",EUR',
    ),
    "ru": (
        "Счета к оплате.csv",
        "cp1251",
        "Код клиента;Клиент;Страна;Язык;Контактное лицо;Должность;Эл. почта;Номер счёта;Дата счёта;Срок оплаты;Сумма;Валюта",
        "{n};ООО «Клиент {n}»;Россия;ru;Анна Ивановна Петрова;бухгалтер;c{n}@client.example;A-{n};02.02.2026;{due}.02.2026;{n} 100,00;EUR",
    ),
    "bg": (
        "Неплатени фактури.csv",
        "cp1251",
        "Код на клиент;Клиент;Държава;Език;Лице за контакт;Длъжност;Имейл;Фактура №;Дата на фактура;Падеж;Сума;Валута",
        "{n};Клиент {n} ООД;България;bg;Анна Петрова;счетоводител;c{n}@client.example;A-{n};02.02.2026;{due}.02.2026;{n} 100,00;EUR",
    ),
}
"""Name, encoding, head and row: separators, days and sums as they are written there."""
LETTERS = {"en": "messages would be written", "ru": "сообщени", "bg": "съобщени"}


@pytest.fixture
def page(browser: Browser, served: str, language: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Somebody who was just made a user, and has no company; an error in the browser fails the test."""
    monkeypatch.setattr(founding, "may_found", lambda user: True)  # the test database is never empty
    name = f"first-{language}-{User.objects.count()}"
    User.objects.create_user(name, password=PASSWORD, first_name="Anna", last_name="Petrova")
    context = browser.new_context(base_url=served, locale={"en": "en-GB", "ru": "ru-RU", "bg": "bg-BG"}[language])
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit], form button.btn-primary").first.click()
    page.wait_for_url("**/start")
    yield page
    context.close()
    assert complaints == []


def sheet(language: str) -> FilePayload:
    name, encoding, head, row = SHEETS[language]
    lines = [head, *(row.format(n=n, due=16 + n % 5) for n in range(1, ROWS + 1))]
    return {"name": name, "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode(encoding)}


@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_from_nothing_to_tomorrows_messages(
    page: Page, language: str, record_property: pytest.RecordPropertyFixture
) -> None:
    began = time.monotonic()

    def step(name: str) -> None:
        record_property(f"{language} {name}, s", round(time.monotonic() - began, 1))

    page.locator("select[name=country]").select_option("BG")
    for name, value in COMPANY.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("form.start-company .btn-primary").click()
    page.wait_for_url("**/start/file")
    step("company")

    page.locator("[name=file]").set_input_files(sheet(language))
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/money/import/*")
    page.locator("[name=covered_until]").fill("2026-03-02")
    page.locator("main form .btn-primary").first.click()
    page.locator("a[href$='start/policy']").first.click()
    page.wait_for_url("**/start/policy")
    step("file")

    page.locator("[name=family][value=gentle]").check()
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/start/letters")
    expect(page.locator("main")).to_contain_text(LETTERS[language])
    letter = page.frame_locator("iframe.letter-frame").first
    expect(letter.get_by_text("A-").filter(visible=True).first).to_be_visible()
    step("letters")

    page.locator("a[href*='settings/mode']").first.click()
    page.wait_for_url("**/settings/mode*")
    expect(page.locator("main h2").first).to_be_visible()
    step("before live")
    assert time.monotonic() - began < 60 * MINUTES_MAX
