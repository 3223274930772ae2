"""Answers for the libraries that stock Rasa names at import and this core does not install.

TensorFlow is reached through five Rasa modules only, so those are answered for and TensorFlow itself is never asked.
"""
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types

# Third-party packages of channels, stores and brokers that this core does not offer.
LIBRARIES = ("aio_pika", "aiogram", "aiormq", "boto3", "botocore", "fbmessenger", "google.auth", "google.oauth2", "pymongo",
             "sentry_sdk", "slack_sdk", "socketio", "spacy.cli", "twilio", "webexteamssdk")
# What only training, the shell and Rasa's own API need; a server starts sooner without them.
NOT_FOR_SERVING = ("dask", "jwt", "prompt_toolkit", "questionary", "sanic_jwt")
# Modules that would pull in TensorFlow or report to others, with the names others import from them.
COMPONENTS = "rasa.engine.recipes.default_components"
RASA_MODULES = {
    COMPONENTS: (),
    "rasa.utils.tensorflow.environment": ("setup_tf_environment", "check_deterministic_ops"),
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
    "rasa.utils.tensorflow.model_data": ("RasaModelData", "ragged_array_to_ndarray"),
    "rasa.utils.tensorflow.model_data_utils": (),
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "structlog_sentry": ("SentryProcessor",),
}
# Loaded when first used: drawing confusion matrices needs matplotlib, answering does not.
LAZY = ("rasa.utils.plotting",)
NO_OPERATION = {"setup_tf_environment", "check_deterministic_ops"}


class PassesOn:
    """Stands in for the step of Rasa's logging that reports to Sentry: leaves the line as it is."""

    def __init__(self, **options):
        """Takes the stock step's options and needs none."""

    def __call__(self, logger, method, event):
        """Returns the line unchanged."""
        return event


class AbsentLibraryError(ImportError):
    """Raised when something is used that the light core leaves out."""


class _AbsentType(type):
    def __getattr__(cls, name: str):
        if name.startswith("__") or not cls.__dict__.get("__absent__"):
            raise AttributeError(name)
        return absent_class(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *args, **kwargs):
        if cls.__dict__.get("__absent__"):
            raise AbsentLibraryError(f"{cls.__module__}.{cls.__qualname__} is not part of the light core")
        return super().__call__(*args, **kwargs)


def absent_class(module: str, name: str) -> type:
    """Returns a class that can be named, caught or subclassed, but not instantiated."""
    if name.endswith(("Error", "Exception", "Failure")):
        return type(name, (Exception,), {"__module__": module})
    return _AbsentType(name, (), {"__module__": module, "__absent__": True})


class _AbsentModule(types.ModuleType):
    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        value = absent_class(self.__name__, name)
        setattr(self, name, value)
        return value


class AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import hook: stands before the ordinary finders, answers for the names above only."""

    def __init__(self, libraries: tuple = LIBRARIES):
        self.libraries = tuple(name + "." for name in libraries)

    def find_spec(self, fullname, path=None, target=None):
        if fullname in LAZY:
            spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
            spec.loader = importlib.util.LazyLoader(spec.loader)
            return spec
        if fullname in RASA_MODULES or (fullname + ".").startswith(self.libraries):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=fullname not in RASA_MODULES)
        return None

    def create_module(self, spec):
        return _AbsentModule(spec.name)

    def exec_module(self, module):
        if module.__name__ == COMPONENTS:
            from rasa.core.policies.memoization import (
                AugmentedMemoizationPolicy,
                MemoizationPolicy,
            )
            from rasa.core.policies.rule_policy import RulePolicy
            from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier

            module.DEFAULT_COMPONENTS = [AugmentedMemoizationPolicy, FallbackClassifier, MemoizationPolicy, RulePolicy]
        for name in RASA_MODULES.get(module.__name__, ()):
            if name in NO_OPERATION:
                setattr(module, name, lambda: None)
            elif name == "SentryProcessor":
                setattr(module, name, PassesOn)
            else:
                getattr(module, name)


def install(command: str = "") -> None:
    """Puts the hook in place; to be called before `import rasa`, whose command this is."""
    if not any(isinstance(finder, AbsentFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AbsentFinder(LIBRARIES + NOT_FOR_SERVING if command == "run" else LIBRARIES))
