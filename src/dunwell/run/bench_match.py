"""What `dunwell bench match` measures: cash application on a made-up book whose truth is known.

The book is of one creditor with three series of numbers; payers write as payers do: in three languages, with and without a
word for invoice, without zeros, in the other alphabet, with slips of the finger, several numbers, ranges, none at all; they pay
exactly, less what their bank keeps or a discount, in parts, too much; from known and unknown accounts, under shortened names,
for one another, and sometimes it is no customer at all. Money counts as *wrong* when it is set against an invoice that was not
meant, or at all though none was.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from stdnum import iso11649

from dunwell.core import frames_import as frames
from dunwell.core import reference
from dunwell.core.reference import Names
from dunwell.engine import reconcile
from dunwell.plugins.importers import parties
from dunwell.run.bench_book import peak_rss_mb, stopwatch

SEED = 20260302
DAY = date(2026, 3, 2)
INVOICES_PER_CUSTOMER = 4
FORMS = ("ООО «{}»", "{} ЕООД", "{} ООД", "{} Ltd", "ИП {}", "„{}“ АД", "{} GmbH", "АО {}")
FIRST = "Ромашка Балкан Север Alfa Вектор Nova Слънце Черно Delta Прима Атлант Green Роза Витоша Балтика Орион Smart Тракия Юг Квант".split()
SECOND = "трейд строй консулт media логистик инвест пласт metal агро сервиз дизайн фарма tech груп мебел ойл био снаб текст хим".split()
LOOK_ALIKE = str.maketrans("ABEKMHOPCTX", "АВЕКМНОРСТХ")
WORDS_ONE = (
    "Оплата по счету № {} от 05.01.2026, НДС не облагается",
    "Оплата по сч.{} за услуги, в т.ч. НДС 20% - 120.00",
    "плащане по фактура №{}",
    "ф-ра {} / 12.02.2026 г.",
    "Invoice {}",
    "payment inv. {} thank you",
    "{}",
    "За услуги по договору № 17/24 счет {}",
    "превод по ф-ра {} договор 55",
)
WORDS_MANY = ("Оплата по счетам {}", "фактури {}", "Invoices {}", "по счетам №№ {} за февраль", "{}")
WORDS_NONE = ("Оплата за услуги", "плащане", "payment", "по договору № 17/24 от 01.02.2025", "за месец февруари", "")
DISCOUNTS = (2, 3)


def match(*, payments: int, invoices: int) -> dict[str, Any]:
    """Apply made-up payments to made-up invoices; shares of money applied by itself, and of that wrongly."""
    times: dict[str, float] = {}
    with stopwatch(times, "load_s"):
        book = _book(invoices)
        money, truth = _payments(book, payments)
    before = time.process_time()
    with stopwatch(times, "match_s"):
        result = reconcile.allocate(money, book.receivables, book.signs)
    times["cpu_s"] = round(time.process_time() - before, 3)
    return {
        "bench": "match",
        "payments": payments,
        "invoices": invoices,
        "customers": book.customers,
        "messages": 0,
        "plan_s": 0.0,
        "render_s": 0.0,
        "record_s": 0.0,
        **times,
        "total_s": round(times["load_s"] + times["match_s"], 3),
        **_score(money, truth, result),
        "per_s": round(payments / times["match_s"]),
        "peak_rss_mb": peak_rss_mb(),
    }


def _score(money: pl.DataFrame, truth: dict[int, set[int]], result: reconcile.Result) -> dict[str, Any]:
    meant = {money_id for money_id, invoices in truth.items() if invoices}
    due = sum(amount for money_id, amount in money.select("money_id", "unapplied").iter_rows() if money_id in meant)
    right = wrong = 0
    wrong_by: dict[str, int] = {}
    for money_id, receivable_id, amount, basis in result.allocations.select(
        "money_id", "receivable_id", "amount", "basis"
    ).iter_rows():
        if receivable_id in truth[money_id]:
            right += amount
        else:
            wrong += amount
            wrong_by[basis] = wrong_by.get(basis, 0) + 1
    reasons = (
        result.unapplied.filter(pl.col("money_id").is_in(sorted(meant))).group_by("reason").agg(pl.col("amount").sum())
    )
    return {
        "applied_percent": round(100 * (right + wrong) / due, 3),
        "wrong_percent": round(100 * wrong / (right + wrong), 4),
        "payments_with_money_left": result.unapplied.height,
        "wrong_allocations": wrong_by,
        "left_percent_by_reason": {
            reason: round(100 * amount / due, 3)
            for reason, amount in sorted(reasons.iter_rows(), key=lambda row: -row[1])
        },
    }


@dataclass(frozen=True)
class _Book:
    customers: int
    receivables: pl.DataFrame
    signs: pl.DataFrame
    names: list[str]
    taxes: list[str]
    groups: dict[int, int]
    accounts: set[int]  # customers whose account has been learned


def _book(invoices: int) -> _Book:
    dice = np.random.default_rng(SEED)
    draw = random.Random(SEED)
    customers = max(2, invoices // INVOICES_PER_CUSTOMER)
    names = [_name(draw, at) for at in range(customers)]
    taxes = [f"{200_000_000 + at * 7}" for at in range(customers)]
    owner = np.sort(dice.integers(0, customers, invoices))
    order = dice.permutation(invoices)
    usual = np.round(np.exp(dice.normal(5.5, 1.2, customers)) * 100).astype(np.int64) + 500
    own = np.round(np.exp(dice.normal(5.5, 1.2, invoices)) * 100).astype(np.int64) + 500
    # A fifth of the customers pay the same sum every month.
    is_usual = (owner % 5) == 0
    amounts = np.where(is_usual, usual[owner], own)
    issued = [DAY - timedelta(int(days)) for days in dice.integers(10, 120, invoices)]
    numbers = [_number(int(place)) for place in order]
    receivables = pl.DataFrame(
        {
            "receivable_id": np.arange(1, invoices + 1),
            "customer_id": owner + 1,
            "invoice_id": np.arange(1, invoices + 1),
            "number": numbers,
            "issue_date": issued,
            "due_date": [day + timedelta(14) for day in issued],
            "currency": ["EUR"] * invoices,
            "balance": amounts,
            "order_number": [None] * invoices,
            "reference": [None] * invoices,
            "may_allocate_oldest_first": [False] * invoices,
        },
        schema=frames.RECEIVABLES,
    )
    learned = {at for at in range(customers) if draw.random() < 0.6}
    groups = {at: at // 3 for at in range(customers) if at % 150 < 3}
    keys = pl.DataFrame({"name": names}).select(parties.name_key(pl.col("name")))["name"]
    signs = [
        *((at + 1, "name_key", key) for at, key in enumerate(keys)),
        *((at + 1, "tax_id", taxes[at]) for at in range(customers) if at % 10 < 7),
        *((at + 1, "account", _account(at)) for at in sorted(learned)),
        *((at + 1, "group", str(group)) for at, group in groups.items()),
    ]
    frame = pl.DataFrame(signs, schema=frames.PAYER_SIGNS, orient="row")
    return _Book(customers, receivables, frame, names, taxes, groups, learned)


def _name(draw: random.Random, at: int) -> str:
    core = f"{draw.choice(FIRST)}{draw.choice(SECOND)}"
    # Every fiftieth shares its name with others; the rest have a word of their own.
    own = "" if at % 50 == 0 else f" {_syllables(at)}"
    return draw.choice(FORMS).format(core.capitalize() + own)


def _syllables(at: int) -> str:
    return "".join(
        "ба ве го ди жу ка ле ми но пу ра се ти фо ху".split()[int(digit, 15)] for digit in np.base_repr(at, 15)
    ).capitalize()


def _number(place: int) -> str:
    if place % 10 < 6:
        return f"{place:07d}"
    return f"INV-2026-{place:06d}" if place % 10 < 9 else f"СФ-{place}/26"


def _account(customer: int) -> str:
    return f"BG80BNBG{customer:014d}"


def _payments(book: _Book, count: int) -> tuple[pl.DataFrame, dict[int, set[int]]]:
    draw = random.Random(SEED + 1)
    by_customer: dict[int, list[tuple[int, str, int]]] = {}
    columns = book.receivables.sort("due_date", "issue_date", "receivable_id").select(
        "customer_id", "receivable_id", "number", "balance"
    )
    for customer, *rest in columns.iter_rows():
        by_customer.setdefault(customer, []).append((rest[0], rest[1], rest[2]))
    who = draw.sample(sorted(by_customer), min(count, len(by_customer)))
    rows: list[dict[str, Any]] = []
    truth: dict[int, set[int]] = {}
    for at, customer in enumerate(who, start=1):
        row, meant = _stranger(draw) if draw.random() < 0.015 else _payment(draw, book, customer, by_customer[customer])
        rows.append({"money_id": at, "kind": "payment", "date": DAY, "currency": "EUR", **row})
        truth[at] = meant
    frame = pl.DataFrame(rows, schema=frames.MONEY).with_columns(received="unapplied")
    return frame.with_columns(payer_name_key=parties.name_key(pl.col("payer_name_key"))), truth


def _stranger(draw: random.Random) -> tuple[dict[str, Any], set[int]]:
    """Money that pays no invoice: interest of the bank, a supplier's refund, a payment meant for somebody else."""
    words = draw.choice(
        ("Възстановяване", "refund order 55123", "Проценты по остатку", f"счет {draw.randint(1, 9_999_999)}")
    )
    return {
        "unapplied": draw.randint(500, 900_000),
        "payer_name_key": draw.choice(("Банка Запад", "Supplier AG", "Неизвестен Платец", None)),
        "payer_account": f"DE{draw.randint(10**19, 10**20)}",
        "remittance": words,
    }, set()


