"""Settings: where they come from, what is refused, and that .env.example documents every one."""

import re
import stat
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from bot.settings import GENERATED, ROOT, Settings, SettingsError, ensure_secrets, kinds, load_settings, reading

EXAMPLE = ROOT / ".env.example"
LONG = "x" * 32


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting in the environment, and a project folder without .env."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for module in (kinds, reading):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def test_every_setting_has_a_line_with_a_comment_in_the_example() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    documented = {
        line.split("=", 1)[0] for before, line in pairwise(lines)
        if re.match(r"^[A-Z][A-Z0-9_]*=", line) and re.match(r"^# \S", before)
    }  # fmt: skip
    assert documented == {name.upper() for name in Settings.model_fields}


def test_the_example_holds_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "ROOT", ROOT)
    example = Settings(_env_file=EXAMPLE)  # type: ignore[call-arg]
    defaults = Settings(_env_file=None)  # type: ignore[call-arg]
    different = {name for name in Settings.model_fields if getattr(example, name) != getattr(defaults, name)}
    assert different == set()


def test_every_setting_has_a_default() -> None:
    fields = Settings.model_fields.values()
    assert all(f.default is not PydanticUndefined or f.default_factory for f in fields)


def test_the_environment_wins_over_the_file_and_overrides_win_over_both(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / ".env").write_text("PORT=8001\nCORE_PORT=8002\nACTIONS_PORT=8003\n", encoding="utf-8")
    monkeypatch.setenv("CORE_PORT", "9002")
    monkeypatch.setenv("ACTIONS_PORT", "9003")
    found = load_settings(actions_port=7003)
    assert (found.port, found.core_port, found.actions_port) == (8001, 9002, 7003)


def test_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    assert load_settings() == load_settings(port=8080)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "0"), ("PORT", "70000"), ("SESSION_KEY", "short"), ("CORE_SECRET", "short"),
        ("ACTIONS_TOKEN", "short"), ("RETENTION_DAYS", "0"), ("NAMES_REFRESH_SECONDS", "-1"), ("API_DOCS", "perhaps"),
        ("DESK_CONTACTS", '{"general": {"email": 7}}'), ("MESSAGES_PER_MINUTE", "many"),
        ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "mysql://db.example.org/x"), ("TRACKER_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://db.example.org/x"), ("DATABASE_URL", "sqlite:///"), ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "http://cache.example.org"), ("LOG_LEVEL", "LOUD"), ("TRUSTED_PROXIES", "not-a-network"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, 10.0.0.0/99"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as error:
        load_settings()
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:////srv/a.db"), ("DATABASE_URL", "postgresql+psycopg://db.example.org/x"), ("LOG_LEVEL", "debug"),
        ("REDIS_URL", "redis://cache.example.org:6379/0"), ("REDIS_URL", "rediss://cache.example.org"),
        ("REDIS_URL", "unix:///run/redis.sock"), ("TRUSTED_PROXIES", "10.0.0.1, 192.168.0.0/16, ::1"),
    ],
)  # fmt: skip
def test_every_documented_form_of_a_value_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert str(getattr(load_settings(), name.lower())).casefold() == value.casefold()


def test_a_log_level_is_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "warning")
    assert load_settings().log_level == "WARNING"


def test_contacts_that_are_no_json_are_refused_with_a_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_CONTACTS", "{not json")
    with pytest.raises(SettingsError, match=r"(?i)desk_contacts"):
        load_settings()


def test_an_error_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_KEY", "my-short-secret")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert "my-short-secret" not in str(error.value)


def test_an_unreadable_file_is_a_clear_error(bare: Path) -> None:
    (bare / ".env").write_bytes(b"PORT=\xff\xfe\n")
    with pytest.raises(SettingsError):
        load_settings()


def test_contacts_are_read_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_CONTACTS", '{"general": {"email": "desk@example.org"}}')
    assert load_settings().desk_contacts["general"].email == "desk@example.org"


def test_missing_secrets_are_made_once_kept_privately_and_read_again(tmp_path: Path) -> None:
    made = ensure_secrets(load_settings(var_dir=tmp_path / "var"))
    values = [getattr(made, name).get_secret_value() for name in GENERATED]
    assert len(set(values)) == len(GENERATED) and all(len(value) >= 32 for value in values)
    kept = tmp_path / "var" / "secrets.env"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = ensure_secrets(load_settings(var_dir=tmp_path / "var"))
    assert [getattr(again, name).get_secret_value() for name in GENERATED] == values


def test_a_given_secret_is_used_and_not_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CORE_SECRET", LONG)
    made = ensure_secrets(load_settings(var_dir=tmp_path))
    assert made.core_secret.get_secret_value() == LONG
    assert LONG not in (tmp_path / "secrets.env").read_text(encoding="utf-8")


def test_nothing_is_written_when_all_secrets_are_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in GENERATED:
        monkeypatch.setenv(name.upper(), LONG)
    ensure_secrets(load_settings(var_dir=tmp_path / "var"))
    assert not (tmp_path / "var").exists()


def test_a_damaged_secrets_file_is_mended(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("SESSION_KEY=\nrubbish\n", encoding="utf-8")
    made = ensure_secrets(load_settings(var_dir=tmp_path))
    assert len(made.session_key.get_secret_value()) >= 32


def test_secrets_are_hidden_when_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORE_SECRET", LONG)
    assert LONG not in repr(load_settings())


def test_databases_are_files_of_the_var_folder_unless_named(tmp_path: Path) -> None:
    alone = load_settings(var_dir=tmp_path)
    assert (
        alone.database == f"sqlite:///{tmp_path}/assistant.db" and alone.tracker == f"sqlite:///{tmp_path}/tracker.db"
    )
    server = "postgresql+psycopg://db.example.org/assistant"
    shared = load_settings(var_dir=tmp_path, database_url=server)
    assert shared.database == shared.tracker == server
    apart = load_settings(database_url=server, tracker_url="sqlite:///t.db")
    assert apart.tracker == "sqlite:///t.db"


def test_relative_folders_belong_to_the_project(bare: Path) -> None:
    assert load_settings(var_dir="elsewhere").var_dir == bare / "elsewhere"


def test_core_and_actions_are_on_loopback_wherever_the_gateway_listens() -> None:
    found = load_settings(host="0.0.0.0", core_port=5001, actions_port=5002)
    assert found.core_url == "http://127.0.0.1:5001" and found.actions_url == "http://127.0.0.1:5002"
