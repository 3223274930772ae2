"""What a visitor's message means to the form that opens a case: pure decisions, step by step, without words to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.handoff.addresses import AddressCheck, check_address
from bot.handoff.intake_words import asks, faulty_detail, is_command, name_and_company, replacement, size
from bot.handoff.records import MOST_LINE, MOST_QUESTION, Trigger

Step = Literal["topic", "question", "reach", "email", "name", "consent", "confirmed"]
STEPS: tuple[Step, ...] = ("topic", "question", "reach", "email", "name", "consent", "confirmed")
Kind = Literal[
    "take",  # `values` are taken over
    "topic",  # the text says what it is about; the caller finds the record
    "back", "cancel", "refuse", "submit",
    "change",  # back to `step`; without one: which?
    "aside",  # something else, to be answered before the step is asked again
    "again",  # nothing new; the step is asked again
    "invalid",  # does not fit the step; `problem` says why
]  # fmt: skip
OTHER = "other"  # the topic of a request that fits none
TRIES = 3  # invalid answers to one step after which the way out is shown
SURE = 0.75
# What may be wanted beside an answer to the step; how the form itself is answered is not among them.
ANSWERS_TO_THE_FORM = ("affirm", "deny", "talk_to_human", "choose_item", "ask_more", "nlu_fallback", "")
FEWEST_ASIDE_WORDS = 2
NAVIGATION = "form"  # the step of choices that belong to none


@dataclass(frozen=True)
class Form:
    """What was told so far. `run` is the form's own id; `topic` is a record's id or OTHER; `name` is "" when skipped.

    `draft` is a question that was there before the form; `suggestion` an address that was probably meant.
    """

    run: str
    step: Step = "topic"
    trigger: Trigger = "asked"
    topic: str | None = None
    question: str | None = None
    reach: Literal["chat", "email"] | None = None
    email: str | None = None
    name: str | None = None
    company: str | None = None
    consent: bool | None = None
    guess: str | None = None
    draft: str | None = None
    suggestion: str | None = None
    rejected: str | None = None
    tries: int = 0

    def __repr__(self) -> str:
        return f"Form({self.run}, {self.step})"  # what a visitor told belongs in no log

    def needs(self, step: Step) -> bool:
        """Whether a step belongs to this form at all."""
        return step != "email" or self.reach == "email"

    def open_step(self) -> Step:
        """The first step without an answer."""
        return next(s for s in STEPS if s == "confirmed" or (self.needs(s) and getattr(self, s) is None))

    def taking(self, **values: Any) -> Form:
        """With values, at the first step that is then open."""
        taken = replace(self, **values, tries=0, rejected=None)
        return replace(taken, step=taken.open_step())

    def asking(self, step: Step) -> Form:
        """Back at a step, whose answer is forgotten."""
        emptied: dict[str, Any] = {step: None} if step != "confirmed" else {}
        if step == "name":
            emptied["company"] = None
        if step == "question" and self.question:
            emptied["draft"] = self.question  # so that it can be kept after all
        return replace(self, **emptied, step=step, suggestion=None, rejected=None, tries=0)

    def before(self) -> Step | None:
        """The step before the present one."""
        earlier = [s for s in STEPS[: STEPS.index(self.step)] if self.needs(s)]
        return earlier[-1] if earlier else None


@dataclass(frozen=True)
class Heard:
    """A message: text, likeliest intent with its certainty (0..1); `choice` is (step, value) of a button of the form.

    `other_choice`: a button of something else was pressed.
    """

    text: str
    intent: str = ""
    certainty: float = 0.0
    choice: tuple[str, str] | None = None
    other_choice: bool = False


@dataclass(frozen=True)
class Move:
    """What the form does next."""

    kind: Kind
    values: Mapping[str, Any] = field(default_factory=dict)
    step: Step | None = None
    problem: str = ""


def read(form: Form, heard: Heard) -> Move:
    """What a message means at the form's open step."""
    if heard.choice is not None:
        return pressed(form, *heard.choice)
    if heard.other_choice:
        return Move("aside" if heard.intent != "talk_to_human" else "again")
    if is_command("cancel", heard.text):
        return Move("cancel")
    if is_command("back", heard.text):
        return Move("back")
    if heard.intent == "set_language" and heard.certainty >= SURE and not asks(heard.text):
        return Move("aside")
    if form.step != "question" and (correction := _correction(form, heard.text)) is not None:
        return correction
    return _READERS[form.step](form, heard)


def pressed(form: Form, step: str, value: str) -> Move:
    """What a button of the form does, also one of an earlier step; one of a later step does nothing."""
    if step == NAVIGATION:
        kinds: dict[str, Kind] = {"cancel": "cancel", "back": "back", "change": "change"}
        return Move(kinds.get(value, "again"))
    if step == "change":
        wanted = next((s for s in STEPS if s == value), None)
        return Move("change", step=wanted) if wanted else Move("again")
    if step not in STEPS or STEPS.index(step) > STEPS.index(form.step):
        return Move("again")
    if step == "topic":
        return Move("take", {"topic": value})
    if step == "question":
        return Move("take", {"question": form.draft}) if form.draft else Move("again")
    if step == "reach" and value in ("chat", "email"):
        return Move("take", {"reach": value})
    if step == "email":
        return _pressed_address(form, value)
    if step == "name":
        return Move("take", {"name": "", "company": None})
    if step == "consent":
        return Move("take", {"consent": True}) if value == "yes" else Move("refuse")
    return Move("submit") if value == "send" and form.open_step() == "confirmed" else Move("again")


