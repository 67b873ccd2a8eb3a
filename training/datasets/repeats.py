"""The same text in several data sets: kept once in train, and nowhere beside a text that is measured on."""

from collections.abc import Iterable, Mapping

from emotionstream.training.datasets.example import Example, normalised


def apart(train: Mapping[str, list[Example]], held_out: Iterable[str]) -> dict[str, list[Example]]:
    """``train`` without texts of ``held_out``, each other text in the first data set that has it, the first time.

    Texts are one if they differ in case, punctuation, spaces or width only. The order of ``train`` decides: labels
    that are worth more come first.
    """
    seen = {normalised(text) for text in held_out}
    kept: dict[str, list[Example]] = {}
    for name, rows in train.items():
        kept[name] = []
        for row in rows:
            key = normalised(row.text)
            if key not in seen:
                seen.add(key)
                kept[name].append(row)
    return kept
