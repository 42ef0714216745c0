"""A policy is a ladder of steps: when to ask, whom, how, in which tone, and where it ends.

A step stands at an offset in days from its anchor; a negative offset is *before* it. Levels compare steps of different
policies, so that the strictest step speaks when one customer stands on several ladders. Policies are TOML files; this module
is their value, `dunwell.run.policies` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dunwell.core.instalments import Bounds
from dunwell.core.ledger import CustomerKind, DocumentKind, Role, TaskKind

LEVEL_MAX = 9
FIRM_LEVEL_MIN = 5
"""From this level on a step is firm: it waits while our own side owes something (I19)."""
INDOORS = (TaskKind.STOP_WORK, TaskKind.TALK, TaskKind.HAND_OVER)
"""Tasks that are decided or arranged by our own people: they are addressed to nobody."""


INSTALMENT_STEP = "instalment"
"""The reminder of an agreed payment: every policy has it beside its ladder."""


class Anchor(StrEnum):
    ISSUE = "issue"
    DUE = "due"
    VALIDITY = "validity"


class OnlyIf(StrEnum):
    """What must have happened since the last done step, or the step lapses."""

    SILENCE = "silence"  # no page opened where a link was sent, no reply, no payment, so many business days
    BOUNCE = "bounce"
    ANSWER = "answer"


class Look(StrEnum):
    WARM = "warm"
    PLAIN = "plain"
    FORMAL = "formal"


@dataclass(frozen=True, slots=True)
class Step:
    """One rung.

    `audience` names roles in order: the first one found with a usable address is written to; every role of `copies` that
    is found is copied. `channels` are tried in order after the contact's own preference. A step with a `task` is done by a
    person and its `content` is the script or the letter to print; the ladder waits for it, unless `else_step` names the
    next step, taken when nobody did the task in `task_days`. `silence_days` are business days, all other days calendar days.
    With `attach_invoice` the letter carries what it asks for as PDF, by each channel that takes files.
    """

    name: str
    anchor: Anchor
    offset_days: int
    level: int
    tone: str
    content: str
    audience: tuple[Role, ...]
    copies: tuple[Role, ...] = ()
    channels: tuple[str, ...] = ("email", "sms")
    look: Look = Look.PLAIN
    courtesy: bool = False
    approval: bool = False
    only_if: OnlyIf | None = None
    silence_days: int = 3
    other_channel: bool = False
    task: TaskKind | None = None
    task_days: int = 5
    else_step: str = ""
    pay_by_days: int = 0
    attach_invoice: bool = False

    @property
    def is_firm(self) -> bool:
        return self.level >= FIRM_LEVEL_MIN


@dataclass(frozen=True, slots=True)
class Policy:
    """A ladder and its manners; `steps` stand in the order they are taken.

    A courtesy is spared where the forecast says so surely (`spare_probability`) that the money comes by itself; so large a share
    of the clients (`spare_holdout`, always the same ones) is never spared, so that the price of sparing can be measured. Beside thanks, so many days apart at least, a client is asked how happy they are; 0: never (`survey_gap_days`).
    A person calls early where the forecast fears with this probability that the money has not come in two months
    (`attention_from`; 1: never). Calls stand in the order of what may turn on them (`calls_by_gain`), so many a day; 0: all (`calls_a_day`).
    After so many days without any word a person asks how they are; 0: never (`check_in_days`).
    `balance_min` is, by currency and in minor units, the least balance worth a message; a currency it does not name has
    none. `instalments` bounds what a client may put off alone. `interest`: letters may name the penalty that a contract gives, and it may be charged. `customer_kind` None = fit for businesses and persons alike.
    """

    name: str
    version: str
    document: DocumentKind
    customer_kind: CustomerKind | None
    steps: tuple[Step, ...]
    wake_up: Step | None
    gap_days_min: int = 3
    balance_min: dict[str, int] = field(default_factory=dict, hash=False)
    promise_grace_days: int = 2
    thanks: bool = True
    oldest_first: bool = False
    spare_probability: float = 1.0
    spare_holdout: float = 0.1
    attention_from: float = 1.0
    calls_by_gain: bool = True
    calls_a_day: int = 0
    claimed_paid_days: int = 5
    promise_days_max: int = 30
    survey_gap_days: int = 0
    check_in_days: int = 0
    reply_wait_days: int = 5
    interest: bool = False
    instalments: Bounds = field(default_factory=Bounds)

    def step(self, name: str) -> Step:
        if self.wake_up is not None and name == self.wake_up.name:
            return self.wake_up
        return next(step for step in self.steps if step.name == name)

    def index(self, name: str) -> int:
        return next(number for number, step in enumerate(self.steps) if step.name == name)
