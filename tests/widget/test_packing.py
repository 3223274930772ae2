"""The files as they are served: small, kept for ever under the name of their content, from the sources alone."""

import gzip
from typing import Any

import httpx
import pytest

from bot.channels.web.assets import Assets, gzipped, read_assets
from bot.channels.web.packing import CHAT, FOLDER, small_css, small_js
from bot.settings import Settings
from tests.gateway.conftest import build_settings

from .conftest import World

MOST_BYTES = 15 * 1024
LONGEST_PRIVACY_URL = "https://www.example.org/service/datenschutz"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return build_settings(tmp_path_factory.mktemp("assets"), 1, privacy_url=LONGEST_PRIVACY_URL, retention_days=365)


def test_all_of_the_chat_in_three_languages_fits_into_fifteen_kilobytes(settings: Settings) -> None:
    assets = read_assets(settings)
    sizes = {name: len(assets.packed[name]) for name in ("widget.js", "chat.js")} | {"entry": len(assets.entry().body)}
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    assert sizes["widget.js"] <= 3 * 1024, "the button alone, which every page loads"


def test_every_source_is_part_of_what_is_served() -> None:
    assert {path.name for path in FOLDER.glob("*.js")} == {*CHAT, "dom.js", "widget.js"}


def test_the_same_sources_give_the_same_version_and_others_another(settings: Settings) -> None:
    assets = read_assets(settings)
    assert assets.version == read_assets(settings).version
    changed = settings.model_copy(update={"retention_days": 31})
    assert read_assets(changed).version != assets.version
    assert Assets({"a.js": [b"1"]}).version != Assets({"b.js": [b"1"]}).version


@pytest.mark.parametrize(
    ("source", "small"),
    [
        ("const a = 1; // why\nconst b = 2;", "const a=1;const b=2;"),
        ('const text = "two  spaces // no comment";', 'const text="two  spaces // no comment";'),
        ("const web = `https://${host}/a  b`;", "const web=`https://${host}/a  b`;"),
        ("const found = /^a  [/ ]b\\/\"$/.exec(line);", "const found=/^a  [/ ]b\\/\"$/.exec(line);"),
        ("return async (a) => a in b;", "return async(a)=>a in b;"),
        ("class A {\n  #b = null;\n  c() {\n    return this.#b ?? `x`;\n  }\n}", "class A{#b=null;c(){return this.#b??`x`;}}"),
        ("let a = b\nlet c = d", "let a=b\nlet c=d"),
        ("a = b / c; d = e / f;", "a=b/c;d=e/f;"),
    ],
)  # fmt: skip
def test_code_is_packed_without_a_change_to_what_it_does(source: str, small: str) -> None:
    assert small_js(source) == small


def test_styles_are_packed_without_a_change_to_what_they_say() -> None:
    source = (
        'a :hover {\n  margin: 0 1em;\n  width: calc(1em + 2px);\n}\n@media (max-width: 30em) { b { color: "x"; } }\n'
    )
    assert small_css(source) == 'a :hover{margin:0 1em;width:calc(1em + 2px)}@media (max-width:30em){b{color:"x"}}'


@pytest.fixture
def http(world: World) -> httpx.Client:
    return world.live.http


def _folder(http: httpx.Client) -> str:
    return http.get("/widget.js").text.split('"')[1].removesuffix("widget.js").removeprefix(".")


def test_the_one_name_leads_to_today_s_files(http: httpx.Client) -> None:
    entry = http.get("/widget.js")
    assert entry.headers["content-type"].startswith("text/javascript")
    assert entry.headers["cache-control"] == "public, max-age=300"
    assert http.get(f"{_folder(http)}widget.js").status_code == 200


@pytest.mark.parametrize("name", ["widget.js", "chat.js", "page.js", "page.css", "mark.svg"])
def test_files_are_kept_for_ever_and_come_compressed(http: httpx.Client, name: str) -> None:
    packed = http.get(_folder(http) + name, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]
    assert set(packed.headers["vary"].replace(" ", "").split(",")) == {"Accept-Encoding", "Origin"}
    plain = http.get(_folder(http) + name, headers={"Accept-Encoding": "identity, gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert gzip.decompress(gzipped(plain.content)) == plain.content


def test_a_page_from_before_an_update_still_gets_the_chat_but_does_not_keep_it(http: httpx.Client) -> None:
    old = http.get("/static/0123456789abcdef/chat.js")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "path", ["/static/chat.js", "/static/x/chat.js", "{folder}chat.css", "{folder}nothing.js", "{folder}%2e%2e/page.py"]
)
def test_nothing_else_is_served(http: httpx.Client, path: str) -> None:
    assert http.get(path.format(folder=_folder(http))).status_code == 404


@pytest.mark.parametrize("path", ["/widget.js", "{folder}chat.js", "/api/notice"])
def test_only_websites_on_the_list_may_read_the_files(world: World, path: str) -> None:
    address = path.format(folder=_folder(world.live.http))

    def allowed(origin: str) -> Any:
        return world.live.http.get(address, headers={"Origin": origin}).headers.get("access-control-allow-origin")

    assert allowed(world.website) == world.website
    assert allowed("https://evil.example") is None


def test_what_is_not_for_other_websites_stays_closed_to_them(world: World) -> None:
    for path in ("/", "/desk/login", "/readyz"):
        headers = world.live.http.get(path, headers={"Origin": world.website}).headers
        assert "access-control-allow-origin" not in headers
