"""No bytes crash a reader: damaged, foreign and hostile files are refused with a sentence, in time and in little memory."""

import io
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from dunwell.core.refusal import Refusal
from dunwell.plugins import importers
from importers.reading import Statement
from importers.test_camt import camt, details, entry
from importers.test_clientbank1c import document, exchange, frame
from importers.test_einvoice import cii, pdf, ubl
from importers.test_invoice_table import BULGARIAN, QUICKBOOKS, XERO
from importers.test_mt940 import mt940
from importers.test_ofx import ofx, transaction
from importers.test_statement_table import DSK, REVOLUT, SPARKASSE


def workbook(rows: list[list[object]]) -> bytes:
    book, held = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(held)
    return held.getvalue()


SAMPLES = {
    "ubl": [ubl().encode()],
    "cii": [cii().encode()],
    "facturx": [pdf(("factur-x.xml", cii().encode()))],
    "commerceml": [
        "<КоммерческаяИнформация><Документ><Номер>1</Номер><Сумма>5.00</Сумма></Документ></КоммерческаяИнформация>".encode()
    ],
    "pdf_plain": [pdf()],
    "invoice_table": [
        *(text.encode("cp1251", "replace") for text in (XERO, QUICKBOOKS, BULGARIAN)),
        workbook([["Number", "Customer", "Total"], ["1", "Daisy", 12.5]]),
    ],
    "camt": [camt(entry(details=details()), entry()).encode()],
    "mt940": [mt940(":61:2601050105C100,00NTRFX", ":86:166?20SVWZ+A?32B").encode()],
    "ofx": [ofx(transaction()).encode()],
    "clientbank1c": [exchange(frame(), document()).encode("cp1251")],
    "statement_csv": [
        *(text.encode("cp1251", "replace") for text in (DSK, SPARKASSE, REVOLUT)),
        workbook([["Date", "Text", "Amount"], ["2026-01-05", "Invoice 1", 12.5]]),
    ],
}
# Pieces that parsers stumble over: entities, separators, other digits, odd numbers, very long runs.
PIECES = [
    b"&x;", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"\x00", b"\xff\xfe", b"]]>", b"<![CDATA[", b'"', b"\r", b";",
    "１２".encode(), b"NaN", b"-Infinity", b"1E999999", b"9" * 400, b"=1+1", b":61:", b":20:", b"<STMTTRN>", b"</Ntry>",
    "КонецДокумента".encode("cp1251"), b"{1:{2:{4:", b"?20?21?22", b"/REMI/", b"00000000", b"\xe2\x80\xa8", b"%PDF-",
]  # fmt: skip

UNFILLED = re.compile(r"\{[a-z_]+(?:!r)?\}")
EXAMPLES = int(os.environ.get("DUNWELL_FUZZ_EXAMPLES", "60"))
MEMORY_MB_MAX = 300
# Of the processor, so that a busy machine fails no test.
SECONDS_MAX = 20


def read(format: str, data: bytes) -> None:
    """Read to the end; a refusal is an answer, anything else that is raised is a fault."""
    try:
        if format in importers.STATEMENT_FORMATS:
            Statement(importers.statement_reader(format)(io.BytesIO(data)))
        else:
            importers.invoice_reader(format)(data)
    except Refusal as refusal:
        assert str(refusal).strip() and not UNFILLED.search(str(refusal)), refusal


