"""Which open sums an amount is: one, all, a few that no other choice equals, or one less what banks and agreements take off.

All sums are minor units of one customer and one currency, the oldest first; the answer is their places. Where two choices
fit there is none: a sum alone never decides between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

# Beyond, some choice of a few nearly always amounts to the sum by chance.
FEW_MAX = 4
CHOICE_OF_MAX = 16
# What banks on the way keep of a transfer; card fees are a percentage.
FEE_MAX_MINOR = 3_500
FEE_MAX_PERCENT = 3
SURPLUS_MAX_PERCENT = 2
# Discounts agreed for early payment, in hundredths of a percent.
DISCOUNTS = (100, 150, 200, 250, 300, 400, 500, 1_000)


def exact(sums: Sequence[int], amount: int, *, is_certain: bool, may_choose_oldest: bool) -> list[int]:
    """One sum, else all together; of a payer who is certain also a few, where only one choice of sums fits.

    Equal sums are one choice: with `may_choose_oldest` the oldest of them are meant, as civil law has it where a payer says
    nothing (ГК РФ 319.1, ЗЗД 76, BGB 366).
    """
    alone = [at for at, each in enumerate(sums) if each == amount]
    if alone:
        return alone[:1] if len(alone) == 1 or (may_choose_oldest and is_certain) else []
    if sum(sums) == amount:
        return list(range(len(sums)))
    return _few(sums, amount, may_choose_oldest=may_choose_oldest) if is_certain else []


def less_fee(sums: Sequence[int], amount: int) -> list[int]:
    """The one sum, or all together, that is more than the amount by what a bank may have kept."""
    return _only(sums, lambda each: 0 < each - amount <= min(FEE_MAX_MINOR, each * FEE_MAX_PERCENT // 100))


def less_discount(sums: Sequence[int], amount: int) -> list[int]:
    """The one sum, or all together, of which the amount is what a usual discount leaves, to a minor unit."""
    return _only(sums, lambda each: any(abs(each * (10_000 - part) - amount * 10_000) <= 10_000 for part in DISCOUNTS))


def plus_surplus(sums: Sequence[int], amount: int) -> list[int]:
    """The one sum, or all together, that is less than the amount by what interest or rounding may add."""
    return _only(sums, lambda each: 0 < amount - each <= each * SURPLUS_MAX_PERCENT // 100)


def _few(sums: Sequence[int], amount: int, *, may_choose_oldest: bool) -> list[int]:
    places = [at for at, each in enumerate(sums) if each < amount]
    if len(places) > CHOICE_OF_MAX:
        return []
    fitting: list[int] = []
    for count in range(2, FEW_MAX + 1):
        for choice in combinations(places, count):
            if sum(sums[at] for at in choice) != amount:
                continue
            if not fitting:
                fitting = list(choice)  # the oldest of its sums: places come in order of age
            elif not may_choose_oldest or sorted(map(sums.__getitem__, choice)) != sorted(
                map(sums.__getitem__, fitting)
            ):
                return []
    return fitting


def _only(sums: Sequence[int], fits: Callable[[int], bool]) -> list[int]:
    found = [[at] for at, each in enumerate(sums) if fits(each)]
    if len(sums) > 1 and fits(sum(sums)):
        found.append(list(range(len(sums))))
    return found[0] if len(found) == 1 else []
