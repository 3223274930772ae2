"""The form's messages: each step's question with its choices, what is wrong with an answer, the summary, the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.handoff.hours import Standing
from bot.handoff.intake import NAVIGATION, OTHER, STEPS, TRIES, Form, Step
from bot.handoff.records import MOST_QUESTION, Case
from bot.partners.records import Desk, Record
from bot.replies.contact import ways
from bot.replies.handoff_times import closed_text, moment_text
from bot.replies.handoff_words import word
from bot.replies.message import Button, Message, human_button, payload
from bot.replies.phrases import join, listing

INTENT = "talk_to_human"  # of the form's own choices, so that a choice pressed too late leads back to the form
QUOTED = 200  # characters of a question that are repeated
TITLE = 60
_INVALID = {
    "topic": "invalid_topic", "empty": "invalid_empty", "too_long": "invalid_too_long", "reach": "invalid_reach",
    "several": "invalid_several", "name": "invalid_name", "consent": "invalid_consent",
    "confirmed": "invalid_confirmed", "suggested": "email_suggested",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """What the messages need beside the form: who takes the request and when they are there, topics as records."""

    language: str
    desk: Desk
    standing: Standing
    guess: Record | None = None
    topic: Record | None = None
    topics: tuple[Record, ...] = ()
    privacy_url: str = ""


def start(form: Form, scene: Scene) -> Message:
    """Who takes it, whether somebody is there, and the first question."""
    said = [word("start", scene.language, desk=_desk(scene)), closed_text(scene.standing, scene.language)]
    return _with(said, ask(form, scene), scene, card=True)


def ask(form: Form, scene: Scene) -> Message:
    """The question of the form's open step."""
    language = scene.language
    parts, buttons = _ASKING[form.step](form, scene)
    navigation = [_button(NAVIGATION, "back", "choice_back", language)] if form.before() else []
    navigation.append(_button(NAVIGATION, "cancel", "choice_cancel", language))
    return Message(join(parts, language), (*buttons, *navigation))


def invalid(form: Form, scene: Scene, problem: str) -> Message:
    """What does not fit, the step's question again, and after a few times the way out."""
    key = _INVALID.get(problem, "invalid_address")
    said = [word(key, scene.language, most=MOST_QUESTION, suggestion=form.suggestion or "")]
    if form.tries < TRIES:
        return _with(said, ask(form, scene), scene)
    rows = ways(scene.desk, scene.language)
    known = listing([row["value"] for row in rows], scene.language)
    said.append(word("way_out_desk" if rows else "way_out", scene.language, ways=known))
    return _with(said, ask(form, scene), scene, card=True)


def first_step(form: Form, scene: Scene) -> Message:
    """There is nothing to go back to."""
    return _with([word("first_step", scene.language)], ask(form, scene), scene)


def change(form: Form, scene: Scene) -> Message:
    """Which detail is to be changed."""
    details: list[Step] = [step for step in STEPS if step not in ("consent", "confirmed") and form.needs(step)]
    buttons = [_button("change", detail, f"label_{detail}", scene.language) for detail in details]
    buttons.append(_button(NAVIGATION, "cancel", "choice_cancel", scene.language))
    return Message(word("change_ask", scene.language), tuple(buttons))


def ended(key: str, language: str) -> Message:
    """Cancelled, refused, or a choice of a form that is over; a person can be asked for again."""
    return Message(word(key, language), (human_button(language),))


def already(case: Case, desk: Desk, language: str) -> Message:
    """The visitor waits for an answer to an earlier request."""
    said = word("already", language, number=case.number, desk=desk.name(language))
    return Message(said, (_resume(language),))


def sent(case: Case, form: Form, scene: Scene) -> Message:
    """The request is stored; only to be said after that is certain."""
    language = scene.language
    parts = [word("sent", language, number=case.number, desk=_desk(scene)), closed_text(scene.standing, language)]
    if scene.standing.open and scene.standing.until:
        parts.append(word("sent_open", language, until=moment_text(scene.standing.until, language, dated=False)))
    if form.reach == "email":
        parts.append(word("sent_email", language, email=form.email))
    else:
        parts.append(word("sent_chat", language))
    return Message(join([*parts, word("sent_silent", language)], language), (_resume(language),))


def not_sent(key: str, scene: Scene) -> Message:
    """The request could not be stored; it can be tried again."""
    buttons = (
        _button("confirmed", "send", "choice_retry", scene.language),
        _button(NAVIGATION, "cancel", "choice_cancel", scene.language),
    )
    return Message(word(key, scene.language), buttons)


