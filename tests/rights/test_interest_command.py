"""`dunwell interest` and `dunwell rates` as they are typed: without Django, without a database, at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def dunwell(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "DUNWELL_DATA": str(data)}
    return subprocess.run(
        [sys.executable, "-m", "dunwell", *words], capture_output=True, text=True, env=environment, timeout=60
    )


def interest(data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    asked = {"principal": "10000", "from": "2025-12-01", "to": "2026-01-31", "jurisdiction": "bg", **more}
    return dunwell(data, "interest", *(f"--{name}={value}" for name, value in asked.items()), "--json")


def answered(data: Path, **more: str) -> dict[str, Any]:
    found = interest(data, **more)
    assert found.returncode == 0, found.stderr
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def test_the_keys_and_that_sums_are_text(tmp_path: Path) -> None:
    found = answered(tmp_path)
    assert (found["total"], found["currency"]) == ("189.96", "EUR")
    assert {key: found["periods"][0][key] for key in ("from", "to", "days", "base", "rate_percent", "year_basis", "amount")} == {
        "from": "2025-12-01", "to": "2025-12-31", "days": 31, "base": "10000.00", "rate_percent": "11.91", "year_basis": 360,
        "amount": "102.56",
    }  # fmt: skip


def test_payments_are_pairs_however_they_are_typed(tmp_path: Path) -> None:
    words = [
        "interest",
        "--principal",
        "1000",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-31",
        "--jurisdiction",
        "eu",
        "--json",
    ]
    ways = [
        ["--payments", "2026-01-10:100", "--payments", "2026-01-20:200"],
        ["--payments", "2026-01-10:100,2026-01-20:200"],
        ["--payments", "2026-01-10:100", "2026-01-20:200"],
        ["--payments", "2026-01-10:100.00 EUR 2026-01-20:200.00 EUR"],
    ]
    answers = {dunwell(tmp_path, *words, *way).stdout for way in ways}
    assert len(answers) == 1
    assert [row["base"] for row in json.loads(answers.pop())["periods"]] == ["1000.00", "900.00", "700.00"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"principal": "-100"}, "not a sum"),
        ({"principal": "NaN"}, "not a sum"),
        ({"principal": "１０００"}, "not a sum"),
        ({"principal": "1e5"}, "not a sum"),
        ({"principal": "10,000"}, "not a sum"),
        ({"principal": "100.005"}, "not a sum"),
        ({"principal": "0"}, "more than nothing"),
        ({"from": "2026-02-01"}, "swapped"),
        ({"from": "01.12.2025"}, "not a date"),
        ({"from": "２０２５-12-01"}, "not a date"),
        ({"from": "2025-02-30"}, "not a date"),
        ({"to": "2027-01-01"}, "last day that can be computed is 2026-12-31"),
        ({"payments": "2026-01-01:10000.01"}, "more than the debt"),
        ({"payments": "2026-01-01:100 USD"}, "another currency"),
        ({"payments": "2026-01-01"}, "not a payment"),
        ({"payments": "2026-01-01:-5"}, "not a sum"),
        ({"currency": "XYZ"}, "not an ISO 4217"),
        ({"jurisdiction": "uk"}, "no interest law"),
        ({"kind": "contract"}, "needs the clause"),
        ({"clause": "0.1% a day"}, "--kind contract alone"),
        ({"kind": "contract", "clause": "something"}, "not understood"),
        ({"moratorium": "9"}, "no moratorium"),
    ],
)
def test_a_bad_question_gets_a_sentence_and_exit_code_2(tmp_path: Path, more: dict[str, str], words: str) -> None:
    found = interest(tmp_path, **more)
    assert found.returncode == 2
    assert words in found.stderr
    assert "Traceback" not in found.stderr and found.stdout == ""


def test_an_imported_rate_opens_the_days_after_it(tmp_path: Path) -> None:
    asked = {"jurisdiction": "ru", "from": "2026-03-01", "to": "2026-04-10"}
    assert "dunwell rates import" in interest(tmp_path, **asked).stderr
    file = tmp_path / "cbr_key_rate.csv"
    file.write_text("effective_from,rate_percent,source\n2026-03-23,15.00,cbr.ru/hd_base/KeyRate\n")
    done = dunwell(tmp_path, "rates", "import", str(file), "--verified-until", "2026-04-24")
    assert "new: 15.00 % from 2026-03-23" in done.stdout
    assert [row["rate_percent"] for row in answered(tmp_path, **asked)["periods"]] == ["15.50", "15.00"]
    assert "verified until 2026-04-24" in dunwell(tmp_path, "rates", "list").stdout


def test_it_loads_neither_django_nor_polars(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['dunwell', 'interest', '--help']\n"
        "from dunwell.site.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in ('django', 'polars', 'numpy', 'babel') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "DUNWELL_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
