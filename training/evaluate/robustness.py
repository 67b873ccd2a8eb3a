"""How often the first class flips where a text is changed in a way that should, or should not, matter."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from emotionstream.inference.text import why_unscorable
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.settings.evaluation import EvaluationSettings
from emotionstream.training.evaluate.changes import changes
from emotionstream.training.figures import Floats

Say = Callable[[Sequence[str]], Floats]
"""Texts -> calibrated probabilities [texts, 41]."""

BLANK_TEXTS: Final = ("", " ", "\n\t ", "\u200b\u200e", "\x00\x07")


def robustness_figures(texts: Sequence[str], say: Say, settings: EvaluationSettings) -> dict[str, Any]:
    """Flip rates over a drawn part of ``texts``, and whether blank texts are refused.

    For each change: texts that it could be done to, the share whose first class flips, the mean size of the change of
    the first class's probability, and what a good reader would do.
    """
    rng = np.random.default_rng(settings.seed)
    chosen = rng.permutation(len(texts))[: settings.robustness_texts]
    base = [texts[i] for i in sorted(chosen)]
    before = say(base)
    found = {}
    for number, change in enumerate(changes(settings.long_words)):
        # A generator for each, so that one change more or fewer leaves the others as they are.
        own = np.random.default_rng([settings.seed, number])
        tried = [(row, changed) for row, text in enumerate(base) if (changed := change.apply(text, own)) is not None]
        found[change.name] = {"meant": change.meant} | _flips(before, tried, say)
    refused = sum(why_unscorable(text) is not None for text in BLANK_TEXTS)
    return {"texts": len(base), "changes": found, "blank_texts": {"tried": len(BLANK_TEXTS), "refused": refused}}


def _flips(before: Floats, tried: Sequence[tuple[int, str]], say: Say) -> dict[str, Any]:
    if not tried:
        return {"texts": 0, "flip_rate": None, "mean_change": None, "commonest_new": None}
    old = before[[row for row, _ in tried]]
    new = say([text for _, text in tried])
    first, rows = old.argmax(axis=1), np.arange(len(tried))
    flipped = new.argmax(axis=1) != first
    turned = np.bincount(new.argmax(axis=1)[flipped], minlength=len(EMOTIONS))
    return {
        "texts": len(tried),
        "flip_rate": float(flipped.mean()),
        "mean_change": float(np.abs(new[rows, first] - old[rows, first]).mean()),
        "commonest_new": EMOTIONS[int(turned.argmax())] if flipped.any() else None,
    }
