"""A sheet on its way into the ledger: added once, amended where it changed, never counted twice (I9)."""

from datetime import date
from pathlib import Path

import pytest

from dunwell.core import names
from dunwell.run import ahead, ingest, people, reconcile, stories
from dunwell.store import bulk, scope
from dunwell.store.models import (
    Allocation,
    Amendment,
    Contact,
    ContactPoint,
    Customer,
    FindingRecord,
    Invoice,
    OptOut,
    Payment,
    Receivable,
    Touch,
)

DAY = date(2026, 3, 2)
OPEN_ITEMS = """Клиент;Имейл;Лице за контакт;Номер на фактура;Дата;Падеж;Сума;Платено;Валута
Маргаритка ООД;anna@daisy.example;Анна Иванова;1042;01.02.2026;15.02.2026;1 240,00;0,00;EUR
Балкан Трейд ООД;ivan@balkan.example;Иван Петров;1043;03.02.2026;17.02.2026;300,50;100,00;EUR
"""


@pytest.fixture
def take(creditor, tmp_path: Path):
    def take(text: str, name: str = "open.csv", **options):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return ingest.file(creditor, path, **{"as_of": DAY, "by": "anna", **options})

    return take


def test_an_open_items_sheet_becomes_customers_invoices_and_money(creditor, take):
    summary = take(OPEN_ITEMS)
    assert not summary.findings, summary.findings
    with scope.of(creditor.pk):
        assert sorted(Customer.objects.values_list("name", flat=True)) == ["Балкан Трейд ООД", "Маргаритка ООД"]
        assert sorted(Receivable.objects.values_list("amount", flat=True)) == [30050, 124000]
        assert list(Allocation.objects.values_list("amount", flat=True)) == [10000]
        contact = Contact.objects.get(customer__name="Маргаритка ООД")
        assert (contact.given_name, contact.family_name, contact.gender) == ("Анна", "Иванова", "f")


def test_the_same_sheet_again_changes_nothing(creditor, take):
    take(OPEN_ITEMS)
    again = take(OPEN_ITEMS)
    assert again.counts["invoices_new"] == again.counts["payments_reported"] == again.counts["facts_changed"] == 0
    with scope.of(creditor.pk):
        assert Invoice.objects.count() == 2 and Payment.objects.count() == 1 and not Amendment.objects.exists()


def test_the_same_trouble_every_day_is_one_finding_and_more_of_it_one_more(creditor, take):
    broken = OPEN_ITEMS + "Роза ООД;;;1044;скоро;17.02.2026;10,00;0,00;EUR\n"
    moved = broken.replace("Роза", "Нов клиент ООД;;;1045;04.02.2026;18.02.2026;20,00;0,00;EUR\nРоза")
    take(broken)
    take(broken)
    take(moved, "tomorrow.csv", as_of=date(2026, 3, 3))
    with scope.of(creditor.pk):
        assert FindingRecord.objects.filter(code="date_unreadable").count() == 1
    take(moved + "Роза ООД;;;1046;скоро;17.02.2026;30,00;0,00;EUR\n")
    with scope.of(creditor.pk):
        assert FindingRecord.objects.filter(code="date_unreadable").count() == 2


def test_a_changed_due_date_is_an_amendment_with_old_and_new(creditor, take):
    take(OPEN_ITEMS)
    summary = take(OPEN_ITEMS.replace("15.02.2026", "20.02.2026"))
    assert summary.counts["facts_changed"] == 1
    (said,) = summary.changes
    assert said.endswith(" due_date: 2026-02-15 → 2026-02-20")
    with scope.of(creditor.pk):
        change = Amendment.objects.get()
        assert (change.field, change.old, change.new) == ("due_date", "2026-02-15", "2026-02-20")
        assert Receivable.objects.filter(due_date=date(2026, 2, 20)).count() == 1


def test_a_changed_sum_is_told_in_the_story(creditor, take):
    take(OPEN_ITEMS)
    summary = take(OPEN_ITEMS.replace("1 240,00", "1 300,00"), as_of=date(2026, 3, 3))
    assert summary.changes == ["1042 total: 1240.00 EUR → 1300.00 EUR"]
    (told,) = stories.tell(creditor, "1042", date(2026, 3, 4), rehearsal=True)
    assert (date(2026, 3, 3), "changed", "total: 1240.00 EUR → 1300.00 EUR") in told.events


