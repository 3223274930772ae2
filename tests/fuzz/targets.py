"""What is tried: each target takes bytes, and lets through nothing but what its parser says it raises."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import jwt

from bot.channels.wechat import crypto, xml
from bot.gateway.choices import Choices, ChoiceUnavailable, read_button
from bot.gateway.sessions import Claims, InvalidToken, Signer

KEY = "a key of these inputs alone, thirty-two bytes and more"
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
APP_ID = "wx0123456789abcdef"
SIGNER = Signer(KEY, timedelta(hours=1))
CHOICES = Choices(KEY, timedelta(hours=1))
ENVELOPES = crypto.Envelopes(APP_ID, [AES_KEY])


class _NoDatabase:
    """Is asked only for what was signed; nothing that comes here is."""

    def execute(self, *_: object) -> Any:
        raise AssertionError("a signature was forged")


def wechat_xml(data: bytes) -> None:
    """The platform's XML: fields as text, or NotUnderstood; what was read is written and read again the same."""
    try:
        fields = xml.read(data)
    except xml.NotUnderstood:
        return
    assert all(isinstance(text, str) for text in fields.values()) and len(fields) <= xml.MAX_FIELDS
    if all(name.isascii() and name.isalpha() for name in fields):
        again = xml.read(xml.write(fields).encode())
        assert again.keys() == fields.keys()


def wechat_envelope(data: bytes) -> None:
    """Sealed messages: as they come, and with our own key around the bytes, which a stranger cannot do."""
    whole = data[: len(data) // 16 * 16]
    encryptor = crypto._cipher(crypto.read_key(AES_KEY)).encryptor()
    inside = base64.b64encode(encryptor.update(whole) + encryptor.finalize()).decode()
    for sealed in (data.decode("latin-1"), inside):
        try:
            opened = ENVELOPES.open(sealed)
        except crypto.Unreadable:
            continue
        assert ENVELOPES.open(ENVELOPES.seal(opened.content, opened.key)).content == opened.content


def choice(data: bytes) -> None:
    """Pressed buttons, none of which we offered, and the core's button payloads."""
    text = data.decode("utf-8", "surrogateescape")
    button = read_button(text, text)
    assert isinstance(button.entities, dict)
    try:
        CHOICES.resolve(cast("Any", _NoDatabase()), "web:someone", text)
    except ChoiceUnavailable:
        return
    raise AssertionError("a choice was forged")


def token(data: bytes) -> None:
    """Session tokens and links: no forged one is taken; claims of any shape under our own signature end in order."""
    text = data.decode("latin-1")
    for forged in (SIGNER.read, SIGNER.read_link):
        try:
            forged(text)
        except InvalidToken:
            continue
        raise AssertionError("a token was forged")
    assert SIGNER.language_of(text) is None
    signed = jwt.api_jws.encode(data, KEY, "HS256")
    try:
        assert isinstance(SIGNER.read(signed), Claims)
    except InvalidToken:
        return


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (wechat_xml, wechat_envelope, choice, token)
}
