"""Options with a fixed set of answers."""

from enum import StrEnum

import pytest
import typer

from emotionstream.cli.choices import answers, one_of


class Colour(StrEnum):
    """Answers."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


def test_an_answer_is_taken_in_any_case() -> None:
    """As it is typed, or as a default."""
    assert one_of(Colour)("Red") is one_of(Colour)(Colour.RED) is Colour.RED
    assert answers(Colour) == "[red|green|blue]"


def test_another_answer_is_told_what_may_be_given() -> None:
    """In words, not a validator's."""
    with pytest.raises(typer.BadParameter, match=r"^'pink' is none of the answers: give red, green or blue$"):
        one_of(Colour)("pink")
