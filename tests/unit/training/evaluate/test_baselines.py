"""Baselines on training rows that teach little."""

from typing import Any

import pytest

from emotionstream.schemas.emotions import EMOTION_INDEX
from emotionstream.schemas.settings.evaluation import EvaluationSettings
from emotionstream.training.evaluate.baselines import WORDS, Method, baseline_figures, word_features
from emotionstream.training.evaluate.case import Case, CaseSet, LabelSet
from emotionstream.training.evaluate.evidence import Evidence
from emotionstream.training.evaluate.measured import Measured
from emotionstream.training.evaluate.measures import Rules

RULES = Rules(1.0, None, None, Evidence.unknown(), EvaluationSettings())
JOY, CONFUSION = EMOTION_INDEX["joy"], EMOTION_INDEX["confusion"]


def by_words(train: list[Case], cases: list[Case], label_set: LabelSet | None = None) -> dict[str, Any]:
    """Figures of the words' baseline."""
    measured = Measured(CaseSet("mine", tuple(cases), label_set), None, (), None, {})  # type: ignore[arg-type]
    return baseline_figures(Method(WORDS, word_features), measured, [CaseSet("train", tuple(train), label_set)], RULES)


def test_training_rows_of_one_emotion_give_that_one() -> None:
    """There is nothing to tell apart, and that is no error."""
    train = [Case(1, "i do not get it", CONFUSION), Case(2, "what is this", CONFUSION)]
    cases = [Case(1, "yes it works", JOY), Case(2, "what is that", CONFUSION)]
    assert by_words(train, cases)["emotion"]["top1"] == 0.5


@pytest.mark.parametrize(("labels", "f1"), [((), None), (("joy",), 1.0)])
def test_training_rows_without_labels_tell_nothing_apart(labels: tuple[str, ...], f1: float | None) -> None:
    """Lists of labels may all be empty: all rows score the same, and where all have a label, all are best taken."""
    train = [Case(1, "i do not get it", labels=()), Case(2, "what is this", labels=())]
    cases = [Case(number, f"text {number}", labels=labels) for number in (1, 2, 3)]
    figures = by_words(train, cases, LabelSet.GOEMOTIONS)["labels"]
    assert figures["macro_f1_halves"] == f1
    assert not f1 or figures["micro_f1_halves"] < f1, "what all rows are given is wrong for most labels"
