"""A policy as its text: TOML in, a `Policy` or findings out.

What a key may hold is checked while reading; what makes a ladder *sound* is checked by `policy_rules`, once every key could
be read. Each finding names the file, the line and the remedy.
"""

from __future__ import annotations

from dunwell.core import instalments, policy_rules, toml_text
from dunwell.core.instalments import Bounds
from dunwell.core.ledger import CustomerKind, DocumentKind, Role, TaskKind
from dunwell.core.money import CURRENCIES, AmountUnreadable, Money
from dunwell.core.policy import INDOORS, LEVEL_MAX, Anchor, Look, OnlyIf, Policy, Step
from dunwell.core.policy_rules import INVOICE_CONTENT, ORDER_CONTENT, TASK_CONTENT, WAKE_UP_CONTENT, Wrong
from dunwell.core.refusal import Finding
from dunwell.core.roles import DeskRole
from dunwell.core.toml_text import Table, TomlText

TONES = ("warm", "friendly", "neutral", "firm", "formal")
CHANNELS = ("email", "sms", "call", "letter", "visit")
CHANNELS_DEFAULT = ("email", "sms")
DAYS_MAX = 730
NOBODY = "nobody"
CONTENT = (*INVOICE_CONTENT, *ORDER_CONTENT, *TASK_CONTENT, WAKE_UP_CONTENT)


def read(text: str, file: str) -> tuple[Policy | None, list[Finding]]:
    """The policy and no findings, or no policy and every finding of the file, in the order of its lines."""
    source = toml_text.read(text, file)
    if isinstance(source, Finding):
        return None, [source]
    table = Table.root(source)
    policy = _policy(table)
    # Rules over half-read steps would complain of the stand-ins.
    findings = table.findings or [_located(source, wrong) for wrong in policy_rules.broken(policy)]
    if findings:
        return None, sorted(findings, key=lambda finding: finding.line or 0)
    return policy, []


# --- reading ---------------------------------------------------------------------------------------------------------


def _policy(table: Table) -> Policy:
    customers = table.choice("customers", (*CustomerKind, "any"))
    wake_up = table.table("wake_up")
    policy = Policy(
        name=table.text("name"),
        version=table.text("version"),
        document=table.member("document", DocumentKind),
        customer_kind=CustomerKind(customers) if customers in set(CustomerKind) else None,
        steps=tuple(_step(row) for row in table.tables("step")),
        # The wake-up has no day of its own: it opens an old book on the first day that the book is planned.
        wake_up=None if wake_up is None else _rung(wake_up, Anchor.DUE, 1),
        gap_days_min=table.whole("gap_days_min", 3, low=1, high=60),
        balance_min=_sums(table.table("balance_min")),
        promise_grace_days=table.whole("promise_grace_days", 2, low=0, high=30),
        thanks=table.flag("thanks", True),
        oldest_first=table.flag("oldest_first", False),
        spare_probability=table.share("spare_probability", 1.0),
        spare_holdout=table.share("spare_holdout", 0.1),
        attention_from=table.share("attention_from", 1.0),
        calls_by_gain=table.flag("calls_by_gain", True),
        calls_a_day=table.whole("calls_a_day", 0, low=0, high=500),
        claimed_paid_days=table.whole("claimed_paid_days", 5, low=1, high=30),
        reply_wait_days=table.whole("reply_wait_days", 5, low=1, high=30),
        promise_days_max=table.whole("promise_days_max", 30, low=1, high=90),
        check_in_days=table.whole("check_in_days", 0, low=0, high=730),
        survey_gap_days=table.whole("survey_gap_days", 0, low=0, high=730),
        interest=table.flag("interest", False),
        instalments=_bounds(table.table("instalments")),
    )
    if policy.document == DocumentKind.CREDIT_NOTE:
        table.complain(
            "unknown_value", "nobody is asked to pay a credit note", key="document", remedy="Write invoice or request."
        )
    table.finish()
    return policy


def _step(table: Table) -> Step:
    return _rung(table, table.member("anchor", Anchor, Anchor.DUE), table.whole("offset_days"))


def _rung(table: Table, anchor: Anchor, offset_days: int) -> Step:
    task = table.member_or_none("task", TaskKind)
    step = Step(
        name=table.text("name"),
        anchor=anchor,
        offset_days=offset_days,
        level=table.whole("level", low=0, high=LEVEL_MAX),
        tone=table.choice("tone", TONES),
        content=table.choice("content", CONTENT, *([""] if task else [])),
        audience=table.members("audience", Role, *([()] if task in INDOORS else [])),
        copies=table.members("copies", Role, ()),
        channels=table.choices("channels", CHANNELS, (str(task),) if task in CHANNELS else CHANNELS_DEFAULT),
        look=table.member("look", Look, Look.PLAIN),
        courtesy=table.flag("courtesy", False),
        approval=table.flag("approval", False),
        only_if=table.member_or_none("only_if", OnlyIf),
        silence_days=table.whole("silence_days", 3, low=1, high=30),
        other_channel=table.flag("other_channel", False),
        task=task,
        task_days=table.whole("task_days", 5, low=1, high=60),
        else_step=table.text("else", ""),
        pay_by_days=table.whole("pay_by_days", 0, low=0, high=60),
        attach_invoice=table.flag("attach_invoice", False),
    )
    table.finish()
    return step


def _bounds(table: Table | None) -> Bounds:
    if table is None:
        return Bounds()
    usual = Bounds()
    approver = table.choice("approver", (DeskRole.APPROVER, DeskRole.ADMIN, NOBODY), DeskRole.APPROVER)
    bounds = Bounds(
        parts_max=table.whole("parts_max", usual.parts_max, low=1, high=instalments.PARTS_MAX),
        days_max=table.whole("days_max", usual.days_max, low=1, high=DAYS_MAX),
        part_min=_sums(table.table("part_min")),
        times_max=table.whole("times_max", usual.times_max, low=0, high=12),
        approver=DeskRole(approver) if approver in set(DeskRole) else None,
        reminder_days=table.whole("reminder_days", usual.reminder_days, low=0, high=14),
    )
    table.finish()
    return bounds


def _sums(table: Table | None) -> dict[str, int]:
    """Sums by currency, in minor units."""
    found: dict[str, int] = {}
    for currency in table.values if table else ():
        assert table is not None
        amount = table.text(currency)
        if currency not in CURRENCIES:
            table.complain(
                "unknown_currency", f"'{currency}' is not a currency", key=currency, remedy="Write a code like EUR."
            )
            continue
        try:
            found[currency] = Money.parse(amount, currency).minor
        except AmountUnreadable as error:
            table.complain("amount_unreadable", str(error), key=currency, remedy='Write it like "5.00".')
    return found


def _located(source: TomlText, wrong: Wrong) -> Finding:
    field = wrong.place[-1] if wrong.place and isinstance(wrong.place[-1], str) else ""
    return Finding(wrong.code, wrong.message, source.file, source.line(wrong.place), field, remedy=wrong.remedy)
