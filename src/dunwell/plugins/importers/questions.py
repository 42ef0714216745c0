"""How the columns of a file write dates and amounts, decided from whole columns; what they leave open is asked.

A column decides by itself where it can, and follows the other columns of its file where these agree: one program wrote
them all.
"""

from __future__ import annotations

from collections.abc import Mapping

from dunwell.core.records import DateOrder, Question
from dunwell.plugins.importers import cells, headings

DATE_ANSWER = "Answer with --date-order dmy or --date-order mdy, or date_order in the mapping."
DECIMAL_ANSWER = "Answer with --decimal , or --decimal . or with decimal in the mapping."


def orders(
    evidence: Mapping[str, set[str]], recognised: headings.Recognised, answer: str | None, file_name: str
) -> tuple[dict[str, cells.DateForm], tuple[Question, ...]]:
    """How each column writes its dates. A column that leaves it open follows the others of its file, if these agree."""
    if answer:
        form: cells.DateForm = "mdy" if answer == DateOrder.MDY else "dmy"
        return dict.fromkeys(evidence, form), ()
    decided = {name: cells.date_order(texts) for name, texts in evidence.items()}
    proofs = {order.form for name, order in decided.items() if order.settled and _is_proof(evidence[name])}
    open_names = [name for name, order in decided.items() if not order.settled]
    if len(proofs) == 1 and not any(decided[name].conflict for name in open_names):
        form = proofs.pop()
        return {name: order.form if order.settled else form for name, order in decided.items()}, ()
    orders = {name: order.form for name, order in decided.items()}
    return orders, tuple(
        _date_question(recognised.headers[recognised.fields[name]], evidence[name], decided[name].conflict, file_name)
        for name in open_names
    )


def _is_proof(evidence: set[str]) -> bool:
    """Whether some date of the column can be read in one order alone, or has points, which are day first."""
    return any(
        "." in text or max(int(part) for part in text.replace("/", "-").split("-")[:2]) > 12 for text in evidence
    )


def _date_question(column: str, evidence: set[str], is_conflict: bool, file_name: str) -> Question:
    doubtful = sorted(text for text in evidence if cells.parse_date(text, "dmy") != cells.parse_date(text, "mdy"))[:3]
    readings = tuple(
        (
            order,
            ", ".join(
                f"{text} = {day.isoformat() if (day := cells.parse_date(text, order)) else 'no date'}"
                for text in doubtful
            ),
        )
        for order in ("dmy", "mdy")
    )
    message = (
        f"The dates in the column “{column}” can be read day first or month first, and nothing in the file settles it."
    )
    if is_conflict:
        message = (
            f"The column “{column}” holds dates that can only be day first, and others that can only be month first."
        )
    return Question(
        "dates_contradict" if is_conflict else "dates_ambiguous", column, message, readings, DATE_ANSWER, file_name
    )


def marks(
    evidence: Mapping[str, set[str]], recognised: headings.Recognised, answer: str | None, file_name: str
) -> tuple[dict[str, str], tuple[Question, ...]]:
    """The decimal mark of each column of amounts. A column that leaves it open follows the others, if these agree."""
    if answer:
        return dict.fromkeys(evidence, answer), ()
    decided = {name: cells.decimal_mark(texts) for name, texts in evidence.items()}
    proofs = {mark.mark for name, mark in decided.items() if mark.settled and evidence[name]}
    open_names = [name for name, mark in decided.items() if not mark.settled]
    if len(proofs) == 1:
        proof = proofs.pop()
        return {name: mark.mark if mark.settled else proof for name, mark in decided.items()}, ()
    marks: dict[str, str] = {name: mark.mark for name, mark in decided.items()}
    return marks, tuple(
        _mark_question(recognised.headers[recognised.fields[name]], evidence[name], file_name) for name in open_names
    )


def _mark_question(column: str, evidence: set[str], file_name: str) -> Question:
    shapes = [text for text in sorted(evidence) if cells.ONE_MARK_THREE_DIGITS.match(text)]
    example = "1,234" if shapes and "," in shapes[0] else "1.234"
    readings = tuple((mark, f"{example} = {cells.parse_amount(example, mark)}") for mark in (",", "."))
    message = (
        f"In “{column}” an amount such as {example} can be a thousand or a fraction; nothing in the file settles it."
    )
    return Question("decimals_ambiguous", column, message, readings, DECIMAL_ANSWER, file_name)
