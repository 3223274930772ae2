"""One mail from its content: headers that a visitor's words cannot break, plain text and HTML, nothing personal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr

LONGEST_SUBJECT = 150
LONGEST_NAME = 100
_ADDRESS = re.compile(r"[!-~]{1,64}@[A-Za-z0-9.\-]{1,190}")
_SPECIAL = frozenset('()<>[]:;,\\"@')
LOCAL_FROM = "assistant@localhost"


class _Policy(EmailPolicy):
    """As SMTP wants it, in seven bits. Python 3.12 loses spaces when it folds a long Chinese subject or name; the older
    encoder does not, so it writes the headers that hold words."""

    def fold(self, name: str, value: str) -> str:
        return self._in_words(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self._in_words(name, value).encode("ascii") or super().fold_binary(name, value)

    def _in_words(self, name: str, value: str) -> str:
        words, _, address = value.rpartition(" <") if name == "From" else (value, "", "")
        if name not in ("From", "Subject") or words.isascii():
            return ""
        encoded = Header(words.strip('"'), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}" + (f"{self.linesep} <{address}" if address else "") + self.linesep


POLICY = _Policy(linesep="\r\n", cte_type="7bit")


class NotAnAddress(Exception):
    """A recipient or sender that no mail can be addressed to; the text says which, not what."""


@dataclass(frozen=True)
class Content:
    """What a mail says, in one language; `text` and `html` say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Sender:
    """Who our mails are from. `bounce` is the left part of the envelope sender; empty: the From address."""

    name: str
    address: str
    bounce: str = "bounce"

    @classmethod
    def parse(cls, text: str, bounce: str = "bounce") -> Sender:
        """From `Name <address>` or an address alone; raises NotAnAddress."""
        name, address = parseaddr(text or LOCAL_FROM)
        return cls(header_text(name, LONGEST_NAME), plain_address(address, "sender"), bounce)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def envelope(self, message_id: str) -> str:
        """The envelope sender for one mail, by which a bounce tells which mail it is about."""
        return f"{self.bounce}+{message_id}@{self.domain}" if self.bounce else self.address


def build(
    content: Content, *, sender: Sender, to: str, reply_to: str, message_id: str, language: str, at: datetime
) -> EmailMessage:
    """The whole mail. Raises NotAnAddress for a recipient or a Reply-To that is none."""
    mail = EmailMessage(policy=POLICY)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id}@{sender.domain}>"
    mail["From"] = _address(sender.name, sender.address)
    mail["To"] = _address("", plain_address(to, "recipient"))
    mail["Reply-To"] = _address("", plain_address(reply_to, "reply-to"))
    mail["Subject"] = header_text(content.subject, LONGEST_SUBJECT)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"  # what Exchange understands instead
    mail.set_content(body_text(content.text), charset="utf-8")
    mail.add_alternative(body_text(content.html), subtype="html", charset="utf-8")
    mail["Content-Language"] = language
    return mail


def plain_address(address: str, which: str) -> str:
    """An address that can stand in an envelope as it is: ASCII, one @, nothing that separates; else NotAnAddress.

    It is only kept from doing harm here; whether a visitor's address can be right is checked where it is asked for.
    """
    name, _, domain = address.rpartition("@")
    if not _ADDRESS.fullmatch(address) or set(name) & _SPECIAL or domain.startswith((".", "-")) or ".." in domain:
        raise NotAnAddress(which)
    return address


def header_text(text: str, most: int) -> str:
    """One line for a header: line and paragraph separators become spaces, invisible signs are left out."""
    line = " ".join("".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C").split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def body_text(text: str) -> str:
    """A body without control signs and halves of characters; line breaks stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address("".join(c for c in header_text(name, LONGEST_NAME) if c not in _SPECIAL), local, domain)
