"""One case: its page, what is new on it, and everything that can be done with it."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from functools import cache, partial
from pathlib import Path
from typing import get_args

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection
from starlette.responses import JSONResponse

from bot.desk import accounts, canned, case_view, listing, pages
from bot.desk.canned import Canned
from bot.desk.case_view import Head
from bot.desk.doors import DeskRoute, Refusal, gateway_of, see_other, wants_json, who, who_sends
from bot.desk.routes_cases import handoff_data
from bot.desk.sessions import StaffSession, utc_now
from bot.gateway.history import Message
from bot.handoff import cases
from bot.handoff.hours import standing
from bot.handoff.records import Case, Changed, CloseReason, HandoffRefused, Taken
from bot.handoff.routing import HandoffData
from bot.handoff.vault import Vault
from bot.partners.records import Desk
from bot.replies import desk_times
from bot.replies.desk import words
from bot.replies.problems import LANGUAGES

MOST_MESSAGES = 500
MOST_TEXT = 4000  # characters of a message or note
REASONS: tuple[str, ...] = get_args(CloseReason)

router = APIRouter(route_class=DeskRoute, include_in_schema=False, prefix="/desk/cases/{number}")


@cache
def canned_texts(folder: Path) -> tuple[Canned, ...]:
    """The canned texts, read once."""
    return canned.read_canned(folder)


@router.get("")
async def show_case(request: Request, number: str) -> Response:
    """The page of a case; that it was read is written down."""
    return await _page(request, await who(request), number)


@router.get("/news")
async def news(request: Request, number: str, after: int = 0) -> Response:
    """The head as it is now, and messages behind a position; for a page that brings itself up to date."""
    session = await who(request, present=False)
    head = await _head(request, session, number)
    messages = await gateway_of(request).staff.transcript(head.case.number, MOST_MESSAGES)
    fresh = [message for message in messages if message.position > after]
    body = {
        "version": head.case.version,
        "holder": head.holder,
        "mine": head.mine,
        "state": head.case.state,
        "head": pages.fragment(request, "case_head.html", session, head=head),
        "messages": pages.fragment(request, "messages.html", session, messages=fresh, case=head.case),
        "last": messages[-1].position if messages else 0,
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.get("/typing")
async def visitor_types(request: Request, number: str) -> Response:
    """Whether the visitor is writing."""
    head = await _head(request, await who(request, present=False), number)
    typing = await gateway_of(request).staff.visitor_is_typing(head.case.number)
    return JSONResponse({"typing": typing}, headers={"Cache-Control": "no-store"})


@router.post("/typing")
async def staff_types(request: Request, number: str) -> Response:
    """The visitor sees that somebody is writing."""
    session, _ = await who_sends(request)
    head = await _head(request, session, number)
    await gateway_of(request).staff.typing(head.case.number, session.account.login)
    return Response(status_code=204)


@router.post("/claim")
async def claim(request: Request, number: str) -> Response:
    """Take the case; a lead also from a colleague."""
    session, fields = await who_sends(request)
    staff, login, version = gateway_of(request).staff, session.account.login, _version(fields)

    async def change(head: Head) -> Case:
        if session.account.leads and head.case.state == "human" and not head.mine:
            return await staff.hand_to_colleague(head.case.number, login, login, version=version, force=True)
        return await staff.claim(head.case.number, login, version=version)

    return await _changed(request, session, number, change)


@router.post("/colleague")
async def hand_to_colleague(request: Request, number: str) -> Response:
    """Give the case to a colleague, who holds it at once."""
    session, fields = await who_sends(request)
    gateway, to = gateway_of(request), fields.get("to", "")
    colleague = await gateway.db.read(partial(accounts.find_account, login=to))
    if colleague is None or not colleague.active:
        raise Refusal("choose_colleague", 422)

    async def change(head: Head) -> Case:
        return await gateway.staff.hand_to_colleague(
            head.case.number, session.account.login, to, version=_version(fields), force=session.account.leads
        )

    return await _changed(request, session, number, change, leave=True)


@router.post("/desk")
async def hand_to_desk(request: Request, number: str) -> Response:
    """Let the case wait at a desk, which is told."""
    session, fields = await who_sends(request)
    gateway, desk = gateway_of(request), fields.get("desk", "")
    if desk not in handoff_data(gateway.settings.handoff_dir).routing.desks:
        raise Refusal("choose_desk", 422)

    async def change(head: Head) -> Case:
        return await gateway.staff.hand_to_desk(
            head.case.number, session.account.login, desk, version=_version(fields), force=session.account.leads
        )

    return await _changed(request, session, number, change, leave=True)


@router.post("/close")
async def close(request: Request, number: str) -> Response:
    """End the case for a reason; with `back` the visitor is with the assistant again at once."""
    session, fields = await who_sends(request)
    reason = next((one for one in REASONS if one == fields.get("reason")), None)
    if reason is None:
        raise Refusal("choose_reason", 422)

    async def change(head: Head) -> Case:
        return await gateway_of(request).staff.close(
            head.case.number, session.account.login, reason,  # type: ignore[arg-type]
            back_to_assistant="back" in fields, version=_version(fields), force=session.account.leads,
        )  # fmt: skip

    return await _changed(request, session, number, change)


@router.post("/note")
async def add_note(request: Request, number: str) -> Response:
    """A note for colleagues, in any state."""
    session, fields = await who_sends(request)
    gateway, text = gateway_of(request), fields.get("text", "").strip()
    head = await _head(request, session, number)
    if not _says_something(text):
        return await _page(request, session, number, alert="note_length", note=text, status=422)
    vault = Vault.of(gateway.settings)

    def work(db: Connection) -> int:
        return cases.add_note(db, vault, head.case.number, session.account.login, text)

    await gateway.db.write(work)
    return see_other(f"/desk/cases/{head.case.number}")


@router.post("/messages")
async def write(request: Request, number: str) -> Response:
    """A message to the visitor; the same id is sent once."""
    session, fields = await who_sends(request)
    head = await _head(request, session, number)
    text, message_id = fields.get("text", "").strip(), _uuid(fields.get("id", ""))
    if not _says_something(text):
        return await _told(request, session, number, words(session.language)["message_length"], text, 422)
    try:
        await gateway_of(request).staff.write(head.case.number, session.account.login, text, message_id)
    except HandoffRefused as refusal:
        return await _told(request, session, number, await _why(request, session, number, refusal), text, 409)
    if not wants_json(request):
        return see_other(f"/desk/cases/{head.case.number}")
    head = await _head(request, session, number)
    return JSONResponse({"version": head.case.version}, headers={"Cache-Control": "no-store"})


async def _changed(
    request: Request,
    session: StaffSession,
    number: str,
    change: Callable[[Head], Awaitable[Case]],
    *,
    leave: bool = False,
) -> Response:
    """Do it, then show the case again, or the list for one that is gone from here; a refusal says why on the page."""
    head = await _head(request, session, number)
    try:
        await change(head)
    except HandoffRefused as refusal:
        why = await _why(request, session, number, refusal)
        return await _told(request, session, number, why, "", 409)
    return see_other("/desk/cases" if leave else f"/desk/cases/{head.case.number}")


async def _why(request: Request, session: StaffSession, number: str, refusal: HandoffRefused) -> str:
    """What stands in the way: who holds the case, or what it is now."""
    t = words(session.language)
    if isinstance(refusal, Taken):
        name = await gateway_of(request).db.read(partial(accounts.display_name, login=refusal.by))
        return t["taken"].format(name=name)
    if not isinstance(refusal, Changed):
        raise Refusal("not_found", 404)
    head = await _head(request, session, number)
    state = t[f"now_{head.case.state}"].format(name=head.holder, desk=head.desk)
    return f"{t['changed']} {state}"


async def _told(request: Request, session: StaffSession, number: str, text: str, draft: str, status: int) -> Response:
    """A refusal beside what was typed."""
    if wants_json(request):
        return JSONResponse({"error": text}, status, headers={"Cache-Control": "no-store"})
    return await _page(request, session, number, said=text, draft=draft, status=status)


async def _head(request: Request, session: StaffSession, number: str) -> Head:
    gateway, now = gateway_of(request), utc_now()
    data = handoff_data(gateway.settings.handoff_dir)
    read = partial(
        case_view.head_of, account=session.account, number=number, data=data, language=session.language, now=now
    )
    head = await gateway.db.read(read)
    if head is None:
        raise Refusal("no_case", 404)
    return head


async def _page(
    request: Request, session: StaffSession, number: str, *, status: int = 200, alert: str = "", said: str = "",
    draft: str = "", note: str = "",
) -> Response:  # fmt: skip
    gateway, now, language = gateway_of(request), utc_now(), session.language
    data, vault = handoff_data(gateway.settings.handoff_dir), Vault.of(gateway.settings)
    read = partial(
        case_view.open_page, account=session.account, number=number, data=data, vault=vault, language=language, now=now
    )
    found = await gateway.db.write(read)
    if found is None:
        raise Refusal("no_case", 404)
    case = found.head.case
    messages: list[Message] = await gateway.staff.transcript(case.number, MOST_MESSAGES)
    summary, names = await gateway.db.read(partial(case_view.summary_of, case=case, messages=messages))
    waiting = await gateway.db.read(partial(listing.count_waiting, account=session.account))
    return pages.page(
        request, "case.html", session, status=status, found=found, head=found.head, case=case, messages=messages,
        summary=summary, organisations=[names[language].get(one, one) for one in summary.organisations],
        offers=_offers(gateway.settings.handoff_dir, found.desks, case, session, data), waiting=waiting,
        reasons=REASONS, handable=[one for one in found.desks if one.id in data.routing.desks],
        alert=said or (words(language)[alert] if alert else ""), draft=draft, note=note, message_id=str(uuid.uuid4()),
        most=MOST_TEXT,
    )  # fmt: skip


def _offers(
    folder: Path, desks: tuple[Desk, ...], case: Case, session: StaffSession, data: HandoffData
) -> dict[str, list[canned.Offer]]:
    """Canned texts for a case, those in the visitor's language first."""
    order = sorted(LANGUAGES, key=lambda code: code != case.language)
    desk = next((one for one in desks if one.id == case.desk), None)
    there = standing(data.office_of(case.desk), utc_now())
    values = {}
    for code in order:
        if there.open and there.until:
            back = desk_times.there_until(there.until.office, code)
        else:
            back = desk_times.there_from(there.back.office if there.back else None, code)
        name = desk.name(code) if desk else case.desk
        values[code] = {
            "case": case.number, "desk": name, "name_staff": session.account.display_name, "back": back,
        }  # fmt: skip
    return canned.offers(canned_texts(folder), order, session.language, values)


def _version(fields: dict[str, str]) -> int | None:
    """The version of the case that the form was made for."""
    version = fields.get("version", "")
    if not version.isdigit() or len(version) > 9:
        raise Refusal("form_refused", 400)
    return int(version)


def _says_something(text: str) -> bool:
    """Whether a text may be sent: not too long, and with more than blanks and signs nobody sees."""
    return len(text) <= MOST_TEXT and any(sign.isprintable() and not sign.isspace() for sign in text)


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Refusal("form_refused", 400) from None
