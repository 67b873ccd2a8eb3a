"""Texts as keys, and dev kept out of train."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.training.datasets.example import (
    Example,
    indices,
    normalised,
    without_repeats,
    without_texts,
)


@pytest.mark.parametrize("other", ["i am lost", "I am lost!!", "  I  AM—lost ", "\uff29 am lost"])
def test_texts_that_differ_in_form_only_are_one(other: str) -> None:
    """Case, punctuation, spaces and width do not make a new text."""
    assert normalised(other) == normalised("I am lost.")


def test_texts_of_signs_only_stay_apart() -> None:
    """An emoji is a text of its own, not an empty one."""
    assert normalised("😭") != normalised("😀")
    assert normalised("...") != normalised("?!")


def test_dev_texts_are_taken_out_of_train() -> None:
    """A text that differs from a dev text in form only must not be trained on."""
    train = [Example("I am LOST!", "x"), Example("I see", "x")]
    assert [example.text for example in without_texts(train, ["i am lost"])] == ["I see"]


def test_the_first_of_repeats_stays() -> None:
    """Repeats go, order stays."""
    rows = [Example("b", "x"), Example("a", "x"), Example("B!", "x")]
    assert [row.text for row in without_repeats(rows)] == ["b", "a"]


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A key is its own key."""
    assert normalised(normalised(text)) == normalised(text)


def test_an_unknown_class_is_refused() -> None:
    """A typo in a corpus must not become a class."""
    with pytest.raises(KeyError):
        indices(["happyness"])
