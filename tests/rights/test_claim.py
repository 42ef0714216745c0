"""A claim from the ledger to the post: what it says, who allowed it, what stands against it, what proves it."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dunwell.core.refusal import Refusal
from dunwell.run import claim, claim_facts, creditors, limitations, people, rates, subjects
from dunwell.run.claim import Desk, Pack
from dunwell.run.claim_facts import Asked
from dunwell.store import scope
from dunwell.store.models import (
    Agreement,
    CallReviewed,
    ClaimEvent,
    Creditor,
    Customer,
    Hold,
    Inbound,
    InboundContent,
    WriteOff,
)
from regressions import world
from regressions.world import World

TODAY = date(2026, 5, 4)  # a Monday


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    return world.fresh(creditor, tmp_path)


@pytest.fixture
def late(firm: World) -> World:
    """One client with one invoice of 1 000 euro that was due on Tuesday, 31 March 2026."""
    firm.owing("2026-03-31", sum_="1000.00")
    firm.cover(TODAY)
    return firm


def desk(firm: World, on: date = TODAY, by: str = "anna") -> Desk:
    return Desk(firm.creditor, firm.folder, datetime.combine(on, time(12), UTC), on, by)


def prepared(firm: World, number: str = "C1-1", on: date = TODAY, **asked: Any) -> Pack:
    return claim.prepare(desk(firm, on), number, Asked(**{"locale": "bg", **asked}))


def words(pack: Pack, name: str = "claim.pdf") -> str:
    pages = PdfReader(pack.folder / name).pages
    return " ".join(
        "\n".join(page.extract_text() for page in pages).replace("\xa0", " ").replace("\u202f", " ").split()
    )


def agree(firm: World, **terms: str) -> None:
    with scope.of(firm.creditor.pk):
        customer = Customer.objects.get(external_id="C1")
        Agreement.objects.create(
            creditor_id=firm.creditor.pk,
            effective_on=date(2026, 1, 12),
            customer=customer,
            terms=terms,
            evidence="подписан",
        )


def test_the_claim_names_parties_debt_interest_and_day(late: World) -> None:
    pack = prepared(late)
    said = words(pack)
    # 34 days from 1 April to 4 May 2026 at 10.15 % of 360: 9.59; 40 euro for costs.
    for one in ("Покана за доброволно изпълнение", "C1-1", "1 000,00 €", "9,59 €", "40,00 €", "1 049,59 €", "C1 Ltd"):
        assert one in said, one
    assert "Проект" in said
    assert "чл. 410" in said and "чл. 86" in said
    assert "0,28 €" in said, "what each further day adds"
    assert pack.values()["total"] == "1049.59"
    assert pack.values()["pay_by"] == "2026-05-18"
    assert pack.values()["court_from"] == "2026-05-19"


@pytest.mark.parametrize(
    ("locale", "law", "phrases"),
    [
        ("ru", "ru", ("Претензия", "статье 395", "30 календарных дней")),
        ("ru", "bg", ("Претензия", "статье 86 Закона об обязательствах")),
        ("en", "gb", ("Letter before action", "Practice Direction", "section 5A")),
        ("en", "eu", ("Letter before action", "Directive 2011/7/EU")),
        ("bg", "bg", ("Покана", "чл. 410")),
        ("en", "de", ("section 288 BGB",)),
    ],
)
def test_each_law_speaks_for_itself(late: World, locale: str, law: str, phrases: tuple[str, ...]) -> None:
    # A debt in euro takes no key rate: the Russian letter claims the debt alone.
    pack = prepared(late, locale=locale, law=law, interest="none" if law == "ru" else "")
    said = words(pack)
    for phrase in phrases[:1] + phrases[2:] if law == "ru" else phrases:
        assert phrase in said
    for other in {"395", "чл. 410", "Practice Direction", "288 BGB"} - {
        {"ru": "395", "bg": "чл. 410", "gb": "Practice Direction", "de": "288 BGB"}.get(law, "")
    }:
        assert other not in said, f"{other} belongs to another law"


def test_the_russian_court_is_asked_thirty_days_after_sending(late: World) -> None:
    values = prepared(late, locale="ru", law="ru", interest="none").values()
    assert values["court_from"] == str(TODAY + timedelta(31))


def test_a_payment_lowers_the_base_from_the_day_after(late: World) -> None:
    late.paid("2026-04-15,400.00,EUR,C1 Ltd,C1-1", on=date(2026, 4, 16))
    late.plan(date(2026, 4, 16))
    late.cover(TODAY)
    rows = prepared(late).values()["interest"]["periods"]
    assert [(row["from"], row["to"], row["base"]) for row in rows] == [
        ("2026-04-01", "2026-04-15", "1000.00"),
        ("2026-04-16", "2026-05-04", "600.00"),
    ]


def test_a_contested_part_and_what_was_written_off_are_not_claimed(late: World) -> None:
    people.dispute(
        late.creditor, "C1-1", cause="quality", amount=claim_facts.Money(30000, "EUR"), on=TODAY, by="anna", why=""
    )
    receivable = subjects.receivables_of(late.creditor, "C1-1")[0]
    with scope.of(late.creditor.pk):
        WriteOff.objects.create(
            creditor_id=late.creditor.pk, effective_on=TODAY, receivable=receivable, currency="EUR", amount=10000
        )
    pack = prepared(late)
    assert pack.values()["principal"] == "600.00"
    assert {row["base"] for row in pack.values()["interest"]["periods"]} == {"600.00"}
    assert "която оспорвате" in words(pack)


def test_a_due_date_on_a_day_off_ends_on_the_next_working_day(firm: World) -> None:
    # Sunday, 1 March, and Tuesday, 3 March, a Bulgarian holiday: Monday, 2 March 2026, is a bridge no more than a working day.
    firm.owing("2026-03-01", sum_="1000.00")
    firm.cover(TODAY)
    assert prepared(firm).values()["interest"]["periods"][0]["from"] == "2026-03-03"


def test_a_contract_takes_the_place_of_the_law(late: World) -> None:
    agree(
        late,
        contract="№ 7 от 12 януари 2026 г.",
        late_payment="0,1 % на ден, не повече от 2%".replace("не повече от", "до"),
        late_payment_ref="чл. 5.2",
    )
    pack = prepared(late)
    assert pack.values()["interest"]["total"] == "20.00"
    assert pack.values()["compensation"] == "0.00"
    said = words(pack)
    assert "0,10 % от неплатената сума за всеки ден забава, не повече от 2,00 % от главницата" in said
    assert "чл. 5.2" in said and "№ 7 от 12 януари 2026" in said and "чл. 86" not in said
    assert words(prepared(late, interest="law")).count("чл. 86") == 1
    assert prepared(late, interest="none").values()["interest"]["total"] == "0.00"


# --- the way of a claim ----------------------------------------------------------------------------------------------


def test_the_same_question_is_the_same_claim_and_the_same_bytes(late: World) -> None:
    once, again = prepared(late), prepared(late)
    assert (once.claim.pk, once.claim.number) == (again.claim.pk, "C1-1/1")
    first = {one.name: one.read_bytes() for one in once.folder.iterdir()}
    assert {one.name: one.read_bytes() for one in prepared(late).folder.iterdir()} == first
    assert prepared(late, days=30).claim.number == "C1-1/2"


def test_nothing_is_sent_or_handed_over_before_a_person_allowed_it(late: World) -> None:
    prepared(late)
    with pytest.raises(claim.ClaimNotApproved):
        claim.sent(desk(late), "C1-1", "RR123")
    with pytest.raises(claim.ClaimNotApproved):
        claim.hand_over(desk(late), "C1-1", "Ivanov & Co")
    pack = claim.approve(desk(late, by="boris"), "C1-1")
    assert (pack.state, "Проект" in words(pack)) == ("approved", False)
    assert hashlib.sha256((pack.folder / "claim.pdf").read_bytes()).hexdigest() == pack.claim.content_hash
    with pytest.raises(claim.ClaimDone):
        claim.approve(desk(late), "C1-1")
    assert claim.sent(desk(late), "C1-1", "RR123BG").state == "sent"
    assert claim.hand_over(desk(late), "C1-1", "Ivanov & Co").state == "handed_over"
    with scope.of(late.creditor.pk):
        events = list(ClaimEvent.objects.order_by("pk").values_list("event", "by", "detail"))
        assert Hold.objects.filter(receivable__invoice__number="C1-1").exists(), "our own contact stops"
    assert events == [("approved", "boris", ""), ("sent", "anna", "RR123BG"), ("handed_over", "anna", "Ivanov & Co")]


def test_an_approval_holds_for_what_was_looked_at(late: World) -> None:
    prepared(late)
    late.paid("2026-05-04,400.00,EUR,C1 Ltd,C1-1", on=TODAY)
    late.plan(TODAY)
    with pytest.raises(claim.ClaimChanged):
        claim.approve(desk(late), "C1-1")
    later = TODAY + timedelta(1)
    late.cover(later)
    with pytest.raises(claim.ClaimChanged):
        claim.approve(desk(late, later), "C1-1")


def test_a_claim_taken_back_is_no_claim(late: World) -> None:
    prepared(late)
    claim.withdraw(desk(late), "C1-1")
    with pytest.raises(claim.NoSuchClaim):
        claim.approve(desk(late), "C1-1")
    assert prepared(late).claim.number == "C1-1/2"


# --- what stands against it ------------------------------------------------------------------------------------------


def refused(firm: World, number: str = "C1-1", on: date = TODAY, **asked: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        prepared(firm, number, on, **asked)
    return str(refusal.value)


def test_what_is_promised_held_contested_or_owed_by_us_is_not_claimed(late: World) -> None:
    ours = late.creditor
    (made,) = people.promise(ours, "C1-1", promised_date=TODAY + timedelta(3), amount=None, on=TODAY, by="anna", why="")
    assert "promised" in refused(late)
    people.end(ours, "promise", made.pk, outcome="withdrawn", on=TODAY, by="anna", why="")
    people.our_side(ours, "C1", "answer", done=False, on=TODAY, by="anna", why="")
    assert "our own side" in refused(late)
    people.our_side(ours, "C1", "answer", done=True, on=TODAY, by="anna", why="")
    (contested,) = people.dispute(ours, "C1-1", cause="quality", amount=None, on=TODAY, by="anna", why="")
    assert "contested" in refused(late)
    people.end(ours, "dispute", contested.pk, outcome="rejected", on=TODAY, by="anna", why="")
    people.state(ours, "C1", "insolvent", ended=False, on=TODAY, by="anna", why="")
    assert "insolvent" in refused(late)


def test_what_is_not_due_paid_or_unknown_is_not_claimed(late: World) -> None:
    assert "nothing of it is overdue" in refused(late, on=date(2026, 3, 31))
    assert "no open invoice" in refused(late, "9999")
    late.paid("2026-04-15,1000.00,EUR,C1 Ltd,C1-1", on=date(2026, 4, 16))
    late.plan(date(2026, 4, 16))
    late.cover(TODAY)
    assert "it is paid" in refused(late)


def test_stale_money_stops_a_claim(late: World) -> None:
    assert "payments are not known" in refused(late, on=TODAY + timedelta(14))


def test_a_natural_person_is_not_claimed_against(firm: World) -> None:
    firm.client("P1", kind="person", name="Anna Brown")
    firm.invoices("P1,invoice,P1-1,2026-03-01,2026-03-31,100.00,EUR,", on=date(2026, 3, 1))
    firm.cover(TODAY)
    assert "natural person" in refused(firm, "P1-1")


def test_after_the_limitation_no_claim_is_written(late: World) -> None:
    much_later = date(2031, 4, 1)
    late.cover(much_later)
    assert "ended on 2031-03-31" in refused(late, on=much_later, interest="none")


def test_interest_past_the_known_rates_is_refused_with_the_day_and_claimed_until_it(late: World) -> None:
    later = date(2027, 1, 11)
    late.cover(later)
    assert "--interest-until 2026-12-31" in refused(late, on=later)
    pack = prepared(late, on=later, interest_until="2026-12-31")
    assert "Изчислението е до 31 декември 2026" in words(pack)


def test_a_currency_without_account_is_refused(firm: World) -> None:
    firm.owing("2026-03-31", currency="USD")
    firm.cover(TODAY)
    assert "account for USD" in refused(firm)


# --- the evidence ----------------------------------------------------------------------------------------------------


def test_the_evidence_file_holds_what_left_and_verifies(firm: World) -> None:
    firm.owing("2026-03-31", sum_="1000.00")
    firm.go_live(date(2026, 4, 2))
    firm.plan(date(2026, 4, 3))
    firm.deliver(date(2026, 4, 3))
    assert firm.sent()
    people.contacted(
        firm.creditor, "C1", channel="call", note="asked for the bank details", on=date(2026, 4, 20), by="anna"
    )
    firm.cover(TODAY)
    pack = prepared(firm)
    assert "Напомнихме Ви" in words(pack)
    with zipfile.ZipFile(pack.folder / "evidence.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    sums = dict(reversed(line.split("  ")) for line in inside.pop("SHA256SUMS").decode().splitlines())
    assert {name: hashlib.sha256(content).hexdigest() for name, content in inside.items()} == sums
    letters = [name for name in inside if name.endswith(".eml")]
    assert len(letters) == 1 and b"Subject:" in inside[letters[0]]
    assert any(name.endswith(".delivery.txt") and b"sent" in inside[name] for name in inside)
    listing = words(pack, "evidence.pdf")
    assert "asked for the bank details" in listing and "sha256sum -c" in listing
    assert {"claim.pdf", "interest.json", "facts.json", "payments.json", "audit.json", "evidence.pdf"} <= set(inside)
    assert PdfReader(io.BytesIO(inside["claim.pdf"])).pages


def test_the_evidence_holds_replies_word_for_word_and_verifies_itself(firm: World) -> None:
    firm.owing("2026-03-31", sum_="1000.00")
    firm.owing("2026-03-31", client="C2")
    firm.go_live(date(2026, 4, 2))
    with scope.of(firm.creditor.pk):
        theirs = {one.external_id: one for one in Customer.objects.all()}
        for name, text in (("C1", "Ще платим в петък"), ("C2", "A secret of somebody else")):
            mail = Inbound.objects.create(
                creditor_id=firm.creditor.pk,
                effective_on=date(2026, 4, 9),
                digest=name,
                kind="reply",
                basis="sender",
                customer=theirs[name],
            )
            raw = f"From: anna@client.example\r\nSubject: Re: C1-1\r\n\r\n{text}\r\n".encode()
            InboundContent.objects.create(
                creditor_id=firm.creditor.pk,
                mail=mail,
                sender="anna@client.example",
                subject="Re: C1-1",
                text=text,
                raw=raw,
            )
        CallReviewed.objects.create(
            creditor_id=firm.creditor.pk, effective_on=date(2026, 4, 15), digest="c", customer=theirs["C1"], manager="Maria",
            turns=[["Maria", "Good morning"], ["Client", "We shall pay on Friday"]], review={},
        )  # fmt: skip
    people.hold(
        firm.creditor, customer_name="C2", reason="hardship", until=None, on=date(2026, 4, 3), by="anna", why=""
    )
    firm.cover(TODAY)
    pack = prepared(firm, locale="en", law="bg")
    unpacked = firm.folder / "unpacked"
    with zipfile.ZipFile(pack.folder / "evidence.zip") as archive:
        archive.extractall(unpacked)
    (reply,) = (unpacked / "replies").iterdir()
    assert "Ще платим в петък" in reply.read_text("utf-8")
    assert "We shall pay on Friday" in next((unpacked / "calls").iterdir()).read_text("utf-8")
    assert json.loads((unpacked / "invoices.json").read_text("utf-8"))[0]["number"] == "C1-1"
    assert "verify.py" in (unpacked / "README.txt").read_text("utf-8")
    whole = b"".join(one.read_bytes() for one in unpacked.rglob("*") if one.is_file())
    assert b"secret of somebody" not in whole
    assert "hardship" not in (unpacked / "audit.json").read_text("utf-8")

    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "verify.py"], cwd=unpacked, capture_output=True, text=True, check=False)

    assert check().returncode == 0, check().stdout
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=unpacked, check=False).returncode == 0
    reply.write_text("changed", "utf-8")
    assert check().returncode == 1 and "replies/" in check().stdout
    listing = words(pack, "evidence.pdf")
    assert "Reply received" in listing and "anna@client.example" in listing


def test_a_link_of_the_chain_that_was_changed_is_found(late: World) -> None:
    pack = prepared(late)
    unpacked = late.folder / "unpacked"
    with zipfile.ZipFile(pack.folder / "evidence.zip") as archive:
        archive.extractall(unpacked)
    place = unpacked / "audit.json"
    links = json.loads(place.read_text("utf-8"))
    own = next(one for one in links if "subject" in one)
    own["actor"] = "somebody else"
    place.write_text(json.dumps(links), "utf-8")
    said = subprocess.run(
        [sys.executable, "verify.py"], cwd=unpacked, capture_output=True, text=True, check=False
    ).stdout
    assert f"link {own['sequence']} says another thing" in said


def test_what_is_handed_over_holds_what_came_after_the_claim(late: World) -> None:
    prepared(late)
    claim.approve(desk(late), "C1-1")
    later = TODAY + timedelta(10)
    late.cover(later)
    claim.sent(desk(late, later), "C1-1", "RR123456789BG")
    people.contacted(late.creditor, "C1", channel="call", note="asked for a week", on=later, by="anna")
    pack = claim.hand_over(desk(late, later + timedelta(1)), "C1-1", "Kantora Petrovi")
    listing = words(pack, "evidence.pdf")
    assert "RR123456789BG" in listing and "asked for a week" in listing
    assert pack.state == "handed_over"


def test_a_rehearsal_is_no_evidence(firm: World) -> None:
    firm.owing("2026-03-31", sum_="1000.00")
    firm.plan(date(2026, 4, 3))
    firm.deliver(date(2026, 4, 3))
    firm.cover(TODAY)
    pack = prepared(firm)
    assert "Напомнихме" not in words(pack)
    with zipfile.ZipFile(pack.folder / "evidence.zip") as archive:
        assert not [name for name in archive.namelist() if name.startswith("messages/")]


def test_the_words_of_all_languages_have_the_same_keys_and_known_placeholders() -> None:
    russian = claim.words("ru")
    known = {
        "number", "documents", "contract", "clause", "clause_ref", "day", "sent", "pay_by", "court", "disputed", "total", "history",
        "first", "last", "daily", "pages", "sources", "value", "document", "title", "numbers", "rate", "part", "table", "sum", "days",
    }  # fmt: skip
    for locale in claim.LOCALES:
        spoken = claim.words(locale)
        assert spoken.keys() == russian.keys()
        assert spoken["law"].keys() == russian["law"].keys() and spoken["events"].keys() == russian["events"].keys()
        assert spoken["rates"].keys() == rates.tables().keys()
        for law in spoken["law"].values():
            assert law.keys() == {"ground", "interest", "penalty", "both", "next"}
        text = repr(dict(spoken))
        assert set(claim.composed.PLACEHOLDER.findall(text)) <= known


def test_a_creditor_of_no_known_law_is_asked_for_it(firm: World) -> None:
    with pytest.raises(limitations.LawUnknown):
        limitations.law_of("US")
    assert (limitations.law_of("RU"), limitations.law_of("FR")) == ("ru", "eu")
    assert creditors.find(firm.creditor.slug).country == "BG"
