"""Of a long text only the ends are tokenised, and the tokens are those of the whole."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from emotionstream.inference.encoder import TextEncoder
from emotionstream.inference.excerpt import breaks_of, ends
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.settings.engine import EngineSettings

WORDS = "I don't understand: how does this work? Thank you! Ça va, naïve café 我今天 不明白 かな 한글 😀 it's 3.14 x"
SPECIAL = ["[UNK]", "[CLS]", "[SEP]"]
WINDOW = 12


def bert(**changes: Any) -> Tokenizer:
    """A small tokenizer of BERT's kind."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=20))
    tokenizer.normalizer = normalizers.BertNormalizer(**changes)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return trained(tokenizer, trainers.WordPieceTrainer(vocab_size=200, special_tokens=SPECIAL, show_progress=False))


def byte_level(prefix: bool) -> Tokenizer:
    """A small tokenizer of RoBERTa's kind."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return trained(
        tokenizer,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=SPECIAL, initial_alphabet=sorted(alphabet), show_progress=False
        ),
    )


def trained(tokenizer: Tokenizer, trainer: Any) -> Tokenizer:
    """``tokenizer`` with a vocabulary, and special tokens at both ends."""
    tokenizer.train_from_iterator([WORDS] * 3, trainer)
    pairs = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=pairs)
    tokenizer.encode_special_tokens = True
    return tokenizer


TOKENIZERS = {
    "bert": bert(),
    "cased": bert(lowercase=False, strip_accents=True),
    "byte-level": byte_level(False),
    "with prefix": byte_level(True),
}

SPACES = [" ", " ", "  ", "\n", "\t", "\u00a0", "\u3000", "\x1c"]
ODD = [*"\u0301\u0345\u0000\ufeff\u200dİﬁ豈。", "e\u0301", "=\u0338", "👩\u200d👧", "ΣΑΣ"]
JOINED = ["[SEP]", "'s", " '", "x" * 30, "a.b.c"]
pieces = st.sampled_from([*WORDS, *WORDS.split(), *SPACES, *ODD, *JOINED])
texts = st.one_of(st.lists(pieces, min_size=40, max_size=120).map("".join), st.text(min_size=30, max_size=150))


def encode(name: str, text: str, chars_per_token: int, head_share: float, cut: bool) -> Any:
    """``text`` by that tokenizer, from its ends where ``cut``."""
    tokenizer = TOKENIZERS[name]
    engine = EngineSettings(chars_per_token=chars_per_token, head_share=head_share)
    breaks = [breaks_of(tokenizer)] if cut else None
    return TextEncoder([tokenizer], [WINDOW], engine, breaks).encode([ScoreRequest(text)])


@pytest.mark.parametrize("name", TOKENIZERS)
@given(text=texts, chars_per_token=st.integers(1, 3), head_share=st.sampled_from([0.0, 0.25, 0.5, 1.0]))
@example(text="\u0000" * 40 + " a b c d e f g h i j k l m n", chars_per_token=1, head_share=0.0)
@example(text="a b c d e f g h i j" + " " * 60, chars_per_token=1, head_share=1.0)
@example(text=" " * 30 + "a b c d e " + " " * 60 + "f g h i j", chars_per_token=1, head_share=0.5)
def test_the_ends_have_the_tokens_of_the_whole(name: str, text: str, chars_per_token: int, head_share: float) -> None:
    """Any text, with or without white space, in any script: nothing that is kept changes, nor whether it was cut."""
    assert encode(name, text, chars_per_token, head_share, cut=True) == encode(
        name, text, chars_per_token, head_share, cut=False
    )


class Counting:
    """A tokenizer that notes how much it was given."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.chars = 0

    def encode_batch(self, texts: list[str]) -> list[Any]:
        """As the tokenizer does."""
        self.chars += sum(map(len, texts))
        encodings: list[Any] = self._tokenizer.encode_batch(texts)
        return encodings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bert", "how does this work? "),
        ("bert", "我今天不明白"),
        ("bert", "!?"),
        ("byte-level", "how does this work? "),
    ],
)
def test_most_of_a_long_text_is_not_tokenised(name: str, text: str) -> None:
    """A window's worth from each end is, so that a backlog of long texts does not stop the rest."""
    tokenizer = Counting(TOKENIZERS[name])
    breaks = [breaks_of(TOKENIZERS[name])]
    encoder = TextEncoder([tokenizer], [WINDOW], EngineSettings(), breaks)
    encoder.encode([ScoreRequest((text * 20_000)[:20_000])] * 3)
    assert tokenizer.chars < 3 * 1_000


def test_a_tokenizer_that_is_not_known_gets_whole_texts() -> None:
    """Where words are split in another way, a cut could change tokens."""
    other = bert()
    other.pre_tokenizer = pre_tokenizers.Whitespace()
    composed = byte_level(False)
    composed.normalizer = normalizers.NFC()
    phrases = bert()
    phrases.add_tokens([AddedToken("thank you")])
    for tokenizer in (other, composed, phrases, bert(handle_chinese_chars=False)):
        assert breaks_of(tokenizer) is None
    assert ends("a b " * 1_000, 10, None) is None


@given(texts, st.integers(1, 40))
def test_the_ends_never_meet(text: str, chars: int) -> None:
    """They are the text's own, and less than all of it, or there are none."""
    found = ends(text, chars, breaks_of(TOKENIZERS["bert"]))
    if found is not None:
        head, tail = found
        assert len(head) >= chars and tail and len(head) + len(tail) < len(text)
        assert text.startswith(head) and text.endswith(tail)