def test_more_paid_than_before_is_a_payment_of_the_difference(creditor, take):
    take(OPEN_ITEMS)
    take(OPEN_ITEMS.replace("100,00;EUR", "300,50;EUR"))
    with scope.of(creditor.pk):
        assert sorted(Payment.objects.values_list("amount", flat=True)) == [10000, 20050]
        assert not Payment.objects.filter(is_date_known=True).exists(), "the sheet does not say when"


def test_a_row_missing_from_a_complete_sheet_holds_its_chase(creditor, take):
    take(OPEN_ITEMS)
    shorter = "\n".join(OPEN_ITEMS.splitlines()[:2]) + "\n"
    summary = take(shorter, complete=True)
    assert summary.counts["missing_from_complete_file"] == 1
    with scope.of(creditor.pk):
        finding = FindingRecord.objects.get(code="row_missing")
        assert finding.holds and finding.receivable.invoice.number == "1043"


def test_last_reminded_is_a_contact_made_by_hand(creditor, take):
    text = OPEN_ITEMS.replace("Валута\n", "Валута;Последно напомняне\n").replace("0,00;EUR\n", "0,00;EUR;25.02.2026\n")
    take(text)
    with scope.of(creditor.pk):
        assert set(Touch.objects.values_list("effective_on", flat=True)) == {date(2026, 2, 25)}


def test_payments_find_their_invoices_by_number(creditor, take):
    take(OPEN_ITEMS)
    take(
        "Дата;Сума;Валута;Наредител;Основание\n28.02.2026;1240,00;EUR;Маргаритка ООД;плащане по ф-ра 1042\n"
        "28.02.2026;55,00;EUR;Неизвестен ЕООД;аванс\n",
        name="payments.csv",
    )
    done = reconcile.run(creditor, DAY, by="anna")
    assert (done.allocations, done.unapplied) == (1, 1)
    assert reconcile.run(creditor, DAY, by="anna").allocations == 0
    with scope.of(creditor.pk):
        assert Customer.objects.count() == 2, "an unknown payer is not a new customer"
        assert Allocation.objects.filter(receivable__invoice__number="1042").get().amount == 124000


def test_every_role_of_a_sheet_is_one_of_the_ledger_and_an_unknown_one_is_told(creditor, take):
    summary = take(
        "Name,Contact person,Role,Email\nDaisy Ltd,Ms Ann Lee,CFO,ann@daisy.example\nDaisy Ltd,Mr Bo Day,Head of joy,bo@daisy.example\n",
        name="customers.csv",
    )
    with scope.of(creditor.pk):
        assert dict(Contact.objects.values_list("given_name", "role")) == {"Ann": "finance", "Bo": "requester"}
    assert [finding.code for finding in summary.findings] == ["contact_role_unknown"]


def test_a_credit_note_is_not_taken_for_money_that_the_sheet_forgot(creditor, take):
    take(OPEN_ITEMS)
    take(
        "Вид;Клиент;Номер на фактура;Дата;Сума;Валута;Към фактура\nкредитно известие;Балкан Трейд ООД;KI-1;20.02.2026;50,00;EUR;1043\n",
        name="credit.csv",
    )
    reconcile.run(creditor, DAY, by="anna")
    again = take(OPEN_ITEMS)
    with scope.of(creditor.pk):
        assert Allocation.objects.filter(payment=None).count() == 1, "the credit note reduces its invoice"
        assert Payment.objects.count() == 1
    assert not again.findings, again.findings


