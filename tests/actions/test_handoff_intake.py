"""What a message means at each step of the form, without Rasa, a database or words of ours."""

import pytest

from bot.handoff.intake import OTHER, STEPS, Form, Heard, Move, Step, pressed, read
from bot.handoff.records import MOST_QUESTION

FILLED = Form(
    "run-1", "confirmed", topic="luzhou", question="Wann fährt die Delegation?", reach="email", email="anna@example.org",
    name="Anna Beispiel", company="Pumpen", consent=True,
)  # fmt: skip


def at(step: Step, **values: object) -> Form:
    """A form whose earlier steps are answered."""
    later: dict[str, object] = {s: None for s in STEPS[STEPS.index(step) :] if s != "confirmed"}
    company: dict[str, object] = {"company": None} if STEPS.index(step) <= STEPS.index("name") else {}
    return Form(**{**vars(FILLED), **later, **company, "step": step, **values})


def heard(text: str, intent: str = "", certainty: float = 0.0) -> Heard:
    return Heard(text, intent, certainty)


@pytest.mark.parametrize(
    "text", ["cancel", "Bitte abbrechen!", "I want to cancel", "算了", "取消吧", "Vergessen Sie es"]
)
@pytest.mark.parametrize("step", STEPS)
def test_cancel_is_understood_at_every_step(step: Step, text: str) -> None:
    assert read(at(step), heard(text)).kind == "cancel"


@pytest.mark.parametrize("text", ["back", "go back please", "zurück", "Einen Schritt zurück", "上一步"])
@pytest.mark.parametrize("step", STEPS)
def test_back_is_understood_at_every_step(step: Step, text: str) -> None:
    assert read(at(step), heard(text)).kind == "back"


@pytest.mark.parametrize(
    "text",
    [
        "I want to export pumps to China, who helps me?", "Where is Luzhou?", "Wie kündige ich eine Mitgliedschaft?",
        "Please cancel the order of pumps we placed with you", "黑尔讷和泸州什么时候结为友好城市？", "My e-mail to you was wrong",
        "Können Sie mich bitte zurückrufen?",
    ],
)  # fmt: skip
def test_at_the_question_any_text_is_the_question(text: str) -> None:
    assert read(at("question"), heard(text, "ask_place", 1.0)) == Move("take", {"question": text})


@pytest.mark.parametrize(("text", "problem"), [("…", "empty"), ("5", "empty"), ("a" * (MOST_QUESTION + 1), "too_long")])
def test_a_question_has_words_and_an_end(text: str, problem: str) -> None:
    assert read(at("question"), heard(text)) == Move("invalid", problem=problem)


def test_a_yes_to_the_proposed_question_takes_it() -> None:
    form = at("question", draft="Was kostet ein Stand?")
    for text in ("yes please", "ja", "好的"):
        assert read(form, heard(text)) == Move("take", {"question": "Was kostet ein Stand?"})
    assert pressed(form, "question", "draft").values == {"question": "Was kostet ein Stand?"}
    assert pressed(at("question"), "question", "draft").kind == "again"


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("by e-mail please", "email"), ("per Mail", "email"), ("用邮件回复", "email"), ("here in the chat", "chat"),
        ("hier", "chat"), ("在这里", "chat"),
    ],
)  # fmt: skip
def test_the_way_of_the_answer_is_read_from_words(text: str, reach: str) -> None:
    assert read(at("reach"), heard(text)) == Move("take", {"reach": reach})


def test_an_address_at_the_way_of_the_answer_is_both() -> None:
    move = read(at("reach"), heard("ask me at Anna@Example.org"))
    assert (move.kind, move.values["reach"], move.values["email"]) == ("take", "email", "Anna@example.org")


@pytest.mark.parametrize("step", ["reach", "email", "name", "consent", "confirmed", "topic"])
@pytest.mark.parametrize("text", ["Where is Luzhou?", "wo liegt Luzhou", "泸州在哪里？"])
def test_a_question_elsewhere_is_answered_beside_the_form(step: Step, text: str) -> None:
    assert read(at(step), heard(text, "ask_place", 0.99)).kind == "aside"


def test_a_wish_for_privacy_information_is_no_answer_to_the_consent() -> None:
    assert read(at("consent"), heard("tell me about data protection", "ask_privacy", 0.95)).kind == "aside"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("anna at example", "no_at"), ("anna@", "no_domain"), ("a@example.org b@example.org", "several")],
)
def test_an_address_that_is_none_is_refused_with_its_reason(text: str, problem: str) -> None:
    assert read(at("email"), heard(text)) == Move("invalid", problem=problem)


def test_a_slip_in_an_address_is_asked_about_and_either_can_be_kept() -> None:
    move = read(at("email"), heard("anna@gmial.com"))
    assert (move.kind, move.problem) == ("invalid", "suggested")
    assert (move.values["suggestion"], move.values["rejected"]) == ("anna@gmail.com", "anna@gmial.com")
    form = at("email", suggestion="anna@gmail.com", rejected="anna@gmial.com")
    assert read(form, heard("ja")).values["email"] == "anna@gmail.com"
    assert read(form, heard("nein")).values["email"] == "anna@gmial.com"
    assert pressed(form, "email", "suggested").values["email"] == "anna@gmail.com"
    assert pressed(form, "email", "kept").values["email"] == "anna@gmial.com"


