"""Finding the names of the partner database in a message."""
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.core.nlu import names as name_lists
from bot.core.nlu.language_detector import language_of
from bot.core.nlu.name_matcher import NameIndex, mask
from bot.core.nlu.tokens import spans

ROWS = [
    ("Hochschule Bochum", "de", "organisation", "hochschule-bochum"),
    ("Bochum University of Applied Sciences", "en", "organisation", "hochschule-bochum"),
    ("波鸿应用技术大学", "zh", "organisation", "hochschule-bochum"),
    ("WFG Herne mbH", "de", "organisation", "wfg"),
    ("Bochum", "de", "place", "bochum"),
    ("Herne", "de", "place", "herne"),
    ("Luzhou", "en", "place", "luzhou"),
    ("泸州", "zh", "place", "luzhou"),
    ("泸州市", "zh", "place", "luzhou"),
    ("Düsseldorf", "de", "place", "dusseldorf"),
    ("China-Kompetenz-Zentrum", "de", "organisation", "centre"),
    ("Chamber", "en", "organisation", "chamber-one"),
    ("Chamber", "en", "organisation", "chamber-two"),
    ("smart mobility", "en", "topic", "mobility"),
]


def names_list(revision="1", rows=ROWS):
    keys = ("name", "language", "type", "id")
    return name_lists.parse({"revision": revision, "names": [dict(zip(keys, row)) for row in rows]})


@pytest.fixture(scope="module")
def index():
    return NameIndex(names_list())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What does the Hochschule Bochum do?", [("hochschule-bochum", "Hochschule Bochum")]),
        ("HOCHSCHULE BOCHUM", [("hochschule-bochum", "HOCHSCHULE BOCHUM")]),
        ("hochschule-bochum", [("hochschule-bochum", "hochschule-bochum")]),
        ("Wo liegt Bochum?", [("bochum", "Bochum")]),
        ("Hernes Partnerstadt Luzhou", [("herne", "Hernes"), ("luzhou", "Luzhou")]),
        ("Luzhou's economy", [("luzhou", "Luzhou")]),
        ("partners in Duesseldorf", [("dusseldorf", "Duesseldorf")]),
        ("wfg herne", [("wfg", "wfg herne")]),
        ("泸州市在哪里", [("luzhou", "泸州市")]),
        ("请介绍瀘州", [("luzhou", "瀘州")]),
        ("Where is 泸州?", [("luzhou", "泸州")]),
        ("波鸿应用技术大学有多少学生", [("hochschule-bochum", "波鸿应用技术大学")]),
        ("was ist das china kompetenz zentrum", [("centre", "china kompetenz zentrum")]),
        ("hernehernex", []),
        ("", []),
        ("???", []),
    ],
)
def test_names_are_found_in_every_spelling_and_the_longest_wins(index, text, found):
    assert [(match.id, text[match.start : match.end]) for match in index.find(text)] == found


def test_one_spelling_of_two_records_gives_both(index):
    assert [match.id for match in index.find("the chamber")] == ["chamber-one", "chamber-two"]


def test_sentences_that_differ_by_the_name_only_are_the_same_to_the_classifier(index):
    first, second = ("what does Hochschule Bochum do", "what does WFG Herne do")
    assert mask(first, index.find(first)) == mask(second, index.find(second)) == "what does  nameorganisation  do"


def test_a_german_name_does_not_make_an_english_sentence_german(index):
    text = "is Hochschule Bochum big"
    assert language_of(text, index.find(text), "zh") == "en"


def test_a_fixed_language_wins_over_the_message():
    assert language_of("hello there", [], "en", "zh") == "zh"


@pytest.mark.parametrize("piece", ["?!", "泸州", "ü", "a'", "a-", "👍", "e\u0301", "Herne ", "sch", "\u200d", "(((", "$€", "1,", "https://"])
def test_no_text_takes_long_to_read(index, piece):
    """Work that grows with the square of the length would outlast any test run at this size."""
    text = (piece * 8000)[:8000]
    started = time.process_time()
    language_of(text, index.find(text), "en")
    list(spans(text))
    assert time.process_time() - started < 20


@pytest.mark.parametrize("document", [None, [], {}, {"names": {}}, {"names": [1]}, {"names": [{"name": 1, "type": "place", "id": "x"}]}])
def test_a_names_list_of_another_shape_is_refused(document):
    with pytest.raises(ValueError):
        name_lists.parse(document)


