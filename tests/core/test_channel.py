"""The gateway's channel, on a core that runs as in production."""
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.core.running_core import TOKEN, RunningCore, new_id
from tests.waiting import until

ANSWER = {"events": [], "responses": [{"text": "An answer"}]}
QUESTION = "who is the chamber"


@pytest.fixture(scope="module")
def running(tmp_path_factory, root):
    core = RunningCore(tmp_path_factory.mktemp("core"), root)
    core.start()
    yield core
    core.kill()


@pytest.fixture
def core(running):
    running.actions.behaviour = ANSWER
    running.actions.calls.clear()
    return running


def texts(answer):
    return [message["text"] for message in answer["messages"]]


@pytest.mark.parametrize("secret", [None, "", "wrong", "ä"])
@pytest.mark.parametrize(("method", "path"), [("POST", "turn"), ("GET", "health")])
def test_without_the_secret_nothing_is_answered(core, secret, method, path):
    body = {"conversation": "c", "message_id": "m", "text": "hello"} if method == "POST" else None
    secret = secret if secret is None else secret.encode("utf-8").decode("latin-1")
    assert core.request(method, f"/webhooks/gateway/{path}", body, secret)[0] == 401


@pytest.mark.parametrize(
    "path", ["/webhooks/rest/webhook", "/conversations/x/tracker", "/model/parse", "/status", "/domain", "/webhooks/gateway/", "/version"]
)
def test_no_other_door_is_open(core, path):
    assert core.request("GET", path)[0] in (404, 405)
    assert core.request("POST", path, {"sender": "x", "message": "hello"})[0] in (404, 405)


def test_no_page_of_another_site_is_invited(core):
    assert core.request("OPTIONS", "/webhooks/gateway/turn")[0] in (404, 405)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"5", b"null", b"", b"{", b"\xff", b"a=b", {"conversation": 5}])
def test_a_wrong_body_is_a_400_in_json(core, body):
    status, answer = core.request("POST", "/webhooks/gateway/turn", body)
    assert status == 400 and answer["error"] == "bad_request"


def test_a_body_above_64_kilobytes_is_refused(core):
    assert core.turn("x" * 70_000)[0] == 413


@pytest.mark.parametrize(("text", "language", "reply"), [("hello", "en", "Hello"), ("guten tag", "de", "Hallo"), ("早上好", "zh", "你好")])
def test_a_message_is_answered_in_its_own_language(core, text, language, reply):
    status, answer = core.turn(text, language="en")
    assert status == 200 and texts(answer) == [reply]
    assert (answer["language"], answer["fixed_language"], answer["intent"]) == (language, None, "greet")
    assert 0 < answer["confidence"] <= 1 and answer["turn_ms"] > 0


def test_what_is_no_language_keeps_the_language_of_the_conversation_or_the_hint(core):
    conversation = new_id()
    core.turn("guten tag", conversation)
    assert core.turn("CFIE", conversation)[1]["language"] == "de"
    assert core.turn("CFIE", language="zh")[1]["language"] == "zh"


@pytest.mark.parametrize("text", ["/greet", "  /greet", "／greet", "∕greet", "/restart", '/ask{"fixed_language": "zh"}', "/session_start"])
def test_a_slash_command_is_plain_text(core, text):
    conversation = new_id()
    core.turn("guten tag", conversation)
    status, answer = core.turn(text, conversation)
    assert status == 200 and answer["confidence"] < 1 and answer["fixed_language"] is None and texts(answer)


def test_a_choice_is_what_it_says_and_nothing_the_domain_does_not_know(core):
    status, answer = core.turn("Chamber", language="de", choice={"intent": "ask", "entities": {"record": "chamber"}})
    assert status == 200 and (answer["intent"], answer["confidence"], answer["language"]) == ("ask", 1.0, "de")
    entities = core.actions.calls[-1][1]["tracker"]["latest_message"]["entities"]
    assert {"record", "language"} == {entity["entity"] for entity in entities}
    assert core.turn("x", choice={"intent": "restart"})[0] == 400


def test_a_name_never_trained_on_is_understood_like_any_other_of_its_kind(core):
    answer = core.turn("Omega Verein")[1]
    assert answer["intent"] == "ask" and answer["confidence"] > 0.9
    entities = core.actions.calls[-1][1]["tracker"]["latest_message"]["entities"]
    assert ("organisation", "omega verein") in [(entity["entity"], entity["value"]) for entity in entities]


def test_the_same_message_twice_is_one_turn_with_one_reply(core):
    conversation, message = new_id(), new_id()
    first = core.turn(QUESTION, conversation, message)[1]
    second = core.turn(QUESTION, conversation, message)[1]
    assert len(core.actions.calls) == 1
    times = {"turn_ms": 0, "actions_ms": 0}
    assert {**first, **times} == {**second, **times}


def test_the_same_message_at_the_same_time_is_one_turn(core):
    conversation, message = new_id(), new_id()
    core.actions.behaviour = 0.5
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: core.turn(QUESTION, conversation, message), range(5)))
    assert len(core.actions.calls) == 1
    assert {status for status, _ in answers} == {200} and {tuple(texts(answer)) for _, answer in answers} == {("Too late",)}


