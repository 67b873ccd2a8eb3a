"""Texts to tokens, by raw `tokenizers`: no transformers, no torch.

A text longer than the model's window is cut: a share of the window is kept from its start and the rest from its
end, where chat messages say how the writer feels ("How to Fine-Tune BERT for Text Classification", Sun et al., 2019,
found head plus tail better than either). The special tokens at both ends are kept. Of a text that is much longer, only
its ends are tokenised, where that gives the same tokens: see ``excerpt``.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

from emotionstream.inference.excerpt import Breaks, breaks_of, ends
from emotionstream.inference.extras import import_extra
from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.scoring import Encoded, ScoreRequest
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.engine import EngineSettings

Row = tuple[tuple[int, ...], bool]
"""Token ids, and whether some were cut away."""


class TextEncoder:
    """One tokenizer per encoder of the model. ``breaks``: where a long text may be cut for each, if anywhere."""

    def __init__(
        self,
        tokenizers: Sequence[Any],
        windows: Sequence[int],
        settings: EngineSettings,
        breaks: Sequence[Breaks | None] | None = None,
    ) -> None:
        self._parts = tuple(zip(tokenizers, windows, breaks or repeat(None), strict=False))
        self._head_share = settings.head_share
        self._portion_chars = settings.portion_chars
        self._chars_per_token = settings.chars_per_token

    @classmethod
    def load(cls, checkpoint: Path, config: ModelConfig, settings: EngineSettings) -> "TextEncoder":
        """Read the tokenizers of ``checkpoint``.

        Raises:
            CheckpointError: a tokenizer file is missing or broken.
            MissingExtraError: `tokenizers` is not installed.
        """
        tokenizers = [_load(checkpoint / encoder.tokenizer) for encoder in config.encoders]
        windows = [encoder.max_tokens for encoder in config.encoders]
        return cls(tokenizers, windows, settings, [breaks_of(tokenizer) for tokenizer in tokenizers])

    def encode(self, requests: Sequence[ScoreRequest]) -> list[Encoded]:
        """Requests to tokens, in input order. Any text is taken; lone surrogates become question marks."""
        texts = [_encodable(request.text) for request in requests]
        per_encoder = [
            [row for portion in portions(texts, self._portion_chars) for row in self._rows(portion, *part)]
            for part in self._parts
        ]
        rows = list(zip(*per_encoder, strict=True))
        return [_encoded(request, row) for request, row in zip(requests, rows, strict=True)]

    def _rows(self, texts: Sequence[str], tokenizer: Any, window: int, breaks: Breaks | None) -> list[Row]:
        """Tokens of ``texts``: of more and more of both ends of each, until they fill the window or are the whole."""
        rows: dict[int, Row] = {}
        chars = window * self._chars_per_token
        while len(rows) < len(texts):
            pieces = {
                index: ends(text, chars, breaks) or (text,) for index, text in enumerate(texts) if index not in rows
            }
            encodings = iter(tokenizer.encode_batch([piece for both in pieces.values() for piece in both]))
            for index, both in pieces.items():
                row = self._row([next(encodings) for _ in both], window)
                if row is not None:
                    rows[index] = row
            chars += chars
        return [rows[index] for index in range(len(texts))]

    def _row(self, encodings: Sequence[Any], window: int) -> Row | None:
        """The tokens to keep, of the whole text or of its two ends; None where the ends do not fill the window."""
        head, *rest = encodings
        if rest:
            return self._joined(head, rest[0], window)
        if len(head.ids) <= window:
            return tuple(head.ids), False
        return head_and_tail(head.ids, head.special_tokens_mask, window, self._head_share), True

    def _joined(self, head: Any, tail: Any, window: int) -> Row | None:
        if all(head.special_tokens_mask):
            return None
        first, last = _specials(head.special_tokens_mask)
        room = window - first - last
        head_room = round(room * self._head_share)
        head_tokens, tail_tokens = (len(part.ids) - first - last for part in (head, tail))
        # More than fit, lest the whole text fit exactly.
        if head_tokens < head_room or tail_tokens < room - head_room or head_tokens + tail_tokens <= room:
            return None
        ids = [*head.ids[: first + head_tokens], *tail.ids[first:]]
        special = [*head.special_tokens_mask[: first + head_tokens], *tail.special_tokens_mask[first:]]
        return head_and_tail(ids, special, window, self._head_share), True


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
    first, last = _specials(special)
    end = len(ids) - last
    room = window - first - last
    head = round(room * head_share)
    return (*ids[: first + head], *ids[end - (room - head) :])


def _specials(special: Sequence[int]) -> tuple[int, int]:
    """How many special tokens stand at the start and at the end of a text that has others."""
    first = next((i for i, flag in enumerate(special) if not flag), 0)
    last = next((i for i, flag in enumerate(reversed(special)) if not flag), 0)
    return first, last


def context_of(request: ScoreRequest) -> tuple[float, ...]:
    """[6]: engagement, cognitive load, time factor (0 where unknown), then 1 or 0 for each: known or not."""
    values = (request.engagement, request.cognitive_load, request.time_factor)
    return (*(0.0 if value is None else value for value in values), *(float(value is not None) for value in values))


def _encoded(request: ScoreRequest, row: tuple[Row, ...]) -> Encoded:
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
