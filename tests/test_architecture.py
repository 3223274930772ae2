"""The house rules of the layout, read from the code itself."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT

CODE = ("bot", "actions", "migrations")
LANGUAGES = ("en", "de", "zh")
STEMS = frozenset(
    {
        "smalltalk",
        "centre",
        "partners",
        "twin_cities",
        "topics",
        "contacts",
        "handoff",
        "language",
        "privacy",
        "feedback",
        "followup",
        "fallback",
    }
)

# A package may import those of lower or equal rank; the entry points and what they start come last.
RANK = {
    "bot.common": 0,
    "bot.settings": 1, "bot.store": 1,
    "bot.partners": 2, "bot.handoff": 2, "bot.privacy": 2, "bot.insights": 2,
    "bot.replies": 3,
    "bot.channels": 4, "bot.gateway": 4, "bot.desk": 4, "actions": 4,
    "bot.model": 5, "bot.pulse": 5, "bot.supervisor": 5, "bot.standin": 5, "bot.shell": 5, "bot.operation": 5, "bot.commands": 6, "bot.__main__": 6,
}  # fmt: skip
ENVIRONMENT_READERS = {"bot/settings/reading.py", "bot/core/settings.py", "bot/core/__main__.py"}
ENGINE_MAKERS = {"bot/store/engine.py", "bot/core/tracker_store.py"}
LONG_FILES = {
    "migrations/versions/0001_partner_database_sessions_and_history.py": "one revision is one file, written by Alembic",
}
MOST_LINES = 300


def modules() -> dict[str, Path]:
    """Path relative to the project -> file, for all Python of the product."""
    found = {}
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if not any(part.startswith(".") for part in parts):
                found["/".join(parts)] = path
    return found


MODULES = modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def dotted(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(name: str) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it; relative ones made absolute."""
    package = dotted(name).split(".") if name.endswith("__init__.py") else dotted(name).split(".")[:-1]
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            whole = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{whole}.{alias.name}" for alias in node.names)


def package_of(module: str) -> str | None:
    """The ranked package of a dotted name, None for what is not ours."""
    return next((p for p in RANK if module == p or module.startswith(f"{p}.")), None)


def importers(*roots: str) -> set[str]:
    return {name for name in MODULES for i in imports(name) if i.split(".")[0] in roots}


def test_every_package_has_its_place_in_the_order() -> None:
    outside = {
        name for name in MODULES
        if not name.startswith(("bot/core/", "migrations/")) and name != "bot/__init__.py" and package_of(dotted(name)) is None
    }  # fmt: skip
    assert outside == set()


def test_imports_point_one_way() -> None:
    against = [
        (name, wanted)
        for name in MODULES
        if (own := package_of(dotted(name)))
        for wanted in imports(name)
        if (other := package_of(wanted)) and RANK[other] > RANK[own]
    ]
    assert against == []


def test_settings_and_store_do_not_know_each_other() -> None:
    pairs = [("bot/settings/", "bot.store"), ("bot/store/", "bot.settings"), ("bot/common/", "bot.settings")]
    assert [
        n for n in MODULES for own, other in pairs if n.startswith(own) for i in imports(n) if i.startswith(other)
    ] == []


def test_common_needs_only_the_standard_library_and_parses_on_the_older_python() -> None:
    allowed = sys.stdlib_module_names | {"bot"}
    for name in (n for n in MODULES if n.startswith("bot/common/")):
        assert {i.split(".")[0] for i in imports(name)} <= allowed, name
        assert all(i.startswith("bot.common") for i in imports(name) if i.startswith("bot.")), name
        ast.parse(MODULES[name].read_text(encoding="utf-8"), feature_version=(3, 10))


def test_the_core_takes_only_common_from_the_rest() -> None:
    wrong = [
        (name, i)
        for name in MODULES
        if name.startswith("bot/core/")
        for i in imports(name)
        if i.startswith(("bot.", "actions")) and not i.startswith(("bot.core", "bot.common"))
    ]
    assert wrong == []


def test_nobody_outside_imports_the_core() -> None:
    assert [n for n in MODULES if not n.startswith("bot/core/") for i in imports(n) if i.startswith("bot.core.")] == []


def test_nobody_imports_the_actions() -> None:
    assert {name for name in importers("actions") if not name.startswith("actions/")} == set()


def test_only_the_core_imports_rasa_and_what_belongs_to_it() -> None:
    assert {name for name in importers("rasa", "spacy", "tensorflow") if not name.startswith("bot/core/")} == set()