def test_a_corrected_address_takes_the_place_of_the_old_one(creditor, take):
    take(OPEN_ITEMS)
    summary = take(OPEN_ITEMS.replace("anna@daisy", "a.ivanova@daisy"), "corrected.csv")
    assert summary.counts["facts_changed"] == 1
    again = take(OPEN_ITEMS.replace("anna@daisy", "a.ivanova@daisy"), "corrected.csv")
    assert again.counts["facts_changed"] == 0
    with scope.of(creditor.pk):
        change = Amendment.objects.get()
        assert (change.noun, change.field, change.old, change.new) == (
            "contact",
            "email",
            "anna@daisy.example",
            "a.ivanova@daisy.example",
        )
        point = ContactPoint.objects.get(contact__customer__name="Маргаритка ООД")
        assert point.address == "a.ivanova@daisy.example"
        assert point.person_key == names.person_key("a.ivanova@daisy.example")


def test_a_corrected_phone_takes_the_place_of_the_old_one(creditor, take):
    text = "Клиент;Имейл;Лице за контакт;Телефон\nМаргаритка ООД;anna@daisy.example;Анна Иванова;+359 88 111 1111\n"
    take(text, kind="customers")
    take(text.replace("111 1111", "222 2222"), kind="customers")
    with scope.of(creditor.pk):
        found = dict(ContactPoint.objects.order_by("pk").values_list("channel", "address"))
        assert {digits[-7:] for digits in (names.digits(found["call"]), names.digits(found["sms"]))} == {"2222222"}
        assert ContactPoint.objects.count() == 3 and Amendment.objects.get().field == "phone"


def test_who_opted_out_stays_so_at_a_corrected_address(creditor, take):
    take(OPEN_ITEMS)
    people.opt_out(creditor, "anna@daisy.example", channel="email", on=DAY, by="anna", why="asked")
    take(OPEN_ITEMS.replace("anna@daisy", "a.ivanova@daisy"))
    with scope.of(creditor.pk):
        key = names.person_key("a.ivanova@daisy.example")
        assert OptOut.objects.filter(person_key=key, channel="email", wanted=False).exists()


def test_two_addresses_of_one_name_in_one_file_are_two_ways_and_no_correction(creditor, take):
    second = OPEN_ITEMS + "Маргаритка ООД;office@daisy.example;Анна Иванова;1050;01.02.2026;15.02.2026;10,00;0,00;EUR\n"
    take(second)
    take(second)
    with scope.of(creditor.pk):
        assert not Amendment.objects.exists()
        assert ContactPoint.objects.filter(contact__customer__name="Маргаритка ООД").count() == 2


def test_the_channel_that_a_contact_prefers_is_kept(creditor, take):
    take(
        "Customer,Contact person,Email,Phone,Preferred channel\nDaisy Ltd,Anna Brown,anna@daisy.example,+44 20 7946 0000,sms\n",
        kind="customers",
    )
    with scope.of(creditor.pk):
        assert list(ContactPoint.objects.filter(is_preferred=True).values_list("channel", flat=True)) == ["sms"]


def test_an_older_sheet_changes_nothing_also_after_another_older_one(creditor, take):
    take(OPEN_ITEMS, as_of=date(2026, 3, 10))
    take(OPEN_ITEMS, as_of=date(2026, 3, 4))
    late = take(OPEN_ITEMS.replace("15.02.2026", "20.02.2026"), as_of=date(2026, 3, 6))
    assert late.counts["rows_older"] == 2 and late.counts["facts_changed"] == 0


def test_what_is_made_ahead_comes_in_order_and_its_trouble_comes_with_it():
    def numbers():
        yield from (1, 2, 3)
        raise ValueError("the fourth")

    got = []
    with pytest.raises(ValueError, match="the fourth"):
        for number in ahead.of(numbers()):
            got.append(number)
    assert got == [1, 2, 3]
    assert ahead.begun(lambda: 7).result() == 7


def test_a_sheet_reads_no_ledger_whole(creditor, take):
    """However much is known, a batch costs what the batch is: else a million rows take hours."""
    head, known = OPEN_ITEMS.splitlines()[0], 3_000
    take(
        "\n".join([head, *(f"Клиент {n % 9};;;A{n};01.02.2026;15.02.2026;50,00;;EUR" for n in range(known))]),
        "known.csv",
    )
    rows = [f"Клиент {n % 9};;;A{n};01.02.2026;15.02.2026;50,00;10,00;EUR" for n in range(known - 20, known + 20)]
    with scope.of(creditor.pk):
        take("\n".join([head, *rows]), "today.csv")
        read = dict(bulk.rows("SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables"))
        assert Invoice.objects.count() == known + 20 and Payment.objects.count() == Allocation.objects.count() == 40
    assert read["invoice"] == read["receivable"] == 0


