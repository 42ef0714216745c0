"""Every story beside a shipped policy comes out as it is told."""

import pytest
from dunwell.core.scenario import Scenario
from dunwell.run import policies, scenarios

STORIES = [(name, story) for name in policies.load_all() for story in scenarios.read(name)]


@pytest.mark.parametrize(("name", "story"), STORIES, ids=[f"{name}: {story.title}" for name, story in STORIES])
def test_the_story_comes_out_as_told(name: str, story: Scenario) -> None:
    wrong = scenarios.failures(story, policies.load(name))
    assert not wrong, "\n" + "\n".join(wrong)
