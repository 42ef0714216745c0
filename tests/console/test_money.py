"""Money: payments with what they were set against, suggestions, and files that come in, are put right and settled."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.run import reconcile, uploads
from dunwell.store import scope
from dunwell.store.models import Allocation, FindingRecord, Invoice, OnAccount, Payment
from regressions.world import DAY, World

IMPORT_S_MAX = 30
SHEET = "Kunde;Beleg-ID;Vom;Bis;Offen gesamt\nRomashka Ltd;R-7;01.02.2026;15.02.2026;120,50\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")


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


def test_matching_is_done_now(client_as: Callable[..., Client], world: World) -> None:
    (number,) = world.owing("2026-02-20")
    world.paid(f"2026-02-25,100.00,EUR,C1 Ltd,{number}")
    client = client_as("collector")
    client.post(f"{home(world)}/match")
    assert "1 allocation made." in client.get(home(world)).content.decode()


def upload(client: Client, world: World, text: str, name: str = "list.csv") -> str:
    answer = client.post(f"{home(world)}/import", {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def finished(client: Client, address: str) -> str:
    until = time.monotonic() + IMPORT_S_MAX
    while time.monotonic() < until:
        page = client.get(address).content.decode()
        if "every 1s" not in page:
            return page
    raise AssertionError("the import does not end")


def test_a_file_with_strange_columns_is_mapped_and_imported(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("collector")
    there = upload(client, world, SHEET)
    assert "R-7" in client.get(there).content.decode()
    columns = {
        "column-0": "customer_name",
        "column-1": "number",
        "column-2": "issue_date",
        "column-3": "due_date",
        "column-4": "total",
    }
    asked = {"kind": "invoices", **columns}
    first = client.post(there, {"kind": "invoices"}).content.decode()
    assert 'name="shown_kind" value="invoices"' in first
    assert "Say below which column is:" in first
    said = {**asked, "shown_kind": "invoices"}
    again = client.post(there, said)
    assert "Say below" not in again.content.decode()
    with scope.of(world.creditor.pk):
        assert not Invoice.objects.exists()
    answer = client.post(f"{there}/take", said)
    page = finished(client, answer["Location"])
    assert "new invoices" in page
    with scope.of(world.creditor.pk):
        invoice = Invoice.objects.get()
    assert (invoice.number, invoice.total, invoice.issue_date) == ("R-7", 12050, date(2026, 2, 1))


def test_a_question_is_asked_before_anything_is_recorded(client_as: Callable[..., Client], world: World) -> None:
    text = "Customer,Invoice number,Invoice date,Due date,Amount,Currency\nA,1,03/04/2026,05/06/2026,10.00,EUR\n"
    client = client_as("collector")
    there = upload(client, world, text)
    refused = client.post(f"{there}/take", {"kind": "auto"})
    assert refused.status_code == 422
    assert 'name="date_order" value="dmy"' in refused.content.decode()
    answer = client.post(f"{there}/take", {"kind": "auto", "date_order": "dmy"})
    finished(client, answer["Location"])
    with scope.of(world.creditor.pk):
        assert Invoice.objects.get().issue_date == date(2026, 4, 3)


def test_a_finding_is_shown_with_its_row_and_settled(client_as: Callable[..., Client], world: World) -> None:
    text = "Customer,Invoice number,Invoice date,Due date,Amount,Currency\nA,1,2026-02-01,2026-02-15,nothing,EUR\nA,2,2026-02-01,2026-02-15,5.00,EUR\n"
    client = client_as("collector")
    there = upload(client, world, text)
    answer = client.post(f"{there}/take", {"kind": "auto"})
    assert "rows refused" in finished(client, answer["Location"])
    with scope.of(world.creditor.pk):
        finding = FindingRecord.objects.order_by("pk")[0]
    page = client.get(f"{home(world)}/files/{finding.file_id}").content.decode()
    assert finding.message in page
    client.post(f"{home(world)}/findings/{finding.pk}", {"outcome": "ignored"})
    assert "nothing to do" in client.get(f"{home(world)}/files/{finding.file_id}").content.decode()
    assert "list.csv" in client.get(f"{home(world)}/files").content.decode()


def test_rows_that_did_not_go_in_are_put_right_in_place(client_as: Callable[..., Client], world: World) -> None:
    text = "Customer,Invoice number,Invoice date,Due date,Amount,Currency\n=A,1,2026-02-01,2026-02-15,nothing,EUR\n"
    client = client_as("collector")
    there = upload(client, world, text)
    done = finished(client, client.post(f"{there}/take", {"kind": "auto"})["Location"])
    assert "1 row did not go in." in done
    page = client.get(f"{there}/repair").content.decode()
    assert 'name="cell-0-0" value="=A"' in page
    cells = {
        f"cell-0-{place}": cell for place, cell in enumerate(["=A", "1", "2026-02-01", "2026-02-15", "7.00", "EUR"])
    }
    again = client.post(f"{there}/repair", {**cells, "take-0": "on"})["Location"]
    finished(client, client.post(f"{again}/take", {"kind": "auto"})["Location"])
    with scope.of(world.creditor.pk):
        invoice = Invoice.objects.select_related("customer").get()
    assert (invoice.total, invoice.customer.name) == (700, "=A")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_import_that_breaks_says_so_and_leaves_nothing(
    client_as: Callable[..., Client], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object, **_said: object) -> None:
        raise SystemExit

    client = client_as("collector")
    there = upload(
        client,
        world,
        "Customer,Invoice number,Invoice date,Due date,Amount,Currency\nA,1,2026-02-01,2026-02-15,7.00,EUR\n",
    )
    monkeypatch.setattr("dunwell.run.ingest_documents.file", broken)
    assert "broke off" in finished(client, client.post(f"{there}/take", {"kind": "auto"})["Location"])
    with scope.of(world.creditor.pk):
        assert not Invoice.objects.exists()


def test_what_is_no_table_is_refused_politely(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("collector")
    there = upload(client, world, "\x00\x01\x02", name="photo.bin")
    assert 'class="form-wrong"' in client.get(there).content.decode()


def test_a_file_of_another_creditor_is_not_found(
    client_as: Callable[..., Client], world: World, tmp_path: Path
) -> None:
    client = client_as("collector")
    token = upload(client, world, SHEET).rstrip("/").split("/")[-1]
    other = type(world.creditor)(pk=world.creditor.pk + 100_000)
    assert uploads.find(world.creditor, tmp_path / "data", token)
    assert uploads.find(other, tmp_path / "data", token) is None
    assert uploads.find(world.creditor, tmp_path / "data", "../../etc") is None


def test_a_name_cannot_leave_its_folder(world: World, tmp_path: Path) -> None:
    token = uploads.keep(world.creditor, tmp_path, "../../../évil.csv", [b"x"])
    found = uploads.find(world.creditor, tmp_path, token)
    assert found is not None
    assert found.parent.parent == tmp_path / "uploads" / str(world.creditor.pk)
    with pytest.raises(uploads.NameUnfit):
        uploads.keep(world.creditor, tmp_path, "..", [b"x"])


def test_the_list_of_payments_asks_a_bounded_number_of_questions(
    client_as: Callable[..., Client], world: World
) -> None:
    from django.db import connection  # noqa: PLC0415 - of this test's own thread

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
