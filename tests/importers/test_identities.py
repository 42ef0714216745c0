"""The same entry has one identity in every statement that holds it, and two equal payments have two (I9)."""

from hypothesis import given
from hypothesis import strategies as st

from dunwell.core.documents import identities
from importers.reading import statement
from importers.test_camt import camt, entry

Movement = tuple[int, int, str, bool]
MOVEMENTS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 3), st.sampled_from(["INV 7", "INV 8", ""]), st.booleans()), max_size=15
).map(sorted)


def mt940(movements: list[Movement]) -> str:
    lines = [":20:X", ":25:DE89370400440532013000", ":28C:1/1", ":60F:C260101EUR0,"]
    for day, euros, text, has_reference in movements:
        reference = f"//B{day}{euros}" if has_reference else ""
        lines += [f":61:26010{day}010{day}C{euros},00NTRFNONREF{reference}", f":86:{text}"]
    return "\n".join([*lines, ":62F:C260131EUR0,", ""])


def names(text: str) -> list[str]:
    return [identity for _, identity, _ in identities(statement("mt940", text).events)]


@given(MOVEMENTS)
def test_every_entry_of_a_statement_has_its_own_identity(movements):
    assert len(set(names(mt940(movements)))) == len(movements)


@given(MOVEMENTS, st.integers(1, 9), st.integers(1, 9))
def test_overlapping_statements_hold_the_same_entries_once(movements, one_end, other_start):
    """Whole days may stand in two statements; together they give what one statement over all days gives."""
    first = [each for each in movements if each[0] <= one_end]
    second = [each for each in movements if each[0] >= min(other_start, one_end + 1)]
    assert set(names(mt940(first))) | set(names(mt940(second))) == set(names(mt940(movements)))


def test_the_way_an_amount_is_written_does_not_matter():
    one, other = (list(identities(statement("camt", camt(entry(amount))).events)) for amount in ("100.00", "100"))
    assert [each[1] for each in one] == [each[1] for each in other]
