"""Texts to tokens, by raw `tokenizers`: no transformers, no torch.

A text longer than the model's window is cut: a share of the window is kept from its start and the rest from its
end, where chat messages say how the writer feels ("How to Fine-Tune BERT for Text Classification", Sun et al., 2019,
found head plus tail better than either). The special tokens at both ends are kept.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from emotionstream.inference.extras import import_extra
from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.scoring import Encoded, ScoreRequest
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.engine import EngineSettings


class TextEncoder:
    """One tokenizer per encoder of the model."""

    def __init__(self, tokenizers: Sequence[Any], windows: Sequence[int], settings: EngineSettings) -> None:
        self._tokenizers = tuple(tokenizers)
        self._windows = tuple(windows)
        self._head_share = settings.head_share
        self._portion_chars = settings.portion_chars

    @classmethod
    def load(cls, checkpoint: Path, config: ModelConfig, settings: EngineSettings) -> "TextEncoder":
        """Read the tokenizers of ``checkpoint``.

        Raises:
            CheckpointError: a tokenizer file is missing or broken.
            MissingExtraError: `tokenizers` is not installed.
        """
        files = [checkpoint / encoder.tokenizer for encoder in config.encoders]
        return cls([_load(file) for file in files], [encoder.max_tokens for encoder in config.encoders], settings)

    def encode(self, requests: Sequence[ScoreRequest]) -> list[Encoded]:
        """Requests to tokens, in input order. Any text is taken; lone surrogates become question marks."""
        texts = [_encodable(request.text) for request in requests]
        per_encoder = [
            [
                self._cut(encoding, window)
                for portion in portions(texts, self._portion_chars)
                for encoding in tokenizer.encode_batch(portion)
            ]
            for tokenizer, window in zip(self._tokenizers, self._windows, strict=True)
        ]
        rows = list(zip(*per_encoder, strict=True))
        return [_encoded(request, row) for request, row in zip(requests, rows, strict=True)]

    def _cut(self, encoding: Any, window: int) -> tuple[tuple[int, ...], bool]:
        ids: list[int] = encoding.ids
        if len(ids) <= window:
            return tuple(ids), False
        return head_and_tail(ids, encoding.special_tokens_mask, window, self._head_share), True


def portions(texts: Sequence[str], max_chars: int) -> Iterator[list[str]]:
    """``texts`` in order, in lists of at most ``max_chars`` characters together; a longer text has one to itself."""
    portion: list[str] = []
    chars = 0
    for text in texts:
        if portion and chars + len(text) > max_chars:
            yield portion
            portion, chars = [], 0
        portion.append(text)
        chars += len(text)
    if portion:
        yield portion


def head_and_tail(ids: Sequence[int], special: Sequence[int], window: int, head_share: float) -> tuple[int, ...]:
    """Cut ``ids`` to ``window`` tokens: the special tokens at both ends, then head and tail of what is between.

    Args:
        ids: token ids, more than ``window``.
        special: 1 for a special token, 0 for a token of the text.
        window: tokens to keep, more than there are special tokens.
        head_share: share of the kept text tokens that come from the start, in [0, 1].
    """
    first = next((i for i, flag in enumerate(special) if not flag), 0)
    last = next((i for i, flag in enumerate(reversed(special)) if not flag), 0)
    end = len(ids) - last
    room = window - first - last
    head = round(room * head_share)
    return (*ids[: first + head], *ids[end - (room - head) :])


def context_of(request: ScoreRequest) -> tuple[float, ...]:
    """[6]: engagement, cognitive load, time factor (0 where unknown), then 1 or 0 for each: known or not."""
    values = (request.engagement, request.cognitive_load, request.time_factor)
    return (*(0.0 if value is None else value for value in values), *(float(value is not None) for value in values))


def _encoded(request: ScoreRequest, row: tuple[tuple[tuple[int, ...], bool], ...]) -> Encoded:
    return Encoded(tuple(ids for ids, _ in row), context_of(request), any(cut for _, cut in row))


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _load(file: Path) -> Any:
    tokenizers = import_extra("tokenizers")
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises bare Exception
        raise CheckpointError(f"{file} cannot be read as a tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    # A learner who types "[SEP]" means these five characters.
    tokenizer.encode_special_tokens = True
    return tokenizer