@pytest.mark.parametrize(
    ("text", "name", "company"),
    [
        ("Anna Beispiel, Pumpen GmbH", "Anna Beispiel", "Pumpen GmbH"), ("My name is Anna Beispiel", "Anna Beispiel", None),
        ("我叫王伟，泸州水泵公司", "王伟", "泸州水泵公司"), ("Anna Beispiel from Pumpen GmbH", "Anna Beispiel", "Pumpen GmbH"),
    ],
)  # fmt: skip
def test_name_and_company_are_told_in_one_line(text: str, name: str, company: str | None) -> None:
    assert read(at("name"), heard(text)) == Move("take", {"name": name, "company": company})


@pytest.mark.parametrize("text", ["skip", "lieber nicht", "跳过", "no thanks", "nein danke", "不填"])
def test_the_name_may_be_left_out(text: str) -> None:
    assert read(at("name"), heard(text)).values == {"name": "", "company": None}


@pytest.mark.parametrize("text", ["I agree", "Ja, einverstanden", "同意", "ok", "Ich stimme zu"])
def test_consent_is_a_clear_yes(text: str) -> None:
    assert read(at("consent"), heard(text)) == Move("take", {"consent": True})


@pytest.mark.parametrize(
    "text", ["no", "I don't agree", "nein", "Ich stimme nicht zu", "不同意", "我不同意", "不，不同意"]
)
def test_a_no_to_the_consent_is_a_refusal(text: str) -> None:
    assert read(at("consent"), heard(text)).kind == "refuse"


@pytest.mark.parametrize(
    "text",
    [
        "maybe",
        "hm",
        "whatever you think",
        "affirm",
        "yes no",
        "no, yes",
        "not ok",
        "ja nein",
        "我不太同意",
        "ok, nicht",
    ],
)
def test_nothing_else_is_consent_however_sure_the_classifier_is(text: str) -> None:
    assert read(at("consent"), heard(text, "affirm", 1.0)).kind == "invalid"


@pytest.mark.parametrize("text", ["send it", "yes", "ja", "Absenden", "发送", "好的", "Erneut versuchen"])
def test_the_summary_is_sent_on_a_clear_word(text: str) -> None:
    assert read(FILLED, heard(text)).kind == "submit"


@pytest.mark.parametrize("text", ["no", "change something", "ändern", "修改", "falsch"])
def test_a_no_to_the_summary_asks_what_to_change(text: str) -> None:
    assert read(FILLED, heard(text)) == Move("change")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("my e-mail is wrong", "email"), ("Meine Adresse stimmt nicht", "email"), ("我的邮箱写错了", "email"),
        ("please change the question", "question"), ("das Thema ist falsch", "topic"), ("姓名写错了", "name"),
        ("I mistyped my name", "name"),
    ],
)  # fmt: skip
def test_a_detail_said_to_be_wrong_is_asked_again(text: str, step: Step) -> None:
    assert read(FILLED, heard(text)) == Move("change", step=step)
    assert read(at("consent"), heard(text)) == Move("change", step=step)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("not Beispiel, Anna Muster", {"name": "Anna Muster"}), ("nicht Pumpen, sondern Ventile", {"company": "Ventile"}),
        ("不是Anna Beispiel，是王伟", {"name": "王伟"}),
    ],
)  # fmt: skip
def test_not_this_but_that_replaces_a_detail(text: str, values: dict[str, str]) -> None:
    assert read(FILLED, heard(text)) == Move("take", values)


@pytest.mark.parametrize(
    "text",
    ["not anna@example.org, maria@example.org", "my e-mail is wrong, it is maria@example.org", "maria@example.org"],
)
def test_a_new_address_replaces_the_old_one(text: str) -> None:
    assert read(FILLED, heard(text)).values["email"] == "maria@example.org"


def test_an_answer_in_the_chat_needs_no_address() -> None:
    form = at("reach").taking(reach="chat")
    assert form.step == "name" and form.before() == "reach"
    assert FILLED.asking("reach").taking(reach="email").step == "confirmed"


def test_a_changed_detail_leads_back_to_the_summary() -> None:
    assert FILLED.asking("question").draft == FILLED.question
    assert FILLED.asking("question").taking(question="Eine andere").step == "confirmed"
    assert FILLED.asking("name").company is None


def test_choices_of_earlier_steps_are_corrections_and_of_later_ones_nothing() -> None:
    assert pressed(FILLED, "topic", OTHER) == Move("take", {"topic": OTHER})
    assert pressed(at("topic"), "confirmed", "send").kind == "again"
    assert pressed(at("topic"), "consent", "yes").kind == "again"
    assert pressed(FILLED, "confirmed", "send").kind == "submit"


@pytest.mark.parametrize(
    ("step", "value"), [("form", "nothing"), ("change", "consent-"), ("nowhere", "x"), ("reach", "fax")]
)
def test_choices_that_do_not_exist_do_nothing(step: str, value: str) -> None:
    assert pressed(FILLED, step, value).kind == "again"


def test_without_consent_nothing_can_be_sent() -> None:
    form = Form(**{**vars(FILLED), "consent": None, "step": "confirmed"})
    assert pressed(form, "confirmed", "send").kind == "again"


def test_a_form_tells_nothing_of_the_visitor_in_a_log() -> None:
    assert "anna" not in repr(FILLED).casefold() and "Delegation" not in repr(FILLED)
