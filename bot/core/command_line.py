"""What this project adds to Rasa's command line: safe defaults, and refusals of calls that would mislead."""
import socket
from pathlib import Path

from bot.core.settings import Settings

VALUE_OPTIONS = ("-s", "--stories")


def refusal(arguments: list[str]) -> str | None:
    """Returns the reason in one line why this call must not run, or None."""
    if arguments[:2] == ["test", "core"]:
        return _refusal_of_core_test(arguments[2:])
    if arguments[:1] in (["run"], ["shell"]) and arguments[:2] != ["run", "actions"]:
        if not _asks_for_help(arguments) and not _has_model(arguments):
            return "No model: run `python -m bot.core train` first, or name one with --model."
        if arguments[0] == "run" and "--enable-api" in arguments:
            return "The core serves the gateway only; Rasa's own API stays closed."
    return None


def _refusal_of_core_test(arguments: list[str]) -> str | None:
    if _asks_for_help(arguments):
        return None
    if "--e2e" not in arguments:
        return "`rasa test core` without --e2e looks at intents only and ignores what the visitor wrote: add --e2e."
    folder = Path(_value(arguments, VALUE_OPTIONS) or "data")
    if folder.is_file():
        found = [folder]
    else:
        found = sorted(folder.rglob("*.yml")) + sorted(folder.rglob("*.yaml"))
    skipped = [path for path in found if not path.name.startswith("test_") and "stories:" in path.read_text("utf-8")]
    if len(skipped) == len(found) or (skipped and _value(arguments, VALUE_OPTIONS)):
        names = ", ".join(str(path) for path in skipped[:3]) or f"nothing in {folder}"
        return f"`rasa test core` reads only files named test_*.yml and would skip in silence: {names}."
    return None


def with_defaults(arguments: list[str], settings: Settings) -> list[str]:
    """Returns the arguments with our own defaults where Rasa's would open the core to the network."""
    if not arguments or arguments[0] not in ("run", "shell") or arguments[:2] == ["run", "actions"]:
        return arguments
    result = list(arguments)
    if not _has_option(result, "-i", "--interface"):
        result += ["--interface", "127.0.0.1"]
    if not _has_option(result, "-p", "--port"):
        result += ["--port", str(settings.core_port if result[0] == "run" else _free_port())]
    return result


def _free_port() -> int:
    """Returns a port for the shell's own server, beside a core that may be running."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _asks_for_help(arguments: list[str]) -> bool:
    return "-h" in arguments or "--help" in arguments


def _has_option(arguments: list[str], *names: str) -> bool:
    return any(argument.split("=")[0] in names for argument in arguments)


def _value(arguments: list[str], names: tuple) -> str | None:
    for position, argument in enumerate(arguments):
        name, separator, value = argument.partition("=")
        if name in names:
            return value if separator else next(iter(arguments[position + 1 :]), None)
    return None


def model(arguments: list[str]) -> str:
    """Returns the path of the archive that `run` loads: the one that is named, or the newest of the folder."""
    path = Path(_value(arguments, ("-m", "--model")) or "models")
    positional = [argument for argument in arguments[1:] if argument.endswith(".tar.gz")]
    if positional:
        return positional[-1]
    if path.is_file():
        return str(path)
    return str(max(path.glob("*.tar.gz"), key=lambda found: found.stat().st_mtime, default=path))


def _has_model(arguments: list[str]) -> bool:
    path = Path(_value(arguments, ("-m", "--model")) or "models")
    positional = [argument for argument in arguments[1:] if argument.endswith(".tar.gz")]
    if positional:
        return Path(positional[-1]).is_file()
    return path.is_file() or any(path.glob("*.tar.gz"))
