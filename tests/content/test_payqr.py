"""Payment codes: what was encoded is what an independent reader (zxing-cpp) sees, byte for byte."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from content.samples import BG_ACCOUNT, EN_ACCOUNT, GBP_ACCOUNT, RU_ACCOUNT
from dunwell.core.money import Money
from dunwell.core.paper import Document, QrCode
from dunwell.engine import payqr, qr
from dunwell.plugins import paper


def seen(data: bytes) -> bytes:
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(qr.png(data))).convert("L"))
    assert found is not None
    return bytes(found.bytes)


def test_a_euro_code_in_cyrillic() -> None:
    data = payqr.payload(
        replace(BG_ACCOUNT, holder="„Студио Пример“ ООД"), Money(124_000, "EUR"), "Плащане по фактура № 1042"
    )
    assert data is not None
    assert data.decode().split("\n") == [
        "BCD", "002", "1", "SCT", "BNBGBGSF", "„Студио Пример“ ООД", "BG80BNBG96611020345678", "EUR1240.00",
        "", "", "Плащане по фактура № 1042",
    ]  # fmt: skip
    assert seen(data) == data


def test_a_rouble_code_in_utf_8() -> None:
    data = payqr.payload(RU_ACCOUNT, Money(4_800_000, "RUB"), "Оплата по счёту № 1042 от 31.03.2026")
    assert data is not None
    assert data.decode().split("|") == [
        "ST00012", "Name=ООО «Студия „Пример“»", "PersonalAcc=40702810500000012345", "BankName=АО «Банк Пример», г. Москва",
        "BIC=044525974", "CorrespAcc=30101810145250000974", "Sum=4800000", "Purpose=Оплата по счёту № 1042 от 31.03.2026",
        "PayeeINN=7707083893", "KPP=770701001",
    ]  # fmt: skip
    assert seen(data) == data


def test_the_separator_never_stands_in_a_value() -> None:
    data = payqr.payload(replace(RU_ACCOUNT, holder="ООО «А|Б~В»"), Money(1, "RUB"), "за ^ и |")
    assert data is not None
    assert data.startswith(b"ST00012`Name=")
    assert len(data.decode().split("`")) == 10
    assert seen(data) == data
    with pytest.raises(payqr.AccountInvalid):
        payqr.payload(replace(RU_ACCOUNT, holder="|~^`@#"), Money(1, "RUB"), "")


@settings(max_examples=60, deadline=None)
@given(holder=st.text(max_size=300), purpose=st.text(max_size=400), minor=st.integers(1, payqr.EPC_MINOR_MAX))
def test_limits_hold_for_any_text(holder: str, purpose: str, minor: int) -> None:
    holder, purpose = (text.encode(errors="ignore").decode() for text in (holder, purpose))
    euro = payqr.payload(replace(EN_ACCOUNT, holder=holder), Money(minor, "EUR"), purpose)
    assert euro is not None
    lines = euro.decode().split("\n")
    assert len(lines) == 11
    assert len(euro) <= payqr.EPC_BYTES_MAX
    assert len(lines[5]) <= payqr.EPC_NAME_MAX
    assert len(lines[10]) <= payqr.EPC_TEXT_MAX
    assert lines[7] == f"EUR{minor // 100}.{minor % 100:02d}"
    if not set(holder + purpose) & set(payqr.SEPARATORS):
        rouble = payqr.payload(replace(RU_ACCOUNT, holder=holder), Money(minor, "RUB"), purpose)
        assert rouble is not None
        assert f"|Sum={minor}|" in rouble.decode()
        assert len(rouble.partition(b"|Sum=")[0]) <= payqr.GOST_REQUIRED_BYTES_MAX + len("ST00012|")


def test_sums_at_the_ends_of_the_range() -> None:
    assert b"\nEUR0.01\n" in (payqr.payload(EN_ACCOUNT, Money(1, "EUR"), "") or b"")
    assert b"\nEUR999999999.99\n" in (payqr.payload(EN_ACCOUNT, Money(payqr.EPC_MINOR_MAX, "EUR"), "") or b"")
    assert payqr.payload(EN_ACCOUNT, Money(payqr.EPC_MINOR_MAX + 1, "EUR"), "") is None
    assert payqr.payload(GBP_ACCOUNT, Money(100, "GBP"), "") is None


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (replace(BG_ACCOUNT, iban="BG81BNBG96611020345678"), "check digits"),
        (replace(BG_ACCOUNT, bic="BNBG"), "BIC"),
        (replace(RU_ACCOUNT, account="40702810500000012346"), "control digit"),
        (replace(RU_ACCOUNT, account="4070281050000001234"), "20 digits"),
        (replace(RU_ACCOUNT, bic="44525974"), "БИК"),
        (replace(RU_ACCOUNT, corr_account="30101810145250000975"), "correspondent"),
    ],
)
def test_an_account_that_sends_money_astray_is_refused(account: payqr.BankAccount, fault: str) -> None:
    assert fault in payqr.account_fault(account)
    with pytest.raises(payqr.AccountInvalid):
        payqr.payload(account, Money(100, account.currency), "x")


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=480))
def test_every_symbol_is_readable(data: bytes) -> None:
    assert seen(data) == data


@pytest.mark.parametrize("version", range(1, qr.VERSION_MAX + 1))
def test_a_full_symbol_equals_segnos_module_by_module(version: int) -> None:
    # Full, because segno adds one zero byte before its padding where the standard has none.
    data = bytes((number * 37 + version) % 256 for number in range(qr._capacity(version)))
    theirs = segno.make_qr(data, mode="byte", error="m", version=version, mask=0, boost_error=False).matrix
    assert np.array_equal(np.array([list(row) for row in theirs]), qr.matrix(data))


def test_a_purpose_names_as_many_numbers_as_fit() -> None:
    assert payqr.purpose_numbers(["1042", "1043"], 80) == "1042, 1043"
    assert payqr.purpose_numbers([str(number) for number in range(1000, 1030)], 24) == "1000, 1001, 1002 +27"


def test_the_svg_is_the_same_symbol() -> None:
    assert payqr.svg(b"ST00012|x").startswith("<svg")


CZ_ACCOUNT = replace(
    BG_ACCOUNT, currency="CZK", iban="CZ6508000000192000145399", bic="GIBACZPX", holder="Příklad * s.r.o. 100%"
)


def test_a_code_in_crowns_keeps_its_separator_apart() -> None:
    data = payqr.payload(CZ_ACCOUNT, Money(48_050, "CZK"), "Faktura 1042, M10427-28")
    assert data is not None
    assert data.decode("ascii").split("*") == [
        "SPD", "1.0", "ACC:CZ6508000000192000145399+GIBACZPX", "AM:480.50", "CC:CZK",
        "RN:P%C5%99%C3%ADklad %2A s.r.o. 100%25", "MSG:Faktura 1042, M10427-28",
    ]  # fmt: skip
    assert seen(data) == data


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=90), st.integers(1, payqr.SPAYD_MINOR_MAX))
def test_any_purpose_in_crowns_comes_back(purpose: str, minor: int) -> None:
    data = payqr.spayd(CZ_ACCOUNT, Money(minor, "CZK"), purpose)
    assert data is not None and seen(data) == data
    fields = dict(field.split(":", 1) for field in data.decode("ascii").split("*")[2:])
    assert fields["AM"] == str(Money(minor, "CZK").decimal)
    assert unquote(fields.get("MSG", "")) == " ".join(purpose.split())[: payqr.SPAYD_TEXT_MAX]


def test_crowns_beyond_what_the_code_holds_have_none() -> None:
    assert payqr.spayd(CZ_ACCOUNT, Money(0, "CZK"), "") is None
    assert payqr.spayd(CZ_ACCOUNT, Money(payqr.SPAYD_MINOR_MAX + 1, "CZK"), "") is None


CH_ACCOUNT = replace(
    BG_ACCOUNT,
    currency="CHF",
    iban="CH93 0076 2011 6238 5295 7",
    bic="",
    holder="Студио „Пример“ Müller & Søn",
    address="Bahnhofstrasse 12a\n8001 Zürich",
)


def test_a_swiss_bill_has_a_place_and_latin_letters() -> None:
    data = payqr.payload(CH_ACCOUNT, Money(194_975, "CHF"), "Плащане по фактура № 1042, M10427-53")
    assert data is not None
    lines = data.decode().split("\n")
    assert lines[:11] == [
        "SPC", "0200", "1", "CH9300762011623852957",
        "S", 'Studio "Primer" Müller & Søn', "Bahnhofstrasse", "12a", "8001", "Zürich", "CH",
    ]  # fmt: skip
    assert lines[11:18] == [""] * 7 and lines[18:20] == ["1949.75", "CHF"] and lines[20:27] == [""] * 7
    assert lines[27:] == ["NON", "", "Plashtane po faktura No. 1042, M10427-53", "EPD"]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_its_cross_hides_nothing(kind: str, tmp_path: Path) -> None:
    """The independent reader sees every byte through the cross, drawn by the mailing's painter and by the printer's."""
    data = payqr.payload(CH_ACCOUNT, Money(194_975, "CHF"), "Rechnung 1042 " * 12)
    assert data is not None
    if kind == "png":
        picture = payqr.picture(data, "pay").content
        assert picture != qr.png(data)
    else:
        if not shutil.which("pdftoppm"):
            pytest.skip("pdftoppm is not installed")
        sheet = Document("Bill", "x", date(2026, 3, 2), "en", "", (QrCode(payqr.svg(data), ()),))
        (tmp_path / "bill.pdf").write_bytes(paper.pdf(sheet))
        subprocess.run(["pdftoppm", "-r", "200", "-png", "-singlefile", "bill.pdf", "bill"], cwd=tmp_path, check=True)
        picture = (tmp_path / "bill.png").read_bytes()
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(picture)).convert("L"))
    assert found is not None and bytes(found.bytes) == data


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.integers(1, 99_999_999_999))
def test_any_text_fits_a_swiss_bill(holder: str, purpose: str, minor: int) -> None:
    data = payqr.payload(replace(CH_ACCOUNT, holder=f"A {holder}"), Money(minor, "CHF"), purpose)
    assert data is not None
    lines = data.decode().split("\n")
    assert len(lines) == 31 and lines[30] == "EPD" and len(lines[5]) <= 70 and len(lines[29]) <= 140
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(payqr.picture(data, "pay").content)).convert("L"))
    assert found is not None and bytes(found.bytes) == data


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"address": "Zürich"}, "no street"),
        ({"address": ""}, "no address"),
        ({"iban": "CH4431999123000889012"}, "a QR-IBAN wants its bank's reference"),
    ],
)
def test_what_is_not_certain_gives_no_swiss_code(changed: dict, why: str) -> None:
    assert payqr.payload(replace(CH_ACCOUNT, **changed), Money(100, "CHF"), "x") is None, why
