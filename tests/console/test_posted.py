"""A letter by post from the work list: looked at, printed, its number kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from django.test import Client

from dunwell.store import scope
from dunwell.store.models import Creditor, Customer, Message, Receivable, Task, TaskItem, TaskOutcome
from regressions.world import World


def letter_of(world: World) -> tuple[int, str]:
    world.owing("2026-01-15", client="C1")
    with scope.of(world.creditor.pk):
        Customer.objects.update(address="8 Mill Road, Leeds, LS1 4AP")
        task = Task.objects.create(
            creditor_id=world.creditor.pk, effective_on=date(2026, 3, 2), customer=Customer.objects.get(), kind="letter",
            due_on=date(2026, 3, 2), text="Unpaid invoice C1-1\n\nPlease pay €100.00.", rehearsal=True, policy="firm", step="formal",
        )  # fmt: skip
        TaskItem.objects.create(
            creditor_id=world.creditor.pk, task=task, receivable=Receivable.objects.get(), step="formal"
        )
    return task.pk, f"/c/{world.creditor.slug}/posted/{task.pk}"


def test_a_letter_is_printed_and_its_number_kept(
    client_as: Callable[..., Client], world: World, creditor: Creditor
) -> None:
    number, address = letter_of(world)
    client = client_as("collector", language="en")
    assert address in client.get(f"/c/{creditor.slug}/").content.decode()
    assert "Please pay" in client.get(address).content.decode()
    for printed in (client.get(f"{address}/paper"), client.post(f"/c/{creditor.slug}/posted")):
        assert printed["Content-Type"] == "application/pdf" and printed.content.startswith(b"%PDF")
    slip = client.post(address, {"tracking": "RR123456789BG"})
    assert slip.status_code == 422 and "check digit" in slip.content.decode()
    assert client.post(address, {"tracking": "RR123456785BG"}).status_code == 302
    with scope.of(creditor.pk):
        assert TaskOutcome.objects.get(task=number).why == "RR123456785BG"
    assert client.get(address).status_code == 404


def test_papers_are_made_and_what_stands_against_one_is_said(
    client_as: Callable[..., Client], world: World, creditor: Creditor
) -> None:
    world.owing("2026-01-15", client="C1")
    with scope.of(creditor.pk):
        address = f"/c/{creditor.slug}/customers/{Customer.objects.get().pk}/papers"
    client = client_as("collector", language="en")
    assert "folder for a visit" in client.get(address).content.decode()
    made = client.post(address, {"kind": "visit", "parts": "3"})
    assert made["Content-Type"] == "application/pdf" and made.content.startswith(b"%PDF")
    refused = client.post(address, {"kind": "termination", "parts": "3"})
    assert refused.status_code == 422
    asked = {"kind": "restructuring", "parts": "2", "mail": "look"}
    seen = client.post(address, asked).content.decode()
    assert "Proposal: payment in parts.pdf" in seen and "An approver sends it" in seen
    approver = client_as("approver", language="en")
    shown = approver.post(address, asked).content.decode()
    wanted = re.search(r'name="hash" value="([0-9a-f]{64})"', shown)
    assert wanted is not None
    assert client.post(address, {**asked, "mail": "send", "hash": wanted[1]}).status_code == 403
    assert approver.post(address, {**asked, "mail": "send", "hash": "0" * 64}).status_code == 200, "looked at again"
    assert approver.post(address, {**asked, "mail": "send", "hash": wanted[1]}).status_code == 302
    with scope.of(creditor.pk):
        assert Message.objects.filter(purpose="by_hand").count() == 1
