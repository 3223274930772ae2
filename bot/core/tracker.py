"""A conversation's state with a bounded history, so that a turn costs the same after ten turns and after a thousand."""
from __future__ import annotations

import copy
from collections import deque
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop


class BoundedTracker(DialogueStateTracker):
    """Rasa's tracker; knows which of its events are not stored yet and forgets old ones when told to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unsaved: list[Event] = []
        self.version = 0

    def update(self, event: Event, domain: Domain | None = None) -> None:
        super().update(event, domain)
        self.unsaved.append(event)

    def copy(self) -> BoundedTracker:
        """Returns a tracker in the same state without replaying the history, which is what Rasa's own copy does."""
        duplicate = copy.copy(self)
        duplicate.events = copy.copy(self.events)
        duplicate.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        duplicate.active_loop = copy.copy(self.active_loop)
        duplicate.unsaved = list(self.unsaved)
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