def _pressed_address(form: Form, value: str) -> Move:
    if value == "chat":
        return Move("take", {"reach": "chat", "email": None})
    address = {"suggested": form.suggestion, "kept": form.rejected}.get(value)
    return Move("take", {"email": address, "suggestion": None}) if address else Move("again")


def _correction(form: Form, text: str) -> Move | None:
    """ "My e-mail is wrong", "not X, Y", and an address where one was given before."""
    known = {"email": form.email, "name": form.name, "company": form.company}
    swapped = replacement(text)
    if swapped is not None:
        old, new = swapped[0].casefold(), swapped[1]
        for told, value in known.items():
            if value and (old in value.casefold() or value.casefold() in old):
                return _address(new) if told == "email" else Move("take", {told: new[:MOST_LINE]})
    detail = faulty_detail(text)
    if form.email and "@" in text and (detail == "email" or STEPS.index(form.step) > STEPS.index("email")):
        return _address(text)
    if detail is None:
        return None
    answered = getattr(form, detail) is not None and form.needs(detail)
    return Move("change", step=detail) if answered and detail != form.step else None


def _address(text: str) -> Move:
    """An address as it was typed; one that looks like a slip is asked about first."""
    check: AddressCheck = check_address(text)
    if check.suggestion:
        return Move(
            "invalid", {"suggestion": check.suggestion, "rejected": check.address, "email": None}, problem="suggested"
        )
    if check.address is None:
        return Move("invalid", problem=check.problem or "not_an_address")
    return Move("take", {"email": check.address, "reach": "email", "suggestion": None})


def _is_aside(heard: Heard) -> bool:
    """Whether the message wants something else than to answer the step."""
    if asks(heard.text):
        return True
    wanted = heard.intent not in ANSWERS_TO_THE_FORM and heard.certainty >= SURE
    return wanted and size(heard.text) >= FEWEST_ASIDE_WORDS


def _topic(form: Form, heard: Heard) -> Move:
    if form.guess and is_command("yes", heard.text):
        return Move("take", {"topic": form.guess})
    if heard.intent in ("talk_to_human", "ask_contact") or not asks(heard.text):
        return Move("topic")
    return Move("aside")


def _question(form: Form, heard: Heard) -> Move:
    text = heard.text.strip()
    if form.draft and (is_command("yes", text) or is_command("send", text)):
        return Move("take", {"question": form.draft})
    if len(text) > MOST_QUESTION:
        return Move("invalid", problem="too_long")
    if sum(character.isalpha() for character in text) < 2:
        return Move("invalid", problem="empty")
    return Move("take", {"question": text})


def _reach(form: Form, heard: Heard) -> Move:
    if "@" in heard.text:
        return _address(heard.text)
    for command, reach in (("mail", "email"), ("chat", "chat")):
        if is_command(command, heard.text):
            return Move("take", {"reach": reach})
    return Move("aside") if _is_aside(heard) else Move("invalid", problem="reach")


def _email(form: Form, heard: Heard) -> Move:
    if form.suggestion and is_command("yes", heard.text):
        return Move("take", {"email": form.suggestion, "suggestion": None})
    if form.rejected and is_command("no", heard.text):
        return Move("take", {"email": form.rejected, "suggestion": None})
    if is_command("chat", heard.text):
        return Move("take", {"reach": "chat", "email": None})
    check = check_address(heard.text)
    if check.problem != "no_at":
        return _address(heard.text)
    return Move("aside") if _is_aside(heard) else Move("invalid", problem="no_at")


def _name(form: Form, heard: Heard) -> Move:
    if is_command("skip", heard.text):
        return Move("take", {"name": "", "company": None})
    if asks(heard.text):
        return Move("aside")
    name, company = name_and_company(heard.text)
    if not name or max(len(name), len(company or "")) > MOST_LINE:
        return Move("invalid", problem="name")
    return Move("take", {"name": name, "company": company})


def _consent(form: Form, heard: Heard) -> Move:
    if is_command("yes", heard.text):
        return Move("take", {"consent": True})
    if is_command("no", heard.text):
        return Move("refuse")
    return Move("aside") if _is_aside(heard) else Move("invalid", problem="consent")


def _confirmed(form: Form, heard: Heard) -> Move:
    if is_command("yes", heard.text) or is_command("send", heard.text):
        return Move("submit")
    if is_command("no", heard.text) or is_command("change", heard.text):
        return Move("change")
    return Move("aside") if _is_aside(heard) else Move("invalid", problem="confirmed")


_READERS: dict[Step, Callable[[Form, Heard], Move]] = {
    "topic": _topic, "question": _question, "reach": _reach, "email": _email, "name": _name, "consent": _consent,
    "confirmed": _confirmed,
}  # fmt: skip
