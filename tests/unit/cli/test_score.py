"""A score for a person to read."""

from dataclasses import replace

from fake_scorer import score_of

from emotionstream.cli.commands.score import describe
from emotionstream.inference.abstention import AbstentionRule


def test_a_cut_text_says_how_much_of_it_was_read() -> None:
    """The tokens that fit the model's window, of both ends."""
    score = score_of("hello")
    assert "cut" not in describe(1, score, AbstentionRule(None))
    told = describe(1, replace(score, truncated=True, tokens=128), AbstentionRule(None))
    assert "text was cut: 128 tokens of its start and end were read" in told
