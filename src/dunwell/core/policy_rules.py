"""What makes a ladder sound: rules over a whole policy, each a small function, together a table to read aloud.

A rule says where in the policy something is wrong, what, in calendar words, and how to repair it; `policy_text` finds the
line. Where a policy breaks no rule it has an end, never steps back, threatens nothing that does not follow, and keeps a
private person's affairs private.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from dunwell.core.ledger import USUAL_RECIPIENTS, CustomerKind, DocumentKind, Role, TaskKind
from dunwell.core.policy import INDOORS, INSTALMENT_STEP, Anchor, Policy, Step
from dunwell.core.policy_words import when

# Where the text of a content key is true: before, on or after the anchor; None = anywhere. The keys before work are apart.
INVOICE_CONTENT: dict[str, str | None] = {
    "request": None,
    "upcoming": "before",
    "due_day": "on",
    "reached": None,
    "reminder": "after",
    "firm": "after",
    "formal": "after",
    "final": "after",
}
ORDER_CONTENT: dict[str, str | None] = {
    "order_request": None,
    "order_reminder": None,
    "order_last": "before",
    "order_closed": "after",
}
TASK_CONTENT = ("call_script", "visit_brief")
STOP_NOTICE = "formal"
"""The text that announces a stop of work: with its day and the right that it rests on."""
WAKE_UP_CONTENT = "wake_up"

PERSON_ROLES = frozenset({Role.REQUESTER, Role.PAYABLE, Role.REPRESENTATIVE})
"""A private person's money is their own affair: nobody else is told of it."""

