"""Finds the rules that may apply by what happened last; Rasa tries all of them, twice at each prediction."""
from __future__ import annotations

from collections import defaultdict
from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    PREVIOUS_ACTION,
    SHOULD_NOT_BE_SET,
    USER,
)
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

Found = tuple[Any, Any, bool]
STOCK_FIND = RulePolicy._find_action_from_rules
# What a rule asks of the last action and of the last intent; None where it asks nothing that a name could answer.
Asked = tuple[Any, Any]


class RuleIndex:
    """The keys of one of RulePolicy's lookups by their newest state."""

    def __init__(self, lookup: dict[str, Any]) -> None:
        self.lookup = lookup
        self.longest = 0
        self._keys: dict[Asked, set[str]] = defaultdict(set)
        for key in lookup:
            rule = RulePolicy._rule_key_to_state(key)
            self.longest = max(self.longest, len(rule))
            self._keys[asked(rule)].add(key)
        # Then no rule can follow from the words of a message alone, which is what Rasa looks for first.
        self.always_asks_intent = all(
            intent is not None for action, intent in self._keys if action in (ACTION_LISTEN_NAME, None)
        )

    def candidates(self, newest: State) -> set[str]:
        """Returns all rules that `newest` can satisfy, and few others."""
        action = newest.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
        intent = newest.get(USER, {}).get(INTENT)
        found: set[str] = set()
        for wanted in {(action, intent), (action, None), (None, intent), (None, None)}:
            found |= self._keys.get(wanted, set())
        return found


def asked(rule: list[State]) -> Asked:
    """Returns what the newest state of a rule asks for."""
    newest = rule[-1] if rule else {}
    action = newest.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    # A rule without a previous action speaks of a start, where nothing else is compared.
    intent = newest.get(USER, {}).get(INTENT) if newest.get(PREVIOUS_ACTION) else None
    return only_name(action), only_name(intent)


def only_name(value: Any) -> str | None:
    """Returns the value if the conversation must have the same."""
    return value if value and isinstance(value, str) and value != SHOULD_NOT_BE_SET else None


def index_of(policy: RulePolicy, lookup: dict[str, Any]) -> RuleIndex:
    """Returns the index over a policy's lookup, made when first asked for."""
    indices: dict[int, RuleIndex] = policy.__dict__.setdefault("_rule_indices", {})
    index = indices.get(id(lookup))
    if index is None or index.lookup is not lookup:
        index = indices[id(lookup)] = RuleIndex(lookup)
    return index


def possible_keys(self: RulePolicy, lookup: dict[str, Any], states: list[State]) -> set[str]:
    """Takes the place of RulePolicy._get_possible_keys; whether a rule applies is still decided by Rasa."""
    if not states:
        return set(lookup)
    index = index_of(self, lookup)
    keys = index.candidates(states[-1])
    # What happened before the longest rule began decides nothing.
    for turn, state in enumerate(states[: -index.longest - 1 : -1]):
        keys = {key for key in keys if self._is_rule_applicable(key, turn, state)}
    return keys


def find_action(self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool) -> Found:
    """Takes the place of RulePolicy._find_action_from_rules: (action, rule, back in a loop), without a search that must be in vain."""
    if use_text_for_last_user_input and not tracker.active_loop_name and index_of(self, self.lookup[RULES]).always_asks_intent:
        return None, None, False
    return STOCK_FIND(self, tracker, domain, use_text_for_last_user_input)
