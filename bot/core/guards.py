"""What is replaced inside Rasa 3.6.21, all in one place: each line is a fault of the stock server that must not be ours."""
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from bot.core.settings import Settings


def install(settings: Settings, command: str) -> None:
    """Puts our parts in place; `command` is Rasa's: run and shell start the refreshing of names as well."""
    from rasa.core import agent
    from rasa.core.actions import action, forms

    from bot.core import console, remote_action
    from bot.core.processor import CoreProcessor

    # Stock: the whole tracker and domain with each call, five minutes to wait, an error is logged as success.
    action.RemoteAction.run = remote_action.run
    action.DEFAULT_REQUEST_TIMEOUT = settings.action_timeout
    # Stock: replays the conversation from its first event, of which only the last are kept here.
    forms.FormAction._temporary_tracker = _as_it_stands
    # Stock: repeats are new turns, failures are silent.
    agent.MessageProcessor = CoreProcessor
    # Stock: a memory of its own when the database is away.
    agent.Agent._create_tracker_store = staticmethod(_keep_store)
    if command == "shell":
        console.install()
    if command == "test":
        _check_only_annotated_entities()
    if command in ("run", "shell"):
        from bot.core.nlu.names import shared_source

        _spare_work()
        shared_source(settings.names_file).start(settings.actions_url, settings.actions_token, settings.names_refresh_seconds)


def _as_it_stands(self: Any, tracker: Any, additional_events: list[Any], domain: Any) -> Any:
    """The conversation as a form's own action is to see it: with its slots, however long ago they were set."""
    from rasa.shared.core.constants import REQUESTED_SLOT
    from rasa.shared.core.events import ActionExecuted, SlotSet

    copy = tracker.copy()
    step = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(tracker))
    for event in (step, ActionExecuted(self.name()), *additional_events):
        copy.update(event, domain)
    return copy


def _spare_work() -> None:
    """Leaves out what Rasa does at every message and what has no effect on the answer; training and tests are Rasa's own."""
    from rasa import server
    from rasa.core import processor
    from rasa.core.policies import memoization, rule_policy
    from rasa.shared.core.events import Event

    from bot.core.ordered_runner import OrderedGraphRunner
    from bot.core.rule_index import find_action, possible_keys

    # Stock: a new schedule of the same graph for each message and each prediction.
    processor.DaskGraphRunner = OrderedGraphRunner
    # Stock: every rule is compared with the whole conversation, by the text of the message and again by its intent.
    rule_policy.RulePolicy._get_possible_keys = possible_keys
    rule_policy.RulePolicy._find_action_from_rules = find_action
    # Stock: walks through all classes of events for each event that is read.
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=128)(Event.resolve_by_type))
    # Stock: tells browsers of which origins they may come; none reaches the core.
    server.configure_cors = _no_cors
    # Stock: deep copies of events and states for debug lines, written or not; these modules copy for nothing else.
    for module in (processor, memoization, rule_policy):
        module.copy = SimpleNamespace(deepcopy=lambda value: value)


def _no_cors(app: Any, cors_origins: Any = None) -> None:
    """Adds no header to any answer."""


def _keep_store(store: Any, domain: Any) -> Any:
    if store is None:
        from rasa.core.tracker_store import InMemoryTrackerStore

        return InMemoryTrackerStore(domain)
    store.domain = domain
    return store


def _check_only_annotated_entities() -> None:
    """Test stories: compares the entities of a message only if the story annotates any; the language never."""
    import rasa.core.test as core_test

    stock = core_test._collect_user_uttered_predictions

    def compare(event: Any, predicted: dict[str, Any], partial_tracker: Any, fail_on_prediction_errors: bool) -> Any | None:
        found = [entity for entity in predicted.get("entities") or [] if entity.get("entity") != "language"]
        predicted = {**predicted, "entities": found if event.entities else []}
        return stock(event, predicted, partial_tracker, fail_on_prediction_errors)

    core_test._collect_user_uttered_predictions = compare
