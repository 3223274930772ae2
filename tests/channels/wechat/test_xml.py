"""The XML reader takes what the platform sends and nothing that an attacker would; the writer lets no text escape."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wechat import xml

TEXT = """<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o6_bm]]></FromUserName>
<CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好 <b>&amp;]]></Content>
<MsgId>1234567890123456</MsgId></xml>"""
BOMB = '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'


def test_fields_are_read_as_they_stand() -> None:
    fields = xml.read(TEXT.encode())
    assert fields["Content"] == "你好 <b>&amp;" and fields["MsgId"] == "1234567890123456"


def test_wechatpy_reads_the_same() -> None:
    from wechatpy import parse_message

    theirs, ours = parse_message(TEXT), xml.read(TEXT.encode())
    assert (theirs.content, theirs.source, str(theirs.id)) == (ours["Content"], ours["FromUserName"], ours["MsgId"])


def test_what_is_nested_is_left_out() -> None:
    body = b"<xml><A>1</A><Info><Count>2</Count>x<A>3</A></Info><B/></xml>"
    assert xml.read(body) == {"A": "1", "Info": "x", "B": ""}


REFUSED = [
    b"", b"x", b"<xml>", b"<xml><A></xml>", b"<other><A>1</A></other>", b"<xml/><xml/>", b"\xff\xfe", b"<xml>\x00</xml>",
    BOMB.encode(), BOMB.encode("utf-16"), b"<!DOCTYPE xml><xml><A>1</A></xml>",
    b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>', b"<xml><A>&b;</A></xml>", b'<?xml version="1.0" encoding="no"?><xml/>',
    b"<xml><FromUserName>a</FromUserName><FromUserName>b</FromUserName></xml>", b"<xml>" + b"<a>" * 20_000,
    b"<xml>" + b"".join(b"<a%d/>" % n for n in range(65)) + b"</xml>", "<xml>ü</xml>".encode("latin-1"),
]  # fmt: skip


@pytest.mark.parametrize("body", REFUSED)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(xml.NotUnderstood):
        xml.read(body)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_leaves_its_place(text: str) -> None:
    fields = xml.read(xml.write({"A": text, "B": "after", "N": 7}).encode())
    assert (fields["B"], fields["N"]) == ("after", "7")
    assert fields["A"] == xml._NO_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("text", ["]]>", "a]]>b]]>", "]]]]>>", "<![CDATA[x]]>", "</A><B>forged</B>"])
def test_the_end_mark_of_cdata_is_escaped(text: str) -> None:
    assert xml.read(xml.write({"A": text}).encode()) == {"A": text}
