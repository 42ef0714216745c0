"""What rows of a sheet become: records, findings, questions."""

from __future__ import annotations

import gzip
import io
import tomllib
from datetime import date

import openpyxl
import pytest

from dunwell.core.records import Mapping, RecordKind
from dunwell.plugins.importers import sheet, table, table_header
from importing.sheets import codes, imported, learn

HEADER = "Invoice No,Customer,Invoice Date,Due Date,Total,Currency\n"
ROW = "A-1,Acme,2026-01-05,2026-02-05,100.00,EUR\n"


def only(batch, *names):
    return batch.invoices.select(names).rows()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Номер счёта;Контрагент;Дата;Срок оплаты;Сумма, руб.", "0012;ООО «Ромашка»;05.01.2026;04.02.2026;1 234,50"),
        (
            "Фактура №;Клиент;Дата на издаване;Падеж;Сума за плащане;Валута",
            "0012;ООО «Ромашка»;5.1.2026 г.;4.2.2026 г.;1234,50;руб",
        ),
        (
            "Invoice #;Client Name;Date Issued;Due Date;Amount (RUB)",
            "0012;ООО «Ромашка»;2026-01-05;2026-02-04;1,234.50",
        ),
        (
            "InvoiceNumber;ContactName;InvoiceDate;DueDate;Total;Currency",
            "0012;ООО «Ромашка»;Jan 5, 2026;4 Feb 2026;1'234.50;RUB",
        ),
    ],
)
def test_headers_in_three_languages_mean_the_same(header, row):
    batch = imported(f"{header}\n{row}\n")
    fields = ("number", "customer_name", "issue_date", "due_date", "total", "currency")
    assert only(batch, *fields) == [("0012", "ООО «Ромашка»", date(2026, 1, 5), date(2026, 2, 4), 123450, "RUB")]
    assert batch.customers["customer_key"].to_list() == ["name:ооо ромашка"]
    assert batch.findings.is_empty()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_encodings_and_delimiters(encoding, delimiter):
    rows = [["Номер", "Клиент", "Дата", "Сумма"], ["7", "Общество Ромашка", "05.01.2026", "100.00"]]
    text = "\n".join(delimiter.join(row) for row in rows)
    assert only(imported(text.encode(encoding)), "number", "customer_name", "total") == [
        ("7", "Общество Ромашка", 10000)
    ]


def test_letters_that_decide_the_encoding_may_stand_far_behind():
    rows = HEADER + "".join(f"A-{at},Acme,2026-01-05,2026-02-05,1.00,EUR\n" for at in range(40_000))
    data = (rows + "B-1,Общество Ромашка,2026-01-05,2026-02-05,1.00,EUR\n").encode("cp1251")
    assert len(data) > 1_500_000
    assert imported(data).invoices["customer_name"][-1] == "Общество Ромашка"


def test_gzip_is_read_directly_and_its_damage_refused():
    data = gzip.compress((HEADER + ROW).encode())
    assert len(imported(data).invoices) == 1
    with pytest.raises(sheet.SheetUnreadable):
        imported(data[:-12])


def test_a_column_of_dates_is_decided_as_a_whole_and_by_its_neighbours():
    rows = "D-1,A,03/04/2026,13/04/2026,10.00,EUR\nD-2,A,05/04/2026,06/04/2026,10.00,EUR\n"
    assert only(imported(HEADER + rows), "issue_date", "due_date")[0] == (date(2026, 4, 3), date(2026, 4, 13))
    american = "D-1,A,03/04/2026,03/25/2026,10.00,EUR\n"
    assert only(imported(HEADER + american), "issue_date") == [(date(2026, 3, 4),)]


def test_an_ambiguous_column_is_asked_about_and_never_guessed():
    data = HEADER + "D-1,A,03/04/2026,05/04/2026,10.00,EUR\n"
    learned = learn(data)
    assert [question.column for question in learned.questions] == ["Invoice Date", "Due Date"]
    question = learned.questions[0]
    assert question.readings == (("dmy", "03/04/2026 = 2026-04-03"), ("mdy", "03/04/2026 = 2026-03-04"))
    assert "--date-order dmy" in question.answer
    with pytest.raises(table.QuestionOpen):
        list(learned.batches())
    assert only(imported(data, date_order="mdy"), "issue_date") == [(date(2026, 3, 4),)]
    assert only(imported(data, mapping=Mapping.from_dict({"date_order": "dmy"})), "issue_date") == [(date(2026, 4, 3),)]


