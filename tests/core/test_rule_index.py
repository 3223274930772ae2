"""Rules found by what happened last are those that Rasa finds by trying all."""
import itertools
import json
import random

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, UserUttered

from bot.core.rule_index import RuleIndex, find_action, possible_keys
from bot.core.tracker import BoundedTracker

ACTIONS = ["action_listen", "utter_greet", "action_answer"]
INTENTS = ["greet", "ask"]
SEEDS = range(40)
SLOTS = [{}, {"stage": [1.0, 0.0]}, {"stage": "should_not_be_set"}]


def rule_states():
    """Every newest or older state that a rule of this small world can have."""
    previous = [{}, *({"prev_action": {"action_name": name}} for name in ACTIONS), {"prev_action": {"action_text": "Hello"}}]
    users = [{}, *({"user": {"intent": intent}} for intent in INTENTS), {"user": {"text": "hello"}}]
    users.append({"user": {"intent": "ask", "entities": ["place"]}})
    for action, user, slots in itertools.product(previous, users, SLOTS):
        yield {**action, **user, **({"slots": slots} if slots else {})}


def conversation(chance):
    """States as a tracker gives them: a start, then what was done and said."""
    states = [{}]
    for _ in range(chance.randint(0, 5)):
        state = {"prev_action": {"action_name": chance.choice(ACTIONS)}}
        if chance.random() < 0.8:
            state["user"] = chance.choice([{"intent": "greet"}, {"intent": "ask", "entities": ("place",)}, {"text": "hello"}])
        if chance.random() < 0.5:
            state["slots"] = {"stage": chance.choice([(1.0, 0.0), (0.0, 1.0)])}
        states.append(state)
    return states


@pytest.fixture(scope="module")
def policy():
    return RulePolicy(RulePolicy.get_default_config(), None, Resource("rules"), ExecutionContext(GraphSchema({})))


@pytest.fixture(scope="module")
def lookup():
    chance = random.Random(3)
    states = list(rule_states())
    rules = [[state] for state in states] + [chance.choices(states, k=chance.randint(2, 4)) for _ in range(300)] + [[]]
    # Stretches of the very conversations, some of which ask for something else at their beginning.
    for seed in SEEDS:
        stretch = conversation(random.Random(seed))[-4:]
        rules += [stretch, [{"prev_action": {"action_name": "action_other"}}, *stretch[1:]]]
    return {json.dumps(rule, sort_keys=True): "action_answer" for rule in rules}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_rules_are_possible_as_with_rasas_search(policy, lookup, seed):
    states = conversation(random.Random(seed))
    stock = policy._get_possible_keys(lookup, states)
    assert stock and possible_keys(policy, lookup, states) == stock


def test_no_states_leave_all_rules_possible_and_no_rules_leave_none(policy, lookup):
    assert possible_keys(policy, lookup, []) == policy._get_possible_keys(lookup, []) == set(lookup)
    assert possible_keys(policy, {}, [{}]) == set()


def test_a_new_lookup_is_indexed_anew(policy, lookup):
    states = [{}, {"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}}]
    one = {json.dumps([states[1]]): "utter_greet"}
    assert possible_keys(policy, one, states) == set(one)
    assert possible_keys(policy, dict(lookup), states) == policy._get_possible_keys(lookup, states)


def test_few_rules_are_looked_at(lookup):
    newest = {"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}}
    assert len(RuleIndex(lookup).candidates(newest)) < len(lookup) / 2


LISTENED = {"prev_action": {"action_name": "action_listen"}}
GREETED = {**LISTENED, "user": {"intent": "greet"}}
# What the rules ask for beside a greeting, and whether Rasa would find an action by the text of a message.
OTHERS = [
    ([], False),
    ([[{"prev_action": {"action_name": "utter_greet"}}]], False),
    ([[LISTENED]], True),
    ([[{**LISTENED, "user": {"text": "hello"}}]], True),
    ([[{**LISTENED, "slots": {"stage": "should_not_be_set"}}]], True),
    ([[{}]], False),
    ([[]], True),
]


@pytest.mark.parametrize("loop", [None, "a_form"])
@pytest.mark.parametrize("by_text", [True, False])
@pytest.mark.parametrize(("others", "found_by_text"), OTHERS)
def test_the_search_that_is_left_out_is_one_that_finds_nothing(policy, others, found_by_text, by_text, loop):
    domain = Domain.from_yaml('{version: "3.1", intents: [greet], actions: [utter_greet], forms: {a_form: {required_slots: []}}}')
    tracker = BoundedTracker("c", [])
    for event in [ActionExecuted("action_listen"), ActiveLoop(loop), UserUttered("hello", {"name": "greet"})]:
        tracker.update(event)
    policy.lookup = {"rules": {json.dumps(rule): "utter_greet" for rule in [[GREETED], *others]}, "rules_for_loop_unhappy_path": {}}
    action, _, returning = policy._find_action_from_rules(tracker, domain, by_text)
    assert action == ("utter_greet" if found_by_text or not by_text else None)
    found = find_action(policy, tracker, domain, by_text)
    assert (found[0], found[2]) == (action, returning)
