"""Five-fold cross-validation of the intent model by language: bot/core/.venv/bin/python -m bench.core.cross_validate [FILE]

FILE gets every prediction as JSON: [[language, intent meant, intent found], ...].
"""
import json
import sys
from collections import Counter
from pathlib import Path

from bot.core import absent

absent.install()

import numpy as np
import rasa.engine.recipes.default_recipe  # noqa: F401
import yaml
from sklearn.model_selection import StratifiedKFold

from bot.core.nlu.features import blocks
from bot.core.nlu.linear_classifier import LinearIntentClassifier, train
from bot.core.nlu.name_matcher import NameIndex
from bot.core.nlu.names import read_snapshot
from bot.core.nlu.pinyin_reader import PinyinModel
from bot.core.settings import current

FOLDS = 5


def sentences(folder: Path) -> list[tuple[str, str, str]]:
    """Returns (language, intent, sentence) for all training sentences below `folder`/<language>."""
    found = []
    for path in sorted(folder.glob("*/*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines = [line.strip()[2:] for line in block["examples"].splitlines() if line.strip().startswith("- ")]
            found += [(path.parent.name, block["intent"], line) for line in lines]
    return found


def main() -> None:
    """Prints accuracy by language, the weakest intents and the commonest confusions."""
    data = sentences(Path("data/nlu"))
    names = read_snapshot(current().names_file)
    index = NameIndex(names)
    pinyin = PinyinModel.learn([text for _, _, text in data] + [name.name for name in names.names])
    readings = [pinyin.read(text) or text for _, _, text in data]
    configured = yaml.safe_load(Path("config.yml").read_text("utf-8"))["pipeline"]
    options = LinearIntentClassifier.get_default_config()
    for component in configured:
        if component["name"].endswith(LinearIntentClassifier.__name__):
            options.update(component)
    features = [blocks(text, index.find(text), options["own_record"]) for text in readings]
    languages = np.array([language for language, _, _ in data])
    intents = np.array([intent for _, intent, _ in data])
    predicted = np.empty(len(data), dtype=object)
    confidence = np.zeros(len(data))
    strata = [language + intent for language, intent, _ in data]
    for inside, outside in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(features, strata):
        model = train([features[i] for i in inside], intents[inside], options["cost"], options["smallest_count"])
        for position in outside:
            probabilities = model.probabilities(features[position])
            predicted[position] = model.labels[int(np.argmax(probabilities))]
            confidence[position] = probabilities.max()
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(list(zip(languages.tolist(), intents.tolist(), predicted.tolist()))), "utf-8")
    right = predicted == intents
    print(f"{len(data)} sentences, {len(set(intents))} intents, {len(index)} names")
    for language in sorted(set(languages)):
        print(f"{language}: {right[languages == language].mean():.1%}")
    print(f"all: {right.mean():.1%}; mean confidence {confidence[right].mean():.2f} if right, {confidence[~right].mean():.2f} if wrong")
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        below = confidence < threshold
        print(f"below {threshold}: {below[right].mean():.1%} of the right, {below[~right].mean():.1%} of the wrong")
    by_intent: dict[str, float] = {intent: right[intents == intent].mean() for intent in set(intents)}
    print("weakest:", ", ".join(f"{name} {value:.0%}" for name, value in sorted(by_intent.items(), key=lambda item: item[1])[:10]))
    for (meant, taken), count in Counter(zip(intents[~right], predicted[~right])).most_common(15):
        print(f"{count:4d} {meant} taken for {taken}")


if __name__ == "__main__":
    sys.exit(main())
