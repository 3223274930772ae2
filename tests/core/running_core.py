"""A small assistant trained and served as in production, with an action server that fails on demand."""
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.core.archive import digest

from tests.waiting import free_port

SECRET = "a-secret-of-the-tests"
TOKEN = "a-token-of-the-tests"
LANGUAGES = {"en": "Hello", "de": "Hallo", "zh": "你好"}

DOMAIN = """
version: "3.1"
session_config: {session_expiration_time: 720, carry_over_slots_to_new_session: true}
intents: [{greet: {use_entities: []}}, {ask: {use_entities: []}}, {person: {use_entities: []}}]
entities: [language, organisation, place, topic, record]
slots:
  language: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: language}]}
  fixed_language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  told: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  step: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms: {request_form: {required_slots: [step]}}
actions: [action_answer, validate_request_form]
responses:
"""
RESPONSES = {
    "utter_greet": ("Hello", "Hallo", "你好"),
    "utter_default": ("Nothing", "Nichts", "无"),
    "utter_action_failed": ("Sorry", "Entschuldigung", "抱歉"),
}
DATA = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - good morning
    - hallo
    - guten tag
    - moin
    - 你好
    - 早上好
    - 您好
- intent: ask
  examples: |
    - who is the chamber
    - what does the university do
    - where is the office
    - wer ist die kammer
    - was macht die hochschule
    - wo ist das büro
    - 商会是什么
    - 大学做什么
    - 办公室在哪里
    - Alpha Kammer
- intent: person
  examples: |
    - let me talk to a human being
    - a person please
    - ich will einen menschen sprechen
    - 我要真人
rules:
- rule: a greeting is returned
  steps: [{intent: greet}, {action: utter_greet}]
- rule: a question is answered
  steps: [{intent: ask}, {action: action_answer}]
- rule: a form begins
  steps: [{intent: person}, {action: request_form}, {active_loop: request_form}]
"""


class ActionServer:
    """Answers as `behaviour` says: a dictionary to send, a status, a number of seconds to wait, or raw bytes."""

    def __init__(self):
        self.behaviour = {"events": [], "responses": [{"text": "An answer"}]}
        self.calls = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.calls.append((self.headers["Authorization"], body))
                behaviour, status = outer.behaviour, 200
                if isinstance(behaviour, float):
                    time.sleep(behaviour)
                    behaviour = {"events": [], "responses": [{"text": "Too late"}]}
                if isinstance(behaviour, int):
                    status, behaviour = behaviour, {"error": "it"}
                content = behaviour if isinstance(behaviour, bytes) else json.dumps(behaviour).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def make_project(folder: Path, root: Path) -> None:
    """Writes a small assistant with the project's own configuration."""
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(root / name, folder / name)
    (folder / "bot").symlink_to(root / "bot")
    lines = []
    for name, texts in RESPONSES.items():
        lines.append(f"  {name}:")
        for language, text in zip(LANGUAGES, texts):
            lines += [f"  - text: {text}", f"    condition: [{{type: slot, name: language, value: {language}}}]"]
        lines.append(f"  - text: {texts[0]}")
    (folder / "domain.yml").write_text(DOMAIN + "\n".join(lines) + "\n", "utf-8")
    names = [{"name": name, "language": "de", "type": "organisation", "id": name.lower()} for name in ("Alpha Kammer", "Omega Verein")]
    (folder / "var").mkdir()
    (folder / "var" / "names.json").write_text(json.dumps({"revision": "snapshot", "names": names}), "utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "all.yml").write_text(DATA, "utf-8")


class RunningCore:
    """`python -m bot.core run` in a folder of its own; `start` and `kill` as often as a test needs."""

    def __init__(self, folder: Path, root: Path) -> None:
        make_project(folder, root)
        self.folder = folder
        self.actions = ActionServer()
        self.port = free_port()
        self.environment = {
            **os.environ,
            "CORE_SECRET": SECRET,
            "CORE_PORT": str(self.port),
            "ACTIONS_URL": self.actions.url,
            "ACTIONS_TOKEN": TOKEN,
            "ACTION_TIMEOUT": "8",
            "TURN_TIMEOUT": "6",
            "STORE_TIMEOUT": "3",
        }
        self.process = None
        with open(folder / "train.log", "w") as log:
            subprocess.run([sys.executable, "-m", "bot.core", "train"], cwd=folder, env=self.environment, stdout=log, stderr=log, check=True)
        for model in (folder / "models").glob("*.tar.gz"):
            model.with_name(f"{model.name}.sha256").write_text(digest(model), "utf-8")

    def start(self) -> None:
        """Starts the core and waits until it answers (180 s at most)."""
        with open(self.folder / "run.log", "a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.core", "run"], cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            try:
                if self.request("GET", "/webhooks/gateway/health")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise RuntimeError((self.folder / "run.log").read_text())

    def kill(self) -> None:
        """Ends the core as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def request(self, method, path, body=None, secret=SECRET):
        """Returns (status, decoded JSON or None)."""
        return self.begin(method, path, body, secret)()

    def begin(self, method, path, body=None, secret=SECRET):
        """Sends a request; returns what waits for its (status, decoded JSON or None)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
        content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        connection.request(method, path, content, headers)

        def answer():
            response = connection.getresponse()
            raw = response.read()
            connection.close()
            try:
                return response.status, json.loads(raw)
            except ValueError:
                return response.status, None

        return answer

    def turn(self, text, conversation=None, message_id=None, **fields):
        """Takes one turn; returns (status, answer)."""
        return self.begin_turn(text, conversation, message_id, **fields)()

    def begin_turn(self, text, conversation=None, message_id=None, **fields):
        """Sends a turn; returns what waits for its (status, answer)."""
        body = {"conversation": conversation or new_id(), "message_id": message_id or new_id(), "text": text, **fields}
        return self.begin("POST", "/webhooks/gateway/turn", body)


def new_id() -> str:
    """Returns an id no other test uses."""
    return uuid.uuid4().hex
