"""Texts as keys, and dev kept out of train."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.training.datasets.example import indices, normalised


@pytest.mark.parametrize("other", ["i am lost", "I am lost!!", "  I  AM—lost ", "\uff29 am lost"])
def test_texts_that_differ_in_form_only_are_one(other: str) -> None:
    """Case, punctuation, spaces and width do not make a new text."""
    assert normalised(other) == normalised("I am lost.")


def test_texts_of_signs_only_stay_apart() -> None:
    """An emoji is a text of its own, not an empty one."""
    assert normalised("😭") != normalised("😀")
    assert normalised("...") != normalised("?!")


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A key is its own key."""
    assert normalised(normalised(text)) == normalised(text)


def test_an_unknown_class_is_refused() -> None:
    """A typo in a corpus must not become a class."""
    with pytest.raises(KeyError):
        indices(["happyness"])
