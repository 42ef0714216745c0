"""A bank statement on its way into the ledger: each entry once (I9), on the right side, of the creditor's own account."""

import contextlib
import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.core.refusal import Refusal
from dunwell.run import allocations, creditors, ingest_documents, reconcile, work
from dunwell.run.ingest_documents import Options
from dunwell.store import scope
from dunwell.store.models import Allocation, BankEntry, Coverage, Creditor, FindingRecord, Payment, Statement

DAY = date(2026, 3, 9)
OURS = "BG80BNBG96611020345678"
PAYER = "DE89370400440532013000"
_slugs = itertools.count(1)
OPEN_ITEMS = """Клиент;Номер на фактура;Дата;Падеж;Сума;Валута
Daisy Ltd;1042;01.02.2026;15.02.2026;100,00;EUR
Балкан Трейд ООД;1043;03.02.2026;17.02.2026;300,50;EUR
"""


@pytest.fixture
def take(creditor, tmp_path: Path):
    creditors.add_account(creditor, currency="EUR", on=date(2025, 1, 1), by="anna", iban=OURS, bic="BNBGBGSD")

    def take(text: str, name: str = "statement.xml", on: date = DAY, **options):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return ingest_documents.file(creditor, path, as_of=on, by="anna", options=Options(**options))[0]

    return take


def entry(
    euros: str, day: int, *, reference: str = "", text: str = "", side: str = "CRDT", reversal: bool = False
) -> str:
    return f"""<Ntry><Amt Ccy="EUR">{euros}</Amt><CdtDbtInd>{side}</CdtDbtInd>{"<RvslInd>true</RvslInd>" if reversal else ""}
      <Sts>BOOK</Sts><BookgDt><Dt>2026-03-{day:02}</Dt></BookgDt>
      {f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""}
      <NtryDtls><TxDtls><RltdPties><{"Dbtr" if side == "CRDT" else "Cdtr"}><Nm>Daisy Ltd</Nm></{"Dbtr" if side == "CRDT" else "Cdtr"}>
      <{"DbtrAcct" if side == "CRDT" else "CdtrAcct"}><Id><IBAN>{PAYER}</IBAN></Id></{"DbtrAcct" if side == "CRDT" else "CdtrAcct"}>
      </RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def balance(code: str, euros: str, day: int) -> str:
    side = "DBIT" if euros.startswith("-") else "CRDT"
    return f"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{euros.lstrip("-")}</Amt>
      <CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-03-{day:02}</Dt></Dt></Bal>"""


