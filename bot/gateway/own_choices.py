"""Intents that the gateway carries out itself; they never reach the core, and nobody can type them."""

RESUME = "resume_assistant"  # back to the assistant
RATE = "rate_case"  # {case, rating}
COMMENT = "comment_case"  # given by the gateway to what is written after a rating
OWN = frozenset({RESUME, RATE, COMMENT})
WITH_PEOPLE = ("waiting", "human")
