"""`python -m tests.fuzz TARGET [libFuzzer's options]`: bytes made by coverage against the parsers that face strangers.

Ends with 0 when every input was read or refused in the way the parser promises; what broke it is written to a file.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(
    include=["bot.channels.wechat.xml", "bot.channels.wechat.crypto", "bot.gateway.choices", "bot.gateway.sessions"]
):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
