"""Letters from facts: `compose` fills the text that the step names; the same facts give the same bytes."""

from __future__ import annotations

from dunwell.core.message import Draft, LetterFacts, PackSource
from dunwell.core.refusal import Finding


def compose(facts: LetterFacts, pack: PackSource) -> Draft | Finding:
    """The draft of one message, or the finding that says why there is none (a missing locale, a placeholder without its fact)."""
    raise NotImplementedError
