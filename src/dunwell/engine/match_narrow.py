"""Of a large book, only what some money could concern: found by columns, so that the decisions can be made one by one.

A receivable is concerned when its customer is: by a sign of a payer, by a number or reference in a payer's words, or as one of the
group of such a customer. For money whose payer nobody knows, the oldest of exactly its sum come along, as proposals.
"""

from __future__ import annotations

import re

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.reference import Names
from dunwell.engine import match_words

# Below, looking for what is concerned costs more than it saves.
WHOLE_MAX = 5_000
OF_SUM_MAX = 5
# A payment service pays for everybody, and many people have one name: such a sign says nothing.
SHARED_MAX = 5
LIKE_LENGTH = 20
LIKE_LENGTH_MIN = 4
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
LATIN = "a b v g d e e zh z i i k l m n o p r s t u f h c ch sh sht a y  e u a".split(" ")
# Written in many ways or left out, and said of thousands.
LEGAL_FORMS = (
    r"\b(?:ooo|oao|zao|pao|ao|nao|ip|individualnyy predprinimatel|eood|ood|ead|ad|et|sd|kd|gmbh|mbh|ag|kg|ug|ohg|ltd|limited|"
    r"llc|llp|inc|incorporated|plc|corp|co|company|sarl|sas|sa|srl|spa|sl|bv|nv|oy|oyj|ab|as|aps|sro|s r o|doo|dooel|zoo|sp z o o)\b"
)
LEGAL_FORMS_IN_WORDS = (
    r"(?:общество с ограниченной ответственностью|(?:непубличное |публичное |закрытое |открытое )?акционерное общество|"
    r"индивидуальный предприниматель|дружество с ограничена отговорност|акционерно дружество|едноличен търговец)"
)
SIGN_COLUMNS = {
    "tax_id": "payer_tax_id",
    "account": "payer_account",
    "name_key": "payer_name_key",
    "name_like": "payer_name_like",
}


def names_of_payers(money: pl.DataFrame) -> pl.DataFrame:
    """MONEY with `payer_name_like`."""
    return money.with_columns(payer_name_like=_like(pl.col("payer_name_key")))


