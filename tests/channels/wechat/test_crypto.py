"""Signatures and sealed messages, against published vectors and against wechatpy as a second opinion."""

import base64
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wechat import xml
from bot.channels.wechat.crypto import BLOCK, Envelopes, Unreadable, is_fresh, is_signed, read_key, signature

TOKEN = "AAAAA"
# From wechatpy's tests/test_crypto.py, which has them from the platform's own samples.
APP, KEY = "wx49f0ab532d5d035a", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
ECHO = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
SEALED = (
    "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283dGymzxh6ydJRvZsryDyZb"
    "LTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/TywZBtDh1yCF2KOd0gpiMZ5jS"
    "w3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5n"
    "oTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0="
)
OTHER_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "expected"),
    [
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
    ],
)
def test_the_signatures_of_the_official_pages_are_reproduced(timestamp: str, nonce: str, expected: str) -> None:
    assert signature(TOKEN, timestamp, nonce) == expected
    assert is_signed(expected, TOKEN, timestamp, nonce)


@pytest.mark.parametrize("given_one", [None, "", "0" * 40, "é", "\ud800", "899CF89E464EFB63F54DDAC96B0A0A235F53AA78"])
def test_any_other_signature_is_refused(given_one: str | None) -> None:
    assert not is_signed(given_one, TOKEN, "1714037059", "486452656")


def test_the_published_sealed_message_opens() -> None:
    assert is_signed("74d92dfeb87ba7c714f89d98870ae5eb62dff26d", "123456", "1411525903", "461056294", SEALED)
    fields = xml.read(Envelopes(APP, [KEY]).open(SEALED).content)
    assert (fields["Content"], fields["FromUserName"]) == ("test", "messense")


def test_the_published_sealed_echo_opens() -> None:
    assert is_signed("dd6b9c95b495b3f7e2901bfbc76c664930ffdb96", "123456", "1411443780", "437374425", ECHO)
    assert Envelopes(APP, [KEY]).open(ECHO).content.isdigit()


@settings(deadline=None)
@given(TEXTS)
def test_wechatpy_opens_what_we_seal_and_we_open_what_it_seals(text: str) -> None:
    from wechatpy.crypto import WeChatCrypto

    theirs, ours = WeChatCrypto(TOKEN, KEY, APP), Envelopes(APP, [KEY])
    sealed = ours.seal(text.encode(), read_key(KEY))
    body = {"Encrypt": sealed}
    timestamp, nonce = "1714037059", "486452656"
    assert theirs.decrypt_message(body, signature(TOKEN, timestamp, nonce, sealed), timestamp, nonce) == text
    [sent] = re.findall(r"<Encrypt><!\[CDATA\[(.+?)\]\]></Encrypt>", theirs.encrypt_message(text, nonce, timestamp))
    assert ours.open(sent).content.decode() == text


@settings(deadline=None)
@given(TEXTS)
def test_wechatpy_signs_as_we_do(text: str) -> None:
    from wechatpy.utils import WeChatSigner

    signer = WeChatSigner()
    signer.add_data(TOKEN, "1714037059", text)
    assert signer.signature == signature(TOKEN, "1714037059", text)


def test_the_previous_key_opens_too_and_is_told() -> None:
    both = Envelopes(APP, [OTHER_KEY, KEY])
    assert both.open(SEALED).key == read_key(KEY)
    assert both.open(Envelopes(APP, [OTHER_KEY]).seal(b"x", read_key(OTHER_KEY))).key == read_key(OTHER_KEY)


def test_what_is_sealed_for_another_account_is_refused() -> None:
    with pytest.raises(Unreadable):
        Envelopes("wx0000000000000000", [KEY]).open(SEALED)


def test_every_length_is_padded_to_32() -> None:
    ours = Envelopes(APP, [KEY])
    for length in range(2 * BLOCK):
        sealed = ours.seal(b"x" * length, read_key(KEY))
        assert len(base64.b64decode(sealed)) % BLOCK == 0
        assert ours.open(sealed).content == b"x" * length


def _damaged() -> list[str]:
    whole = base64.b64decode(SEALED)
    changed = [base64.b64encode(whole[:-1] + bytes([whole[-1] ^ bit])).decode() for bit in (1, 128)]
    cut = [base64.b64encode(whole[:length]).decode() for length in (0, 1, 16, 32, 48, len(whole) - 16)]
    return [*changed, *cut, "", "=", "not base64!", "é" * 20, SEALED[:-1], SEALED + "\n"]


@pytest.mark.parametrize("sealed", _damaged())
def test_what_is_damaged_is_refused_without_any_other_error(sealed: str) -> None:
    with pytest.raises(Unreadable):
        Envelopes(APP, [KEY]).open(sealed)


def test_random_bytes_are_refused() -> None:
    ours = Envelopes(APP, [KEY, OTHER_KEY])
    for _ in range(300):
        with pytest.raises(Unreadable):
            ours.open(base64.b64encode(secrets.token_bytes(16 * (1 + secrets.randbelow(8)))).decode())


@pytest.mark.parametrize("key", ["", "short", KEY + "=", KEY[:-1] + "-", "é" * 43])
def test_a_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        read_key(key)


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FRESH: list[tuple[Any, bool]] = [
    (str(int(NOW.timestamp())), True),
    (str(int((NOW - timedelta(minutes=5)).timestamp())), True),
    (str(int((NOW + timedelta(minutes=5)).timestamp())), True),
    (str(int((NOW - timedelta(seconds=301)).timestamp())), False),
    (str(int((NOW + timedelta(seconds=301)).timestamp())), False),
    (None, False), ("", False), ("now", False), ("-1", False), ("１７９", False), ("9" * 400, False),
]  # fmt: skip


@pytest.mark.parametrize(("timestamp", "fresh"), FRESH)
def test_a_call_may_be_five_minutes_old(timestamp: str | None, fresh: bool) -> None:
    assert is_fresh(timestamp, NOW) is fresh