def test_only_actions_imports_the_action_sdk() -> None:
    sdk = {name for name in importers("rasa_sdk") if not name.startswith("actions/")}
    assert sdk == set()


def test_only_the_settings_read_the_environment() -> None:
    readers = set()
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            attribute = isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv", "getenvb"}
            imported = (
                isinstance(node, ast.ImportFrom)
                and node.module == "os"
                and {"environ", "getenv"} & {a.name for a in node.names}
            )
            if (attribute and isinstance(node.value, ast.Name) and node.value.id == "os") or imported:  # type: ignore[attr-defined]
                readers.add(name)
    assert readers <= ENVIRONMENT_READERS
    assert importers("dotenv", "pydantic_settings") <= {"bot/settings/reading.py", "bot/settings/model.py"}


def test_only_the_store_makes_engines() -> None:
    makers = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", None) or getattr(node.func, "id", None))
        in {"create_engine", "create_async_engine", "engine_from_config", "create_mock_engine"}
    }
    assert makers <= ENGINE_MAKERS


IMPORT_ALL = """
import importlib, socket, sys, threading
import sqlalchemy
happened = []
def note(what):
    def noted(*args, **kwargs):
        happened.append((current, what))
        raise AssertionError(what)
    return noted
socket.socket.connect = note("a connection")
socket.socket.listen = note("a server")
sqlalchemy.engine.Engine.__init__ = note("an engine")
current = ""
for current in sys.argv[1:]:
    importlib.import_module(current)
    if threading.active_count() > 1:
        happened.append((current, "a thread"))
        break
print(happened)
sys.exit(bool(happened))
"""


def test_nothing_happens_at_import() -> None:
    names = [dotted(n) for n in MODULES if not n.startswith(("bot/core/", "migrations/"))]
    names.remove("actions.__main__")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *names], cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
        env={"PATH": "", "VAR_DIR": "/nonexistent"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


HEAVY = ("numpy", "scipy", "sklearn", "pypinyin", "rapidfuzz", "rasa_sdk", "aiogram", "openpyxl")


@pytest.mark.parametrize("module", ["bot.gateway.app", "bot.__main__"])
def test_the_gateway_and_the_command_line_load_nothing_of_what_others_know(module: str) -> None:
    loaded = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def tracked() -> list[str]:
    """Files that are, or would be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    except FileNotFoundError:
        pytest.skip("git is not installed here")
    if done.returncode:
        pytest.skip("this copy is no git checkout")
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_of_code_is_longer_than_a_reader_can_hold() -> None:
    code = (".py", ".js", ".css", ".html", ".sh")
    long = {
        name: lines
        for name in tracked()
        if name.endswith(code) and (lines := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}
    assert set(LONG_FILES) <= set(MODULES), "a reason for a file that is gone"


# Put together here, so that this file does not hold them either.
REGISTRIES = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("crates", "io"),
        ("proxy", "golang", "org"), ("anaconda", "org"), ("conda-forge", "org"), ("rubygems", "org"), ("jsdelivr", "net"),
        ("unpkg", "com"), ("docker", "io"), ("ghcr", "io"), ("quay", "io"),
    ]
]  # fmt: skip
HOME_PATH = re.compile(r"(?<![\w.\-/:])/(?:home|root|Users|work)/\w")


def test_no_file_names_a_package_registry_or_a_home_folder() -> None:
    found = []
    for name in tracked():
        text = (ROOT / name).read_bytes().decode("utf-8", errors="replace")
        found += [(name, host) for host in REGISTRIES if host in text.casefold()]
        found += [(name, match.group()) for match in HOME_PATH.finditer(text)]
    assert found == []


def test_no_empty_leftovers_are_tracked() -> None:
    empty = {
        n
        for n in tracked()
        if not (ROOT / n).stat().st_size and not n.endswith(("__init__.py", ".gitkeep", "py.typed"))
    }
    assert empty == set()


def test_every_module_says_why_it_exists() -> None:
    silent = {
        name for name, tree in TREES.items() if tree.body and not ast.get_docstring(tree) and "/versions/" not in name
    }
    assert silent == set()


def test_each_topic_has_its_files_in_each_language_and_its_rules() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (ROOT / "data" / "nlu" / language).glob("*.yml")} == STEMS, language
    assert {path.stem for path in (ROOT / "data" / "rules").glob("*.yml")} == STEMS
    assert {path.stem for path in (ROOT / "data" / "responses").glob("*.yml")} <= STEMS


def test_training_data_is_kept_in_the_three_languages_only() -> None:
    assert {path.name for path in (ROOT / "data" / "nlu").iterdir() if path.is_dir()} == set(LANGUAGES)
