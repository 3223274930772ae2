"""Who gets in, and who is put out again."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from bot.desk import accounts, sessions
from bot.desk.doors import COOKIE
from bot.desk.tables import staff_account, staff_session
from bot.gateway.app import create_app
from bot.handoff.reading import utc
from bot.replies.desk import words

from .conftest import PASSWORD, Desk, Person, add_person

DE = words("de")
Come = Callable[[str], Person]


@contextmanager
def stranger(desk: Desk) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=desk.url, trust_env=False, timeout=60) as http:
        yield http


@pytest.mark.parametrize("path", ["", "/", "/cases", "/cases/list", "/cases/0000ABCD", "/figures", "/events", "/pulse"])
def test_nothing_is_shown_to_strangers(desk: Desk, path: str) -> None:
    with stranger(desk) as http:
        answer = http.get(f"/desk{path}")
        if answer.headers.get("location") == "/desk/cases":
            answer = http.get("/desk/cases")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/login")
        told = http.get("/desk/pulse", headers={"Accept": "application/json"})
        assert (told.status_code, told.json()) == (401, {"error": words("de")["signed_out"]})


def test_the_right_password_opens_the_list_and_leaves_a_strict_cookie(desk: Desk) -> None:
    with stranger(desk) as http:
        token = http.get("/desk/login").cookies["desk_form"]
        fields = {"csrf": token, "login": " WEI ", "password": PASSWORD, "next": "/desk/cases/0000ABCD"}
        answer = http.post("/desk/login", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/cases/0000ABCD")
        cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(COOKIE))
        assert {"HttpOnly", "Path=/desk", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
        token = cookie.split("=", 1)[1].split(";")[0]
        kept = desk.store.read(lambda db: list(db.scalars(select(staff_session.c.token_hash))))
        assert token not in kept and sessions.hashed(token) in kept


def test_the_way_on_leads_only_to_our_own_pages(desk: Desk) -> None:
    for target in (
        "https://example.org/",
        "//example.org",
        "/desk/../x",
        "/desk/login",
        "/\\example.org",
        "/api/session",
    ):
        with stranger(desk) as http:
            token = http.get("/desk/login").cookies["desk_form"]
            fields = {"csrf": token, "login": "wei", "password": PASSWORD, "next": target}
            assert http.post("/desk/login", data=fields).headers["location"] == "/desk/cases", target


def test_wrong_unknown_deactivated_and_locked_look_alike(desk: Desk) -> None:
    add_person(desk.store, "gone", "Gone Muster", "staff", ())
    desk.store.run(lambda db: accounts.set_active(db, "gone", False))
    add_person(desk.store, "careless", "Careless Muster", "staff", ())
    pages = []
    for login, password in [("careless", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)]:
        person = Person(desk, login, password)
        assert person.entered.status_code == 403
        pages.append(person.entered.text.replace(f'value="{login}"', ""))
    visitor = Person(desk, "careless", "wrong")
    for _ in range(3):
        visitor.log_in("careless", "wrong")
    locked = visitor.log_in("careless", PASSWORD)
    assert locked.status_code == 403
    assert DE["wrong_login"] in locked.text
    assert all(DE["wrong_login"] in page for page in pages)


def test_a_lock_ends_after_a_quarter_of_an_hour(desk: Desk) -> None:
    add_person(desk.store, "patient", "Patient Muster", "staff", ())
    person = Person(desk, "patient", "wrong")
    for _ in range(4):
        person.log_in("patient", "wrong")
    assert person.log_in("patient").status_code == 403
    earlier = update(staff_account).where(staff_account.c.login == "patient")
    until = sessions.utc_now() - timedelta(seconds=1)
    desk.store.write(lambda db: db.execute(earlier.values(locked_until=until)))
    assert person.log_in("patient").url.path == "/desk/cases"


def test_wrong_tries_before_a_right_one_do_not_add_up(desk: Desk) -> None:
    add_person(desk.store, "clumsy", "Clumsy Muster", "staff", ())
    person = Person(desk, "clumsy", "wrong")
    for _ in range(3):
        person.log_in("clumsy", "wrong")
    assert person.log_in("clumsy").url.path == "/desk/cases"
    person.http.cookies.clear()
    person.log_in("clumsy", "wrong")
    assert person.log_in("clumsy").url.path == "/desk/cases"


@pytest.mark.parametrize("values", [{"last_seen": timedelta(minutes=31)}, {"expires_at": timedelta(seconds=1)}])
def test_a_session_ends_when_idle_and_after_half_a_day(desk: Desk, come: Come, values: dict[str, timedelta]) -> None:
    person = come("wei")
    mine = staff_session.c.token_hash == sessions.hashed(person.http.cookies[COOKIE])
    past = {name: sessions.utc_now() - ago for name, ago in values.items()}
    desk.store.write(lambda db: db.execute(update(staff_session).where(mine).values(past)))
    assert person.get("/cases").url.path == "/desk/login"


def test_what_a_page_asks_by_itself_keeps_nobody_logged_in(desk: Desk, come: Come) -> None:
    person = come("wei")
    mine = staff_session.c.token_hash == sessions.hashed(person.http.cookies[COOKIE])
    ago = sessions.utc_now() - timedelta(minutes=20)
    desk.store.write(lambda db: db.execute(update(staff_session).where(mine).values(last_seen=ago)))

    def seen() -> timedelta:
        at = desk.store.read(lambda db: db.execute(select(staff_session.c.last_seen).where(mine)).scalar_one())
        return sessions.utc_now() - utc(at)

    person.get("/pulse")
    person.get("/cases/list")
    assert seen() > timedelta(minutes=19)
    person.get("/cases")
    assert seen() < timedelta(minutes=1)


def test_logging_out_and_a_new_password_end_sessions(desk: Desk, come: Come) -> None:
    person = come("tom")
    cookie = person.http.cookies[COOKIE]
    assert person.post("/logout").url.path == "/desk/login"
    person.http.cookies.set(COOKIE, cookie, path="/desk")
    assert person.get("/cases").url.path == "/desk/login"
    other = come("tom")
    desk.store.run(lambda db: accounts.set_password(db, "tom", PASSWORD))
    assert other.get("/cases").url.path == "/desk/login"


def test_a_form_without_the_token_of_its_session_changes_nothing(desk: Desk, come: Come) -> None:
    person, other = come("wei"), come("ada")
    for token in ("", "x" * 43, other.csrf()):
        assert person.post("/logout", csrf=token).status_code == 403
    assert person.get("/cases").url.path == "/desk/cases"
    with stranger(desk) as http:
        http.get("/desk/login")
        answer = http.post("/desk/login", data={"csrf": "guessed", "login": "wei", "password": PASSWORD})
        assert answer.status_code == 403 and COOKIE not in http.cookies


def test_the_language_stays_with_the_account(desk: Desk, come: Come) -> None:
    person = come("ada")
    assert words("de")["log_out"] in person.page("/cases")
    changed = person.post("/language", language="en", next="/desk/figures")
    assert changed.url.path == "/desk/figures" and words("en")["log_out"] in changed.text
    assert '<html lang="en">' in Person(desk, "ada").entered.text
    assert person.post("/language", language="fr").status_code == 404
    person.post("/language", language="de")


def test_pages_carry_their_own_strict_headers(come: Come) -> None:
    headers = come("wei").get("/cases").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_link_from_another_site_finds_whoever_is_logged_in(desk: Desk) -> None:
    with stranger(desk) as http:
        answer = http.get("/desk/cases/0000ABCD", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200 and 'http-equiv="refresh"' in answer.text
        again = http.get("/desk/cases/0000ABCD", headers={"Sec-Fetch-Site": "same-origin"})
        assert again.headers["location"] == "/desk/login?next=/desk/cases/0000ABCD"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 100])
def test_what_is_no_form_is_refused_in_words(desk: Desk, body: bytes) -> None:
    with stranger(desk) as http:
        answer = http.post("/desk/login", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 400 and DE["form_refused"] in answer.text


def test_cookies_are_for_https_only_where_the_address_is(desk: Desk) -> None:
    """No database is asked for the form, so the application need not be started."""

    async def look(public_url: str) -> str:
        app = create_app(desk.settings.model_copy(update={"public_url": public_url}))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
            return (await http.get("/desk/login")).headers["set-cookie"]

    assert "; Secure" in asyncio.run(look("https://chat.example.org"))
    assert "; Secure" not in asyncio.run(look(""))
