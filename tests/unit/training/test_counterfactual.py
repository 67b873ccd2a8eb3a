"""The same text about other people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.training.counterfactual import HIDDEN, NAMES, named, other_people, people_pair, regendered

WORDS = st.sampled_from(
    ["he", "HER", "his", "Mom", "s\u0131r", "h\u0131s", "\u017fhe", "hers", HIDDEN, "book", "!", "let"]
)


@given(st.text(max_size=60) | st.lists(WORDS).map(" ".join), st.integers(0, 2**32 - 1))
def test_the_same_seed_makes_the_same_change(text: str, seed: int) -> None:
    """A resumed run trains on the same texts; no text breaks it."""
    first = other_people(text, np.random.default_rng(seed))
    assert first == other_people(text, np.random.default_rng(seed))


def test_hidden_names_become_names_of_many_origins() -> None:
    """Each gets one of its own; over many texts all names come up."""
    rng = np.random.default_rng(0)
    texts = [named(f"{HIDDEN} and {HIDDEN} left", rng) for _ in range(1_000)]
    assert not any(HIDDEN in text for text in texts)
    assert {word for text in texts for word in text.split()} == {*NAMES, "and", "left"}


def test_names_are_drawn_in_the_order_of_the_text() -> None:
    """The same draws as before, also of thousands, and a name makes no new gap."""
    rng = np.random.default_rng(3)
    drawn = [NAMES[int(rng.integers(len(NAMES)))] for _ in range(20_000)]
    assert named(HIDDEN * 20_000, np.random.default_rng(3)) == "".join(drawn)
    assert named("[NA[NAME]ME]", np.random.default_rng(3)) == f"[NA{drawn[0]}ME]"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("He lost his book", "She lost her book"),
        ("i gave her my notes and her friend laughed at her", "i gave him my notes and his friend laughed at him"),
        ("it was his, ask him", "it was hers, ask her"),
        ("MY MOM is here, Mom!", "MY DAD is here, Dad!"),
        ("a boyfriend, a chef, the sheets", "a girlfriend, a chef, the sheets"),
        ("i told her I care, let her go", "i told him I care, let him go"),
        ("oh man, son of a gun", "oh man, son of a gun"),
    ],
)
def test_gendered_words_change_sides(text: str, other: str) -> None:
    """Whole words only, their case kept."""
    assert regendered(text) == other


def test_without_people_nothing_changes() -> None:
    """Most texts speak of nobody."""
    text = "this proof makes no sense to me"
    assert {other_people(text, np.random.default_rng(seed)) for seed in range(20)} == {text}


def test_a_pair_differs_only_in_people() -> None:
    """Two versions with other names or on the other side of gender; nothing that is hidden is left."""
    for seed in range(50):
        pair = people_pair(f"{HIDDEN} lost his book", np.random.default_rng(seed))
        assert pair is not None
        assert pair[0] != pair[1]
        assert all(version.split()[0] in NAMES and version.split()[1] == "lost" for version in pair)
        assert pair[0].endswith("his book")


@pytest.mark.parametrize("text", ["this proof makes no sense to me", ""])
def test_a_text_about_nobody_makes_no_pair(text: str) -> None:
    """There is nobody to change."""
    assert all(people_pair(text, np.random.default_rng(seed)) is None for seed in range(20))