def test_contradicting_dates_are_asked_about_and_then_leave_findings():
    data = HEADER + "D-1,A,13/04/2026,13/05/2026,10.00,EUR\nD-2,A,04/13/2026,13/05/2026,10.00,EUR\n"
    assert [question.code for question in learn(data).questions] == ["dates_contradict"]
    assert codes(imported(data, date_order="dmy")) == [(3, "date_unreadable")]


def test_columns_that_fit_invoices_and_payments_alike_are_asked_about():
    data = "Date;Customer;Invoice number;Amount\n05.01.2026;A;12;1,00\n"
    assert [question.code for question in learn(data).questions] == ["kind_ambiguous"]
    assert len(imported(data, kind="payments").payments) == 1
    assert len(imported(data, kind="invoices").invoices) == 1
    assert len(imported(data, file_name="Платежи март.csv").payments) == 1


def test_a_thousand_or_a_fraction_is_asked_about():
    data = "Number;Customer;Invoice date;Total\n1;A;2026-01-05;1.234\n"
    assert [question.code for question in learn(data).questions] == ["decimals_ambiguous"]
    assert imported(data, decimal=",").invoices["total"].to_list() == [123400]
    assert codes(imported(data, decimal=".")) == [(2, "amount_decimals")]


def test_a_saved_mapping_goes_before_what_is_recognised():
    data = "Ref;Who;When;Total;Betrag2\nX-1;Acme;2026-01-05;1,00;2,00\n"
    mapping = Mapping.from_dict(
        {"columns": {"Ref": "number", "Who": "customer_name", "When": "issue_date", "Betrag2": "total", "Total": ""}}
    )
    assert imported(data, mapping=mapping).invoices["total"].to_list() == [200]
    with pytest.raises(table_header.ColumnsMissing, match="When"):
        learn(data, kind="invoices")


def test_the_saved_mapping_of_a_file_reads_it_the_same():
    data = 'Фактура №;Клиент "А";Дата;Падеж;Сума\n1;Алфа;03/04/2026;03/04/2026;1,50\n'
    learned = learn(data, mapping=Mapping(columns={'Клиент "А"': "customer_name"}), date_order="dmy")
    saved = Mapping.from_dict(tomllib.loads(learned.saved_mapping().to_toml()))
    assert (
        imported(data, mapping=saved).invoices.rows()
        == next(b for b in learned.batches() if len(b.invoices)).invoices.rows()
    )


def test_a_mapping_saves_what_was_answered_and_not_what_one_file_settled():
    settled = learn(HEADER + "D-1,A,13/04/2026,13/05/2026,10.00,EUR\n").saved_mapping()
    assert settled.date_order is None
    assert learn(HEADER + "D-1,A,03/04/2026,,10.00,EUR\n", date_order="mdy").saved_mapping().date_order == "mdy"


def test_title_rows_above_and_totals_below_are_no_invoices():
    data = "Задолженность покупателей;;;\n;;;\nНомер;Клиент;Дата;Сумма\n1;А;05.01.2026;100,00\nИтого;;;100,00\n"
    batch = imported(data + ";;;\n;Составил: Смирнова О. И.;;\n")
    assert batch.invoices["line"].to_list() == [4]
    assert codes(batch) == [(5, "total_row"), (7, "note_row")]


def test_a_bad_row_is_a_finding_and_the_rest_goes_in():
    bad = "A-2,Acme,2026-13-45,2026-02-05,100.00,EUR\nA-3,Acme,2026-01-05,2026-02-05,a lot,EUR\n,Acme,2026-01-05,2026-02-05,1.00,EUR\n"
    batch = imported(
        HEADER
        + ROW
        + bad
        + "A-5,,2026-01-05,,1.00,EUR\nA-6,Acme,2026-01-05,,1.00,XYZ\nA-7,Acme,2026-01-05,,1,000.00,EUR\n"
    )
    assert batch.invoices["number"].to_list() == ["A-1"]
    assert codes(batch) == [
        (3, "date_unreadable"),
        (4, "amount_unreadable"),
        (5, "number_missing"),
        (6, "customer_missing"),
        (7, "currency_unknown"),
        (8, "currency_unknown"),
        (8, "row_too_long"),
    ]
    finding = batch.findings.row(0, named=True)
    assert (finding["header"], finding["value"], finding["number"], finding["holds"]) == (
        "Invoice Date",
        "2026-13-45",
        "A-2",
        True,
    )
    assert '"Total":"100.00"' in finding["raw"]


