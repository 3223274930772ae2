"""Only the gateway is there for others: core and actions listen on loopback and want their secret."""

import httpx
import psutil
import pytest

from .copies import Copy

TURN = {"conversation": "web:x", "message_id": "1", "text": "CFIE", "choice": None, "language": "en", "channel": "web"}
RASA_PATHS = (
    "/version", "/status", "/model", "/model/train", "/model/parse", "/domain", "/conversations/web:x/tracker",
    "/conversations/web:x/execute", "/webhooks/rest/webhook", "/webhooks/callback/webhook", "/webhooks/rest/",
    "/socket.io/", "/webhooks/gateway/turn", "/webhooks/gateway/health",
)  # fmt: skip
WRONG = [{}, {"Authorization": "Basic Og=="}, {"Authorization": "Bearer wrong"}, {"Authorization": "wrong"}]


@pytest.mark.parametrize("name", ["core", "actions", "gateway"])
def test_every_process_listens_on_loopback_only(copy: Copy, name: str) -> None:
    process = copy.process(name)
    found = [
        connection.laddr
        for one in (process, *process.children(recursive=True))
        for connection in one.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    ports = {"core": copy.core_port, "actions": copy.actions_port, "gateway": int(copy.url.rsplit(":", 1)[1])}
    assert {(address.ip, address.port) for address in found} == {("127.0.0.1", ports[name])}


@pytest.mark.parametrize("headers", WRONG, ids=str)
def test_the_core_refuses_turns_without_the_secret(copy: Copy, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=copy.core_url, headers=headers, trust_env=False, timeout=60) as http:
        assert http.post("/webhooks/gateway/turn", json=TURN).status_code == 401
        assert http.get("/webhooks/gateway/health").status_code == 401
        for path in RASA_PATHS:
            for method in ("GET", "POST", "PUT", "DELETE"):
                assert http.request(method, path, json={}).status_code in (401, 404, 405), f"{method} {path}"


def test_the_core_says_nothing_about_itself_without_the_secret(copy: Copy) -> None:
    answer = httpx.get(copy.core_url, trust_env=False, timeout=60)
    assert "Rasa" not in answer.text
    assert answer.status_code in (401, 404)


def test_the_core_answers_with_the_secret(copy: Copy) -> None:
    headers = {"Authorization": f"Bearer {copy.secret('CORE_SECRET')}"}
    with httpx.Client(base_url=copy.core_url, headers=headers, trust_env=False, timeout=60) as http:
        assert http.get("/webhooks/gateway/health").json()["status"] == "ok"
        answer = http.post("/webhooks/gateway/turn", json=TURN)
        assert answer.status_code == 200
        assert "CFIE" in answer.json()["messages"][0]["text"]
        for path in ("/model", "/domain", "/conversations/web:x/tracker"):
            assert http.get(path).status_code == 404


@pytest.mark.parametrize("headers", WRONG, ids=str)
def test_the_action_server_refuses_calls_without_its_token(copy: Copy, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=copy.actions_url, headers=headers, trust_env=False, timeout=60) as http:
        assert http.post("/webhook", json={"next_action": "action_answer"}).status_code == 401
        for path in ("/actions", "/names", "/"):
            assert http.get(path).status_code == 401
        assert http.get("/health").json() == {"status": "ok"}


def test_the_secrets_are_for_the_owner_only(copy: Copy) -> None:
    assert (copy.var_dir / "secrets.env").stat().st_mode & 0o077 == 0
    for log in (copy.var_dir / "log").glob("*.log"):
        for name in ("CORE_SECRET", "ACTIONS_TOKEN", "SESSION_KEY"):
            assert copy.secret(name) not in log.read_text(encoding="utf-8", errors="replace")


def test_everything_a_copy_writes_is_in_its_own_folder(copy: Copy) -> None:
    """Two copies would otherwise read and lock each other's conversations."""
    for name in ("core", "actions", "gateway"):
        databases = {file.path for file in copy.process(name).open_files() if ".db" in file.path}
        assert all(path.startswith(str(copy.var_dir)) for path in databases), databases
