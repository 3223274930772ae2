"""The platform's other side: pushes messages to us, signed and sealed, three tries, and shows what it got as the reply."""

import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bot.channels.wechat import xml
from bot.channels.wechat.crypto import Envelopes, read_key, signature

from .fake_platform import ACCOUNT, APP_ID, TOKEN, FakePlatform

TRIES = 3
BROKEN = "该公众号暂时无法提供服务，请稍后再试"
_numbers = itertools.count(1)


@dataclass
class Answered:
    """How one push went: HTTP statuses of its tries (0: none in time), and the text shown at once, if any."""

    statuses: list[int]
    shown: str | None


class Pushes:
    """`key` seals (safe mode); `wait` is how long an answer may take: 5 seconds there."""

    def __init__(
        self,
        platform: FakePlatform,
        url: str,
        *,
        key: str = "",
        wait: float = 5.0,
        path: str = "/hooks/wechat",
        token: str = TOKEN,
    ) -> None:
        self.platform, self.key, self.wait, self.token = platform, key, wait, token
        self.address = url + path
        self.http = httpx.Client(timeout=wait, trust_env=False)

    def say(self, open_id: str, text: str, **fields: Any) -> Answered:
        """The user writes; the count of what may be pushed begins again."""
        self.platform.wrote(open_id)
        return self.push(message(open_id, text, **fields))

    def event(self, open_id: str, name: str, key: str = "", **fields: Any) -> Answered:
        if name == "subscribe":
            self.platform.follower(open_id).subscribed = True
        if name == "unsubscribe":
            self.platform.follower(open_id).subscribed = False
        elif name != "VIEW":
            self.platform.pressed(open_id)
        return self.push(happened(open_id, name, key, **fields))

    def push(self, fields: Mapping[str, Any]) -> Answered:
        """Up to three tries, each signed anew; the reply of the first that is answered in time is shown."""
        statuses: list[int] = []
        for _ in range(TRIES):
            try:
                answer = self.post(fields)
            except httpx.HTTPError:
                statuses.append(0)
                continue
            statuses.append(answer.status_code)
            if answer.status_code == 200:
                return Answered(statuses, self.show(str(fields["FromUserName"]), answer.content))
        self.platform.follower(str(fields["FromUserName"])).shown.append(BROKEN)
        return Answered(statuses, BROKEN)

    def post(self, fields: Mapping[str, Any], **query: str) -> httpx.Response:
        """One try; `query` overrides what it is signed with."""
        body, signed = self.signed(fields)
        return self.http.post(self.address, params=signed | query, content=body, headers={"Content-Type": "text/xml"})

    def signed(self, fields: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Body and query of one try."""
        timestamp, nonce = str(int(time.time())), str(1_000_000 + next(_numbers))
        query = {"signature": signature(self.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
        query["openid"] = str(fields["FromUserName"])
        plain = xml.write(fields).encode()
        if not self.key:
            return plain, query
        sealed = Envelopes(APP_ID, [self.key]).seal(plain, read_key(self.key))
        query |= {"encrypt_type": "aes", "msg_signature": signature(self.token, timestamp, nonce, sealed)}
        return xml.write({"ToUserName": ACCOUNT, "Encrypt": sealed}).encode(), query

    def check(self, **query: str) -> httpx.Response:
        """The URL check; `query` overrides."""
        timestamp, nonce = str(int(time.time())), "1514711492"
        good = {"timestamp": timestamp, "nonce": nonce, "echostr": "4375120948345356249"}
        good["signature"] = signature(self.token, timestamp, nonce)
        return self.http.get(self.address, params=good | query)

    def at_once(self, many: Sequence[Mapping[str, Any]]) -> list[int]:
        """Posts all of them concurrently, once each; their statuses."""
        statuses: list[int] = []

        def post(fields: Mapping[str, Any]) -> None:
            statuses.append(self.post(fields).status_code)

        threads = [threading.Thread(target=post, args=(fields,)) for fields in many]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    def show(self, open_id: str, answer: bytes) -> str | None:
        """What the user sees of a response: nothing for `success`, the text of a reply, else the platform's apology."""
        who = self.platform.follower(open_id)
        if answer in (b"", b"success"):
            return None
        reply = self.read(answer)
        well_made = (
            reply.get("ToUserName") == open_id
            and reply.get("FromUserName") == ACCOUNT
            and reply.get("MsgType") == "text"
        )
        text = reply.get("Content", "") if well_made and reply.get("CreateTime", "").isdigit() else ""
        if not text or len(text.encode()) > 2048:
            text = BROKEN
        who.shown.append(text)
        return text

    def read(self, answer: bytes) -> dict[str, str]:
        """The fields of a reply, opened in the mode of the push."""
        fields = xml.read(answer)
        if not self.key:
            assert "Encrypt" not in fields
            return fields
        expected = signature(self.token, fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
        assert fields["MsgSignature"] == expected
        return xml.read(Envelopes(APP_ID, [self.key]).open(fields["Encrypt"]).content)


def message(open_id: str, text: str, **fields: Any) -> dict[str, Any]:
    """A text message; `fields` make it something else."""
    return {
        "ToUserName": ACCOUNT, "FromUserName": open_id, "CreateTime": int(time.time()), "MsgType": "text", "Content": text,
        "MsgId": 23_000_000_000_000_000 + next(_numbers),
    } | fields  # fmt: skip


def happened(open_id: str, name: str, key: str = "", **fields: Any) -> dict[str, Any]:
    """An event; two of the same kind in one second are one."""
    return {
        "ToUserName": ACCOUNT, "FromUserName": open_id, "CreateTime": 1_700_000_000 + next(_numbers), "MsgType": "event",
        "Event": name, "EventKey": key,
    } | fields  # fmt: skip
