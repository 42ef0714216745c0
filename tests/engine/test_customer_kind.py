"""Business or person, where a sheet does not say: numbers and legal forms decide, a person's name makes the rules gentler."""

from __future__ import annotations

import pytest

from dunwell.core.ledger import CustomerKind
from dunwell.engine import customer_kind

BUSINESS, PERSON = CustomerKind.BUSINESS, CustomerKind.PERSON


@pytest.mark.parametrize(
    ("name", "facts", "kind", "is_sure"),
    [
        ("ООО «Ромашка»", {}, BUSINESS, True),
        ("ИП Иванов Иван Иванович", {"tax_id": "500100732259"}, BUSINESS, True),
        ("Индивидуальный предприниматель Иванов И. И.", {}, BUSINESS, True),
        ("Иванов Иван Иванович", {"tax_id": "500100732259", "country": "RU"}, PERSON, True),
        ("Ромашка", {"tax_id": "7707083893", "country": "RU"}, BUSINESS, True),
        ("Иванов", {"registration": "304500116000157"}, BUSINESS, True),
        ("Иван Петров", {"tax_id": "7523169263", "country": "BG"}, PERSON, True),
        ("Маргаритка", {"tax_id": "175074752", "country": "BG"}, BUSINESS, True),
        ("Маргаритка ЕООД", {}, BUSINESS, True),
        ("ЕТ Иван Петров", {}, BUSINESS, True),
        ("Acme", {"tax_id": "GB980780684"}, BUSINESS, True),
        ("Smith & Sons", {}, BUSINESS, True),
        ("John Smith Ltd.", {}, BUSINESS, True),
        ("Nowak Sp. z o.o.", {}, BUSINESS, True),
        ("Иванова Анна Сергеевна", {}, PERSON, False),
        ("Анна Иванова", {}, PERSON, False),
        ("Петров А. С.", {}, PERSON, False),
        ("г-жа Цветанова", {}, PERSON, False),
        ("John Smith", {}, PERSON, False),
        ("Mary-Jane O’Neill", {}, None, False),
        ("Mrs O’Neill", {}, PERSON, False),
        ("Гюлшен Хасанова", {}, PERSON, False),
        ("Тигран Мкртчян", {}, PERSON, False),
        ("Ромашка", {}, None, False),
        ("Kestrel Cafe", {}, None, False),
        ("Детска градина Дъб", {}, None, False),
        ("Московский завод", {}, BUSINESS, True),
        ("Студия Анна", {}, BUSINESS, True),
        ("C1", {}, None, False),
        ("", {}, None, False),
    ],
)
def test_what_the_facts_say(name: str, facts: dict[str, str], kind: CustomerKind | None, is_sure: bool) -> None:
    assert customer_kind.tell(name, **facts) == (kind, is_sure)


def test_ten_digits_are_read_by_the_country() -> None:
    both = "7523169263"
    assert customer_kind.tell("Роза", tax_id=both, country="BG").kind is PERSON
    assert customer_kind.tell("Роза", tax_id="7707083893", country="RU").kind is BUSINESS
