"""A few seconds of fuzzing for every change; `python -m tests.fuzz TARGET -max_total_time=3600` goes on for an hour."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.settings import ROOT

RUNS = 20_000
SEEDS = {
    "wechat_xml": [
        b"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><MsgType><![CDATA[text]]></MsgType><MsgId>12</MsgId></xml>",
        '<?xml version="1.0" encoding="utf-8"?><xml><A>你好 &amp; &#x41;</A></xml>'.encode(),
        b'<!DOCTYPE xml [<!ENTITY a "ha">]><xml><A>&a;</A></xml>',
    ],
    "wechat_envelope": [bytes(16) + b"\x00\x00\x00\x02hiwx0123456789abcdef" + bytes([26]) * 26, b"AAAA" * 16],
    "choice": [b'/ask{"record": "luzhou"}', b"aaaaaaaaaaaaaaaaaaaaaa.0123456789abcdef0123456789abcdef"],
    "token": [b'{"sub": "a", "exp": 4000000000, "lang": "de"}', b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."],
}


@pytest.mark.parametrize("target", list(SEEDS))
def test_no_input_gets_past_a_parser_or_breaks_it(target: str, tmp_path: Path) -> None:
    if find_spec("atheris") is None:
        reason = "atheris has no package for this machine"
        sys.stderr.write(f"\n{reason}; the parsers are not fuzzed.\n")
        pytest.skip(reason)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS[target]):
        (corpus / str(number)).write_bytes(seed)
    command = [
        sys.executable,
        "-m",
        "tests.fuzz",
        target,
        f"-runs={RUNS}",
        f"-artifact_prefix={tmp_path}/",
        str(corpus),
    ]
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS}" in done.stderr, done.stderr[-500:]