def write_button(about: Record | None, language: str) -> Button:
    """The choice to write to a desk that was just named; the form then knows what it is about."""
    about_it = {"record": about.id} if about else {}
    return Button(word("choice_write", language), payload(INTENT, **about_it))


def person_for_topic(language: str) -> Button:
    """The choice of a person beside an answer on a topic that always needs one."""
    return Button(human_button(language).title, payload(INTENT, handoff_trigger="topic"))


def back_texts(standing: Standing) -> dict[str, str]:
    """When people are there again, by language, for mails; empty while they are."""
    if standing.open or standing.back is None:
        return {}
    return {language: moment_text(standing.back, language) for language in ("en", "de", "zh")}


type _Asked = tuple[list[str], list[Button]]


def _topic(form: Form, scene: Scene) -> _Asked:
    language = scene.language
    said = word("topic_ask", language)
    buttons = [_choice("topic", record.id, record.name(language)) for record in scene.topics]
    if scene.guess:
        name = scene.guess.name(language)
        said = word("topic_confirm", language, topic=name)
        title = word("choice_topic_yes", language, topic=_short(name, TITLE))
        buttons.insert(0, _choice("topic", scene.guess.id, title))
    return [said], [*buttons, _button("topic", OTHER, "choice_topic_other", language)]


def _question(form: Form, scene: Scene) -> _Asked:
    said = [word("question_ask", scene.language)]
    if not form.draft:
        return said, []
    said.append(word("question_draft", scene.language, question=_short(form.draft, QUOTED)))
    title = word("choice_draft", scene.language, question=_short(form.draft, TITLE))
    return said, [_choice("question", "draft", title)]


def _reach(form: Form, scene: Scene) -> _Asked:
    language = scene.language
    return [word("reach_ask", language)], [
        _button("reach", "email", "choice_email", language),
        _button("reach", "chat", "choice_chat", language),
    ]


def _email(form: Form, scene: Scene) -> _Asked:
    language = scene.language
    buttons = []
    if form.suggestion:
        title = word("choice_suggested", language, address=form.suggestion)
        buttons.append(_choice("email", "suggested", title))
    if form.rejected:
        buttons.append(_choice("email", "kept", word("choice_kept", language, address=form.rejected)))
    buttons.append(_button("email", "chat", "choice_chat", language))
    return [] if form.suggestion else [word("email_ask", language)], buttons


def _name(form: Form, scene: Scene) -> _Asked:
    return [word("name_ask", scene.language)], [_button("name", "skip", "choice_skip", scene.language)]


def _consent(form: Form, scene: Scene) -> _Asked:
    language = scene.language
    said = [word("consent_ask", language)]
    if scene.privacy_url:
        said.append(word("consent_notice", language, url=scene.privacy_url))
    return said, [
        _button("consent", "yes", "choice_agree", language),
        _button("consent", "no", "choice_refuse", language),
    ]


def _confirmed(form: Form, scene: Scene) -> _Asked:
    language = scene.language
    other = word("choice_topic_other", language)
    told = (form.name or "", form.company or "")
    values = {
        "topic": scene.topic.name(language) if scene.topic else other,
        "question": _short(form.question or "", QUOTED),
        "reach": word(f"reach_{form.reach}", language, email=form.email or ""),
        "name": listing([part for part in told if part], language) or word("not_given", language),
        "desk": _desk(scene),
    }
    lines = [f"– {word(f'label_{key}', language)}: {value}" for key, value in values.items()]
    rest = join([closed_text(scene.standing, language), word("confirm_ask", language)], language)
    return ["\n".join([word("summary", language), *lines, rest])], [
        _button("confirmed", "send", "choice_send", language),
        _button(NAVIGATION, "change", "choice_change", language),
    ]


_ASKING = {
    "topic": _topic, "question": _question, "reach": _reach, "email": _email, "name": _name, "consent": _consent,
    "confirmed": _confirmed,
}  # fmt: skip


def _with(said: Sequence[str], asked: Message, scene: Scene, *, card: bool = False) -> Message:
    rows = ways(scene.desk, scene.language) if card else []
    text = join([*said, asked.text], scene.language)
    return Message(text, asked.buttons, (), {"title": _desk(scene), "rows": rows} if rows else None)


def _desk(scene: Scene) -> str:
    return scene.desk.name(scene.language)


def _choice(step: str, value: str, title: str) -> Button:
    return Button(title, payload(INTENT, handoff_step=step, handoff_value=value))


def _button(step: str, value: str, key: str, language: str) -> Button:
    return _choice(step, value, word(key, language))


def _resume(language: str) -> Button:
    return Button(word("choice_resume", language), payload("resume_assistant"))


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
