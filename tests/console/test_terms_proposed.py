"""Terms and retainers proposed at the desk, capacity, and why a payment came late."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from console import clock
from dunwell.run import deadlines, rights
from dunwell.store import scope
from dunwell.store.models import Agreement, Customer, Job, LateReason, Receivable, TermsProposal
from regressions.world import DAY, World


@pytest.fixture
def home(world: World) -> str:
    clock.set_day(DAY)
    return f"/c/{world.creditor.slug}"


def customer(world: World) -> int:
    with scope.of(world.creditor.pk):
        return int(Customer.objects.get().pk)


def test_terms_of_a_contract_that_there_is_are_recorded_with_what_shows_them(
    client_as: Callable[..., Client], world: World, home: str
) -> None:
    world.client("C1")
    client, address = client_as("approver", language="en"), f"{home}/customers/{customer(world)}/agreement"
    assert client_as("collector").get(address).status_code == 403
    said = {"net_days": "30", "late_payment": "0.1% a day, cap 10%", "work": "running", "stop_work": "clause 5.3",
            "agreed_on": "2026-01-12", "evidence": "contract 7 of 12 January"}  # fmt: skip
    assert client.post(address, {**said, "net_days": "soon"}).status_code == 422
    assert client.post(address, {**said, "evidence": " "}).status_code == 422
    assert client.post(address, {**said, "agreed_on": "2027-01-01"}).status_code == 422
    with scope.of(world.creditor.pk):
        assert not Agreement.objects.exists()
    assert client.post(address, said).status_code == 302
    held = rights.agreed(world.creditor, "C1", DAY)
    assert (held["net_days"], held["work"], held["stop_work"]) == ("30", "running", "clause 5.3")
    assert 'value="clause 5.3"' in client.get(address).content.decode(), "what holds is changed, not typed again"
    assert client.post(address, {**said, "stop_work": "", "agreed_on": "2026-02-01"}).status_code == 302
    assert rights.agreed(world.creditor, "C1", DAY)["stop_work"] == ""
    shown = client.get(f"{home}/customers/{customer(world)}").content.decode()
    assert "work that may stop" in shown and "contract 7 of 12 January" in shown


def test_a_contract_recorded_late_takes_nothing_from_a_newer_one(world: World) -> None:
    world.client("C1")
    agree = {"evidence": "signed", "on": DAY, "by": "anna"}
    rights.agree(world.creditor, "C1", {"net_days": "14"}, agreed_on=date(2026, 2, 1), **agree)
    rights.agree(world.creditor, "C1", {"contract": "№ 1"}, agreed_on=date(2024, 1, 1), **agree)
    with scope.of(world.creditor.pk):
        first = Agreement.objects.order_by("effective_on").first()
    assert first is not None and first.terms == {"contract": "№ 1"}
    assert rights.agreed(world.creditor, "C1", DAY)["net_days"] == "14"


def test_terms_are_looked_at_as_a_letter_before_they_are_proposed(
    client_as: Callable[..., Client], world: World, home: str
) -> None:
    world.client("C1")
    client, address = client_as("approver"), f"{home}/customers/{customer(world)}/terms"
    assert client.get(address).status_code == 200
    said = {"net_days": "14", "counted_from": "issue", "prepayment": "30%"}
    looked = client.post(address, said).content.decode()
    assert "within 14" in looked and not world.messages()
    (exact,) = re.findall(r'name="hash" value="(\w+)"', looked)
    assert client.post(address, {**said, "hash": exact}).status_code == 302
    assert [one.purpose for one in world.messages()] == ["terms_proposed"]
    with scope.of(world.creditor.pk):
        assert TermsProposal.objects.get().terms["net_days"] == "14"


def test_terms_that_nobody_understands_and_a_retainer_without_history_are_refused_in_words(
    client_as: Callable[..., Client], world: World, home: str
) -> None:
    world.client("C1")
    client, place = client_as("approver"), f"{home}/customers/{customer(world)}"
    assert client.post(f"{place}/terms", {"net_days": "soon"}).status_code == 422
    shown = client.get(f"{place}/retainer")
    assert "of the last twelve whole months" in shown.content.decode() and not world.messages()


def test_capacity_from_the_week_to_a_free_place(client_as: Callable[..., Client], world: World, home: str) -> None:
    client = client_as("approver")
    assert client.post(f"{home}/capacity/week", {"units": "5"}).status_code == 302
    assert client.post(f"{home}/capacity/job", {"title": "Our own site", "days": "3"}).status_code == 302
    assert "Our own site" in client.get(f"{home}/capacity").content.decode()
    with scope.of(world.creditor.pk):
        (job,) = Job.objects.all()
    assert client.post(f"{home}/capacity/{job.pk}/done", {"why": ""}).status_code == 302
    assert deadlines.queue(world.creditor, DAY, rehearsal=True) == []


def test_a_late_payment_is_asked_about_on_the_customers_page(
    client_as: Callable[..., Client], world: World, home: str
) -> None:
    (number,) = world.owing("2026-02-20")
    world.paid(f"{DAY},100.00,EUR,C1 Ltd,{number}", on=DAY)
    world.day(DAY)
    client, place = client_as("collector"), f"{home}/customers/{customer(world)}"
    assert "Paid late" in client.get(place).content.decode()
    with scope.of(world.creditor.pk):
        receivable = Receivable.objects.get().pk
    assert client.post(f"{home}/late/{receivable}", {"cause": "forgotten", "why": ""}).status_code == 302
    with scope.of(world.creditor.pk):
        assert LateReason.objects.get().cause == "forgotten"
    assert "automatic payment" in client.get(place).content.decode()
