"""A conversation's state with a bounded history, so that a turn costs the same after ten turns and after a thousand."""
from __future__ import annotations

import copy
from collections import deque
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop

from bot.core.past_states import REWINDING, PastStates


class BoundedTracker(DialogueStateTracker):
    """Rasa's tracker; knows which of its events are not stored yet and forgets old ones when told to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unsaved: list[Event] = []
        self.version = 0
        self._past: PastStates | None = None

    def update(self, event: Event, domain: Domain | None = None) -> None:
        super().update(event, domain)
        self.unsaved.append(event)
        if isinstance(event, REWINDING):
            self._past = None
        elif self._past is not None:
            self._past.add(event)

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """Returns Rasa's states; replays the history only where it is not the one that was looked at before."""
        past = None if omit_unset_slots else self._carried()
        if past is None:
            return super().past_states(domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
        return past.states(domain, ignore_rule_only_turns, rule_only_data)

    def applied_events(self) -> list[Event]:
        """Returns the events that nothing has undone."""
        past = self._carried()
        return super().applied_events() if past is None else list(past.events)

    def _carried(self) -> PastStates | None:
        # In a loop an action can undo the one before it; there Rasa's own way is taken.
        if self._past is None and not any(isinstance(event, ActiveLoop) for event in self.events):
            self._past = PastStates(self.init_copy(), super().applied_events())
        return self._past

    def copy(self) -> BoundedTracker:
        """Returns a tracker in the same state without replaying the history, which is what Rasa's own copy does."""
        duplicate = copy.copy(self)
        duplicate.events = copy.copy(self.events)
        duplicate.slots = {name: shallow(slot) for name, slot in self.slots.items()}
        duplicate.active_loop = copy.copy(self.active_loop)
        duplicate.unsaved = list(self.unsaved)
        duplicate._past = None
        return duplicate

    def trim(self, limit: int) -> None:
        """Leaves at most about `limit` events, from the start of a turn on, and what the dropped ones left in force."""
        if len(self.events) <= limit:
            return
        events = list(self.events)
        cut = next(
            (
                position
                for position in range(len(events) - limit * 2 // 3, len(events))
                if isinstance(events[position], ActionExecuted) and events[position].action_name == ACTION_LISTEN_NAME
            ),
            len(events) - limit,
        )
        self.events = deque(in_force(events[:cut], self.slots) + events[cut:])
        self._past = None

    def restore(self, events: list[Event], state: dict[str, Any]) -> None:
        """Replays the last stored events, then sets what `state` (see `snapshot`) says was in force after them."""
        seen = {event.key for event in events if isinstance(event, SlotSet)}
        head: list[Event] = [
            SlotSet(name, value)
            for name, value in state["slots"].items()
            if name in self.slots and self.slots[name].influence_conversation and name not in seen and value is not None
        ]
        loop = state.get("active_loop")
        if loop and not any(isinstance(event, ActiveLoop) for event in events):
            head.append(ActiveLoop(loop["name"]))
        for event in head + events:
            self.events.append(event)
            event.apply_to(self)
        self._past = None
        for name, slot in self.slots.items():
            slot.value = state["slots"].get(name)
        self.active_loop = TrackerActiveLoop(**loop) if loop else None
        self._paused = bool(state.get("paused"))

    def snapshot(self) -> dict[str, Any]:
        """Returns the state that the last events alone do not tell."""
        loop = self.active_loop
        return {
            "slots": {name: slot.value for name, slot in self.slots.items() if slot.value is not None},
            "active_loop": dict(vars(loop)) if loop and loop.name else None,
            "paused": self._paused,
        }

    def replies_to_last_message(self) -> list[BotUttered]:
        """Returns what the assistant said since the visitor's last message, in order."""
        replies: list[BotUttered] = []
        for event in reversed(self.events):
            if isinstance(event, UserUttered):
                break
            if isinstance(event, BotUttered):
                replies.append(event)
        return replies[::-1]

    def last_message_id(self) -> str | None:
        """Returns the id of the visitor's last message, if there is one."""
        return next((event.message_id for event in reversed(self.events) if isinstance(event, UserUttered)), None)

    def slot(self, name: str) -> Any:
        """Returns the value of a slot, or None if the domain has no such slot."""
        return self.slots[name].value if name in self.slots else None


def shallow(slot: Slot) -> Slot:
    """Returns a slot of its own with the same value; `copy.copy` takes five times as long."""
    duplicate: Slot = object.__new__(type(slot))
    duplicate.__dict__.update(slot.__dict__)
    return duplicate


def in_force(events: list[Event], slots: dict[str, Any]) -> list[Event]:
    """Returns the last of `events` for the loop and for each slot that rules can see."""
    loop: Event | None = None
    last: dict[str, Event] = {}
    for event in events:
        if isinstance(event, ActiveLoop):
            loop = event
        elif isinstance(event, SlotSet) and event.key in slots and slots[event.key].influence_conversation:
            last[event.key] = event
    return list(last.values()) + ([loop] if loop is not None and loop.name else [])
