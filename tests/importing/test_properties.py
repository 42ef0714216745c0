"""I9: twice, in pieces, in another order, the same records; and no bytes crash the reader."""

from __future__ import annotations

import io

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.core import frames_import as frames
from dunwell.core.refusal import Refusal
from importing.sheets import imported, learn

HEADER = "Номер;Клиент;E-mail;Дата;Срок;Сумма;Оплачено;Дата оплаты\n"
PAYMENTS_HEADER = "Дата платежа;Плательщик;Сумма;Назначение платежа\n"
DAYS = st.sampled_from(["05.01.2026", "06.01.2026", "2026-01-31", "", "32.01.2026"])
SUMS = st.sampled_from(["10,00", "1 000,50", "-5,00", "0", "", "много", "10.00"])


def rows_of(*columns: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.tuples(*columns).map(lambda cells: ";".join(cells) + "\n"), max_size=12)


INVOICE_ROWS = rows_of(
    st.sampled_from(["1", "2", "3", "003", "Итого", ""]),
    st.sampled_from(["А", "Б", "а", ""]),
    st.sampled_from(["a@x.ru", "b@x.ru", "?"]),
    DAYS,
    DAYS,
    SUMS,
    SUMS,
    DAYS,
)
PAYMENT_ROWS = rows_of(DAYS, st.sampled_from(["А", "Б", ""]), SUMS, st.sampled_from(["счет 1", "счет 2", ""]))


def facts(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    """The records without their place in the file, in an order of their own."""
    return sorted(frame.drop("line", "raw", strict=False).rows(), key=repr)


def records(text: str, **options: object) -> dict[str, list[tuple[object, ...]]]:
    batch = imported(text, decimal=",", **options)
    return {name: facts(getattr(batch, name)) for name in ("customers", "contacts", "invoices", "payments")}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(INVOICE_ROWS, st.randoms(use_true_random=False))
def test_invoices_in_another_order_and_in_other_batches(rows, random):
    whole = records(HEADER + "".join(rows))
    shuffled = random.sample(rows, len(rows))
    assert records(HEADER + "".join(shuffled)) == whole
    assert records(HEADER + "".join(shuffled), batch_rows=1) == whole


@settings(deadline=None, max_examples=40)
@given(INVOICE_ROWS)
def test_every_row_is_a_record_or_a_finding(rows):
    batch = imported(HEADER + "".join(rows), decimal=",")
    read = set(batch.invoices["line"]) | set(batch.findings["line"])
    assert read == set(range(2, len(rows) + 2)) - {at for at, row in enumerate(rows, start=2) if not row.strip("; \n")}


@settings(deadline=None, max_examples=40)
@given(PAYMENT_ROWS, st.integers(0, 12), st.randoms(use_true_random=False))
def test_payments_twice_in_pieces_and_in_another_order(rows, cut, random):
    def ids(*parts: list[str]) -> set[object]:
        batches = [imported(PAYMENTS_HEADER + "".join(part), decimal=",", kind="payments") for part in parts]
        return {row for batch in batches for row in batch.payments.drop("line", "raw").rows()}

    whole = ids(rows)
    assert ids(rows, rows) == whole
    assert ids(rows[:cut], rows[cut:]) == whole
    assert ids(random.sample(rows, len(rows))) == whole


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=400)
    | st.text(max_size=200).map(str.encode)
    | st.text(alphabet=';,"\n\t0123456789./aя\x00', max_size=300).map(lambda text: (HEADER + text).encode())
)
def test_any_bytes_are_read_or_refused(data):
    try:
        learned = learn(data)
        batches = [] if learned.questions else list(learned.batches())
    except Refusal:
        return
    for batch in batches:
        assert dict(batch.invoices.schema) == frames.IMPORT_INVOICES
        assert dict(batch.findings.schema) == frames.IMPORT_FINDINGS


@settings(deadline=None, max_examples=10)
@given(INVOICE_ROWS)
def test_a_seekable_file_and_its_bytes_are_one(rows):
    data = (HEADER + "".join(rows)).encode("cp1251")
    source = io.BytesIO(b"junk" + data)
    source.seek(4)
    assert [batch.rows for batch in learn(data, decimal=",").batches()] == [
        batch.rows for batch in learn(data, decimal=",").batches()
    ]