def test_a_missing_or_broken_snapshot_means_no_names(tmp_path):
    broken = tmp_path / "names.json"
    broken.write_text("{", "utf-8")
    assert len(name_lists.read_snapshot(str(broken)).names) == 0
    assert len(name_lists.read_snapshot(str(tmp_path / "none.json")).names) == 0


@pytest.fixture
def names_server():
    class Server(BaseHTTPRequestHandler):
        revision, rows, status, seen = "2", ROWS[:1], 200, []

        def do_GET(self):
            Server.seen.append((self.path, self.headers["Authorization"], self.headers["If-None-Match"]))
            unchanged = self.headers["If-None-Match"] == f'"{Server.revision}"'
            self.send_response(304 if unchanged else Server.status)
            self.end_headers()
            if not unchanged:
                keys = ("name", "language", "type", "id")
                rows = [dict(zip(keys, row)) for row in Server.rows]
                self.wfile.write(json.dumps({"revision": Server.revision, "names": rows}).encode())

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Server, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_new_names_reach_the_matcher_without_training(names_server):
    server, url = names_server
    source = name_lists.NamesSource(names_list("1"))
    heard = []
    source.listen(lambda names: heard.append(names.revision))
    assert source.refresh(url, "token") is True
    assert heard == ["1", "2"] and len(source.names.names) == 1
    assert source.refresh(url, "token") is False
    assert server.seen == [("/names", "Bearer token", '"1"'), ("/names", "Bearer token", '"2"')]


def test_the_last_names_stay_while_the_action_server_is_away_or_confused(names_server):
    server, url = names_server
    source = name_lists.NamesSource(names_list("1"))
    server.status = 500
    assert source.refresh(url, "token") is False
    assert source.refresh("http://127.0.0.1:9", "token") is False
    server.status, server.rows = 200, [("x",)]
    assert source.refresh(url, "token") is False
    assert source.names.revision == "1"


def test_a_company_of_everyday_words_is_found_by_its_whole_name_only():
    index = NameIndex(name_lists.parse({"revision": "1", "names": [{"name": "Sonne GmbH", "type": "organisation", "id": "sonne", "whole": True}]}))
    assert [match.id for match in index.find("was macht die Sonne GmbH")] == ["sonne"]
    assert index.find("die Sonne scheint") == []


def test_changes_are_laid_over_the_names_that_stay():
    before = name_lists.parse({"revision": "1", "base": "1", "names": [{"name": name, "type": "organisation", "id": name} for name in ("Alpha", "Betacorp", "Gamma")]})
    document = {"revision": "2", "base": "1", "changed": ["Alpha", "Betacorp"], "names": [{"name": "Deltacorp", "type": "organisation", "id": "Betacorp"}]}
    after = name_lists.parse(document, before)
    index = NameIndex(after, NameIndex(before))
    text = "Alpha, Betacorp, Gamma and Deltacorp"
    assert [(match.id, match.name) for match in index.find(text)] == [("Gamma", "Gamma"), ("Betacorp", "Deltacorp")]
    with pytest.raises(ValueError):
        name_lists.parse(document, name_lists.EMPTY)


def test_packed_names_are_those_that_were_packed():
    names = [name_lists.Name("Alpha", "de", "organisation", "alpha"), name_lists.Name("泸州", "zh", "place", "luzhou", True)] * 2
    assert list(name_lists.PackedNames(names)) == names
    assert list(name_lists.PackedNames()) == []


def test_names_read_from_text_are_those_of_the_document():
    rows = [{"name": "Alpha", "language": "de", "type": "organisation", "id": "alpha"}, {"name": "泸州", "type": "place", "id": "luzhou", "whole": True}]
    document = {"revision": "3", "base": "1", "names": rows}
    read, parsed = name_lists.parse(name_lists.loads(json.dumps(document))), name_lists.parse(document)
    assert list(read.names) == list(parsed.names) and (read.revision, read.base) == ("3", "1")
    with pytest.raises(ValueError):
        name_lists.loads('{"names": [{"name": 1}]}')


def test_thousands_of_names_are_looked_up_like_few():
    rows = [{"name": f"{first}{second} Handel GmbH", "type": "organisation", "id": f"{first}{second}"} for first in ("Ba", "Fe", "No", "Ra") * 3 for second in map(str, range(1000, 2000))]
    index = NameIndex(name_lists.parse({"revision": "1", "names": rows}))
    assert [match.id for match in index.find("kennen Sie Fe1234 Handel und Ra1999 Handel GmbH?")] == ["Fe1234", "Ra1999"]