def test_negative_zero_and_small_change():
    rows = "N-1,A,2026-01-05,,-100.00,EUR\nZ-1,A,2026-01-05,,0.00,EUR\nJ-1,A,2026-01-05,,100,JPY\nJ-2,A,2026-01-05,,100.50,JPY\nK-1,A,2026-01-05,,1.2345,EUR\n"
    batch = imported(HEADER + rows)
    assert only(batch, "number", "kind", "total") == [
        ("N-1", "credit_note", 10000),
        ("Z-1", "invoice", 0),
        ("J-1", "invoice", 100),
    ]
    assert codes(batch) == [(2, "negative_total"), (3, "zero_total"), (5, "amount_decimals"), (6, "amount_unreadable")]


def test_the_currency_of_a_cell_a_header_and_the_creditor():
    data = "No;Customer;Date;Total;Currency\n1;A;05.01.2026;€ 5,50;\n2;A;05.01.2026;5,50 лв;\n3;A;05.01.2026;5,50;\n4;A;05.01.2026;5,50 EUR;USD\n"
    batch = imported(data, currency_default="USD")
    assert only(batch, "number", "currency") == [("1", "EUR"), ("2", "BGN"), ("3", "USD")]
    assert codes(batch) == [(5, "currency_contradicts")]


def test_the_same_number_twice():
    same = "A-2,B,2026-01-05,2026-02-05,1.00,EUR\n"
    batch = imported(HEADER + ROW + ROW.replace("100.00", "150.00") + same + same)
    assert batch.invoices["number"].to_list() == ["A-2"]
    assert codes(batch) == [(2, "number_repeated"), (3, "number_repeated"), (5, "row_repeated")]
    assert batch.findings.filter(code="number_repeated")["holds"].all()


def test_a_number_used_again_next_year_is_another_invoice():
    batch = imported(HEADER + ROW + ROW.replace("2026-01", "2025-01"))
    assert len(batch.invoices) == 2 and codes(batch) == []
    batch = imported(HEADER + ROW + ROW.replace("2026-01-05", "2026-01-06"))
    assert len(batch.invoices) == 2 and codes(batch) == [(2, "number_reused"), (3, "number_reused")]


def test_an_open_items_sheet():
    data = """Invoice No;Customer;Date;Due;Total;Paid;Paid on;Balance;Status;Last reminded
1;A;05.01.2026;05.02.2026;100,00;40,00;10.01.2026;60,00;частично оплачен;01.02.2026
2;A;05.01.2026;05.02.2026;100,00;;;100,00;open;
3;A;05.01.2026;05.02.2026;100,00;;;;оплачен;
4;A;05.01.2026;05.02.2026;100,00;;07.01.2026;;;
5;A;05.01.2026;05.02.2026;100,00;;;30,00;;
6;A;05.01.2026;05.02.2026;;;;30,00;;
7;A;05.01.2026;05.02.2026;100,00;20,00;;90,00;;
8;A;05.01.2026;05.02.2026;100,00;;;100,00;платена;
9;A;05.01.2026;05.02.2026;100,00;;;0,00;анулирана;
10;A;05.01.2026;05.02.2026;100,00;;09.01.2026;;частично;
"""
    batch = imported(data)
    assert only(batch, "number", "total", "paid", "balance", "status", "paid_on") == [
        ("1", 10000, 4000, 6000, "part_paid", date(2026, 1, 10)),
        ("2", 10000, 0, 10000, "open", None),
        ("3", 10000, 10000, 0, "paid", None),
        ("4", 10000, 10000, 0, None, date(2026, 1, 7)),
        ("5", 10000, 7000, 3000, None, None),
        ("6", None, None, 3000, None, None),
        ("7", 10000, 2000, 9000, None, None),
        ("8", 10000, 0, 10000, "paid", None),
        ("9", 10000, None, 0, "cancelled", None),
        ("10", 10000, None, None, "part_paid", date(2026, 1, 9)),
    ]
    assert batch.invoices["last_reminded"][0] == date(2026, 2, 1)
    assert codes(batch) == [(8, "does_not_tie"), (9, "status_contradicts"), (11, "part_unknown")]


