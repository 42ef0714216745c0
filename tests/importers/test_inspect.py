"""`dunwell inspect FORMAT FILE`: the contract, and the corpus of real files where it is at hand."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dunwell.plugins import importers
from dunwell.run.inspect import BYTES_MAX, FORMATS, inspect
from importers.test_camt import camt, entry
from importers.test_clientbank1c import exchange, frame
from importers.test_einvoice import cii, pdf, ubl
from importers.test_invoice_table import XERO
from importers.test_mt940 import mt940
from importers.test_ofx import ofx

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("DUNWELL_SHARED", ROOT / "../shared"))


def written(folder: Path, content: str) -> Path:
    path = folder / "file"
    path.write_text(content)
    return path


def test_the_answer_for_an_invoice(tmp_path):
    assert inspect("ubl", written(tmp_path, ubl())) == {
        "number": "F-17",
        "issue_date": "2026-01-05",
        "due_date": "2026-02-04",
        "currency": "EUR",
        "payable_amount": "120.00",
        "seller_name": "Алфа ООД",
        "buyer_name": "Бета АД",
        "line_count": 1,
        "doc_type": "invoice",
        "warnings": [],
    }


def test_the_answer_for_a_statement(tmp_path):
    answer = inspect("mt940", written(tmp_path, mt940(":61:2601050105C100,00NTRFX", ":86:INV 7")))
    assert answer == {
        "accounts": ["DE89370400440532013000"],
        "currency": "EUR",
        "opening_balance": "1000.00",
        "closing_balance": "1100.00",
        "n_entries": 1,
        "sum_credits": "100.00",
        "sum_debits": "0",
        "first_credit": {"amount": "100.00", "date": "2026-01-05", "remittance": "INV 7"},
        "warnings": [],
    }


def test_a_question_is_marked_as_one(tmp_path):
    text = "Number,Customer,Date,Total\n1,A,03/04/2026,1.00\n2,B,05/04/2026,2.00\n"
    assert inspect("invoice_table", written(tmp_path, text))["needs_input"] is True


@pytest.mark.parametrize("format", ["ubl", "camt", "statement_csv", "no such format"])
def test_a_refusal_is_an_answer_with_a_sentence(tmp_path, format):
    (error,) = inspect(format, written(tmp_path, "<html>not this</html>")).values()
    assert len(error) > 20


def test_a_file_that_is_absent_or_too_large_is_refused(tmp_path):
    assert "error" in inspect("ubl", tmp_path / "absent.xml")
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(BYTES_MAX + 1)
    assert "larger" in inspect("ubl", large)["error"]


def test_the_command_prints_one_json_object_and_starts_without_django(tmp_path):
    path = written(tmp_path, ubl())
    script = (
        "import sys; sys.argv = ['dunwell', 'inspect', 'ubl', sys.argv[1]];"
        "from dunwell.site.main import main\n"
        "try:\n    main()\nfinally:\n    print('django' in sys.modules, 'polars' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
    )
    assert json.loads(done.stdout)["number"] == "F-17"
    assert done.stderr.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("content", "name", "format"),
    [
        (ubl().encode(), "", "ubl"),
        (ubl().replace('"UTF-8"', '"UTF-16"').encode("utf-16"), "", "ubl"),
        (b"<!-- <Invoice> " + b"x" * 3000 + b" -->" + cii().encode(), "", "cii"),
        (camt(entry(), prefix="n").encode(), "", "camt"),
        (mt940().encode(), "", "mt940"),
        (b"{1:F01X}{4:\r\n" + mt940().encode(), "", "mt940"),
        (ofx().encode(), "", "ofx"),
        (exchange(frame()).encode("cp1251"), "", "clientbank1c"),
        (pdf(), "", "facturx"),
        (XERO.encode(), "list.csv", "table"),
        (b"PK\x03\x04", "", "table"),
        (b"\x00\x01", "a.bin", ""),
    ],
)
def test_formats_are_told_by_their_content(content, name, format):
    assert importers.detect(content[:8192], name) == format


def test_every_reader_is_in_the_table_of_formats():
    assert {*importers.INVOICE_FORMATS, *importers.STATEMENT_FORMATS} <= FORMATS.keys()


def corpus() -> list[dict]:
    manifest = SHARED / "corpus/manifest.jsonl"
    if not manifest.exists():
        return []
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    readable = {*importers.INVOICE_FORMATS, *importers.STATEMENT_FORMATS}
    return [row for row in rows if row["format"] in readable]


@pytest.mark.skipif(not corpus(), reason="the corpus of real files is not beside the repository")
@pytest.mark.parametrize("row", corpus(), ids=lambda row: row["file"])
def test_a_real_file_says_what_it_says(row):
    spec = importlib.util.spec_from_file_location("check_corpus", SHARED / "tools/check_corpus.py")
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    answer = json.loads(json.dumps(inspect(row["format"], SHARED / "corpus" / row["file"])))
    assert checker.Scorer().score(row["expected"], answer, None) == []
