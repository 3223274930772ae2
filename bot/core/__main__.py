"""`python -m bot.core <rasa arguments>`: Rasa's own command line, without TensorFlow and with this project's guards."""
import gc
import sys
import warnings
from pathlib import Path

from bot.core import absent, archive, command_line
from bot.core.settings import current


def quiet() -> None:
    """Leaves warnings to those who can act on them: Rasa's own libraries are past their end of support and warn a lot."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Sanic puts a filter of its own in front when imported; packaging warns as a user would, not as a library.
        import packaging.requirements  # noqa: F401
        import sanic.app  # noqa: F401
    for category in (DeprecationWarning, PendingDeprecationWarning):
        warnings.filterwarnings("ignore", category=category)


def without_setuptools() -> None:
    """Sanic asks for distutils, which this Python has; setuptools would put its own, much larger one in its place."""
    hook = sys.modules.get("_distutils_hack")
    if hook:
        hook.remove_shim()


def main() -> None:
    """Prepares the environment, then hands over to Rasa."""
    gc.disable()  # thousands of modules are loaded, and none of them is garbage
    without_setuptools()
    root = str(Path.cwd())
    if root not in sys.path:
        sys.path.insert(0, root)
    settings = current()
    settings.export()
    quiet()
    refusal = command_line.refusal(sys.argv[1:])
    if refusal:
        sys.exit(refusal)
    command = next(iter(sys.argv[1:]), "")
    if command == "run" and sys.argv[2:3] != ["actions"]:
        refusal = archive.refusal(command_line.model(sys.argv[1:]), settings.model_sha256)
        if refusal:
            sys.exit(refusal)
    sys.argv[1:] = command_line.with_defaults(sys.argv[1:], settings)
    absent.install(command)
    from bot.core import guards, redacted_logs

    if command == "run":
        redacted_logs.install(settings.log_level)
    guards.install(settings, command)
    import rasa.__main__

    gc.enable()
    rasa.__main__.main()


if __name__ == "__main__":
    main()
