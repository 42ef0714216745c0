"""Money: payments with what they were set against, suggestions, and files that come in, are put right and settled."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.run import reconcile
from dunwell.store import scope
from dunwell.store.models import Allocation, Invoice, OnAccount, Payment
from regressions.world import DAY, World


def home(world: World) -> str:
    return f"/c/{world.creditor.slug}/money"


def paid(world: World, *rows: str) -> list[int]:
    world.paid(*rows)
    reconcile.run(world.creditor, DAY, by="anna")
    with scope.of(world.creditor.pk):
        return list(Payment.objects.order_by("pk").values_list("pk", flat=True))


def test_payments_stand_the_newest_first_with_what_is_left(client_as: Callable[..., Client], world: World) -> None:
    (number,) = world.owing("2026-02-20")
    paid(world, f"2026-02-25,100.00,EUR,C1 Ltd,{number}", "2026-02-27,40.00,EUR,Somebody,thanks")
    page = client_as("viewer").get(home(world)).content.decode()
    assert page.index("Somebody") < page.index("C1 Ltd")
    assert '<b class="bad">€40.00</b>' in page
    assert "Match now" not in page  # a viewer looks
    waiting = client_as("collector").get(f"{home(world)}?only=unmatched").content.decode()
    assert "Somebody" in waiting
    assert "C1 Ltd" not in waiting


def test_an_allocation_is_taken_back_and_shown(client_as: Callable[..., Client], world: World) -> None:
    (number,) = world.owing("2026-02-20")
    (payment,) = paid(world, f"2026-02-25,100.00,EUR,C1 Ltd,{number}")
    client = client_as("collector")
    page = client.get(f"{home(world)}/payments/{payment}").content.decode()
    assert "named in the payment" in page
    with scope.of(world.creditor.pk):
        allocation = Allocation.objects.get()
    client.post(f"/c/{world.creditor.slug}/undo/allocation/{allocation.pk}", {"next": home(world)})
    page = client.get(f"{home(world)}/payments/{payment}").content.decode()
    assert page.count('class="undone"') == 2
    assert "€100.00" in page


def test_a_suggestion_is_taken_and_undone(client_as: Callable[..., Client], world: World) -> None:
    world.owing("2026-02-20", "2026-02-21")
    (payment,) = paid(world, "2026-02-25,77.00,EUR,C1 Ltd,thanks")  # a part of either
    client = client_as("collector")
    page = client.get(f"{home(world)}/payments/{payment}").content.decode()
    assert "name of the payer" in page
    with scope.of(world.creditor.pk):
        invoice = Invoice.objects.get(number="C1-2")
    client.post(f"{home(world)}/payments/{payment}/take", {"invoice": invoice.pk})
    with scope.of(world.creditor.pk):
        made = Allocation.objects.get()
    assert (made.amount, made.basis) == (7700, "manual")
    page = client.get(f"{home(world)}/payments/{payment}").content.decode()
    assert "C1-2" in page
    assert f"undo/allocation/{made.pk}" in page
    assert "Where the rest could belong" not in page


def test_a_payment_is_set_by_number_or_kept_on_account(client_as: Callable[..., Client], world: World) -> None:
    (number,) = world.owing("2026-02-20")
    (payment,) = paid(world, "2026-02-25,130.00,EUR,Unknown,thanks")
    client = client_as("collector")
    there = f"{home(world)}/payments/{payment}"
    refused = client.post(f"{there}/set", {"invoice": "nothing"})
    assert refused.status_code == 422
    assert "There is no open invoice" in refused.content.decode()
    client.post(f"{there}/set", {"invoice": number})
    client.post(f"{there}/account", {"customer": "C1"})
    with scope.of(world.creditor.pk):
        assert Allocation.objects.get().amount == 10000
        assert OnAccount.objects.get().payment_id == payment
    assert "on account" in client.get(there).content.decode()
    client.post(f"/c/{world.creditor.slug}/undo/on_account/{payment}")
    assert "on account</span>" not in client.get(there).content.decode()


def test_matching_is_done_now(client_as: Callable[..., Client], world: World) -> None:
    (number,) = world.owing("2026-02-20")
    world.paid(f"2026-02-25,100.00,EUR,C1 Ltd,{number}")
    client = client_as("collector")
    client.post(f"{home(world)}/match")
    assert "1 allocation made." in client.get(home(world)).content.decode()


def test_the_list_of_payments_asks_a_bounded_number_of_questions(
    client_as: Callable[..., Client], world: World
) -> None:
    from django.db import connection

    paid(world, *[f"2026-02-25,{n}.00,EUR,Payer {n},thanks" for n in range(1, 8)])
    client = client_as("viewer")
    client.get(home(world))
    with CaptureQueriesContext(connection) as few:
        client.get(home(world))
    world.paid(*[f"2026-02-26,{n}.50,EUR,Payer {n},thanks" for n in range(1, 30)])
    client.get(home(world))
    with CaptureQueriesContext(connection) as many:
        client.get(home(world))
    assert len(many) == len(few)
