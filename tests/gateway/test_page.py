"""The page: three languages, strict headers, nothing from elsewhere, its sentences are facts."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.channels.web.page import FOLDER
from bot.replies.greeting import GREETING, GREETING_CHOICES, NOTICE
from bot.replies.problems import LANGUAGES
from bot.replies.web_page import WEB_PAGE
from bot.replies.web_page_widget import LABELS, WIDGET

KNOWLEDGE = Path(__file__).resolve().parents[2] / "data" / "knowledge"
SCRIPTS = sorted(FOLDER.rglob("*.js"))
FACTS = {"fact_1": "centre-seed-three-organisations", "fact_2": "centre-two-directions"}


@pytest.mark.parametrize(("asked", "accept", "language"), [("de", "en", "de"), ("", "zh-CN", "zh"), ("fr", "fr", "en")])
def test_the_page_comes_in_the_visitors_language(client: httpx.Client, asked: str, accept: str, language: str) -> None:
    page = client.get("/", params={"lang": asked} if asked else {}, headers={"Accept-Language": accept})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert WEB_PAGE[language]["heading"] in page.text
    assert NOTICE[language].format(days=30) in page.text
    assert "set-cookie" not in page.headers


def test_the_page_has_strict_headers_and_tells_no_version(client: httpx.Client) -> None:
    headers = client.get("/").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    assert "x-powered-by" not in headers


def test_everything_the_page_loads_comes_from_here(client: httpx.Client) -> None:
    page = client.get("/").text
    for address in re.findall(r'(?:src|href)="(/[^"]*)"', page):
        assert client.get(address).status_code == 200, address
    assert not re.findall(r'(?:src=|<link [^>]*href=)"(?:https?:)?//', page)
    assert " style=" not in page
    assert " onclick" not in page
    assert len(re.findall(r"<script", page)) == 3


def test_the_scripts_write_text_and_never_markup() -> None:
    for script in SCRIPTS:
        source = script.read_text()
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            "localStorage",
            "document.cookie",
        ):
            assert word not in source, (script.name, word)


@pytest.mark.parametrize(
    "texts", [WEB_PAGE, WIDGET, LABELS, NOTICE, GREETING, *(titles for _, titles in GREETING_CHOICES)]
)
def test_every_text_stands_in_three_languages(texts: dict[str, Any]) -> None:
    assert set(texts) == set(LANGUAGES)
    if isinstance(texts["en"], dict):
        keys = set(texts["en"])
        for language in LANGUAGES:
            assert set(texts[language]) == keys
            assert all(text.strip() for text in texts[language].values())
            for key in keys:
                assert re.findall(r"\{\w+\}", texts[language][key]) == re.findall(r"\{\w+\}", texts["en"][key])


def test_every_text_the_page_names_exists(client: httpx.Client) -> None:
    page = client.get("/").text
    assert set(re.findall(r'data-(?:text|label)="(\w+)"', page)) <= set(WEB_PAGE["en"])
    embedded = re.search(r'<script type="application/json" id="texts">(.*?)</script>', page, re.DOTALL)
    assert embedded
    assert set(json.loads(embedded.group(1))) == set(LANGUAGES)


def _facts(node: Any) -> dict[str, dict[str, str]]:
    if isinstance(node, list):
        return {key: text for part in node for key, text in _facts(part).items()}
    if isinstance(node, dict):
        own = {node["id"]: node["text"]} if isinstance(node.get("text"), dict) and "id" in node else {}
        return own | {key: text for part in node.values() for key, text in _facts(part).items()}
    return {}


@pytest.mark.parametrize("key", FACTS)
def test_what_the_page_says_about_the_centre_is_a_fact_word_for_word(key: str) -> None:
    facts: dict[str, dict[str, str]] = {}
    for file in KNOWLEDGE.rglob("*.yml"):
        facts |= _facts(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert {language: WEB_PAGE[language][key] for language in LANGUAGES} == facts[FACTS[key]]


def test_the_notice_can_be_read_before_anything_is_stored(client: httpx.Client) -> None:
    notice = client.get("/api/notice", params={"language": "zh"})
    assert notice.json()["language"] == "zh"
    assert notice.json()["text"].startswith("您正在与自动助手（AI）对话")
    assert "set-cookie" not in notice.headers
