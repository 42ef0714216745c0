"""A working day in a real browser: signing in, the drawer, the keyboard, bulk approval, three languages, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from console import worlds
from dunwell.run import coaching, inbox_mail, subjects, users
from dunwell.store import scope
from inbox import mails
from regressions.world import DAY, World

PASSWORD = "a long enough passphrase"
TALKS = {
    "en": ("Talks", "nobody is pressed", "The playbook says"),
    "ru": ("Разговоры", "без давления", "В сценарии сказано"),
    "bg": ("Разговори", "без натиск", "В наръчника пише"),
}
HEADINGS = {"en": "thing waits for you", "ru": "Вас ждёт 1 дело", "bg": "Чака ви 1 задача"}


@pytest.fixture
def page(browser: Browser, served: str, world: World) -> Iterator[Page]:
    """Signed in as an approver, through the log-in page; an error in the browser fails the test."""
    users.add(world.creditor, f"anna-{world.creditor.slug}", role="approver", by="test", password=PASSWORD)
    context = browser.new_context(base_url=served, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.get_by_label("Username").fill(f"anna-{world.creditor.slug}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/c/**")
    yield page
    context.close()
    assert complaints == []


def test_a_message_is_looked_at_and_let_go(world: World, page: Page) -> None:
    waiting = worlds.waiting(world)
    page.reload()
    page.get_by_label("C1 Ltd").check()
    page.get_by_role("button", name="Look at them, then approve").click()
    letter = page.frame_locator("iframe.letter-frame")
    expect(letter.get_by_text("Yours sincerely")).to_be_visible()
    page.get_by_role("button", name="Approve what is marked").click()
    expect(page.get_by_text("1 message approved.")).to_be_visible()
    assert [one.state for one in world.messages() if one.pk == waiting.pk] == ["sent"]


def test_a_hold_is_recorded_in_the_drawer_and_undone_by_the_toast(world: World, page: Page) -> None:
    world.owing("2026-02-20")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    page.get_by_role("link", name="Hold").first.click()
    drawer = page.locator("#drawer")
    drawer.get_by_role("radio", name="hardship").check()
    drawer.get_by_role("button", name="Hold contact").click()
    expect(drawer.get_by_label("Why")).to_be_visible()  # required: the browser keeps the form
    drawer.get_by_label("Why").fill("asked for a month")
    drawer.get_by_role("button", name="Hold contact").click()
    expect(page.get_by_text("Contact is on hold.")).to_be_visible()
    expect(page.locator(".pause")).to_contain_text("hardship")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.locator(".pause")).to_have_count(0)


def test_the_console_speaks_three_languages_and_turns_dark(world: World, page: Page) -> None:
    worlds.waiting(world)
    for code, heading in HEADINGS.items():
        page.locator(".person").click()
        page.locator(f".side button[name=language][value={code}]").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.locator(".person").click()
    page.locator("button[data-theme-choice=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_wrong_reading_is_put_right_with_keys(world: World, page: Page) -> None:
    world.owing("2026-02-20")
    inbox_mail.take(world.creditor, mails.reply("We will pay on Friday, 6 March."), on=DAY)
    page.goto(f"/c/{world.creditor.slug}/replies")
    page.keyboard.press("j")
    page.keyboard.press("m")
    drawer = page.locator("#drawer")
    drawer.get_by_label("They mean").select_option(label="asks for a later day")
    drawer.get_by_role("button", name="Reject it and teach the reader").click()
    expect(page.get_by_text("The reader will learn that C1 Ltd asks for a later day.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.locator(".proposal")).to_have_count(1)


def test_talks_show_the_turn_and_what_the_playbook_says_in_three_languages(world: World, page: Page) -> None:
    world.owing("2026-02-20")
    with scope.of(world.creditor.pk):
        customer = subjects.customer(world.creditor, "C1")
    pressing = "Hello, this is Vera from Firm. Please pay what you owe or you will regret it."
    coaching.of_letter(world.creditor, customer, pressing, answers="We have no money.", on=DAY, by="Vera")
    page.goto(f"/c/{world.creditor.slug}/coaching")
    for code, (heading, point, advice) in TALKS.items():
        page.locator(".person").click()
        page.locator(f".side button[name=language][value={code}]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        missed = page.locator("details").filter(has_text=point)
        turn = missed.locator("blockquote")
        expect(turn).to_be_hidden()
        missed.locator("summary").click()
        expect(turn).to_contain_text("you will regret it")
        told = page.locator("details").filter(has_text=advice).first
        told.locator("summary").click()
        expect(told.get_by_text(advice)).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_today_and_a_customer_fit_a_phone(world: World, page: Page) -> None:
    world.owing("2026-02-20")
    world.day()
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    expect(page.locator(".tabs")).to_be_visible()
    home = page.url
    for address in (home, f"{home}customers"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
    page.locator("[data-row]").first.click()
    page.wait_for_url("**/customers/*")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="More").last.click()
    expect(page.locator(".side-nav")).to_be_in_viewport()


def test_pages_work_without_scripts(
    browser: Browser, served: str, world: World, client_as: Callable[..., Client]
) -> None:
    world.owing("2026-02-20")
    signed_in: Any = client_as("collector").cookies["sessionid"].value
    context = browser.new_context(base_url=served, java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": signed_in, "url": served}])
    page = context.new_page()
    page.goto(f"/c/{world.creditor.slug}/customers")
    page.get_by_role("link", name="C1 Ltd").click()
    page.get_by_role("link", name="Hold").first.click()
    page.get_by_role("radio", name="hardship").check()
    page.get_by_label("Why").fill("asked for a month")
    page.get_by_role("button", name="Hold contact").click()
    expect(page.locator(".pause")).to_contain_text("hardship")
    context.close()


def test_a_call_asks_only_for_what_its_outcome_needs(world: World, page: Page) -> None:
    (number,) = world.owing("2026-02-20")
    page.goto(f"/c/{world.creditor.slug}/customers")
    page.get_by_role("link", name="C1 Ltd").click()
    page.get_by_role("link", name="Call", exact=True).click()
    expect(page.get_by_label("Day")).to_be_hidden()
    page.get_by_text("We have no money at the moment.").click()
    page.get_by_role("button", name="promised to pay").click()
    expect(page.get_by_role("radio", name="promised to pay")).to_be_checked()
    expect(page.get_by_label("Cause")).to_be_hidden()
    page.get_by_label("Day").fill("2026-03-09")
    page.get_by_role("button", name="Record the call").click()
    expect(page.get_by_text("The call is recorded: promised to pay.")).to_be_visible()
    world.plan()
    assert world.outcome(number).code == "hold"


def test_reports_are_drawn_without_a_word_of_script_in_the_page(world: World, page: Page) -> None:
    world.owing("2026-02-20")
    page.goto(f"/c/{world.creditor.slug}/reports")
    expect(page.locator(".chart svg").first).to_be_visible()


def test_a_file_is_imported_while_one_watches(world: World, page: Page) -> None:
    page.goto(f"/c/{world.creditor.slug}/money/import")
    sheet = (
        "Customer,Invoice number,Invoice date,Due date,Amount,Currency\nRomashka,R-1,2026-02-01,2026-02-20,10.00,EUR\n"
    )
    page.get_by_label("File").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("new invoices")).to_be_visible()


READ = {"en": "Promises to pay", "ru": "Обещает оплатить", "bg": "Обещава да плати"}


def test_replies_are_settled_by_keys_alone(world: World, page: Page) -> None:
    """Accept, take back, edit, answer, in each language of the console; the plan waits for the promise."""
    (number,) = world.owing("2026-02-20", sum_="300.00")
    inbox_mail.take(world.creditor, mails.reply("We will pay on Friday, 6 March. Could you send a copy?"), on=DAY)
    page.reload()
    expect(page.locator('[data-nav="replies"] .count')).to_have_text("2")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/replies")
    for code, kind in READ.items():
        page.locator(".person").click()
        page.locator(f".side button[name=language][value={code}]").click()
        expect(page.locator(".proposal").filter(has_text=kind)).to_be_visible()
        expect(page.locator("mark").first).to_contain_text("6 March")
    page.locator(".person").click()
    page.locator(".side button[name=language][value=en]").click()
    expect(page.locator(".proposal.current")).to_contain_text("Promises to pay")
    page.keyboard.press("a")
    expect(page.get_by_text("“Promises to pay” is recorded.")).to_be_visible()
    expect(page.locator(".proposal")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".proposal")).to_have_count(2)
    page.keyboard.press("e")
    drawer = page.locator("#drawer")
    drawer.get_by_label("Until").fill("2026-03-09")
    drawer.get_by_role("button", name="Record it so").click()
    expect(page.locator(".proposal")).to_have_count(1)
    world.plan()
    assert world.outcome(number).next_on.isoformat() >= "2026-03-09"
    page.keyboard.press("w")
    page.wait_for_url("**/write?*")
    expect(page.get_by_label("Text")).to_contain_text(number)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("The letter is on its way.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Every reply is settled")
    assert [(one.purpose, one.state) for one in world.messages()] == [("answer", "sent")]


def test_cash_to_come_is_drawn_and_bends_to_what_if(world: World, page: Page) -> None:
    world.owing("2026-02-20", "2026-03-10")
    page.get_by_role("link", name="Cash to come").click()
    page.wait_for_url("**/outlook")
    expect(page.locator(".chart svg").first).to_be_visible()
    assert page.locator(".chart svg path").count() > 6  # three bands, the expected sum, the axes
    assert page.locator("tbody tr").count() >= 12
    page.get_by_role("link", name="all 7 days sooner").click()
    expect(page.get_by_text("A supposition")).to_be_visible()
