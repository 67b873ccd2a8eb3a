"""Texts to tokens: order, context, and the rule by which long texts are cut."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.inference.encoder import TextEncoder, context_of, head_and_tail, portions
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.settings.engine import EngineSettings

START, END = 1, 2


@dataclass(frozen=True)
class Encoding:
    """What a tokenizer gives back."""

    ids: list[int]
    special_tokens_mask: list[int]


class CodePoints:
    """A tokenizer of one token per character, with a special token at each end."""

    def encode_batch(self, texts: list[str]) -> list[Encoding]:
        """Encode each text; a lone surrogate is refused, as the real one does."""
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Encoding:
        text.encode()
        ids = [START, *map(ord, text), END]
        return Encoding(ids, [1, *[0] * len(text), 1])


def encoder(window: int = 10, head_share: float = 0.25) -> TextEncoder:
    """An encoder with a small window."""
    return TextEncoder([CodePoints()], [window], EngineSettings(head_share=head_share))


def test_a_text_that_fits_is_not_cut() -> None:
    """As many tokens as the window holds are kept, and the result says that nothing was cut."""
    [encoded] = encoder(window=5).encode([ScoreRequest("abc")])
    assert encoded.tokens == ((START, 97, 98, 99, END),)
    assert not encoded.truncated
    assert encoded.length == 5


def test_a_long_text_keeps_head_and_tail() -> None:
    """A quarter of the room goes to the start, the rest to the end, between the special tokens."""
    [encoded] = encoder(window=10).encode([ScoreRequest("abcdefghijklmnop")])
    assert "".join(map(chr, encoded.tokens[0][1:-1])) == "abklmnop"
    assert encoded.tokens[0][0] == START
    assert encoded.tokens[0][-1] == END
    assert encoded.truncated


@given(st.integers(0, 60), st.integers(4, 30), st.floats(0, 1))
def test_a_cut_text_fills_the_window_exactly(extra: int, window: int, head_share: float) -> None:
    """Whatever the share, the window is full and the special tokens stand at both ends."""
    ids = [START, *range(100, 100 + window + extra), END]
    special = [1, *[0] * (window + extra), 1]
    cut = head_and_tail(ids, special, window, head_share)
    assert len(cut) == window
    assert (cut[0], cut[-1]) == (START, END)
    assert list(cut) == [*sorted(cut[:-1]), END]


def test_several_encoders_each_have_their_window() -> None:
    """A text is cut for the encoder that it is too long for; one cut is enough to say so."""
    both = TextEncoder([CodePoints(), CodePoints()], [4, 100], EngineSettings(head_share=0.5))
    [encoded] = both.encode([ScoreRequest("abcdef")])
    assert [len(ids) for ids in encoded.tokens] == [4, 8]
    assert encoded.truncated
    assert encoded.length == 8


def test_order_is_kept() -> None:
    """The tokens come in the order of the requests."""
    encoded = encoder().encode([ScoreRequest(letter) for letter in "zya"])
    assert [item.tokens[0][1] for item in encoded] == [ord(letter) for letter in "zya"]


def test_a_lone_surrogate_is_taken() -> None:
    """Half of a surrogate pair, which no encoder accepts, becomes a question mark."""
    [encoded] = encoder().encode([ScoreRequest("a\ud800")])
    assert encoded.tokens[0][1:-1] == (97, ord("?"))


@pytest.mark.parametrize(
    ("request_", "context"),
    [
        (ScoreRequest("a"), (0, 0, 0, 0, 0, 0)),
        (ScoreRequest("a", engagement=0.0), (0, 0, 0, 1, 0, 0)),
        (ScoreRequest("a", 0.1, 0.2, 0.3), (0.1, 0.2, 0.3, 1, 1, 1)),
        (ScoreRequest("a", cognitive_load=1.0), (0, 1, 0, 0, 1, 0)),
    ],
)
def test_unknown_context_is_told_from_zero(request_: ScoreRequest, context: tuple[float, ...]) -> None:
    """An unknown value is 0 and flagged as unknown; a known 0 is flagged as known."""
    assert context_of(request_) == context


class Counting(CodePoints):
    """Notes how many characters it was given at a time."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def encode_batch(self, texts: list[str]) -> list[Encoding]:
        """Encode each text."""
        self.given.append(sum(map(len, texts)))
        return super().encode_batch(texts)


def test_long_texts_are_not_tokenised_all_at_once() -> None:
    """A tokenizer's own result takes many times the text: a backlog of long texts must not fill the memory."""
    tokenizer = Counting()
    texts = ["a" * 40, "b" * 60, "c" * 300, "d", "e" * 100]
    encoded = TextEncoder([tokenizer], [10], EngineSettings(portion_chars=100)).encode([ScoreRequest(t) for t in texts])
    assert tokenizer.given == [100, 300, 1, 100]
    assert [chr(item.tokens[0][1]) for item in encoded] == ["a", "b", "c", "d", "e"]


@given(st.lists(st.text(max_size=20)), st.integers(1, 50))
def test_portions_keep_every_text_in_order(texts: list[str], most: int) -> None:
    """None is lost, moved or split, and only a single text may exceed the limit."""
    found = list(portions(texts, most))
    assert [text for portion in found for text in portion] == texts
    assert all(portion and (len(portion) == 1 or sum(map(len, portion)) <= most) for portion in found)
