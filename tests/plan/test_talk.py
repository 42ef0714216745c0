"""A formal talk as a step of a policy: a task with nobody written to, the ladder waits for its outcome, then goes on."""

from __future__ import annotations

from dataclasses import replace

from dunwell.core import scenario
from dunwell.core.ledger import TaskKind
from dunwell.core.policy import Anchor, Step
from dunwell.run import policies, scenarios

STORY = """
[[scenario]]
title = "A formal talk"
customer = { kind = "business", country = "BG" }
invoice = { issued = 2026-03-02, due = 2026-03-16, amount = "2480.00 EUR" }
from = 2026-03-18
events = [{ on = 2026-04-20, done = "talk" }]
expect = [
  { on = 2026-04-14, step = "talk", task = "talk" },
  { from = 2026-04-15, until = 2026-04-17, nothing = true, because = "task_open" },
  { on = 2026-05-04, step = "last" },
]
"""


def test_the_ladder_waits_for_a_formal_talk_and_goes_on_after_it():
    standard = policies.load_all()["standard"]
    final = next(step for step in standard.steps if step.content == "final")
    talk = Step("talk", Anchor.DUE, 28, 7, "", "", (), task=TaskKind.TALK, task_days=10)
    policy = replace(standard, steps=(talk, replace(final, name="last", offset_days=42, approval=False)))
    stories, findings = scenario.read(STORY, "talk")
    assert not findings, findings
    (story,) = stories
    (played,) = scenarios.play([(story, policy)], policies.load_all())
    assert not scenarios.failures(story, played), scenarios.failures(story, played)
