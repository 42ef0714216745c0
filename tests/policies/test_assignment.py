"""The nearest assignment that fits decides, and says what it overrides."""

from itertools import permutations

import pytest

from dunwell.core.assignment import CREDITOR_DEFAULTS, Assignment, Case, NoPolicyFits, Scope, choose
from dunwell.core.ledger import CustomerKind, DocumentKind
from dunwell.run import policies

POLICIES = policies.load_all()
INVOICE = Case(DocumentKind.INVOICE, CustomerKind.BUSINESS, "A-7", "C-1", frozenset({"retail", "old"}))

OWN = Assignment(Scope.CUSTOMER, "C-1", "firm")
RETAIL = Assignment(Scope.SEGMENT, "retail", "gentle")


def test_invoice_before_customer_before_segment_before_creditor() -> None:
    nearest_first = [Assignment(Scope.INVOICE, "A-7", "gentle"), OWN, RETAIL, CREDITOR_DEFAULTS[0]]
    for left in range(4):
        for order in permutations(nearest_first[left:]):
            chosen = choose(order, POLICIES, INVOICE)
            assert chosen.assignment == nearest_first[left]
            assert chosen.overridden == tuple(nearest_first[left + 1 :])


def test_it_says_why() -> None:
    assert choose([*CREDITOR_DEFAULTS, OWN], POLICIES, INVOICE).why == "customer C-1: firm, over creditor: standard"


def test_assignments_of_others_do_not_concern_it() -> None:
    others = [
        Assignment(Scope.INVOICE, "A-8", "firm"),
        Assignment(Scope.CUSTOMER, "C-2", "firm"),
        Assignment(Scope.SEGMENT, "new", "firm"),
    ]
    assert choose([*others, *CREDITOR_DEFAULTS], POLICIES, INVOICE).policy == "standard"


@pytest.mark.parametrize(
    ("document", "kind", "policy"),
    [
        (DocumentKind.INVOICE, CustomerKind.BUSINESS, "standard"),
        (DocumentKind.INVOICE, CustomerKind.PERSON, "standard-person"),
        (DocumentKind.REQUEST, CustomerKind.BUSINESS, "before-work"),
        (DocumentKind.REQUEST, CustomerKind.PERSON, "before-work"),
    ],
)
def test_a_new_creditor_has_a_policy_for_every_case(document: DocumentKind, kind: CustomerKind, policy: str) -> None:
    assert choose(CREDITOR_DEFAULTS, POLICIES, Case(document, kind)).policy == policy


def test_a_customers_policy_for_invoices_leaves_requests_before_work_alone() -> None:
    case = Case(DocumentKind.REQUEST, CustomerKind.BUSINESS, "R-1", "C-1")
    chosen = choose([*CREDITOR_DEFAULTS, OWN], POLICIES, case)
    assert chosen.policy == "before-work"
    assert chosen.why == "creditor: before-work; not for this document or customer: customer C-1: firm"


def test_of_two_segments_the_more_patient_policy_decides() -> None:
    strict = Assignment(Scope.SEGMENT, "old", "firm")
    for order in permutations([RETAIL, strict]):
        assert choose(order, POLICIES, INVOICE).policy == "gentle"


def test_without_a_policy_it_is_refused() -> None:
    with pytest.raises(NoPolicyFits, match="invoices to a business"):
        choose([Assignment(Scope.CREDITOR, "", "before-work")], POLICIES, INVOICE)
