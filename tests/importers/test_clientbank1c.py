"""1CClientBankExchange: direction by the own account, several accounts, sections per day, damaged files."""

from datetime import date
from decimal import Decimal

import pytest

from dunwell.core.refusal import Refusal
from importers.reading import statement

OWN = "40702810200000000001"
OTHER = "40702810900000000777"
SECOND = "40702978300000000002"


def frame(
    account: str = OWN,
    day: str = "11.01.2026",
    opening: str = "0.00",
    closing: str = "1000.00",
    into: str = "1000.00",
    out: str = "0.00",
) -> str:
    return (
        f"СекцияРасчСчет\nДатаНачала={day}\nДатаКонца={day}\nРасчСчет={account}\nНачальныйОстаток={opening}\n"
        f"ВсегоПоступило={into}\nВсегоСписано={out}\nКонечныйОстаток={closing}\nКонецРасчСчет\n"
    )


def document(payer: str = OTHER, payee: str = OWN, amount: str = "1000.00", more: str = "") -> str:
    return (
        f"СекцияДокумент=Платежное поручение\nНомер=5\nДата=10.01.2026\nСумма={amount}\n{more}ПлательщикСчет={payer}\n"
        f'ПлательщикИНН=7707083893\nПлательщик=ИНН 7707083893 ООО "Ромашка"\nПолучательСчет={payee}\nПолучатель1=АО Вектор\n'
        "НазначениеПлатежа=Оплата по счету N 15 от 05.01.2026\nКонецДокумента\n"
    )


def exchange(
    *parts: str, accounts: tuple[str, ...] = (OWN,), encoding: str = "Windows", end: str = "КонецФайла\n"
) -> str:
    header = "".join(f"РасчСчет={account}\n" for account in accounts)
    return f"1CClientBankExchange\nВерсияФормата=1.03\nКодировка={encoding}\n{header}{''.join(parts)}{end}".replace(
        "\n", "\r\n"
    )


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("Windows", "cp1251"), ("DOS", "cp866"), ("Windows", "utf-8"), ("Windows", "utf-8-sig"), ("UTF-8", "cp1251")],
)
def test_the_encoding_is_found_whatever_is_declared(declared, encoding):
    read = statement(
        "clientbank1c", exchange(frame(), document(more="ДатаПоступило=11.01.2026\n"), encoding=declared), encoding
    )
    (entry,) = read.entries
    assert (entry.amount, entry.booking_date, entry.counterparty.name) == (1000, date(2026, 1, 11), 'ООО "Ромашка"')
    assert (entry.counterparty.tax_number, entry.currency) == ("7707083893", "RUB")
    assert (read.closed[0].opening, read.closed[0].closing) == (0, 1000)


def test_the_own_account_decides_the_direction_not_the_kind_of_document():
    read = statement("clientbank1c", exchange(frame(), document(), document(payer=OWN, payee=OTHER, amount="10.00")))
    assert read.amounts == [1000, -10]


def test_a_hidden_payer_is_known_by_the_date_that_is_filled_in():
    hidden = document(payer="12312312312312312", payee="61304810100000000002", more="ДатаСписано=11.01.2026\n")
    assert statement("clientbank1c", exchange(frame(), hidden)).amounts == [-1000]


def test_a_document_between_strangers_is_left_out_and_said():
    read = statement("clientbank1c", exchange(frame(), document(payee=SECOND), document()))
    assert (read.amounts, "direction_unknown" in read.codes) == ([1000], True)


def test_several_accounts_keep_the_order_of_the_file():
    parts = (frame(), frame(SECOND, closing="50.00", into="50.00"), document(), document(payee=SECOND, amount="50.00"))
    read = statement("clientbank1c", exchange(*parts, accounts=(OWN, SECOND)))
    assert (read.accounts, read.amounts) == ([OWN, SECOND], [1000, 50])
    assert [each.currency for each in read.entries] == ["RUB", "EUR"]
    assert "balance_differs" not in read.codes


def test_money_between_two_own_accounts_is_one_document_with_two_sides():
    read = statement("clientbank1c", exchange(frame(), document(payer=SECOND), accounts=(OWN, SECOND)))
    assert [(each.amount, each.is_counter_entry) for each in read.entries] == [(1000, False), (-1000, True)]


def test_a_section_for_each_day():
    days = (frame(day="12.01.2026", opening="1000.00", closing="1000.00", into="0"), frame(day="11.01.2026"))
    (closed,) = statement("clientbank1c", exchange(*days, document())).closed
    assert (closed.opening, closed.closing, closed.from_date, closed.to_date) == (
        0,
        1000,
        date(2026, 1, 11),
        date(2026, 1, 12),
    )


@pytest.mark.parametrize("amount", ["1 000,00", "1\u00a0000.00", "1000", "1000,0", "1000-00"])
def test_amounts(amount):
    assert statement("clientbank1c", exchange(frame(), document(amount=amount))).amounts == [1000]


@pytest.mark.parametrize("amount", ["", "NaN", "1E3", "тысяча", "-5.00"])
def test_an_amount_that_is_none_is_said(amount):
    read = statement("clientbank1c", exchange(frame(), document(amount=amount), document()))
    assert (read.amounts, "entry_unreadable" in read.codes) == ([1000], True)


def test_what_is_damaged_is_flagged():
    assert "file_cut_off" in statement("clientbank1c", exchange(frame(), document(), end="")).codes
    assert "totals_differ" in statement("clientbank1c", exchange(frame(into="9999.00"), document())).codes
    cut = document().replace("КонецДокумента\n", "")
    assert {"section_open"} <= set(statement("clientbank1c", exchange(frame(), cut, document())).codes)


def test_orders_on_their_way_to_the_bank_are_not_booked():
    (entry,) = statement("clientbank1c", exchange(document(payer=OWN, payee=OTHER))).entries
    assert (entry.amount, entry.status) == (Decimal(-1000), "information")


@pytest.mark.parametrize("text", ["", "1C", "<html>", "Кодировка=Windows"])
def test_what_is_no_exchange_is_refused(text):
    with pytest.raises(Refusal):
        statement("clientbank1c", text)


KAZAKH = """1CClientBankExchange
ВерсияФормата=2.00
Кодировка=UTF-8
РасчСчет=KZ86125KZT5004100100
СекцияРасчСчет
ДатаНачала=19.11.2026
ДатаКонца=19.11.2026
РасчСчет=KZ86125KZT5004100100
НачальныйОстаток=100 000,00
ВсегоПоступило=250 000,50
КонечныйОстаток=350 000,50
КонецРасчСчет
СекцияДокумент=ПлатежноеПоручение
НомерДокумента=77
ДатаДокумента=18.11.2026
ДатаОперации=19.11.2026
ПлательщикНаименование=ТОО Степь
ПлательщикБИН_ИИН=123456789012
ПлательщикИИК=KZ12722S000000012345
ПолучательИИК=KZ86125KZT5004100100
СуммаПриход=250 000,50
ВалютаДокумента=KZT
НазначениеПлатежа=Оплата счета 9
КонецДокумента
КонецФайла
"""


def test_the_exchange_of_kazakhstan_has_names_of_its_own():
    read = statement("clientbank1c", KAZAKH)
    (entry,) = read.entries
    assert (entry.amount, entry.currency, str(entry.booking_date)) == (Decimal("250000.50"), "KZT", "2026-11-19")
    assert (entry.counterparty.name, entry.counterparty.tax_number) == ("ТОО Степь", "123456789012")
    assert "balance_differs" not in read.codes
