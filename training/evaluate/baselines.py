"""What is reached without this project's model: the commonest answer, words counted, and a frozen encoder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.example import normalised
from emotionstream.training.evaluate.case import Case, CaseSet, LabelSet, PadScale
from emotionstream.training.evaluate.frozen import frozen_encoder
from emotionstream.training.evaluate.measured import Measured
from emotionstream.training.evaluate.measures import Rules, emotion_figures, label_figures, predicted_figures
from emotionstream.training.evaluate.report import Report
from emotionstream.training.evaluate.rules import label_truth
from emotionstream.training.evaluate.sources import read_training
from emotionstream.training.figures import SMALLEST, Flags, Floats
from emotionstream.training.scoring import pad_figures

log = structlog.get_logger()

MAJORITY: Final = "majority"
WORDS: Final = "tf-idf + logistic"
FROZEN: Final = "frozen encoder + linear"
_INVERSE_PENALTY: Final = 10.0
_MANY_TEXTS: Final = 1000
_LEFT_OUT: Final = ("tables", "tables_halves", "confusion", "abstention", "as_41")
"""Of a baseline's figures: what would only make the file long."""

Features = Callable[[Sequence[str]], Any]
"""Texts -> a matrix [texts, features]."""

Fit = Callable[[Sequence[str]], Features]
"""Training texts -> what makes features."""


@dataclass(frozen=True, slots=True)
class Method:
    """A baseline: its name, and what makes features once the training texts are known (None: it needs none)."""

    name: str
    fit: Fit | None


def add_baselines(report: Report, paths: Sequence[Path]) -> None:
    """Put ``baselines`` into the figures of each set, trained on the rows that ``paths`` name.

    Rows whose text stands in a measured set are left out of training. A baseline stands only where the training rows
    have labels of the same kind.

    Raises:
        DataError: a path is missing or has no row.
    """
    measured = {normalised(case.text) for part in report.measured for case in part.rows.cases}
    train = [_without(rows, measured) for rows in read_training(paths)]
    rules = replace(report.rules, temperature=1.0, threshold=None, label_thresholds=None)
    encoder = frozen_encoder(report.stored)
    methods = [Method(MAJORITY, None), Method(WORDS, word_features)]
    methods += [] if encoder is None else [Method(FROZEN, lambda _: encoder)]
    for method in methods:
        log.info("baseline", method=method.name)
        for part in report.measured:
            found = baseline_figures(method, part, train, rules)
            if found:
                part.figures.setdefault("baselines", {})[method.name] = found


def baseline_figures(method: Method, part: Measured, train: Sequence[CaseSet], rules: Rules) -> dict[str, Any]:
    """One baseline on one set: whatever of emotion, labels and PAD both the set and the training rows have."""
    cases = part.rows.cases
    found: dict[str, Any] = {}
    named = [case for case in cases if case.emotion is not None]
    taught = [case for rows in train for case in rows.cases if case.emotion is not None]
    if named and taught:
        found["emotion"] = emotion_figures(np.log(_emotion_shares(method, taught, named)), named, rules)
    labelled = [case for case in cases if case.labels is not None]
    taught = [c for rows in train if rows.label_set is part.rows.label_set for c in rows.cases if c.labels is not None]
    if labelled and taught and part.rows.label_set is not None:
        found["labels"] = _label_figures(method, taught, labelled, part.rows.label_set, rules)
    if pads := _pads(method, part.rows, train):
        found["pad"] = pads
    for figures in found.values():
        for name in _LEFT_OUT:
            figures.pop(name, None)
    return found


def word_features(texts: Sequence[str]) -> Features:
    """Words and pairs of words by tf-idf; of many texts, those that occur at least twice."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2 if len(texts) > _MANY_TEXTS else 1, sublinear_tf=True)
    vectorizer.fit(texts)
    transform: Features = vectorizer.transform
    return transform


def _emotion_shares(method: Method, train: Sequence[Case], cases: Sequence[Case]) -> Floats:
    """[cases, 41] probabilities."""
    truth = np.array([case.emotion for case in train])
    shares = np.zeros((len(cases), len(EMOTIONS)))
    if method.fit is None or len(set(truth.tolist())) == 1:  # There is nothing to tell apart.
        shares[:] = np.bincount(truth, minlength=len(EMOTIONS)) / len(truth)
    else:
        features = method.fit([case.text for case in train])
        model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=1000)
        model.fit(features([case.text for case in train]), truth)
        shares[:, model.classes_] = model.predict_proba(features([case.text for case in cases]))
    return shares.clip(min=SMALLEST)


def _label_figures(
    method: Method, train: Sequence[Case], cases: Sequence[Case], label_set: LabelSet, rules: Rules
) -> dict[str, Any]:
    taught = label_truth(train, label_set)
    if method.fit is not None:
        scores = _label_scores(method.fit, train, taught, cases)
        return label_figures(scores, cases, label_set, rules)
    # The commonest label alone, everywhere.
    said = np.tile(np.arange(taught.shape[1]) == taught.sum(axis=0).argmax(), (len(cases), 1))
    figures = predicted_figures(said, label_truth(cases, label_set), label_set, "halves", rules)
    return {"label_set": label_set.value, "rows": len(cases), **figures}


def _label_scores(fit: Fit, train: Sequence[Case], truth: Flags, cases: Sequence[Case]) -> Floats:
    """[cases, labels] on the scale of logits; a label that is not trained on is never said."""
    features = fit([case.text for case in train])
    model = OneVsRestClassifier(LogisticRegression(C=_INVERSE_PENALTY, max_iter=1000))
    known = truth.any(axis=0)
    scores = np.full((len(cases), truth.shape[1]), -np.log(1 / SMALLEST))
    if not known.any():
        return scores
    model.fit(features([case.text for case in train]), truth[:, known].astype(int))
    scores[:, known] = np.reshape(model.decision_function(features([case.text for case in cases])), (len(cases), -1))
    return scores


def _pads(method: Method, rows: CaseSet, train: Sequence[CaseSet]) -> dict[str, Any]:
    rated = [case for case in rows.cases if case.pad is not None]
    found = {}
    for scale in [rows.pad_scale] if rows.pad_scale is not None else list(PadScale):
        # A file that does not say is in the learner scale, which the stream speaks.
        parts = [part for part in train if (part.pad_scale or PadScale.LEARNER) is scale]
        taught = [case for part in parts for case in part.cases if case.pad is not None]
        if rated and taught:
            said = _pad_values(method, taught, rated)
            found[scale.value] = {"rows": len(rated), **pad_figures(said, np.array([case.pad for case in rated]))}
    return found


def _pad_values(method: Method, train: Sequence[Case], cases: Sequence[Case]) -> Floats:
    truth = np.array([case.pad for case in train])
    if method.fit is None:
        return np.tile(truth.mean(axis=0), (len(cases), 1))
    features = method.fit([case.text for case in train])
    model = Ridge(alpha=1.0).fit(features([case.text for case in train]), truth)
    return np.asarray(model.predict(features([case.text for case in cases])), dtype=np.float64)


def _without(rows: CaseSet, texts: set[str]) -> CaseSet:
    return replace(rows, cases=tuple(case for case in rows.cases if normalised(case.text) not in texts))
