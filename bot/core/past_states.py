"""What the policies look at, carried on from one prediction to the next.

Rasa replays the whole conversation for every policy at every prediction, five times a turn.
"""
from __future__ import annotations

from typing import Any, NamedTuple

from rasa.shared.core.constants import PREVIOUS_ACTION
from rasa.shared.core.domain import Domain, State, SubState
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker

# After these the past itself is another, so that it has to be replayed.
REWINDING = (Restarted, SessionStarted, ActionReverted, UserUtteranceReverted, ActiveLoop)


class Moment(NamedTuple):
    """The conversation just before an action; `hidden` is None where the action does not decide it."""

    state: State
    previous_action: SubState
    hidden: bool | None


class PastStates:
    """The moments of one conversation so far; `tracker` is an empty one, `events` are those that apply to it."""

    def __init__(self, tracker: DialogueStateTracker, events: list[Event]) -> None:
        self.events = events
        self._tracker = tracker
        self._replayed = 0
        self._moments: list[Moment] = []
        self._now: Moment | None = None

    def add(self, event: Event) -> None:
        """Takes an event that is none of REWINDING."""
        self.events.append(event)

    def states(self, domain: Domain, without_rule_turns: bool, rule_only_data: dict[str, Any] | None) -> list[State]:
        """Returns what `Domain.states_for_tracker_history` would; the states are the caller's to change."""
        moments = self._until_now(domain)
        if not without_rule_turns:
            return [copied(moment.state) for moment in moments]
        return states_in_stories(domain, moments, rule_only_data)

    def _until_now(self, domain: Domain) -> list[Moment]:
        if self._now is None or self._replayed < len(self.events):
            for event in self.events[self._replayed :]:
                if isinstance(event, ActionExecuted):
                    self._moments.append(self._moment(domain, event.hide_rule_turn))
                self._tracker.update(event)
            self._replayed = len(self.events)
            self._now = self._moment(domain, False)
        return [*self._moments, self._now]

    def _moment(self, domain: Domain, hidden: bool) -> Moment:
        tracker = self._tracker
        decided = not tracker.followup_action and tracker.latest_action_name != tracker.active_loop_name
        return Moment(domain.get_active_state(tracker), domain._get_prev_action_sub_state(tracker) or {}, hidden if decided else None)


def states_in_stories(domain: Domain, moments: list[Moment], rule_only_data: dict[str, Any] | None) -> list[State]:
    """Returns the states without the turns and features that only rules have, as Rasa leaves them out."""
    states: list[State] = []
    previous_action: SubState = {}
    hidden = False
    for moment in moments:
        if not hidden:
            previous_action = moment.previous_action
        if moment.hidden is not None:
            hidden = moment.hidden
        if hidden:
            continue
        state = copied(moment.state)
        domain._remove_rule_only_features(state, rule_only_data)
        if states:
            domain._substitute_rule_only_user_input(state, states[-1])
        if previous_action:
            state[PREVIOUS_ACTION] = dict(previous_action)
        states.append(domain._clean_state(state))
    return states


def copied(state: State) -> State:
    """Returns the state with sub-states of its own; policies delete what they do not look at."""
    return {kind: dict(part) for kind, part in state.items()}
