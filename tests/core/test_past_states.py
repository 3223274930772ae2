"""The policies see what Rasa would show them, however the conversation went."""
import copy
import random

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.core.tracker import BoundedTracker

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [greet, ask, {name_it: {use_entities: true}}]
    entities: [place]
    slots:
      stage: {type: categorical, values: [one, two], influence_conversation: true, mappings: [{type: custom}]}
      place: {type: text, influence_conversation: true, mappings: [{type: custom}]}
      silent: {type: text, influence_conversation: false, mappings: [{type: custom}]}
    actions: [action_answer, action_show]
    forms: {a_form: {required_slots: [place]}}
    """
)
RULE_ONLY = {"rule_only_slots": ["place"], "rule_only_loops": ["a_form"]}
WAYS = [(False, None), (True, None), (True, RULE_ONLY)]


def uttered(chance):
    intent = chance.choice(["greet", "ask", "name_it"])
    entities = [{"entity": "place", "value": "Herne"}] if intent == "name_it" else []
    return UserUttered("text", {"name": intent, "confidence": 1.0}, entities)


def turn(chance):
    """One visitor's message and what follows, as Rasa logs it."""
    events = [uttered(chance), DefinePrevUserUtteredFeaturization(chance.random() < 0.2)]
    for _ in range(chance.randint(0, 2)):
        done = ActionExecuted(chance.choice(["action_answer", "action_show"]), hide_rule_turn=chance.random() < 0.5)
        events += [done, BotUttered("reply"), SlotSet(chance.choice(["stage", "place", "silent"]), chance.choice([None, "one", "two"]))]
    if chance.random() < 0.2:
        events.append(FollowupAction("action_show"))
    if chance.random() < 0.1:
        events.append(ActionExecutionRejected("action_show"))
    return [*events, ActionExecuted("action_listen", hide_rule_turn=chance.random() < 0.5)]


def rewinding(chance):
    return chance.choice(
        [
            [ActionReverted()],
            [UserUtteranceReverted()],
            [Restarted(), ActionExecuted("action_listen")],
            [ActionExecuted("action_session_start"), SessionStarted(), SlotSet("stage", "one"), ActionExecuted("action_listen")],
        ]
    )


def in_a_loop(chance):
    return chance.choice(
        [
            [ActionExecuted("a_form"), ActiveLoop("a_form"), SlotSet("requested_slot", "place"), ActionExecuted("action_listen")],
            [uttered(chance), ActionExecuted("a_form"), ActionExecuted("action_listen")],
            [uttered(chance), LoopInterrupted(True), ActionExecuted("action_answer"), ActionExecuted("a_form")],
            [ActiveLoop(None), ActionExecuted("action_listen")],
        ]
    )


def replayed(tracker):
    """The same conversation in a tracker of Rasa's, which looks at it for the first time."""
    fresh = DialogueStateTracker("c", DOMAIN.slots)
    fresh.events = tracker.events
    return fresh


@pytest.mark.parametrize("kind", ["plain", "rewinding", "loop"])
@pytest.mark.parametrize("seed", range(12))
def test_states_and_applied_events_are_those_of_rasa_after_every_event(kind, seed):
    chance = random.Random(f"{kind} {seed}")
    tracker = BoundedTracker("c", DOMAIN.slots)
    special = {"plain": turn, "rewinding": rewinding, "loop": in_a_loop}[kind]
    for _ in range(12):
        for event in special(chance) if chance.random() < 0.3 else turn(chance):
            tracker.update(event, DOMAIN)
            fresh = replayed(tracker)
            assert tracker.applied_events() == fresh.applied_events()
            for way in WAYS:
                assert tracker.past_states(DOMAIN, False, *way) == fresh.past_states(DOMAIN, False, *way)


@pytest.mark.parametrize("seed", range(5))
def test_forgetting_old_events_is_forgetting_them_in_the_states_too(seed):
    chance = random.Random(seed)
    tracker = BoundedTracker("c", DOMAIN.slots)
    for _ in range(30):
        for event in turn(chance):
            tracker.update(event, DOMAIN)
        tracker.past_states(DOMAIN)
        tracker.trim(40)
        assert tracker.past_states(DOMAIN) == replayed(tracker).past_states(DOMAIN)


def test_a_policy_may_change_the_states_it_gets():
    tracker = BoundedTracker("c", DOMAIN.slots)
    for event in turn(random.Random(1)):
        tracker.update(event, DOMAIN)
    for way in WAYS:
        before = copy.deepcopy(tracker.past_states(DOMAIN, False, *way))
        for state in tracker.past_states(DOMAIN, False, *way):
            for part in state.values():
                part.clear()
            state.clear()
        assert tracker.past_states(DOMAIN, False, *way) == before


def test_a_copy_of_a_conversation_goes_its_own_way():
    tracker = BoundedTracker("c", DOMAIN.slots)
    for event in turn(random.Random(2)):
        tracker.update(event, DOMAIN)
    before = tracker.past_states(DOMAIN)
    other = tracker.copy()
    for event in [UserUttered("more", {"name": "ask"}), SlotSet("stage", "two"), ActionExecuted("action_answer")]:
        other.update(event, DOMAIN)
    assert tracker.past_states(DOMAIN) == before and tracker.slot("stage") != "two"
    assert len(other.past_states(DOMAIN)) == len(before) + 1 and other.slot("stage") == "two"