def camt(
    *entries: str, account: str = OURS, days: tuple[int, int] | None = None, balances: tuple[str, str] | None = None
) -> str:
    kind, body = ("053", "Stmt") if balances else ("052", "Rpt")
    root = {"053": "BkToCstmrStmt", "052": "BkToCstmrAcctRpt"}[kind]
    span = (
        f"<FrToDt><FrDtTm>2026-03-{days[0]:02}T00:00:00</FrDtTm><ToDtTm>2026-03-{days[1]:02}T23:59:59</ToDtTm></FrToDt>"
        if days
        else ""
    )
    told = balance("OPBD", balances[0], days[0]) + balance("CLBD", balances[1], days[1]) if balances and days else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.02"><{root}><GrpHdr><MsgId>1</MsgId></GrpHdr><{body}>
    <Id>1</Id>{span}<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{told}{"".join(entries)}</{body}></{root}></Document>"""


def received(creditor: Creditor) -> list[tuple[int, int]]:
    """Day and sum of what came in and stayed."""
    with scope.of(creditor.pk):
        rows = Payment.objects.filter(source="bank").order_by("date", "amount").values_list("date__day", "amount")
        return list(rows)


def test_a_statement_becomes_payments_and_a_day_up_to_which_they_are_known(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    summary = take(camt(entry("100.00", 5, text="Invoice 1042"), days=(1, 6), balances=("50.00", "150.00")))
    assert summary.kind == "camt" and summary.counts["payments_new"] == 1 and not summary.findings, summary
    assert reconcile.run(creditor, DAY, by="anna").allocations == 1
    with scope.of(creditor.pk):
        assert Allocation.objects.get().receivable.invoice.number == "1042"
        assert Coverage.objects.get().covered_until == date(2026, 3, 6)
        assert Statement.objects.get().is_whole


def test_only_booked_money_in_counts(creditor, take):
    pending = entry("70.00", 5).replace("BOOK", "PDNG")
    other = "BG18RZBB91550123456789"
    creditors.add_account(creditor, currency="EUR", on=date(2025, 1, 1), by="anna", iban=other, bic="RZBBBGSF")
    own = entry("80.00", 5).replace(PAYER, other)
    returned = entry("90.00", 5, reversal=True)
    bill = entry("33.00", 5, side="DBIT", text="rent")
    take(camt(pending, own, returned, bill, entry("10.00", 5)))
    assert received(creditor) == [(5, 1000)]


def test_an_account_that_is_not_ours_is_told_and_not_counted(creditor, take):
    foreign = camt(entry("10.00", 5), account="GB82WEST12345698765432", days=(1, 6), balances=("0.00", "10.00"))
    assert [one.code for one in take(foreign).findings] == ["account_unknown"]
    with scope.of(creditor.pk):
        assert not Payment.objects.exists() and not Coverage.objects.exists()
        assert FindingRecord.objects.filter(code="account_unknown").count() == 1
    assert take(foreign, is_own_account=True).counts["payments_new"] == 1
    assert take(foreign).counts["entries_same"] == 1, "it is known now"


def test_interim_report_statement_and_another_format_are_one_payment(creditor, take):
    take(camt(entry("10.00", 5, text="first words")))
    take(camt(entry("10.00", 5, reference="B1", text="other words"), days=(5, 5), balances=("0.00", "10.00")))
    take(
        f":20:X\n:25:{OURS}\n:28C:1/1\n:60F:C260304EUR0,\n:61:2603050305C10,00NTRFNONREF//XYZ\n:86:words\n:62F:C260305EUR10,\n",
        "statement.sta",
    )
    assert received(creditor) == [(5, 1000)]


def test_a_day_in_two_statements_that_follow_one_another_is_all_counted(creditor, take):
    one = camt(entry("10.00", 5, text="same"), days=(5, 5), balances=("0.00", "10.00"))
    two = camt(entry("10.00", 5, text="same"), days=(5, 5), balances=("10.00", "20.00"))
    for text in (two, one, two, one):
        take(text)
    assert received(creditor) == [(5, 1000), (5, 1000)]


def test_a_batch_is_its_parts(creditor, take):
    detail = (
        "<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls>"
    )
    batch = (
        "<Ntry><Amt Ccy='EUR'>30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-05</Dt></BookgDt>"
        f"<NtryDtls>{detail.format('10.00', 'a')}{detail.format('20.00', 'b')}</NtryDtls></Ntry>"
    )
    for _ in range(2):
        take(camt(batch, days=(5, 5), balances=("0.00", "30.00")))
    assert received(creditor) == [(5, 1000), (5, 2000)]


DETAIL = "<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls>"
BOOKED = "<Ntry><Amt Ccy='EUR'>130.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-05</Dt></BookgDt>{}</Ntry>"
NAMED = BOOKED.format(
    f"<NtryDtls>{DETAIL.format('100.00', 'Invoice 1042')}{DETAIL.format('30.00', 'other')}</NtryDtls>"
)


def notification(entries: str) -> str:
    """The entries of a day as camt.054: without balances."""
    text = (
        camt(entries, days=(5, 5)).replace("BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn").replace("camt.052", "camt.054")
    )
    return text.replace("<Rpt>", "<Ntfctn>").replace("</Rpt>", "</Ntfctn>")


def test_a_batch_booked_as_one_sum_is_split_when_its_parts_are_named(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    take(camt(BOOKED.format(""), days=(5, 5), balances=("0.00", "130.00")))
    reconcile.run(creditor, DAY, by="anna")
    summary = take(notification(NAMED))
    assert summary.counts["batches_split"] == 1
    assert received(creditor) == [(5, -13000), (5, 3000), (5, 10000), (5, 13000)]
    reconcile.run(creditor, DAY, by="anna")
    with scope.of(creditor.pk):
        assert sum(Allocation.objects.values_list("amount", flat=True)) == 10000
    for text in (notification(NAMED), camt(BOOKED.format(""), days=(5, 5), balances=("0.00", "130.00"))):
        assert not take(text).counts["payments_new"]


def test_a_batch_that_a_person_has_set_stays_as_it_is(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    take(camt(BOOKED.format(""), days=(5, 5), balances=("0.00", "130.00")))
    with scope.of(creditor.pk):
        payment = Payment.objects.get(amount=13000)
    allocations.allocate(creditor, payment.pk, "1042", amount=None, on=DAY, by="anna", why="they called")
    assert not take(notification(NAMED)).counts["batches_split"]
    assert received(creditor) == [(5, 13000)]


def test_a_returned_payment_opens_its_invoice_again_whichever_comes_first(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    back = camt(entry("100.00", 7, side="DBIT", reversal=True, text="returned"))
    take(back)
    summary = take(camt(entry("100.00", 5, text="Invoice 1042")))
    assert summary.counts["payments_taken_back"] == 1
    assert reconcile.run(creditor, DAY, by="anna").allocations == 0
    take(back)
    assert received(creditor) == [(5, 10000), (7, -10000)]


def test_a_return_after_the_money_was_applied_takes_the_allocation_back(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    take(camt(entry("100.00", 5, text="Invoice 1042")))
    reconcile.run(creditor, DAY, by="anna")
    take(camt(entry("100.00", 7, side="DBIT", reversal=True, text="returned")))
    with scope.of(creditor.pk):
        assert sorted(Allocation.objects.values_list("amount", flat=True)) == [-10000, 10000]


def test_a_refund_of_what_was_left_over_opens_nothing(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    take(camt(entry("130.00", 5, text="Invoice 1042")))
    reconcile.run(creditor, DAY, by="anna")
    assert take(camt(entry("30.00", 7, side="DBIT", text="overpaid"))).counts["payments_taken_back"] == 1
    with scope.of(creditor.pk):
        assert list(Allocation.objects.values_list("amount", flat=True)) == [10000]
    assert reconcile.run(creditor, DAY, by="anna").unapplied == 0


def test_money_sent_back_that_had_settled_something_is_for_a_person(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    take(camt(entry("100.00", 5, text="Invoice 1042")))
    reconcile.run(creditor, DAY, by="anna")
    summary = take(camt(entry("100.00", 7, side="DBIT", text="sorry")))
    assert [one.code for one in summary.findings] == ["return_unclear"]
    with scope.of(creditor.pk):
        assert FindingRecord.objects.get(code="return_unclear").holds


def test_a_gap_between_statements_moves_no_day_forward_until_it_is_filled(creditor, take):
    def covered() -> date:
        with scope.of(creditor.pk):
            return Coverage.objects.order_by("covered_until").last().covered_until

    take(camt(entry("10.00", 2), days=(1, 2), balances=("0.00", "10.00")))
    summary = take(camt(entry("10.00", 7), days=(7, 8), balances=("30.00", "40.00")))
    assert [one.code for one in summary.findings] == ["statement_missing"] and covered() == date(2026, 3, 2)
    take(camt(entry("20.00", 5), days=(3, 6), balances=("10.00", "30.00")))
    assert covered() == date(2026, 3, 8)


def test_today_is_not_over(creditor, take):
    take(camt(days=(1, 9), balances=("0.00", "0.00")))
    with scope.of(creditor.pk):
        assert Coverage.objects.get().covered_until == DAY - timedelta(1)


def test_a_quiet_day_before_is_no_continuation(creditor, take):
    take(camt(days=(1, 1), balances=("0.00", "0.00")))
    for until in (2, 4):
        take(camt(entry("1.00", 2, reference="R0"), days=(1, until), balances=("0.00", "1.00")))
    assert received(creditor) == [(2, 100)]


def samples() -> dict[str, bytes]:
    return {
        "a.xml": camt(entry("10.00", 5, text="Invoice 7"), days=(5, 5), balances=("0.00", "10.00")).encode(),
        "a.sta": f":20:X\n:25:{OURS}\n:28C:1/1\n:60F:C260304EUR0,\n:61:2603050305C10,00NTRF7//X\n:86:words\n:62F:C260305EUR10,\n".encode(),
        "a.csv": f"IBAN;{OURS}\nDatum;Soll;Haben;Zweck;Saldo\n05.03.2026;;10,00;Re 7;10,00\n06.03.2026;3,00;;x;7,00\n".encode(),
        "a.ofx": b"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>"
        b"<BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260305<TRNAMT>10.00<FITID>1<NAME>Daisy</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
        "a.txt": "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nДатаНачала=05.03.2026\nДатаКонца=05.03.2026\nРасчСчет=40702810900000012345\n"
        "СекцияДокумент=Платежное поручение\nНомер=7\nДата=05.03.2026\nСумма=10.00\nПлательщикСчет=40702810000000000001\nПолучательСчет=40702810900000012345\n"
        "ДатаПоступило=05.03.2026\nНазначениеПлатежа=Счет 7\nКонецДокумента\nКонецФайла\n".encode(),
    }


@pytest.mark.parametrize("name", sorted(samples()))
def test_every_format_gives_its_payment(creditor, tmp_path, name):
    (tmp_path / name).write_bytes(samples()[name])
    options = Options(is_own_account=True, account=OURS)
    (summary,) = ingest_documents.file(creditor, tmp_path / name, as_of=DAY, by="anna", options=options)
    assert summary.counts["payments_new"] == 1, summary


WRONG = st.sampled_from(
    [
        b"\x00",
        b"99999999999999999999999",
        b"NaN",
        b"1E9",
        b"\xff\xfe",
        b"-",
        b"",
        b"\xed\xa0\x80",
        b"0001-01-01",
        b"USDX",
        b"<a>",
    ]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(samples())), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), WRONG), max_size=3))
def test_a_damaged_statement_is_imported_told_or_refused(creditor, tmp_path, name, wounds):
    """Whatever the readers let through, the ledger takes: no sum, text or date of a file is a crash."""
    data = samples()[name]
    for place, length, wrong in wounds:
        at = int(place * len(data))
        data = data[:at] + wrong + data[at + length :]
    (tmp_path / name).write_bytes(data)
    with contextlib.suppress(Refusal):
        ingest_documents.file(
            creditor, tmp_path / name, as_of=DAY, by="anna", options=Options(is_own_account=True, account=OURS)
        )


MOVEMENTS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from(["", "a", "b"])), max_size=7).map(
    sorted
)
PIECES = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.sampled_from(["statement", "report"])), max_size=5)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVEMENTS, PIECES, st.randoms(use_true_random=False))
def test_pieces_in_any_order_and_twice_give_the_same_books(database, tmp_path, movements, pieces, random):
    """Whole statements, overlapping pieces of them and interim reports that know no bank reference (I9)."""
    creditor = Creditor.objects.create(
        slug=f"pieces-{next(_slugs)}",
        name="P",
        registered_name="P",
        country="BG",
        locale="bg",
        timezone="UTC",
        currency="EUR",
    )
    creditors.add_account(creditor, currency="EUR", on=date(2025, 1, 1), by="anna", iban=OURS, bic="BNBGBGSD")
    sums = list(itertools.accumulate((euros for _, euros, _ in movements), initial=0))

    def text(since: int, until: int, kind: str) -> str:
        inside = [at for at, (day, _, _) in enumerate(movements) if since <= day <= until]
        told = [
            entry(
                f"{movements[at][1]}.00",
                movements[at][0],
                text=movements[at][2],
                reference=f"R{at}" if kind == "statement" else "",
            )
            for at in inside
        ]
        before = sum(day < since for day, _, _ in movements)
        if kind == "report":
            return camt(*told)
        return camt(*told, days=(since, until), balances=(f"{sums[before]}.00", f"{sums[before + len(inside)]}.00"))

    files = [text(since, min(4, since + length), kind) for since, length, kind in pieces] + [text(1, 4, "statement")]
    files += files
    random.shuffle(files)
    for at, each in enumerate(files):
        path = tmp_path / f"{at}.xml"
        path.write_text(each, "utf-8")
        ingest_documents.file(creditor, path, as_of=DAY, by="anna")
    assert received(creditor) == sorted((day, euros * 100) for day, euros, _ in movements)
    with scope.of(creditor.pk):
        assert BankEntry.objects.count() == len(movements)


def test_the_work_list_says_what_speaks_for_each_proposal(creditor, take):
    take(OPEN_ITEMS, "open.csv")
    take(camt(entry("55.00", 5, text="Invoice 1042").replace("Daisy Ltd", "Somebody Else")))
    reconcile.run(creditor, DAY, by="anna")
    (row,) = [one for one in work.rows(creditor, DAY) if one.kind == "money"]
    assert "perhaps for 1042 (60 points: number)" in row.why


def test_a_statement_without_an_account_is_taken_where_there_is_none_to_choose_from(creditor, tmp_path: Path) -> None:
    path = tmp_path / "payments.csv"
    path.write_text(
        "Date,Amount,Currency,Payer,Details\n2026-03-02,100.00,EUR,Acme Ltd,A 1\n2026-03-05,20.00,EUR,Acme Ltd,A 2\n"
    )
    (summary,) = ingest_documents.file(creditor, path, as_of=DAY, by="anna", options=Options())
    assert not summary.counts["entries_refused"]
    assert "you have several" not in " ".join(one.message for one in summary.findings)
    with scope.of(creditor.pk):
        assert Payment.objects.count() == 2
        assert all(source for source in Coverage.objects.values_list("source", flat=True)), "a source that can be named"