ORDER_LEVEL_MAX = 4
"""Before work nothing is owed: the ladder never reaches a firm step."""

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a rule found: `place` is a path in the file, the last part a key of the step."""

    code: str
    place: Place
    message: str
    remedy: str


def broken(policy: Policy) -> list[Wrong]:
    """Everything that is unsound in the policy; empty = it may be used."""
    return [wrong for rule in RULES for wrong in rule(policy)]


def _named_once(policy: Policy) -> Iterator[Wrong]:
    seen = {INSTALMENT_STEP, *([policy.wake_up.name] if policy.wake_up else [])}
    for number, step in enumerate(policy.steps):
        if step.name in seen:
            yield Wrong(
                "duplicate_step",
                ("step", number, "name"),
                f"a step '{step.name}' stands above already",
                "Give each step a name of its own.",
            )
        seen.add(step.name)


def _has_steps(policy: Policy) -> Iterator[Wrong]:
    if not policy.steps:
        yield Wrong("no_steps", (), "the policy has no steps", "Write each step as a [[step]].")


def _anchors_fit(policy: Policy) -> Iterator[Wrong]:
    allowed = (Anchor.ISSUE, Anchor.DUE) if policy.document == DocumentKind.INVOICE else (Anchor.ISSUE, Anchor.VALIDITY)
    why = (
        "an invoice has no end of validity"
        if policy.document == DocumentKind.INVOICE
        else "a request before work has no due date and is never overdue"
    )
    for number, step in enumerate(policy.steps):
        if step.anchor not in allowed:
            choice = " or ".join(f'anchor = "{anchor}"' for anchor in allowed)
            yield Wrong(
                "anchor_unfit",
                ("step", number, "anchor"),
                f"'{step.name}' stands {when(step.anchor, step.offset_days)}, but {why}",
                f"Write {choice}.",
            )


def _in_order(policy: Policy) -> Iterator[Wrong]:
    steps = list(enumerate(policy.steps))
    for (_, earlier), (number, later) in pairwise(steps):
        there, here = when(earlier.anchor, earlier.offset_days), when(later.anchor, later.offset_days)
        signs_right = not (_sign_remedy(earlier) or _sign_remedy(later))
        if later.anchor == earlier.anchor and later.offset_days <= earlier.offset_days and signs_right:
            yield Wrong(
                "out_of_order",
                ("step", number, "offset_days"),
                f"'{later.name}' stands {here}, not later than '{earlier.name}' above it, {there}",
                "Put the steps in the order they are taken, each on a day of its own.",
            )
        if later.anchor == Anchor.ISSUE and earlier.anchor != Anchor.ISSUE:
            yield Wrong(
                "out_of_order",
                ("step", number, "anchor"),
                f"'{later.name}' stands {here}, after '{earlier.name}', {there}",
                "Steps counted from the day of issue come first.",
            )
        if later.level < earlier.level:
            yield Wrong(
                "level_falls",
                ("step", number, "level"),
                f"'{later.name}' has level {later.level}, below the {earlier.level} of '{earlier.name}' before it",
                "A ladder never steps back: give it the same level or a higher one.",
            )


def _sign_remedy(step: Step) -> str:
    side = (INVOICE_CONTENT | ORDER_CONTENT).get(step.content)
    if (side == "before" and step.offset_days > 0) or (side == "after" and step.offset_days < 0):
        return f"For {when(step.anchor, -step.offset_days)} write offset_days = {-step.offset_days}."
    return ""


def _sides_fit(policy: Policy) -> Iterator[Wrong]:
    """R34: a minus sign typed the wrong way is named in calendar words."""
    for number, step in enumerate(policy.steps):
        side = (INVOICE_CONTENT | ORDER_CONTENT).get(step.content)
        actual = "before" if step.offset_days < 0 else "after" if step.offset_days > 0 else "on"
        if side in (None, actual) or step.anchor == Anchor.ISSUE:
            continue
        stands = f"'{step.name}' stands {when(step.anchor, step.offset_days)}"
        message = f"{stands}, but its text '{step.content}' belongs {side} that date"
        remedy = _sign_remedy(step) or (
            "Write offset_days = 0."
            if side == "on"
            else "A negative number counts days before, a positive one days after."
        )
        yield Wrong("wrong_side", ("step", number, "offset_days"), message, remedy)


def _content_fits(policy: Policy) -> Iterator[Wrong]:
    is_invoice = policy.document == DocumentKind.INVOICE
    allowed = INVOICE_CONTENT if is_invoice else ORDER_CONTENT
    for number, step in enumerate(policy.steps):
        is_script = step.content in (*TASK_CONTENT, "")
        place = ("step", number, "content")
        if step.task == TaskKind.LETTER and is_script:
            yield Wrong("content_unfit", place, "a letter to print needs a text", 'Write content = "formal".')
        elif not step.task and is_script:
            yield Wrong(
                "content_unfit", place, f"'{step.content}' is for tasks alone", "Name a letter's text, or add a task."
            )
        elif not is_script and step.content not in allowed:
            document = "an invoice" if is_invoice else "a request before work"
            message = f"the text '{step.content}' is not for {document}"
            yield Wrong("content_unfit", place, message, f"Write one of {', '.join(allowed)}.")


def _wake_up_fits(policy: Policy) -> Iterator[Wrong]:
    overdue = [step for step in policy.steps if step.anchor == Anchor.DUE and step.offset_days > 0]
    if policy.wake_up is None:
        if policy.document == DocumentKind.INVOICE and overdue:
            yield Wrong(
                "no_wake_up",
                (),
                "there is no wake-up for an old book",
                "Add a [wake_up] table: invoices overdue at import begin with it.",
            )
        return
    if policy.document == DocumentKind.REQUEST:
        yield Wrong(
            "content_unfit",
            ("wake_up",),
            "a request before work is never overdue and needs no wake-up",
            "Remove the [wake_up] table.",
        )
    if policy.wake_up.content != WAKE_UP_CONTENT:
        yield Wrong(
            "content_unfit",
            ("wake_up", "content"),
            f"the text '{policy.wake_up.content}' is not a wake-up",
            'Write content = "wake_up".',
        )
    if policy.wake_up.is_firm or policy.wake_up.task:
        yield Wrong(
            "wake_up_firm",
            ("wake_up", "level"),
            "an old book must not begin at the firm end",
            "Give the wake-up a level from 0 to 4 and no task.",
        )


def _ends_with_a_person(policy: Policy) -> Iterator[Wrong]:
    """R46: a ladder without an end writes for ever; before work it ends kindly instead."""
    if not policy.steps:
        return
    last = policy.steps[-1]
    place = ("step", len(policy.steps) - 1)
    if policy.document == DocumentKind.INVOICE and last.task != TaskKind.HAND_OVER:
        yield Wrong(
            "no_end",
            place,
            f"the ladder stops at '{last.name}' and nobody takes over",
            'End it with a step that has task = "hand_over".',
        )
    if policy.document == DocumentKind.REQUEST and last.content != "order_closed":
        yield Wrong(
            "no_end",
            place,
            f"the ladder stops at '{last.name}' and does not say that the offer ended",
            'End it with a step that has content = "order_closed".',
        )
    for number, step in enumerate(policy.steps[:-1]):
        if step.task == TaskKind.HAND_OVER or step.content == "order_closed":
            yield Wrong(
                "steps_after_end",
                ("step", number),
                f"'{step.name}' ends the ladder, yet steps follow",
                "Move it to the end of the file.",
            )


def _consequence_follows(policy: Policy) -> Iterator[Wrong]:
    """I16: a final notice with nothing behind it would be an empty threat; a day to pay by must be waited for."""
    for number, (step, following) in enumerate(pairwise(policy.steps)):
        if step.content == "final" and following.task != TaskKind.HAND_OVER:
            yield Wrong(
                "empty_threat",
                ("step", number, "content"),
                f"'{step.name}' says that a person takes over, but '{following.name}' follows",
                "Put a hand-over right after the final notice.",
            )
        if (
            step.pay_by_days
            and step.anchor == following.anchor
            and step.pay_by_days >= following.offset_days - step.offset_days
        ):
            days = following.offset_days - step.offset_days
            yield Wrong(
                "pay_by_too_long",
                ("step", number, "pay_by_days"),
                f"'{step.name}' gives {step.pay_by_days} days to pay, but '{following.name}' comes {days} days later",
                f"Give at most {days - 1} days, or move '{following.name}'.",
            )


def _stop_is_announced(policy: Policy) -> Iterator[Wrong]:
    """Work stops only after a letter that said so, with a day to pay by; never for a private person."""
    for number, (before, step) in enumerate(pairwise((None, *policy.steps))):
        place = ("step", number, "task")
        if step is None or step.task != TaskKind.STOP_WORK:
            continue
        if policy.customer_kind != CustomerKind.BUSINESS or not step.is_firm:
            yield Wrong(
                "stop_unfit",
                place,
                f"'{step.name}' stops work, which is a firm step towards businesses alone",
                'Write customers = "business" at the top and a level from 5 on, or remove the step.',
            )
        if before is None or before.content != STOP_NOTICE or not before.pay_by_days or before.anchor != step.anchor:
            yield Wrong(
                "stop_unannounced",
                place,
                f"'{step.name}' stops work, but no letter before it says so",
                f'Put it right after a step with content = "{STOP_NOTICE}" and pay_by_days.',
            )


def _tasks_fit(policy: Policy) -> Iterator[Wrong]:
    for number, step in enumerate(policy.steps):
        following = policy.steps[number + 1].name if number + 1 < len(policy.steps) else ""
        if step.else_step and not step.task:
            yield Wrong(
                "else_unfit",
                ("step", number, "else"),
                f"'{step.name}' is not a task, so nothing can be left undone",
                "Remove 'else'.",
            )
        elif step.else_step and step.else_step != following:
            yield Wrong(
                "else_unfit",
                ("step", number, "else"),
                f"'{step.else_step}' is not the step after '{step.name}'",
                f'Write else = "{following}": no step is jumped over.'
                if following
                else "Remove 'else': this is the last step.",
            )
        if step.task and step.courtesy:
            yield Wrong(
                "courtesy_unfit",
                ("step", number, "courtesy"),
                "a task is never spared by a forecast",
                "Remove 'courtesy'.",
            )
    for place, step in _places(policy):
        if step.is_firm and step.courtesy:
            yield Wrong(
                "courtesy_unfit",
                (*place, "courtesy"),
                f"'{step.name}' is a firm step (level {step.level}) and no courtesy",
                "Remove 'courtesy', or give it a level below 5.",
            )
        if step.other_channel and step.only_if is None:
            yield Wrong(
                "other_channel_unfit",
                (*place, "other_channel"),
                "another channel than which? The step depends on nothing",
                'Add only_if = "silence".',
            )


def _people_fit(policy: Policy) -> Iterator[Wrong]:
    is_business = policy.customer_kind == CustomerKind.BUSINESS
    for place, step in _places(policy):
        if not step.audience and step.task not in (*INDOORS, TaskKind.NO_CONTACT):
            yield Wrong(
                "no_audience",
                (*place, "audience"),
                f"'{step.name}' is addressed to nobody",
                'Write audience = ["payable", "requester"].',
            )
        if step.copies and policy.document == DocumentKind.REQUEST:
            yield Wrong(
                "copies_unfit",
                (*place, "copies"),
                "nobody's management is told of a request before work",
                "Remove 'copies'.",
            )
        elif step.copies and not is_business:
            yield Wrong(
                "copies_unfit",
                (*place, "copies"),
                "a private person's affairs are told to nobody else",
                "Remove 'copies', or write customers = \"business\" at the top.",
            )
        elif not step.approval and set(step.copies) - set(USUAL_RECIPIENTS):
            yield Wrong(
                "copies_unapproved",
                (*place, "copies"),
                f"'{step.name}' tells the customer's management without a person's approval",
                "Add approval = true.",
            )
        strangers = set(step.audience) - PERSON_ROLES
        if strangers and (not is_business or policy.document == DocumentKind.REQUEST):
            names = ", ".join(sorted(strangers))
            yield Wrong(
                "audience_unfit",
                (*place, "audience"),
                f"'{step.name}' is addressed to {names}",
                "Write requester, payable or representative.",
            )


def _kind_before_work(policy: Policy) -> Iterator[Wrong]:
    for number, step in enumerate(policy.steps if policy.document == DocumentKind.REQUEST else ()):
        if step.level > ORDER_LEVEL_MAX:
            yield Wrong(
                "level_unfit",
                ("step", number, "level"),
                "before work nothing is owed and no step is firm",
                f"Give it a level from 0 to {ORDER_LEVEL_MAX}.",
            )
        if step.task == TaskKind.HAND_OVER:
            yield Wrong(
                "task_unfit", ("step", number, "task"), "there is nothing to collect before work", "Remove the step."
            )


def _places(policy: Policy) -> Iterator[tuple[Place, Step]]:
    if policy.wake_up is not None:
        yield ("wake_up",), policy.wake_up
    for number, step in enumerate(policy.steps):
        yield ("step", number), step


RULES: tuple[Callable[[Policy], Iterator[Wrong]], ...] = (
    _has_steps,
    _named_once,
    _anchors_fit,
    _in_order,
    _sides_fit,
    _content_fits,
    _wake_up_fits,
    _ends_with_a_person,
    _consequence_follows,
    _stop_is_announced,
    _tasks_fit,
    _people_fit,
    _kind_before_work,
)
