"""Ways to change a text, and what flips."""

from collections.abc import Sequence

import numpy as np
import pytest

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.settings.evaluation import EvaluationSettings
from emotionstream.training.evaluate.changes import Change, changes
from emotionstream.training.evaluate.robustness import BLANK_TEXTS, robustness_figures

TEXT = "I am really lost in the second chapter, it does not make any sense."
ALL = changes(30)
BY_NAME = {change.name: change for change in ALL}


def applied(name: str, text: str, seed: int = 0) -> str | None:
    """One change of one text."""
    return BY_NAME[name].apply(text, np.random.default_rng(seed))


@pytest.mark.parametrize("change", ALL, ids=lambda change: change.name)
def test_the_same_seed_gives_the_same_text(change: Change) -> None:
    """A flip rate can be measured again; and every change changes something."""
    first, second = (change.apply(TEXT, np.random.default_rng(4)) for _ in range(2))
    assert first == second
    assert first != TEXT
    assert first is not None


@pytest.mark.parametrize("change", ALL, ids=lambda change: change.name)
@pytest.mark.parametrize("text", ["k", "?!", "\U0001f642", "a b", "I'm", "¿qué?"])
def test_short_and_odd_texts_are_changed_or_passed_over(change: Change, text: str) -> None:
    """No text makes a change fail."""
    for seed in range(5):
        assert change.apply(text, np.random.default_rng(seed)) != ""


def test_a_typo_leaves_most_of_the_text() -> None:
    """Letters move or change; hardly any is lost."""
    for seed in range(20):
        changed = applied("typos", TEXT, seed)
        assert changed is not None
        assert abs(len(changed) - len(TEXT)) <= 3
        assert len(set(changed.split()) & set(TEXT.split())) > len(set(TEXT.split())) / 2


def test_negation_goes_behind_the_verb() -> None:
    """Once, at the first that takes it; a text without one is passed over."""
    assert applied("negation", "I am happy and it is fine") == "I am not happy and it is fine"
    assert applied("negation", "I love it") == "I don't love it"
    assert applied("negation", "wow") is None


def test_homoglyphs_look_the_same_and_are_others() -> None:
    """Cyrillic letters stand for Latin ones; the length stays."""
    changed = applied("homoglyphs", "peace")
    assert changed is not None
    assert len(changed) == 5
    assert not changed.isascii()


def test_a_long_text_ends_with_the_text() -> None:
    """What the learner said stands last, behind as many words as asked for."""
    changed = applied("long_text", TEXT)
    assert changed is not None
    assert changed.endswith(TEXT)
    assert len(changed.split()) == 30 + len(TEXT.split())


def said(texts: Sequence[str]) -> np.ndarray:
    """A reader that says joy, and anger of texts with a capital I AM."""
    rows = np.full((len(texts), len(EMOTIONS)), 0.0)
    for row, text in zip(rows, texts, strict=True):
        row[2 if "AM" in text else 0] = 1.0
    return rows


def test_flip_rates_of_a_reader_that_minds_capitals_only() -> None:
    """It flips in capitals and nowhere else; texts that could not be changed do not count."""
    found = robustness_figures(["I am lost.", "wow"], said, EvaluationSettings(long_words=5))
    flips = {name: one["flip_rate"] for name, one in found["changes"].items()}
    assert flips.pop("upper_case") == 0.5
    assert found["changes"]["upper_case"]["commonest_new"] == "anger"
    assert found["changes"]["negation"]["texts"] == 1
    assert set(flips.values()) == {0.0}
    assert found["blank_texts"] == {"tried": len(BLANK_TEXTS), "refused": len(BLANK_TEXTS)}


def test_no_more_texts_are_read_than_asked_for() -> None:
    """A large file costs no more than the setting says."""
    found = robustness_figures(["I am lost"] * 50, said, EvaluationSettings(robustness_texts=7))
    assert found["texts"] == 7
