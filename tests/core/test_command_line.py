"""What is refused and what is added on the command line, and what an answer looks like in the shell."""
import subprocess
import sys

import pytest

from bot.core.command_line import refusal, with_defaults
from bot.core.console import chosen, lines
from bot.core.settings import Settings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    return tmp_path


def test_a_core_test_without_e2e_is_refused(folder):
    assert "--e2e" in refusal(["test", "core", "--stories", "tests"])
    assert refusal(["test", "core", "--help"]) is None


def test_a_story_file_that_rasa_would_skip_in_silence_is_refused(folder):
    story = "stories:\n- story: one\n"
    (folder / "tests" / "conversations.yml").write_text(story)
    assert "conversations.yml" in refusal(["test", "core", "--e2e", "--stories", "tests"])
    (folder / "tests" / "conversations.yml").rename(folder / "tests" / "test_conversations.yml")
    assert refusal(["test", "core", "--e2e", "--stories=tests"]) is None
    assert "nothing" in refusal(["test", "core", "--e2e", "-s", "elsewhere"])


def test_nothing_is_served_without_a_model(folder):
    assert "train" in refusal(["run"])
    assert "train" in refusal(["shell", "--model", "other"])
    (folder / "models").mkdir()
    (folder / "models" / "m.tar.gz").touch()
    assert refusal(["run"]) is None and refusal(["shell"]) is None
    assert refusal(["run", "--enable-api"]) is not None
    assert refusal(["train"]) is None and refusal(["run", "actions"]) is None


def test_the_core_listens_on_loopback_unless_told_otherwise():
    settings = Settings(core_port=6001)
    assert with_defaults(["run"], settings) == ["run", "--interface", "127.0.0.1", "--port", "6001"]
    assert with_defaults(["run", "-i", "127.0.0.2", "-p", "7"], settings) == ["run", "-i", "127.0.0.2", "-p", "7"]
    assert with_defaults(["shell"], settings)[:3] == ["shell", "--interface", "127.0.0.1"]
    assert with_defaults(["train"], settings) == ["train"]


def test_settings_come_from_the_environment_and_a_wrong_one_is_named():
    settings = Settings.from_environment({"CORE_PORT": "7000", "ACTION_TIMEOUT": "2.5", "CORE_SECRET": ""})
    assert (settings.core_port, settings.action_timeout, settings.core_secret) == (7000, 2.5, "")
    with pytest.raises(ValueError, match="CORE_PORT"):
        Settings.from_environment({"CORE_PORT": "many"})
    assert Settings().rasa_environment()["RASA_TELEMETRY_ENABLED"] == "false"


def test_the_shell_prints_text_numbered_choices_and_sources():
    message = {
        "text": "Herne and Luzhou.",
        "buttons": [{"title": "More", "payload": "/ask_more"}],
        "custom": {"sources": [{"title": "Partners", "url": "https://example.org/", "as_of": "2024-01-01"}], "card": {"name": "Luzhou"}},
    }
    text = "\n".join(lines(message))
    assert "Herne and Luzhou." in text and "1. More" in text and "name: Luzhou" in text
    assert "[Partners · 2024-01-01 · https://example.org/]" in text


def test_a_number_typed_in_the_shell_is_a_choice_only_if_there_is_one():
    message = {"buttons": [{"title": "More", "payload": "/ask_more"}]}
    assert chosen("1", message) == "/ask_more"
    assert (chosen("2", message), chosen("0", message), chosen("1", None), chosen("hello", message)) == ("2", "0", "1", "hello")


def test_rasas_command_line_runs_without_tensorflow_installed_or_imported(root):
    code = (
        "import sys; sys.argv = ['core', '--version']; from bot.core.__main__ import main; main();"
        "sys.exit(any(name.partition('.')[0] in ('tensorflow', 'keras', 'matplotlib') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "3.6.21" in done.stdout
    assert done.stderr == ""


def test_a_serving_core_loads_nothing_that_reports_to_others_and_nothing_for_training(root):
    code = (
        "import sys; from bot.core import absent; absent.install('run'); import rasa.core.agent, rasa.server;"
        "print(sorted(name for name in ('dask', 'jwt', 'questionary', 'sentry_sdk', 'socketio')"
        " if isinstance(getattr(sys.modules.get(name), '__file__', None), str)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=False, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr
