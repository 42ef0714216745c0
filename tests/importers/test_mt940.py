"""MT940 and MT942 in the dialects of banks, and the traps that cost money."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core.refusal import Refusal
from importers.reading import statement


def mt940(*movements: str, opening: str = "C260101EUR1000,00", closing: str = "C260105EUR1100,00") -> str:
    lines = [
        ":20:REF1",
        ":25:DE89370400440532013000",
        ":28C:1/1",
        f":60F:{opening}",
        *movements,
        f":62F:{closing}",
        "-",
        "",
    ]
    return "\r\n".join(lines)


@pytest.mark.parametrize(
    ("mark", "amount", "is_reversal"),
    [
        ("C", "100", False),
        ("D", "-100", False),
        ("RC", "-100", True),
        ("RD", "100", True),
        ("CR", "100", False),
        ("DR", "-100", False),
        ("RCR", "-100", True),
        ("RDR", "100", True),
    ],
)
def test_the_mark_decides_the_side(mark, amount, is_reversal):
    """`RC` takes a credit back; the R behind the mark is only the currency's last letter."""
    (entry,) = statement("mt940", mt940(f":61:2601050105{mark}100,00NTRFNONREF//B1")).entries
    assert (entry.amount, entry.is_reversal) == (Decimal(amount), is_reversal)


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        (":61:2601050105C5,NTRFNONREF", "5"),
        (":61:2601050105C0,05NTRFNONREF", "0.05"),
        (":61:260105C000000000127,50N102EREF", "127.50"),
        (":61:260105    C127,5NTRFX", "127.5"),
        (":61:2601050105C1.234,56NTRFX", "1234.56"),
        (":61:2601050105C1234.56NTRFX", "1234.56"),
        (":61:2601050105CN12,NTRFX", "12"),
    ],
)
def test_amounts(line, amount):
    assert statement("mt940", mt940(line)).amounts == [Decimal(amount)]


@pytest.mark.parametrize(
    "line", [":61:2601050105C1,2,3NTRFX", ":61:2601050105X100,00NTRF", ":61:rubbish", ":61:2601050105C，NTRF"]
)
def test_a_movement_that_cannot_be_read_is_said_and_the_others_go_in(line):
    read = statement("mt940", mt940(line, ":61:2601050105C100,00NTRFX"))
    assert read.amounts == [100]
    assert "entry_unreadable" in read.codes


def test_the_entry_date_takes_the_year_nearest_to_the_value_date():
    (entry,) = statement("mt940", mt940(":61:2601021231C100,00NTRFX")).entries
    assert (entry.booking_date, entry.value_date) == (date(2025, 12, 31), date(2026, 1, 2))


def test_the_thirtieth_of_february_is_a_finding():
    read = statement("mt940", mt940(":61:260230C100,00NTRFX"))
    assert (read.entries[0].value_date, "date_impossible" in read.codes) == (None, True)


def test_german_subfields():
    read = statement(
        "mt940",
        mt940(
            ":61:2601050105C100,00NTRFNONREF//B1",
            ":86:166?00GUTSCHR. UEBERWEISUNG?109310?20EREF+E-2026-17?21KREF+NONREF?22SVWZ+Rechnung 2026-0",
            "017?23 vom 02.01.?30GENODEF1?31DE12345678901234567890?32Müller & Soehne Gm?33bH?34000",
        ),
    )
    (entry,) = read.entries
    assert entry.remittance == "Rechnung 2026-0017 vom 02.01."
    assert entry.references.end_to_end == "E-2026-17"
    assert (entry.counterparty.name, entry.counterparty.account) == ("Müller & Soehne GmbH", "DE12345678901234567890")


@pytest.mark.parametrize("mark", ["?", "~", "^", "+", "<", "&"])
def test_other_marks_of_subfields(mark):
    text = f":86:020{mark}00ПОЛУЧЕН ПРЕВОД{mark}20ФАКТУРА 1000000{mark}21123{mark}32АЛФА ООД"
    (entry,) = statement("mt940", mt940(":61:2601050105C100,00NTRFX", text), "cp1251").entries
    assert (entry.remittance, entry.counterparty.name) == ("ФАКТУРА 1000000123", "АЛФА ООД")


def test_dutch_words():
    text = ":86:/TRTP/SEPA OVERBOEKING/IBAN/NL25ABNA0987654321/BIC/ABNANL2A/NAME/\r\nFOOBAR/REMI/FACTUUR 12/EREF/NOTPROVIDED"
    (entry,) = statement("mt940", mt940(":61:2601050105C100,00N658NONREF", text)).entries
    assert (entry.remittance, entry.counterparty.name, entry.counterparty.account) == (
        "FACTUUR 12",
        "FOOBAR",
        "NL25ABNA0987654321",
    )
    assert entry.references.end_to_end == ""


def test_ing_counterparty_and_structured_remittance():
    text = ":86:/EREF/E1//CNTP/NL32INGB0000012345/INGBNL2A/ING Testrekening///REMI/STRD/CUR/9001123412341234/"
    (entry,) = statement("mt940", mt940(":61:2601050105C100,00NTRFEREF//1", text)).entries
    assert entry.counterparty.account == "NL32INGB0000012345"
    assert entry.counterparty.name == "ING Testrekening"
    assert entry.references.structured == "9001123412341234"


