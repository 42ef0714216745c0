"""Every story beside a shipped policy comes out as it is told."""

import pytest

from dunwell.core.scenario import Scenario
from dunwell.run import policies, scenarios
from dunwell.run.scenarios import Played

POLICIES = policies.load_all()
STORIES = [(story, policy) for name, policy in POLICIES.items() for story in scenarios.read(name)]


def test_every_story_comes_out_as_told(subtests: pytest.Subtests) -> None:
    """One test, so that all are played together, once; each is reported by its own title."""
    for (story, policy), played in zip(STORIES, scenarios.play(STORIES, POLICIES), strict=True):
        with subtests.test(f"{policy.name}: {story.title}"):
            wrong = scenarios.failures(story, played)
            assert not wrong, "\n" + "\n".join(wrong)


def test_every_policy_has_its_stories() -> None:
    count = {name: len(scenarios.read(name)) for name in POLICIES}
    for family in ("gentle", "standard", "firm", "before-work"):
        assert sum(number for name, number in count.items() if name.startswith(family)) >= 8


def test_a_story_that_fails_is_shown_as_a_timeline() -> None:
    story: Scenario = next(story for story in scenarios.read("before-work") if "answered" in story.title)
    wrong = scenarios.failures(story, Played())
    assert "before-work.scenarios.toml" in wrong[0]
    assert "expected request on Mon 2026-03-02: it did not happen" in wrong[0]
    assert "Tue 2026-03-03  event     replied" in wrong[-1]