def _payment(
    draw: random.Random, book: _Book, customer: int, opened: Sequence[tuple[int, str, int]]
) -> tuple[dict[str, Any], set[int]]:
    chosen = _chosen(draw, opened)
    words = _words(draw, customer, [(receivable, number) for receivable, number, _ in chosen])
    if not words[1]:
        chosen = _oldest_of_same_sums(opened, chosen)
    total = sum(balance for _, _, balance in chosen)
    return {
        "unapplied": _sum(draw, total, is_named=bool(words[1])),
        "remittance": words[0],
        **_payer(draw, book, customer - 1),
    }, {receivable for receivable, _, _ in chosen}


def _chosen(draw: random.Random, opened: Sequence[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
    luck = draw.random()
    if luck < 0.6 or len(opened) == 1:
        return [opened[0]]
    if luck < 0.8:
        return [draw.choice(opened)]
    if luck < 0.92:
        return list(opened[:2])
    return list(opened)


def _oldest_of_same_sums(
    opened: Sequence[tuple[int, str, int]], chosen: Sequence[tuple[int, str, int]]
) -> list[tuple[int, str, int]]:
    """Who names nothing means the oldest of equal sums: so says the law, and so think those who pay every month."""
    sums = [balance for _, _, balance in chosen]
    found = []
    for each in opened:
        if each[2] in sums:
            sums.remove(each[2])
            found.append(each)
    return found


def _sum(draw: random.Random, total: int, *, is_named: bool) -> int:
    luck = draw.random()
    if luck < 0.88:
        return total
    if luck < 0.91:
        return max(1, total - draw.choice((150, 500, 1000, 1500)))
    if luck < 0.94:
        return total - round(total * draw.choice(DISCOUNTS) / 100)
    if luck < 0.96:
        return total + draw.choice((1, 2, 50, round(total * 0.01)))
    # Part payments say what they are for, nearly always.
    return max(1, total * draw.choice((30, 50, 70)) // 100) if is_named else total


def _words(draw: random.Random, customer: int, meant: list[tuple[int, str]]) -> tuple[str, bool]:
    luck = draw.random()
    if luck < 0.10:
        return draw.choice(WORDS_NONE), False
    if luck < 0.22 and len(meant) == 1:
        return f"{draw.choice(WORDS_NONE)} {_typed_reference(draw, meant[0][0])}".strip(), True
    if luck < 0.26 and len(meant) == 1:
        return iso11649.format("RF" + _rf_check(meant[0][1]) + _plain(meant[0][1])), True
    if luck < 0.30:
        return f"{draw.choice(WORDS_NONE)} {reference.written(Names.CUSTOMER, customer)}".strip(), False
    numbers = [_typed(draw, number) for _, number in meant]
    if len(numbers) == 1:
        return draw.choice(WORDS_ONE).format(numbers[0]), True
    return draw.choice(WORDS_MANY).format(draw.choice((", ", " и ", "; ", ",")).join(numbers)), True


def _typed_reference(draw: random.Random, invoice: int) -> str:
    text = reference.written(Names.INVOICE, invoice)
    return draw.choice((text, text.replace("M", "М"), text.replace("-", " "), text.replace("-", ""), text.lower()))


def _plain(number: str) -> str:
    return "".join(letter for letter in number.replace("С", "S").replace("Ф", "F") if letter.isalnum())


def _rf_check(number: str) -> str:
    digits = "".join(str(int(letter, 36)) for letter in _plain(number) + "RF00")
    return f"{98 - int(digits) % 97:02d}"


def _typed(draw: random.Random, number: str) -> str:
    """A number as payers type it."""
    luck = draw.random()
    if luck < 0.62:
        return number
    if luck < 0.78:
        return number.lstrip("0") or number
    if luck < 0.84:
        return number.translate(LOOK_ALIKE)
    if luck < 0.88:
        return number.lower().replace("-", " ")
    if luck < 0.92:
        return number.replace("-", "").replace("/", "-")
    if luck < 0.96:
        return number.rpartition("-")[2].lstrip("0") or number
    return _slipped(draw, number)


def _slipped(draw: random.Random, number: str) -> str:
    places = [at for at, letter in enumerate(number) if letter.isdigit()]
    at = draw.choice(places)
    if draw.random() < 0.4 and at + 1 < len(number) and number[at + 1].isdigit():
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + str(draw.randint(0, 9)) + number[at + 1 :]


def _payer(draw: random.Random, book: _Book, customer: int) -> dict[str, Any]:
    group = book.groups.get(customer)
    if group is not None and draw.random() < 0.5:
        customer = draw.choice([one for one in range(group * 3, group * 3 + 3) if one in book.groups])
    elif draw.random() < 0.02:
        # Somebody else pays: a director, a partner.
        return {"payer_name_key": "Иван Петров", "payer_account": f"DE{draw.randint(10**19, 10**20)}"}
    return {
        "payer_name_key": _payer_name(draw, book.names[customer]),
        "payer_account": _account(customer) if draw.random() < 0.85 else f"DE{draw.randint(10**19, 10**20)}",
        "payer_tax_id": book.taxes[customer] if draw.random() < 0.5 else None,
    }


def _payer_name(draw: random.Random, name: str) -> str | None:
    luck = draw.random()
    if luck < 0.55:
        return name
    if luck < 0.70:
        return name.upper().replace("«", '"').replace("»", '"')
    if luck < 0.80:
        return name[:27]
    if luck < 0.90:
        return name.replace("ООО", "Общество с ограниченной ответственностью").replace(" Ltd", " Limited")
    return None