def test_a_sheet_without_rows_is_nothing():
    assert imported(HEADER).rows == 0 and imported("Name,Email\n").customers.is_empty()


def test_the_canonical_csv():
    data = """invoice_id,customer_id,issue_date,due_date,amount,currency,paid_date,payment_terms,disputed,business_code
HR-1,2005,2018-11-09,2019-02-28,24254.0,,2019-02-28,90M7,0.0,U001
HR-2,2005,2018-11-15,2019-03-06,2480.0,CAD,,90M7,,U001
"""
    batch = imported(data)
    fields = ("number", "customer_key", "total", "currency", "paid", "paid_on")
    assert only(batch, *fields) == [
        ("HR-1", "id:2005", 2425400, "EUR", 2425400, date(2019, 2, 28)),
        ("HR-2", "id:2005", 248000, "CAD", None, None),
    ]


def test_rows_that_are_lines_of_one_invoice():
    data = """Client,Invoice #,Date,Item,Rate,Quantity,Line Total,Currency
X,001,2021-01-28,Paint,65.00,10,650.00,USD
X,001,2021-01-28,Work,98.00,5,490.00,USD
X,002,2021-01-28,Work,98.00,5,oops,USD
X,002,2021-01-28,Work,98.00,5,490.00,USD
"""
    batch = imported(data)
    assert only(batch, "number", "total") == [("001", 114000)]
    assert batch.invoice_lines.select("position", "description", "amount").rows() == [
        (1, "Paint", 65000),
        (2, "Work", 49000),
    ]
    assert codes(batch) == [(4, "amount_unreadable"), (5, "document_incomplete")]


def test_items_of_one_number_and_day_for_two_customers_contradict_each_other():
    data = """Client,Invoice #,Date,Item,Line Total,Currency
X,001,2021-01-28,Paint,650.00,USD
Y,001,2021-01-28,Work,490.00,USD
"""
    batch = imported(data)
    assert batch.invoices.is_empty()
    assert codes(batch) == [(2, "document_incomplete"), (3, "document_incomplete")]


def test_rows_that_are_instalments_of_one_invoice():
    data = "Номер;Клиент;Дата;Срок;Сумма;Вноска\n1;А;05.01.2026;05.02.2026;60,00;1\n1;А;05.01.2026;05.03.2026;40,00;2\n"
    batch = imported(data)
    assert only(batch, "number", "total", "due_date") == [("1", 10000, date(2026, 3, 5))]
    assert batch.instalments.select("position", "due_date", "amount").rows() == [
        (1, date(2026, 2, 5), 6000),
        (2, date(2026, 3, 5), 4000),
    ]


def test_a_request_before_work():
    data = "Номер;Вид документа;Клиент;Дата;Действителен до;Сумма\n1;Счёт на оплату;А;05.01.2026;20.01.2026;1,00\n2;;А;05.01.2026;20.01.2026;1,00\n"
    assert only(imported(data), "kind", "valid_until") == [("request", date(2026, 1, 20))] * 2


@pytest.mark.parametrize("header", ["Начало работ", "Начало на работата", "Work starts"])
def test_an_order_says_when_its_work_starts(header):
    data = f"Номер;Вид документа;Клиент;Дата;Действителен до;Сумма;{header}\n1;проформа;А;05.01.2026;20.01.2026;1,00;26.01.2026\n"
    assert only(imported(data), "kind", "starts_on") == [("request", date(2026, 1, 26))]
    early = imported(data.replace("26.01.2026\n", "20.01.2026\n"))
    assert codes(early) == [(2, "start_before_end")] and early.invoices["starts_on"][0] == date(2026, 1, 20)


@pytest.mark.parametrize(
    ("header", "word", "method"),
    [
        ("Способ оплаты", "Безналичный расчёт", "transfer"),
        ("Предпочитан начин на плащане", "с карта", "card"),
        ("Preferred payment method", "Cash", "cash"),
    ],
)
def test_a_customer_list_says_how_the_customer_likes_to_pay(header, word, method):
    data = f"Код;Наименование;E-mail;{header}\n7;Ромашка;a@x.ru;{word}\n8;Мак;b@x.ru;{word}\n9;Роза;c@x.ru;\n"
    batch = imported(data)
    assert batch.customers["preferred_method"].to_list() == [method, method, None]
    assert codes(imported(data.replace(f"8;Мак;b@x.ru;{word}", "8;Мак;b@x.ru;ракушки"))) == [(3, "method_unknown")]


