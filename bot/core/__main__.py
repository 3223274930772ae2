"""`python -m bot.core <rasa arguments>`: Rasa's own command line, without TensorFlow and with this project's guards."""
import sys
import warnings
from pathlib import Path

from bot.core import absent, command_line
from bot.core.settings import current


def main() -> None:
    """Prepares the environment, then hands over to Rasa."""
    root = str(Path.cwd())
    if root not in sys.path:
        sys.path.insert(0, root)
    settings = current()
    settings.export()
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message=".*pkg_resources.*")
    refusal = command_line.refusal(sys.argv[1:])
    if refusal:
        sys.exit(refusal)
    sys.argv[1:] = command_line.with_defaults(sys.argv[1:], settings)
    absent.install()
    from bot.core import guards

    guards.install(settings)
    import rasa.__main__

    rasa.__main__.main()


if __name__ == "__main__":
    main()