def narrowed(
    money: pl.DataFrame, receivables: pl.DataFrame, payer_signs: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The RECEIVABLES and PAYER_SIGNS that the money could concern; the signs with those of names that are alike."""
    likes = payer_signs.filter(pl.col("sign") == "name_key").with_columns(
        sign=pl.lit("name_like"), value=_like(pl.col("value"))
    )
    signs = pl.concat([payer_signs, likes]).drop_nulls("value").unique(maintain_order=True)
    is_shared = (pl.col("sign") != "group") & (pl.len().over("sign", "value") > SHARED_MAX)
    signs = signs.filter(~is_shared)
    if receivables.height <= WHOLE_MAX:
        return _with_forms(receivables), signs
    by_sign = _told_signs(money).join(signs, on=["sign", "value"], how="inner")
    known = pl.concat([by_sign["customer_id"], money["customer_id"].drop_nulls(), *_worded(money, receivables)])
    customers = _with_groups(known.unique(), signs)
    payers_known = pl.concat([by_sign["money_id"], money.drop_nulls("customer_id")["money_id"]])
    of_sum = _of_sum(money.filter(~pl.col("money_id").is_in(payers_known.implode())), receivables)
    concerned = receivables.filter(pl.col("customer_id").is_in(customers.implode()))
    together = pl.concat([concerned, of_sum.join(concerned.select("receivable_id"), on="receivable_id", how="anti")])
    return _with_forms(together), signs.filter(pl.col("customer_id").is_in(customers.implode()))


def _with_forms(receivables: pl.DataFrame) -> pl.DataFrame:
    """The receivables with the forms in which their numbers are compared."""
    return receivables.with_columns(
        number_key=match_words.key_of(pl.col("number")),
        number_bare=match_words.bare_of(pl.col("number")),
        number_compact=match_words.compact_of(pl.col("number")),
        order_key=match_words.key_of(pl.col("order_number")),
        order_bare=match_words.bare_of(pl.col("order_number")),
        reference_bare=match_words.bare_of(pl.col("reference")),
    )


def _like(name: pl.Expr) -> pl.Expr:
    """A name without its legal form, in Latin letters, and no more of it than banks leave; null where that says little."""
    plain = name.str.to_lowercase().str.replace_all(LEGAL_FORMS_IN_WORDS, " ")
    latin = plain.str.replace_many(list(CYRILLIC), LATIN)
    core = latin.str.replace_all(LEGAL_FORMS, " ").str.replace_all(r"[^a-z0-9]+", "").str.slice(0, LIKE_LENGTH)
    return pl.when(core.str.len_chars() >= LIKE_LENGTH_MIN).then(core)


def _told_signs(money: pl.DataFrame) -> pl.DataFrame:
    """One row for each sign that money brings of its payer: money_id, sign, value."""
    return pl.concat(
        money.select("money_id", pl.lit(sign).alias("sign"), pl.col(column).alias("value")).drop_nulls("value")
        for sign, column in SIGN_COLUMNS.items()
    )


def _worded(money: pl.DataFrame, receivables: pl.DataFrame) -> list[pl.Series]:
    """Customers whose invoices or who themselves are named in the words of payers."""
    numbers: set[str] = set()
    structured: set[str] = set()
    invoices: set[int] = set()
    customers: set[int] = set()
    for column, *texts in money.select("invoice_number", "reference", "remittance").iter_rows():
        words = match_words.named(" ".join(text for text in texts if text))
        numbers.update(words.numbers)
        numbers.update(words.structured)
        structured.update(one[4:] for one in words.structured)
        numbers.update(part for part in re.split(r"[,;]", column or "") if part.strip())
        invoices.update(one.id for one in words.references if one.names is Names.INVOICE)
        customers.update(one.id for one in words.references if one.names is Names.CUSTOMER)
    bare = pl.Series(
        "bare", sorted({match_words.bare(number) for number in numbers | structured}), dtype=pl.String
    ).to_frame()
    found = [
        receivables.select("customer_id", bare=match_words.bare_of(pl.col(column)))
        .drop_nulls()
        .join(bare, on="bare", how="semi")["customer_id"]
        for column in ("number", "order_number", "reference")
    ]
    whole = sorted(structured | {match_words.compact(number) for number in numbers})
    numbered = receivables.select("customer_id", compact=match_words.compact_of(pl.col("number")))
    compact = pl.Series("compact", whole, dtype=pl.String).to_frame()
    found.append(numbered.join(compact, on="compact", how="semi")["customer_id"])
    by_invoice = receivables.filter(pl.col("invoice_id").is_in(sorted(invoices)))["customer_id"]
    return [*found, by_invoice, pl.Series("customer_id", sorted(customers), dtype=pl.Int64)]


def _with_groups(customers: pl.Series, signs: pl.DataFrame) -> pl.Series:
    groups = signs.filter(pl.col("sign") == "group")
    theirs = groups.filter(pl.col("customer_id").is_in(customers.implode()))["value"].unique()
    return pl.concat([customers, groups.filter(pl.col("value").is_in(theirs.implode()))["customer_id"]]).unique()


def _of_sum(money: pl.DataFrame, receivables: pl.DataFrame) -> pl.DataFrame:
    sums = money.select("currency", balance="unapplied").unique()
    fitting = receivables.join(sums, on=["currency", "balance"], how="semi")
    return (
        fitting.sort(pl.coalesce("due_date", "issue_date"), "issue_date", "receivable_id")
        .group_by("currency", "balance", maintain_order=True)
        .head(OF_SUM_MAX)
        .select(*frames.RECEIVABLES)
    )
