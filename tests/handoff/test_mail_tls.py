"""Encryption and log-in against a real server: required, checked, and never left out in silence."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from bot.handoff.mailers import SmtpMailer
from bot.store import Store

from .mail_server import Desk, MailServer, refuses_everyone, running_server, server_tls


@pytest.fixture
def desk(open_store: Callable[[str], Store], tmp_path: Path) -> Desk:
    return Desk(open_store(f"sqlite:///{tmp_path}/outbox.db"))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """The one authority that our relay trusts."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[MailServer]:
    with running_server(tls_context=server_tls(authority, "127.0.0.1"), require_starttls=True) as server:
        yield server


def attempted(desk: Desk, mailer: SmtpMailer) -> tuple[str, str | None]:
    """State and error of one mail after one attempt."""
    row_id = desk.enqueue()
    desk.attempt(mailer)
    return desk.row(row_id).state, desk.row(row_id).last_error


def test_a_mail_goes_encrypted_to_a_server_whose_certificate_is_trusted(
    desk: Desk, tls_server: MailServer, ca_file: Path
) -> None:
    assert attempted(desk, tls_server.mailer(starttls=True, ca_file=ca_file)) == ("sent", None)
    assert [one.encrypted for one in tls_server.received] == [True]


def test_nothing_is_sent_to_a_server_whose_certificate_nobody_vouches_for(desk: Desk, tls_server: MailServer) -> None:
    error = "connect:SSLCertVerificationError"
    assert attempted(desk, tls_server.mailer(starttls=True)) == ("queued", error)
    assert tls_server.received == []


def test_nothing_is_sent_to_a_server_with_a_certificate_for_another_name(
    desk: Desk, authority: trustme.CA, ca_file: Path
) -> None:
    with running_server(tls_context=server_tls(authority, "mail.example.org"), require_starttls=True) as server:
        state, error = attempted(desk, server.mailer(starttls=True, ca_file=ca_file))
    assert (state, error) == ("queued", "connect:SSLCertVerificationError") and server.received == []


def test_nothing_is_sent_to_a_server_that_does_not_encrypt_where_that_is_required(desk: Desk, ca_file: Path) -> None:
    with running_server() as server:
        state, error = attempted(desk, server.mailer(starttls=True, ca_file=ca_file))
        assert state == "queued" and error is not None and error.startswith("connect:")
        assert server.received == []
        desk.clock.forward(minutes=1)
        desk.attempt(server.mailer(starttls=False))
        assert [one.encrypted for one in server.received] == [False]


def test_a_refused_password_keeps_the_mail_and_is_tried_again(desk: Desk, authority: trustme.CA, ca_file: Path) -> None:
    options = {"authenticator": refuses_everyone, "auth_required": True}
    with running_server(tls_context=server_tls(authority, "127.0.0.1"), require_starttls=True, **options) as server:
        mailer = server.mailer(starttls=True, ca_file=ca_file, user="assistant", password="wrong")
        assert attempted(desk, mailer) == ("queued", "connect:SMTPAuthenticationError 535")
        assert server.received == []