def test_lines_of_full_length_are_joined_in_the_word():
    first = "Payment for the invoices of the whole of last year, number 123456".ljust(65, "x")
    (entry,) = statement("mt940", mt940(":61:2601050105C100,00NTRFX", f":86:{first}\r\n789 and more")).entries
    assert "x789" in entry.remittance or "456789" in entry.remittance


def test_envelopes_are_taken_off():
    text = "{1:F01AAAABB99BSMK3513951576}{2:O9400934081223BBBBAA33XXXX03592332770812230834N}{4:\r\n" + mt940(
        ":61:2601050105C100,00NTRFX"
    ).replace("\r\n-\r\n", "\r\n-}{5:{CHK:0123456789AB}}\r\n")
    read = statement("mt940", text)
    assert (read.accounts, read.amounts) == (["DE89370400440532013000"], [100])


def test_several_statements_and_pages():
    page = [":20:A", ":25:111111", ":28C:1/1", ":60F:C260101EUR0,", ":61:260102C10,NTRFX", ":62M:C260102EUR10,"]
    next_page = [":20:A", ":25:111111", ":28C:1/2", ":60M:C260102EUR10,", ":61:260103C5,NTRFX", ":62F:C260103EUR15,"]
    other = [":20:B", ":25:222222", ":28C:1/1", ":60F:D260101EUR7,", ":62F:D260101EUR7,"]
    read = statement("mt940", "\n".join([*page, *next_page, *other]))
    assert (read.accounts, read.amounts, read.codes) == (["111111", "222222"], [10, 5], [])
    assert (read.closed[0].opening, read.closed[-1].closing) == (0, -7)


def test_a_missing_statement_between_two_is_seen():
    one = mt940(":61:2601050105C100,00NTRFX")
    assert "statement_gap" in statement("mt940", one + mt940(":61:2601060106C100,00NTRFY")).codes


def test_an_interim_report_has_no_balances():
    text = ":20:X\n:25:PL29\n:28C:1/1\n:34F:PLN0\n:13D:2601191815+0100\n:61:2601190119CN0,01NTRFNONREF//M1\n:86:TEST\n:90D:0PLN0,00\n:90C:1PLN0,01\n-\n"
    read = statement("mt940", text)
    assert (read.amounts, read.entries[0].currency, read.closed[0].opening) == ([Decimal("0.01")], "PLN", None)


def test_a_balance_that_does_not_follow_is_flagged_with_its_difference():
    read = statement("mt940", mt940(":61:2601050105C100,00NTRFX", closing="C260105EUR1900,00"))
    (finding,) = [event for event in read.events if getattr(event, "code", "") == "balance_differs"]
    assert "800.00" in finding.message


@pytest.mark.parametrize(
    "text", [":20:R\n:25:DE\n:60F:C260101EUR1,\n:61:2601050105C100,00NTRF\n:86:INVOI", "no statement at all", ""]
)
def test_cut_and_foreign_files_are_refused(text):
    with pytest.raises(Refusal):
        statement("mt940", text)


def test_control_bytes_and_a_missing_last_line_end():
    data = mt940(":61:2601050105C100,00NTRFX").encode().replace(b"\r\n-\r\n", b"").replace(b":86", b"\x01:86")
    assert statement("mt940", b"\x02" + data).amounts == [100]


@given(
    st.lists(
        st.tuples(st.sampled_from(["C", "D", "RC", "RD"]), st.integers(1, 10**9), st.text("abc/?+0 ", max_size=30)),
        max_size=8,
    )
)
def test_what_is_written_is_read(movements):
    signs = {"C": 1, "D": -1, "RC": -1, "RD": 1}
    total = sum(signs[mark] * cents for mark, cents, _ in movements)
    side = "C" if total >= 0 else "D"
    lines = [
        line
        for mark, cents, text in movements
        for line in (f":61:2601050105{mark}{cents // 100},{cents % 100:02}NTRFX", f":86:{text}")
    ]
    closing = f"{side}260105EUR{abs(total) // 100},{abs(total) % 100:02}"
    read = statement("mt940", mt940(*lines, opening="C260101EUR0,", closing=closing))
    assert [int(amount * 100) for amount in read.amounts] == [signs[mark] * cents for mark, cents, _ in movements]
    assert "balance_differs" not in read.codes


def test_a_slash_before_the_account_is_no_part_of_it():
    text = ":20:M\n:25:/PL61109010140000071219812874\n:28C:1\n:60F:C261110PLN5,00\n:62F:C261110PLN5,00\n-\n"
    assert statement("mt940", text).accounts == ["PL61109010140000071219812874"]


@pytest.mark.parametrize(
    ("written", "read"),
    [("1.000,50", "1000.50"), ("1,000,000.50", "1000000.50"), ("1.000.00,5", None), ("1,2.3", None)],
)
def test_thousands_are_groups_of_three_or_no_amount(written, read):
    text = f":20:M\n:25:1\n:28C:1\n:60F:C260101EUR0,\n:61:2601010101C{written}NTRFX\n:62F:C260101EUR0,\n-\n"
    found = statement("mt940", text)
    assert found.amounts == ([Decimal(read)] if read else [])
    assert ("entry_unreadable" in found.codes) is (read is None)