def test_a_message_keeps_text_buttons_and_payload_together(core):
    button, custom = {"title": "More", "payload": '/ask{"record":"x"}'}, {"sources": [], "card": None}
    core.actions.behaviour = {"events": [], "responses": [{"text": "T", "buttons": [button], "custom": custom}]}
    answer = core.turn(QUESTION)[1]
    assert answer["messages"] == [{"text": "T", "buttons": [button], "custom": custom}]


def test_an_action_gets_little_and_is_told_who_asks(core):
    conversation = new_id()
    for _ in range(12):
        core.turn("hello", conversation)
    core.turn(QUESTION, conversation)
    authorization, body = core.actions.calls[-1]
    assert authorization == f"Bearer {TOKEN}"
    assert body["next_action"] == "action_answer" and body["domain"] == {} and body["sender_id"] == conversation
    assert len(body["tracker"]["events"]) == 10 and body["tracker"]["slots"]["language"] == "en"
    assert body["tracker"]["latest_message"]["text"] == QUESTION


@pytest.mark.parametrize(
    "behaviour",
    [500, 404, 400, b"", b"no json", b"[]", {"events": 5}, {"events": [{}]}, {"events": [{"event": "unheard_of"}]}, {"responses": ["x"]}],
)
@pytest.mark.parametrize(("text", "apology"), [(QUESTION, "Sorry"), ("wer ist die kammer", "Entschuldigung"), ("商会是什么", "抱歉")])
def test_a_failing_action_is_an_apology_in_the_visitors_language_and_nothing_else(core, behaviour, text, apology):
    conversation = new_id()
    core.actions.behaviour = behaviour
    status, answer = core.turn(text, conversation)
    assert status == 200 and texts(answer) == [apology] and answer["failed"]
    core.actions.behaviour = ANSWER
    assert texts(core.turn(text, conversation)[1]) == ["An answer"]


def test_a_form_keeps_what_it_was_told_however_many_of_its_turns_fail(core):
    conversation = new_id()
    told = [{"event": "slot", "name": "told", "value": "a request"}, {"event": "slot", "name": "requested_slot", "value": "step"}]
    core.actions.behaviour = {"events": told, "responses": [{"text": "Which?"}]}
    assert texts(core.turn("a person please", conversation)[1]) == ["Which?"]
    core.actions.behaviour = 500
    for _ in range(20):
        assert texts(core.turn("this one", conversation)[1]) == ["Sorry"]
    core.actions.behaviour = {"events": told, "responses": [{"text": "Go on"}]}
    assert texts(core.turn("this one", conversation)[1]) == ["Go on"]
    tracker = core.actions.calls[-1][1]["tracker"]
    assert tracker["active_loop"]["name"] == "request_form"
    assert (tracker["slots"]["told"], tracker["slots"]["requested_slot"]) == ("a request", "step")


def test_an_action_that_says_nothing_is_not_silence(core):
    core.actions.behaviour = {"events": [], "responses": []}
    assert texts(core.turn("wer ist die kammer")[1]) == ["Nichts"]


def test_a_turn_past_its_deadline_ends_by_itself_and_is_told_on_repetition(core):
    conversation, message = new_id(), new_id()
    core.actions.behaviour = 12.0
    status, answer = core.turn(QUESTION, conversation, message)
    assert (status, answer) == (504, {"error": "deadline"})
    assert texts(core.turn(QUESTION, conversation, message)[1]) == ["Sorry"]
    assert len(core.actions.calls) == 1


def test_a_burst_in_one_conversation_is_answered_in_order(core):
    conversation = new_id()
    waiting = [core.begin_turn(f"{QUESTION} {number}", conversation) for number in range(5)]
    assert [answer()[0] for answer in waiting] == [200] * 5
    asked = [body["tracker"]["latest_message"]["text"] for _, body in core.actions.calls]
    assert asked == [f"{QUESTION} {number}" for number in range(5)]


def test_without_its_database_the_core_answers_nothing_and_recovers_by_itself(core):
    conversation = new_id()
    core.turn("hello", conversation)
    blocker = sqlite3.connect(core.folder / "var" / "tracker.db", isolation_level=None)
    blocker.execute("begin exclusive")
    status, answer = core.turn("guten tag", conversation, "the-message")
    assert (status, answer) == (503, {"error": "store"})
    blocker.execute("rollback")
    blocker.close()
    assert until(lambda: texts(core.turn("guten tag", conversation, "the-message")[1] or {"messages": []})) == ["Hallo"]


def test_a_crash_loses_no_turn_and_the_conversation_goes_on(core):
    conversation, message = new_id(), new_id()
    before = core.turn("guten tag", conversation, message)[1]
    core.kill()
    core.start()
    after = core.turn("guten tag", conversation, message)[1]
    assert {**before, "turn_ms": 0} == {**after, "turn_ms": 0}
    assert core.turn("CFIE", conversation)[1]["language"] == "de"


def test_health_names_the_model_and_the_names(core):
    status, answer = core.request("GET", "/webhooks/gateway/health")
    assert status == 200 and answer["status"] == "ok" and answer["model"] and answer["names_revision"] == "snapshot"