LIST = "Клиент;Лице за контакт;Имейл;Телефон\n"


def written_to(customer: str) -> list[str]:
    """The e-mail addresses of a customer in the order in which letters take them."""
    points = ContactPoint.objects.filter(contact__customer__name=customer, channel="email")
    return list(points.order_by("contact__rank", "contact_id").values_list("address", flat=True))


@pytest.mark.parametrize(
    "cell",
    [
        "zoe@daisy.example; anna@daisy.example",
        "Zoe@daisy.example, anna@daisy.example",
        "zoe@daisy.example anna@daisy.example",
        "zoe@daisy.example / anna@daisy.example",
        "Зоя Петрова <zoe@daisy.example>, <anna@daisy.example>",
        "zoe@daisy.example\nanna@daisy.example",
    ],
)
def test_of_two_addresses_in_a_cell_the_first_written_is_the_first(creditor, take, cell):
    assert not take(f'{LIST}Маргаритка ООД;;"{cell}";\n', kind="customers").findings
    with scope.of(creditor.pk):
        assert written_to("Маргаритка ООД") == ["zoe@daisy.example", "anna@daisy.example"]


def test_two_telephones_in_a_cell_are_two_numbers(creditor, take):
    take(f"{LIST}Маргаритка ООД;Анна Иванова;anna@daisy.example;0888/123 456, 02 987 65 43\n", kind="customers")
    with scope.of(creditor.pk):
        points = ContactPoint.objects.filter(channel="call").order_by("contact__rank", "contact_id")
        assert list(points.values_list("address", flat=True)) == ["0888123456", "029876543"]


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ("a@x.example; b@x.example", "c@x.example; b@x.example", ["c@x.example", "b@x.example", "a@x.example"]),
        ("a@x.example; b@x.example", "b@x.example", ["b@x.example", "a@x.example"]),
        ("a@x.example; b@x.example", "b@x.example; a@x.example", ["b@x.example", "a@x.example"]),
        ("a@x.example", "b@x.example", ["b@x.example"]),
        ("a@x.example", "", ["a@x.example"]),
    ],
)
def test_whom_a_newer_sheet_names_is_written_to_before_whom_it_no_longer_names(creditor, take, before, after, first):
    take(f'{LIST}Маргаритка ООД;;"{before}";\n', kind="customers")
    take(f'{LIST}Маргаритка ООД;;"{after}";\n', kind="customers", as_of=date(2026, 3, 3))
    with scope.of(creditor.pk):
        assert written_to("Маргаритка ООД") == first
    take(f'{LIST}Маргаритка ООД;;"{before}";\n', kind="customers", as_of=DAY)
    with scope.of(creditor.pk):
        assert written_to("Маргаритка ООД")[: len(first)] == first, "an older sheet says nothing of today"


def test_another_person_at_a_customer_takes_the_place_of_who_left(creditor, take):
    take(f"{LIST}Маргаритка ООД;Анна Иванова;anna@x.example;\n", kind="customers")
    take(f"{LIST}Маргаритка ООД;Борис Петров;boris@x.example;\n", kind="customers", as_of=date(2026, 3, 3))
    with scope.of(creditor.pk):
        assert written_to("Маргаритка ООД") == ["boris@x.example", "anna@x.example"]


def test_what_a_database_writes_for_nothing_is_a_blank_cell(creditor, take):
    take(
        "Client;Email;Invoice no;Date;Due date;Amount;What for\nRose Ltd;\\N;1;2026-02-01;2026-02-15;10.00;\\N\nC:\\New Ltd;;2;2026-02-01;2026-02-15;10.00;\\.\n"
    )
    with scope.of(creditor.pk):
        assert list(Invoice.objects.order_by("number").values_list("customer__name", "what_for")) == [
            ("Rose Ltd", ""),
            ("C:\\New Ltd", "\\."),
        ]
        assert not ContactPoint.objects.exists()
