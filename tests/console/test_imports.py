"""Files that come in through the console: looked at, questions asked, columns named, imported while one watches, put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from console.uploading import finished, imported, upload
from dunwell.run import creditors, uploads
from dunwell.store import scope
from dunwell.store.models import Coverage, FindingRecord, Invoice
from regressions.world import World

HEAD = "Customer,Invoice number,Invoice date,Due date,Amount,Currency\n"
SHEET = "Kunde;Beleg-ID;Vom;Bis;Offen gesamt\nRomashka Ltd;R-7;01.02.2026;15.02.2026;120,50\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")


def home(world: World) -> str:
    return f"/c/{world.creditor.slug}/money"


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
    assert "cannot be imported yet" in first
    assert client.post(f"{there}/take", {"kind": "invoices"}).status_code == 422
    said = {**asked, "shown_kind": "invoices"}
    again = client.post(there, said)
    assert "cannot be imported yet" not in again.content.decode()
    with scope.of(world.creditor.pk):
        assert not Invoice.objects.exists()
    answer = client.post(f"{there}/take", said)
    page = finished(client, answer["Location"])
    assert "new invoices" in page
    with scope.of(world.creditor.pk):
        invoice = Invoice.objects.get()
    assert (invoice.number, invoice.total, invoice.issue_date) == ("R-7", 12050, date(2026, 2, 1))


def test_a_question_is_asked_before_anything_is_recorded(client_as: Callable[..., Client], world: World) -> None:
    text = HEAD + "A,1,03/04/2026,05/06/2026,10.00,EUR\n"
    client = client_as("collector")
    there = upload(client, world, text)
    refused = client.post(f"{there}/take", {"kind": "auto"})
    assert refused.status_code == 422
    assert "Is it day first or month first?" in refused.content.decode()
    assert 'name="date_order" value="dmy"' in refused.content.decode()
    answer = client.post(f"{there}/take", {"kind": "auto", "date_order": "dmy"})
    finished(client, answer["Location"])
    with scope.of(world.creditor.pk):
        assert Invoice.objects.get().issue_date == date(2026, 4, 3)


def test_a_finding_is_shown_with_its_row_and_settled(client_as: Callable[..., Client], world: World) -> None:
    text = HEAD + "A,1,2026-02-01,2026-02-15,nothing,EUR\nA,2,2026-02-01,2026-02-15,5.00,EUR\n"
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
    text = HEAD + "=A,1,2026-02-01,2026-02-15,nothing,EUR\n"
    client = client_as("collector")
    there = upload(client, world, text)
    done = imported(client, there)
    assert "1 row did not go in." in done
    page = client.get(f"{there}/repair").content.decode()
    assert 'name="cell-0-0" value="=A"' in page
    cells = {
        f"cell-0-{place}": cell for place, cell in enumerate(["=A", "1", "2026-02-01", "2026-02-15", "7.00", "EUR"])
    }
    again = client.post(f"{there}/repair", {**cells, "take-0": "on"})["Location"]
    imported(client, again)
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
        HEAD + "A,1,2026-02-01,2026-02-15,7.00,EUR\n",
    )
    monkeypatch.setattr("dunwell.run.ingest_documents.file", broken)
    assert "broke off" in imported(client, there)
    with scope.of(world.creditor.pk):
        assert not Invoice.objects.exists()


def test_what_is_no_table_is_refused_politely(client_as: Callable[..., Client], world: World) -> None:
    client = client_as("collector")
    there = upload(client, world, "\x00\x01\x02", name="photo.bin")
    assert "cannot be imported yet" in client.get(there).content.decode()


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


def test_a_sheet_that_says_what_is_paid_is_taken_to_reach_until_today(
    client_as: Callable[..., Client], world: World
) -> None:
    client = client_as("collector")
    creditors.assign(world.creditor, "gentle", customer="", invoice="", segment="", on=date(2026, 3, 2), by="anna")
    paid = (
        "Customer,Invoice number,Invoice date,Due date,Amount,Paid,Currency\nA,1,2026-02-01,2026-02-15,10.00,4.00,EUR\n"
    )
    assert 'id="covered_until" value="2026-03-02"' in client.get(upload(client, world, paid)).content.decode()
    there = upload(client, world, HEAD + "A,1,2026-02-01,2026-02-15,10.00,EUR\n")
    page = client.get(there).content.decode()
    assert 'id="covered_until" value=""' in page
    assert 'class="steps-strip"' not in page  # the first hour is over
    imported(client, there, covered_until="")
    with scope.of(world.creditor.pk):
        assert not Coverage.objects.exists()


def test_an_empty_file_is_said_to_be_empty(world: World, tmp_path: Path) -> None:
    with pytest.raises(uploads.FileEmpty):
        uploads.keep(world.creditor, tmp_path, "list.csv", [])
    assert not list((tmp_path / "uploads" / str(world.creditor.pk)).iterdir())
