"""Which policy an invoice follows, and why: the nearest assignment that fits decides.

Invoice before customer before segment before creditor. An assignment fits when its policy is made for this kind of document
and of customer: a customer put on *firm* still gets requests before work by the before-work ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dunwell.core.ledger import CustomerKind, DocumentKind
from dunwell.core.policy import Anchor, Policy
from dunwell.core.refusal import Refusal


class Scope(StrEnum):
    """What a policy may be assigned to, the nearest first."""

    INVOICE = "invoice"
    CUSTOMER = "customer"
    SEGMENT = "segment"
    CREDITOR = "creditor"


@dataclass(frozen=True, slots=True)
class Assignment:
    """`subject` is the invoice's, customer's or segment's own key; empty for the creditor."""

    scope: Scope
    subject: str
    policy: str


@dataclass(frozen=True, slots=True)
class Case:
    """What the question is about; `segments` in no order."""

    document: DocumentKind
    customer_kind: CustomerKind
    invoice: str = ""
    customer: str = ""
    segments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """The deciding assignment, the ones further away that it overrides, and the nearer ones that did not fit."""

    assignment: Assignment
    overridden: tuple[Assignment, ...] = ()
    unfit: tuple[Assignment, ...] = ()

    @property
    def policy(self) -> str:
        return self.assignment.policy

    @property
    def why(self) -> str:
        """ "customer C-7: firm, over creditor: standard": what a person reads who asks why."""
        said = _said(self.assignment)
        if self.overridden:
            said += ", over " + ", ".join(map(_said, self.overridden))
        if self.unfit:
            said += "; not for this document or customer: " + ", ".join(map(_said, self.unfit))
        return said


class NoPolicyFits(Refusal):
    """No policy is assigned for {document}s to a {customer_kind}: assign one to the creditor."""


CREDITOR_DEFAULTS = tuple(
    Assignment(Scope.CREDITOR, "", name) for name in ("standard", "standard-person", "before-work")
)
"""What a new creditor begins with: one policy for each kind of document and customer."""


def fits(policy: Policy, case: Case) -> bool:
    return policy.document == case.document and policy.customer_kind in (None, case.customer_kind)


def choose(assignments: Iterable[Assignment], policies: Mapping[str, Policy], case: Case) -> Choice:
    """The policy of one case; of two segments that differ, the more patient one (an ambiguous case is treated with most care).

    Every assigned name must be in `policies`; raises `NoPolicyFits` when nothing does.
    """
    of_case = sorted((one for one in assignments if _concerns(one, case)), key=lambda one: _rank(one, policies))
    fitting = [one for one in of_case if fits(policies[one.policy], case)]
    if not fitting:
        raise NoPolicyFits(document=case.document, customer_kind=case.customer_kind)
    chosen = fitting[0]
    nearness = list(Scope).index
    unfit = tuple(one for one in of_case if one not in fitting and nearness(one.scope) < nearness(chosen.scope))
    return Choice(chosen, tuple(fitting[1:]), unfit)


def patience_days(policy: Policy) -> int:
    """Days after the due date (or the end of validity) until the first firm step; the last step's where none is firm."""
    late = [step for step in policy.steps if step.anchor != Anchor.ISSUE]
    return next((step.offset_days for step in late if step.is_firm), late[-1].offset_days if late else 0)


def _concerns(one: Assignment, case: Case) -> bool:
    match one.scope:
        case Scope.INVOICE:
            return one.subject == case.invoice
        case Scope.CUSTOMER:
            return one.subject == case.customer
        case Scope.SEGMENT:
            return one.subject in case.segments
        case _:
            return True


def _rank(one: Assignment, policies: Mapping[str, Policy]) -> tuple[int, int, str]:
    return list(Scope).index(one.scope), -patience_days(policies[one.policy]), one.policy


def _said(one: Assignment) -> str:
    return f"{one.scope} {one.subject}: {one.policy}" if one.subject else f"{one.scope}: {one.policy}"