@st.composite
def damaged(draw, sample: bytes) -> bytes:
    """A good file with a few places cut out, doubled, swapped or filled with something awkward."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        end = draw(st.integers(start, min(len(data), start + 200)))
        filling = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(bytes(data[start:end]) * 2))
        data[start:end] = filling
    return bytes(data)


@pytest.mark.parametrize("format", SAMPLES)
def test_damaged_files_are_read_or_refused(format):
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.data())
    def damage(data):
        content = data.draw(damaged(data.draw(st.sampled_from(SAMPLES[format]))))
        began = time.perf_counter()
        read(format, content)
        assert time.perf_counter() - began < 2

    damage()


@pytest.mark.parametrize("format", [*importers.INVOICE_FORMATS, *importers.STATEMENT_FORMATS])
def test_files_of_every_other_format_are_refused(format):
    for other, samples in SAMPLES.items():
        for sample in samples:
            if other != format:
                read(format, sample)
    for junk in (
        b"",
        b"\x00" * 5000,
        b"\xff" * 5000,
        b"PK\x03\x04" + b"\x00" * 100,
        b"<" * 5000,
        b"<a>" * 5000,
        b"\n" * 5000,
    ):
        read(format, junk)


def entity_bomb(root: str) -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY l0 "lol">{levels}]><{root} a="&l9;">&l9;</{root}>'.encode()


def sheet_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<c><v>1</v></c>" * 8_000_000)
    return buffer.getvalue()


HEAVY = {
    "entity bomb as ubl": ("ubl", lambda: entity_bomb("Invoice")),
    "entity bomb as camt": ("camt", lambda: entity_bomb("Document")),
    "nodes as ubl": ("ubl", lambda: b"<Invoice>" + b"<a/>" * 7_000_000 + b"</Invoice>"),
    "attributes as ubl": (
        "ubl",
        lambda: b"<Invoice><a " + b" ".join(b'a%d=""' % n for n in range(2_000_000)) + b"/></Invoice>",
    ),
    "depth as ubl": ("ubl", lambda: b"<a>" * 300_000),
    "nodes as camt": ("camt", lambda: camt().replace("<GrpHdr>", "<GrpHdr>" + "<a/>" * 7_000_000).encode()),
    "a batch of 60 000 as camt": ("camt", lambda: camt(entry(details=details() * 60_000)).encode()),
    "a text of 20 MB as camt": ("camt", lambda: camt(entry(details=details(text="x" * 20_000_000))).encode()),
    "sheet bomb": ("statement_csv", sheet_bomb),
    "cells as table": ("invoice_table", lambda: b"a;" * 15_000_000),
    "rows as table": ("statement_csv", lambda: b"Date;Text;Amount\n" + b"2026-01-05;abcdef;12,50\n" * 200_000),
    "one open quotation mark": ("invoice_table", lambda: b'Number,Total\n"' + b"x,1\n" * 4_000_000),
    "movements as mt940": ("mt940", lambda: mt940(*[":61:2601050105C1,00NTRFX", ":86:166?20A"] * 300_000).encode()),
    "transactions as ofx": ("ofx", lambda: ofx(*[transaction()] * 150_000).encode()),
    "documents as 1C": ("clientbank1c", lambda: exchange(frame(), *[document()] * 60_000).encode("cp1251")),
    "a PDF of nothing": ("facturx", lambda: b"%PDF-1.7\n" + b"1 0 obj<</Length 1>>stream\n" * 500_000),
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize("name", HEAVY)
def test_heavy_files_take_little_memory_and_time(name, tmp_path):
    format, make = HEAVY[name]
    path = tmp_path / "file"
    path.write_bytes(make())
    # VmHWM is the memory of this process alone; ru_maxrss begins with that of the one that started it.
    script = (
        "import re, sys, time; from pathlib import Path; from dunwell.run.inspect import inspect;"
        "answer = inspect(sys.argv[1], Path(sys.argv[2]));"
        "peak = re.search(r'VmHWM:\\s*([0-9]+)', Path('/proc/self/status').read_text())[1];"
        "print(int(peak) // 1000, time.process_time(), answer.get('error') or answer)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(importers.__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", script, format, str(path)],
        capture_output=True,
        text=True,
        timeout=280,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    megabytes, seconds, *_ = done.stdout.split()
    assert int(megabytes) < MEMORY_MB_MAX, done.stdout[:300]
    assert float(seconds) < SECONDS_MAX, done.stdout[:300]
