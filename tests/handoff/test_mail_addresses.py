"""Addresses as visitors type them: found, normalised, and slips recognised, without a network."""

import socket
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.addresses import _PROVIDERS, _REAL_TOO, AddressCheck, check_address
from bot.handoff.mail import plain_address


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("an address was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna.Muster+chat@Example.ORG \n", "Anna.Muster+chat@example.org"),
        ("<anna@example.org>", "anna@example.org"),
        ("mailto:anna@example.org", "anna@example.org"),
        ("My address is anna@example.org.", "anna@example.org"),
        ("Schreiben Sie an anna@example.org, bitte!", "anna@example.org"),
        ("我的邮箱是anna@example.org。谢谢", "anna@example.org"),
        ("发anna@example.org谢谢！", "anna@example.org"),
        ("请发到 anna@example.org，谢谢", "anna@example.org"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "anna@example.org"),
        ("anna@example。org", "anna@example.org"),
        ("anna (at) example.org", "anna@example.org"),
        ("anna[ät]example.org", "anna@example.org"),
        ("anna@example.org / anna@EXAMPLE.org", "anna@example.org"),
        ("info@müller.example.org", "info@xn--mller-kva.example.org"),
        ("info@中国.example.org", "info@xn--fiqs8s.example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("12345678@qq.com", "12345678@qq.com"),
    ],
)
def test_an_address_is_found_and_normalised(typed: str, address: str) -> None:
    assert check_address(typed) == AddressCheck(address=address)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "empty"), (" \n\u3000", "empty"),
        ("anna", "no_at"), ("0234 000 000", "no_at"), ("我没有邮箱", "no_at"),
        ("a@example.org b@example.org", "several"), ("a@example.org,b@example.org", "several"),
        ("anna@", "no_domain"), ("anna@example", "no_domain"), ("anna@.", "no_domain"),
        ("@example.org", "not_an_address"), ("a@@example.org", "not_an_address"), ("a..b@example.org", "not_an_address"),
        ("anna@exa_mple.org", "not_an_address"), ("ü@example.org", "not_an_address"), ("x" * 70 + "@example.org", "not_an_address"),
        ("anna@" + "x." * 130 + "org", "too_long"), ("anna@printer.local", "not_an_address"),
    ],
)  # fmt: skip
def test_what_is_no_address_has_a_problem(typed: str, problem: str) -> None:
    found = check_address(typed)
    assert found.problem == problem and found.address is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"), ("gmal.com", "gmail.com"), ("gmail.con", "gmail.com"), ("gmail.cm", "gmail.com"),
        ("gamil.com", "gmail.com"), ("gmaill.com", "gmail.com"), ("gnail.com", "gmail.com"), ("gmail.co", "gmail.com"),
        ("hotmial.com", "hotmail.com"), ("hotmai.com", "hotmail.com"), ("hotmail.con", "hotmail.com"),
        ("t-onlien.de", "t-online.de"), ("t-onlin.de", "t-online.de"), ("tonline.de", "t-online.de"), ("t-online.ed", "t-online.de"),
        ("qq.con", "qq.com"), ("qq.cm", "qq.com"), ("163.cm", "163.com"), ("163.con", "163.com"), ("126.cmo", "126.com"),
        ("outlok.com", "outlook.com"), ("yaho.com", "yahoo.com"), ("iclod.com", "icloud.com"), ("gmx.ed", "gmx.de"), ("web.d", "web.de"),
        ("web.dee", "web.de"), ("gmx.nte", "gmx.net"), ("foxmial.com", "foxmail.com"), ("freenet.d", "freenet.de"),
        ("googelmail.com", "googlemail.com"), ("protonmial.com", "protonmail.com"), ("sian.com", "sina.com"),
    ],
)  # fmt: skip
def test_a_slip_in_a_well_known_domain_is_taken_with_a_suggestion(typed: str, meant: str) -> None:
    assert check_address(f"Anna@{typed}") == AddressCheck(address=f"Anna@{typed}", suggestion=f"Anna@{meant}")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("hotmial", "hotmail.com"), ("gmail", "gmail.com"), ("qq", "qq.com"), ("163", "163.com"), ("gmail..com", "gmail.com"),
     ("gmail,com", "gmail.com"), ("t-online", "t-online.de"), ("web", "web.de")],
)  # fmt: skip
def test_a_domain_that_cannot_be_right_is_a_problem_with_a_suggestion(typed: str, meant: str) -> None:
    found = check_address(f"anna@{typed}")
    assert found.address is None and found.problem and found.suggestion == f"anna@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        *sorted(_PROVIDERS),
        *sorted(_REAL_TOO),
        "example.org",
        "hs.example.org",
        "herne.de",
        "luzhou.gov.cn",
        "ruhr-uni-bochum.de",
        "swust.edu.cn",
    ],
)
def test_an_address_that_is_right_gets_no_suggestion(domain: str) -> None:
    assert check_address(f"anna@{domain}") == AddressCheck(address=f"anna@{domain}")


@settings(deadline=None)
@given(st.text(max_size=300) | st.from_regex(r"[\w.@ ,<>-]{0,60}@[\w.@-]{0,40}", fullmatch=True))
def test_whatever_is_typed_there_is_one_answer_and_an_accepted_address_can_be_written_to(typed: str) -> None:
    found = check_address(typed)
    assert (found.address is None) != (found.problem is None)
    for address in filter(None, (found.address, found.suggestion)):
        assert address.count("@") == 1
    if found.address:
        assert plain_address(found.address, "recipient") == found.address
        assert check_address(found.address).address == found.address
