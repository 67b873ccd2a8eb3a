"""Texts as tokens."""

import tiny


def test_half_of_an_emoji_is_a_question_mark() -> None:
    """As a worker reads it."""
    encoder = tiny.text_encoder()
    assert encoder.ids(["i am lost \ud83d", "lost"]) == encoder.ids(["i am lost ?", "lost"])
