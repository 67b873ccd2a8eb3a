"""Sets in which nobody rated an emotion: what they say of the 41 classes, and what they leave open."""

from pathlib import Path

import made_data
import pytest

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.empathic_reactions import read_empathic_reactions
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.sad import read_sad, to_example

CALM = {"neutral", "contentment", "serenity", "joy", "elation"}


def named(classes: frozenset[int]) -> set[str]:
    """The names of classes."""
    return {EMOTIONS[index] for index in classes}


def essay(folder: Path, empathy: float, distress: float) -> Example:
    """An essay with these ratings."""
    text = f"empathy,distress,essay\n{empathy},{distress},poor man\n"
    made_data.write(folder / "open/empathic_reactions/messages.csv", text)
    (row,) = read_empathic_reactions(folder)
    return row


@pytest.mark.parametrize(
    ("text", "felt"),
    [
        ("I can't sleep, so TIRED", {"fatigue"}),
        ("my head aches", {"pain"}),
        ("tired, and my back hurts", set()),
        ("the flu", set()),
    ],
)
def test_words_tell_tiredness_from_pain(text: str, felt: set[str]) -> None:
    """A sentence about health with words of one of them has that class; with both or none, no class."""
    row = to_example(text, made_data.HEALTH, 3.0)
    assert named(row.emotions) == felt
    if felt:
        assert named(row.allowed) == {"fatigue", "pain"} | CALM


def test_words_say_nothing_of_other_topics() -> None:
    """'Tired of my boss' is no fatigue."""
    assert not to_example("tired of my boss", "Work", 3.0).emotions


def test_a_severe_stressor_is_distress_or_anxiety() -> None:
    """One of both, against being at ease; nothing is said of the other classes."""
    row = to_example("I lost my job", "Work", 6.0)
    assert named(row.candidates) == {"distress", "anxiety"}
    assert named(row.allowed) == {"distress", "anxiety"} | CALM
    assert not to_example("I lost my pen", "Work", 5.9).candidates


def test_what_is_no_stressor_is_no_distress() -> None:
    """One of the 40 others is true: -log(1 - p(distress))."""
    row = to_example("changing my filter", "Other", None)
    assert named(row.candidates) == set(EMOTIONS) - {"distress"}
    assert len(row.allowed) == len(EMOTIONS)


def test_the_workbook_is_read(tmp_path: Path) -> None:
    """Rows of the sheet in order, all of them weak."""
    tired, calm = read_sad(made_data.make(tmp_path))
    assert (tired.text, named(tired.emotions), tired.weight) == ("so tired", {"fatigue"}, 0.4)
    assert named(calm.candidates) == set(EMOTIONS) - {"distress"}


@pytest.mark.parametrize(
    ("empathy", "distress", "emotions", "against"),
    [
        (5, 5, {"sympathy", "distress"}, CALM),
        (6, 2, {"sympathy"}, CALM | {"distress"}),
        (3, 7, {"distress"}, CALM),
    ],
)
def test_high_ratings_are_classes(
    tmp_path: Path, empathy: float, distress: float, emotions: set[str], against: set[str]
) -> None:
    """From 5 on a class is true, up to 2 it is not, between it stays unknown."""
    row = essay(tmp_path, empathy, distress)
    assert named(row.emotions) == emotions
    assert named(row.allowed) == emotions | against


def test_low_ratings_leave_all_others(tmp_path: Path) -> None:
    """Who felt neither felt something else; who was undecided says nothing."""
    assert named(essay(tmp_path, 1, 2).candidates) == set(EMOTIONS) - {"sympathy", "distress"}
    assert named(essay(tmp_path, 3, 1.5).candidates) == set(EMOTIONS) - {"distress"}
    assert not essay(tmp_path, 3, 4).candidates


def test_no_weak_set_claims_pad(tmp_path: Path) -> None:
    """Severity is no arousal, and empathy no pleasure."""
    made_data.make(tmp_path)
    rows = [*read_sad(tmp_path), *read_empathic_reactions(tmp_path)]
    assert all(row.pad_emobank is None and row.pad_learner is None for row in rows)
