"""Changes to a text that keep its feeling."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emotionstream.training import augment


@example("plea\u017fe, w\u0131th", 3)  # Letters that match an ASCII one where case is no matter.
@given(st.text(max_size=60), st.integers(0, 2**32 - 1))
def test_the_same_seed_makes_the_same_change(text: str, seed: int) -> None:
    """A resumed run trains on the same texts; no text breaks it."""
    first = augment.augmented(text, np.random.default_rng(seed))
    assert first == augment.augmented(text, np.random.default_rng(seed))


def test_a_typo_changes_one_word_and_keeps_its_ends() -> None:
    """A misspelt word stays readable."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        changed = augment.mistyped("completely lost", rng).split(" ")
        assert changed[1] == "lost"
        assert (changed[0][0], changed[0][-1]) == ("c", "y")


@pytest.mark.parametrize(
    ("text", "short"),
    [("are you sure", "r u sure"), ("Thanks, because", "thx, bc"), ("youth", "youth"), ("plea\u017fe", "plea\u017fe")],
)
def test_shorthand_replaces_whole_words(text: str, short: str) -> None:
    """`you` is shortened, `youth` is not."""
    assert augment.shortened(text, np.random.default_rng(0)) == short


def test_marks_that_carry_feeling_stay() -> None:
    """Only a full stop is dropped."""
    rng = np.random.default_rng(0)
    assert augment.without_end("done.", rng) == "done"
    assert augment.without_end("what?!", rng) == "what?!"
    assert augment.without_end("...", rng) == "..."


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("i still dont get it \U0001f62d\U0001f62d ok?", "i still dont get it ok?"),
        ("hands up \U0001f64b\U0001f3fd\u200d\u2640\ufe0f who else is lost", "hands up who else is lost"),
        ("thank you so much \U0001f643", "thank you so much \U0001f643"),
        ("page 84, nr 3 (to 7)", "page 84, nr 3 (to 7)"),
    ],
)
def test_emoji_go_where_words_are_left(text: str, bare: str) -> None:
    """A few words and a picture keep it: it may be all that is felt. Joined and coloured pictures go whole."""
    assert augment.without_emoji(text, np.random.default_rng(0)) == bare


def test_emoji_come_more_often() -> None:
    """As people type them."""
    found = {augment.more_emoji("yes \U0001f389", np.random.default_rng(seed)) for seed in range(20)}
    assert found == {"yes " + "\U0001f389" * times for times in (2, 3)}
