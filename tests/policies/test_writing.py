"""A policy written as text is read back as the same policy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import policy_text, policy_writing
from dunwell.core.policy import Policy
from dunwell.run import policies

NAMES = sorted(policies.load_all())


def read(policy: Policy) -> Policy:
    found, findings = policy_text.read(policy_writing.written(policy), "test.toml")
    assert found is not None, findings
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_policy_is_read_back(name: str) -> None:
    policy = policies.load(name)
    assert read(policy) == policy


@given(
    name=st.sampled_from(NAMES),
    gap=st.integers(1, 60),
    grace=st.integers(0, 30),
    thanks=st.booleans(),
    share=st.sampled_from([0.0, 0.25, 0.9, 1.0]),
    sums=st.dictionaries(st.sampled_from(["EUR", "RUB", "JPY", "GBP"]), st.integers(0, 10**9)),
)
def test_whatever_its_manners(
    name: str, gap: int, grace: int, thanks: bool, share: float, sums: dict[str, int]
) -> None:
    policy = replace(
        policies.load(name),
        gap_days_min=gap,
        promise_grace_days=grace,
        thanks=thanks,
        spare_probability=share,
        balance_min=sums,
    )
    assert read(policy) == policy