def test_customers_with_several_contacts():
    data = """Код;Наименование;ИНН/КПП;Язык;Страна;Вид клиента;Контактное лицо;Должность;E-mail;Телефон
7;ООО «Ромашка»;7701234567/770101001;русский;Россия;юрлицо;Анна;бухгалтер;A@x.ru; +7 (900) 123-45-67
7;ООО «Ромашка»;7701234567/770101001;русский;Россия;юрлицо;Иван;директор;i@x.ru, bad@;
8;Алфа ООД;BG123456789;bg;България;;;;;
"""
    batch = imported(data)
    assert learn(data).kind is RecordKind.CUSTOMERS
    fields = ("customer_key", "customer_tax_id", "language", "country", "kind")
    assert batch.customers.select(fields).rows() == [
        ("id:7", "7701234567", "ru", "RU", "business"),
        ("id:8", "123456789", "bg", "BG", None),
    ]
    assert batch.contacts.select("name", "role", "email", "phone").rows() == [
        ("Анна", "payable", "a@x.ru", "+79001234567"),
        ("Иван", "director", "i@x.ru", None),
        ("Иван", "director", None, None),
    ]
    assert codes(batch) == [(3, "email_unreadable")]


def test_payments():
    data = """Дата платежа;Плательщик;Сумма;Назначение платежа;Номер операции
05.01.2026;ООО «Ромашка»;1 000,00;Оплата по счету 12;P-1
06.01.2026;ООО «Ромашка»;-5,00;Возврат;P-2
07.01.2026;ООО «Ромашка»;5,00;;
07.01.2026;ООО «Ромашка»;5,00;;
"""
    batch = imported(data)
    assert learn(data).kind is RecordKind.PAYMENTS
    assert batch.payments.select("date", "amount", "payer_name", "remittance").rows() == [
        (date(2026, 1, 5), 100000, "ООО «Ромашка»", "Оплата по счету 12"),
        (date(2026, 1, 7), 500, "ООО «Ромашка»", None),
    ]
    assert codes(batch) == [(3, "payment_not_positive"), (5, "payment_repeated")]
    assert batch.customers.is_empty()


def test_a_workbook_keeps_its_numbers_and_dates():
    book = openpyxl.Workbook()
    book.create_sheet("notes").append(["nothing here"])
    page = book.create_sheet("Invoices")
    page.append(["Our invoices"])
    page.append(["Number", "Customer", "Invoice date", "Total", "Balance"])
    page.append([12, "Acme", date(2026, 4, 3), 1.234, 1234])
    page.append(["0012", "Acme", date(2026, 4, 3), 1234.5, 0])
    out = io.BytesIO()
    book.save(out)
    batch = imported(out.getvalue())
    assert only(batch, "line", "number", "issue_date", "total", "paid") == [
        (4, "0012", date(2026, 4, 3), 123450, 123450)
    ]
    assert codes(batch) == [(3, "amount_decimals")]


def test_a_header_of_two_rows_with_titles_over_groups_of_columns():
    book = openpyxl.Workbook()
    for row in (
        ["Debtors report"],
        ["Invoice", None, "Customer", "Amounts", None, "Dates", None],
        ["No", "Currency", "Name", "Total", "Balance", "Issued", "Due date"],
        ["0012", "EUR", "Daisy", "€1,200.00", "€200.00", "25/03/2026", "05/04/2026"],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    batch = imported(out.getvalue())
    assert only(batch, "number", "customer_name", "issue_date", "total", "balance") == [
        ("0012", "Daisy", date(2026, 3, 25), 120000, 20000)
    ]


def test_what_is_no_table_is_refused_with_a_sentence():
    for data in (b"", b"PK\x03\x04 not a zip", b"<html><body>error</body></html>", b"\x00\x01\x02\x03" * 400):
        with pytest.raises(Exception) as refused:
            learn(data)
        assert refused.type.__module__.startswith("dunwell."), refused
    with pytest.raises(table_header.ColumnsMissing, match="Foo, Bar"):
        learn("Foo;Bar\n1;2\n")
