"""Figures of each kind, against values by hand and by scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, log_loss, precision_recall_fscore_support

from emotionstream.schemas.emotions import EMOTION_INDEX, EMOTIONS
from emotionstream.schemas.settings.evaluation import EvaluationSettings
from emotionstream.training import figures
from emotionstream.training.evaluate.case import Case, LabelSet
from emotionstream.training.evaluate.evidence import Evidence, Ground
from emotionstream.training.evaluate.measures import (
    Rules,
    confusion,
    emotion_figures,
    label_figures,
    named_examples,
    partial_figures,
)
from emotionstream.training.thresholds import crossed_macro_f1

RNG = np.random.default_rng(0)
SETTINGS = EvaluationSettings(bins=3, calibration_draws=10)
EVIDENCE = Evidence({"joy": 600, "pride": 100}, {"frustration": 900}, {"joy": 600, "pride": 100})
RULES = Rules(temperature=2.0, threshold=0.5, label_thresholds=None, evidence=EVIDENCE, settings=SETTINGS)


def logits_for(classes: list[int]) -> np.ndarray:
    """Logits whose first class is each of ``classes``."""
    rows = RNG.normal(0, 0.1, (len(classes), len(EMOTIONS)))
    rows[np.arange(len(classes)), classes] = 6.0
    return rows


def test_top_acceptable_and_classes_by_hand() -> None:
    """Right, acceptable and wrong are told apart; classes without rows do not pull the mean."""
    joy, awe, pain = (EMOTION_INDEX[name] for name in ("joy", "awe", "pain"))
    cases = [Case(1, "a", joy), Case(2, "b", awe, also=frozenset({joy})), Case(3, "c", pain)]
    found = emotion_figures(logits_for([joy, joy, awe]), cases, RULES)
    assert found["top1"] == pytest.approx(1 / 3)
    assert found["acceptable"] == pytest.approx(2 / 3)
    assert found["classes_with_support"] == 3
    # joy: precision 1/2, recall 1; awe and pain: none.
    assert found["macro_f1"] == pytest.approx((2 / 3) / 3)
    assert found["confusion"][0]["true"] != found["confusion"][0]["said"]
    assert found["tables"][Ground.PEOPLE.value]["classes"]["joy"] == {
        "precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1,
    }  # fmt: skip


def test_per_class_figures_are_those_of_scikit_learn() -> None:
    """Precision, recall, F1, support, macro-F1 and NLL on random answers."""
    truth = RNG.integers(0, 5, 300)
    logits = RNG.normal(0, 1, (300, len(EMOTIONS)))
    logits[:, 5:] -= 20
    cases = [Case(i, "x", int(t)) for i, t in enumerate(truth)]
    found = emotion_figures(logits, cases, RULES)
    top = logits.argmax(axis=1)
    precision, recall, f1, support = precision_recall_fscore_support(truth, top, labels=range(5))
    rows = {name: row for table in found["tables"].values() for name, row in table["classes"].items()}
    for k in range(5):
        assert rows[EMOTIONS[k]]["precision"] == pytest.approx(precision[k])
        assert rows[EMOTIONS[k]]["recall"] == pytest.approx(recall[k])
        assert rows[EMOTIONS[k]]["f1"] == pytest.approx(f1[k])
        assert rows[EMOTIONS[k]]["support"] == support[k]
    assert found["macro_f1"] == pytest.approx(f1_score(truth, top, average="macro"))
    after = figures.softmax(logits, 2.0)
    assert found["calibration"]["after"]["nll"] == pytest.approx(log_loss(truth, after, labels=range(len(EMOTIONS))))
    before = log_loss(truth, figures.softmax(logits), labels=range(len(EMOTIONS)))
    assert found["calibration"]["before"]["nll"] == pytest.approx(before)


def test_the_three_tables_hold_each_class_once() -> None:
    """By how many human labels there are: many, few or only among candidates, none."""
    found = emotion_figures(logits_for([0]), [Case(1, "x", 0)], RULES)["tables"]
    assert set(found[Ground.PEOPLE.value]["classes"]) == {"joy"}
    assert set(found[Ground.THIN.value]["classes"]) == {"pride", "frustration"}
    assert sum(len(table["classes"]) for table in found.values()) == len(EMOTIONS)
    assert found[Ground.THIN.value]["macro_f1"] is None


def test_labels_with_thresholds_from_the_other_half_and_as_stored() -> None:
    """Stored thresholds give scikit-learn's macro-F1 over the labels that occur."""
    scores = RNG.normal(0, 1, (200, 28))
    truth = RNG.random((200, 28)) < figures.softmax(scores)
    truth[:, 20:] = False
    names = LabelSet.GOEMOTIONS.names
    cases = [Case(i, "x", labels=tuple(names[k] for k in np.flatnonzero(row))) for i, row in enumerate(truth)]
    rules = Rules(1.0, None, tuple([0.5] * 28), EVIDENCE, SETTINGS)
    found = label_figures(scores, cases, LabelSet.GOEMOTIONS, rules)
    assert found["labels_with_support"] == 20
    assert found["macro_f1_stored"] == pytest.approx(f1_score(truth[:, :20], scores[:, :20] > 0.5, average="macro"))
    crossed, each = crossed_macro_f1(scores, truth)
    assert found["macro_f1_halves"] == pytest.approx(np.mean(each[:20]))
    assert crossed <= found["macro_f1_halves"]


def test_partial_labels_run_over_what_could_be_chosen() -> None:
    """A class that GoEmotions does not have cannot be a mistake there; labels that say nothing leave a row out."""
    cases = [Case(1, "a", labels=("joy",)), Case(2, "b", labels=("realization",))]
    first, second = named_examples(cases, LabelSet.GOEMOTIONS)
    assert first is not None
    assert second is None
    logits = logits_for([EMOTION_INDEX["awe"]])
    logits[0, EMOTION_INDEX["joy"]] = 3.0
    assert partial_figures(logits, [first], RULES)["top1"] == 1


def test_confusion_tells_mistakes_first() -> None:
    """The commonest mistake, then the others, then what was right."""
    told = confusion(np.array([1, 1, 2, 0]), np.array([0, 0, 0, 0]))
    assert [(pair["said"], pair["rows"]) for pair in told] == [(EMOTIONS[1], 2), (EMOTIONS[2], 1), (EMOTIONS[0], 1)]


def test_evidence_counts_people_and_not_the_learner_corpus() -> None:
    """Only rows that people labelled make a class one with human labels."""
    from emotionstream.training.datasets.example import Example

    train = {
        "goemotions": [Example("a", "goemotions", frozenset({0}), labels=frozenset({17}))] * 3,
        "learner_corpus": [Example("b", "learner_corpus", frozenset({29}))] * 9,
    }
    counted = Evidence.count(train)
    assert counted.ground(EMOTIONS[0], 3) is Ground.PEOPLE
    assert counted.ground(EMOTIONS[0], 4) is Ground.THIN
    assert counted.ground(EMOTIONS[29], 1) is Ground.LEARNER
    assert Evidence.of({"evidence": counted.stored()}, None) == counted


def test_without_counts_only_the_map_is_known() -> None:
    """No class is called thin for lack of a count, but one that no label names alone."""
    unknown = Evidence.unknown()
    assert unknown.ground("joy", 500) is Ground.PEOPLE
    assert unknown.ground("frustration", 500) is Ground.THIN
    assert unknown.ground("awe", 500) is Ground.LEARNER
