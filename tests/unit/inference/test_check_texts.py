"""The texts that backends are compared on."""

from emotionstream.inference.check_texts import check_texts, joined
from emotionstream.inference.text import why_unscorable


def test_messages_come_alone_first_then_joined() -> None:
    """Longer texts are made of neighbours, without end."""
    assert joined(["a", "b", "c"], 7) == ["a", "b", "c", "a b", "c", "a b c", "a b c"]


def test_a_thousand_texts_of_all_lengths_can_all_be_scored() -> None:
    """The shipped texts are scorable, in several scripts, from one word to beyond the model's window."""
    texts = check_texts(1_000)
    assert len(texts) == 1_000
    assert all(why_unscorable(text) is None for text in texts)
    assert max(map(len, texts)) > 500
    assert min(map(len, texts)) < 10
    assert not all(text.isascii() for text in texts)
