"""Every page of the console is fit for screen readers and keyboards: axe finds nothing serious, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from dunwell.run import inbox_mail
from dunwell.store import scope
from dunwell.store.models import Customer, Inbound, Invoice, Payment
from dunwell.web.console.urls import DOORS
from inbox import mails
from regressions.world import DAY, World

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SERIOUS = ("serious", "critical")
ALONE = (
    "figures",
    "message-letter",
    "message-original",
    "message-attachment",
    "reply-original",
    "report-file",
    "text-letter",
)
"""Parts and files: they are no pages."""
TEXT = "en.reminder.email"


@pytest.fixture
def page(browser: Browser, served: str, world: World, client_as: Callable[..., Client]) -> Iterator[Page]:
    signed_in: Any = client_as("admin").cookies["sessionid"].value
    context = browser.new_context(base_url=served, locale="en-GB", bypass_csp=True)
    context.add_cookies([{"name": "sessionid", "value": signed_in, "url": served}])
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.mark.timeout(900)
def test_axe_finds_nothing_serious_on_any_page(world: World, page: Page) -> None:
    """Every door that shows a page by itself, at a firm where something waits on each."""
    world.owing("2026-02-20")
    world.day()
    (message,) = world.sent()
    inbox_mail.take(world.creditor, mails.reply("We will pay on Friday. Could you send a copy?"), on=DAY)
    inbox_mail.take(world.creditor, mails.reply("Which one?", sender="x <new@elsewhere.example>"), on=DAY)
    world.paid("2026-03-01,77.00,EUR,C1 Ltd,thanks")
    with scope.of(world.creditor.pk):
        numbers = {
            "message": message.pk,
            "customer": Customer.objects.get().pk,
            "invoice": Invoice.objects.order_by("pk")[0].pk,
            "payment": Payment.objects.order_by("-pk")[0].pk,
            "reply": Inbound.objects.order_by("pk")[0].pk,
        }
    found: dict[str, list[str]] = {}
    looked_at = 0
    for door in DOORS:
        address = _address(door.address, door.name, world, numbers)
        if address is None:
            continue
        answer = page.request.get(address)
        is_page = answer.headers["content-type"].startswith("text/html") and "<html" in answer.text()[:400]
        if answer.status != 200 or not is_page:
            continue
        page.goto(address)
        looked_at += 1
        for theme in (
            ("light", "dark") if door.name in ("today", "customer", "replies", "invoice", "money") else ("light",)
        ):
            page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            page.wait_for_function("document.getAnimations().length === 0")  # colours on their way are nobody's
            wrong = _serious(page)
            if wrong:
                found[f"{door.name} {theme}"] = wrong
    assert looked_at > 50
    assert found == {}


def _serious(page: Page) -> list[str]:
    page.wait_for_load_state()  # A click waits until the next page begins, not until it is there.
    page.evaluate(AXE)
    violations = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in violations
        if one["impact"] in SERIOUS
        for node in one["nodes"][:3]
    ]


def _address(pattern: str, name: str, world: World, numbers: dict[str, int]) -> str | None:
    """A door's address with something there; None for deeds, files and parts."""
    if name in ALONE:
        return None
    kind = next(
        (one for one in ("customer", "message", "invoice", "payment", "reply") if pattern.startswith(one)), "customer"
    )
    parts: dict[str, object] = {"creditor": world.creditor.slug}
    if "<int:number>" in pattern:
        kind = {"documents": "invoice", "money/payments": "payment", "replies": "reply"}.get(
            next((one for one in ("documents", "money/payments", "replies") if pattern.startswith(one)), ""), kind
        )
        parts["number"] = numbers[kind]
    if "<str:name>" in pattern:
        parts["name"] = "standard"
    if "<str:place>" in pattern:
        parts["place"] = TEXT
    if any(f":{one}>" in pattern for one in ("token", "upload", "what", "table", "kind")) or "<int:place>" in pattern:
        return None
    return reverse(f"console:{name}", kwargs=parts)
