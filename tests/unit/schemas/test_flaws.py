"""What is wrong with a value, in words that do not repeat it."""

import pytest

from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.flaws import unknown_field


@pytest.mark.parametrize(("name", "meant"), [("engagment", "engagement"), ("userId", "user_id"), ("TEXT", "text")])
def test_a_misspelt_field_is_told_by_its_right_name(name: str, meant: str) -> None:
    """The publisher learns which field is meant; the word that was written is not repeated."""
    assert unknown_field(name, ChatMessage.model_fields) == f"there is an unknown field: is {meant} meant?"


@pytest.mark.parametrize("name", ["kumquat", "i_hate_maths", "i hate maths", "x" * 1_000_000, "", None, 7])
def test_a_field_like_none_of_ours_is_not_named(name: object) -> None:
    """A field's name may be somebody's text, whether it looks like a name or not."""
    assert unknown_field(name, ChatMessage.model_fields) == "there is an unknown field"
