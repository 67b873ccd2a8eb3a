"""A small real scorer without a model, whose device can be made to fail in every way that a device fails."""

import asyncio
import math
import zlib
from collections.abc import Sequence
from typing import Final

from emotionstream.inference.scoring import Encoded, Score, ScoreRequest
from emotionstream.schemas.affect import READINESS_STATES, Pad, Readiness
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.events import ModelInfo

_PEAK: Final = 0.6


class FakeScorer:
    """Scores a text by its checksum, one token a character. Set its fields to make it fail.

    ``poison``: the device fails on a batch with a text that holds this word. ``memory``: tokens that fit.
    ``broken``: it fails on everything. ``dumb``: it gives NaN for everything. ``hangs``: it never answers.
    ``garbles``: the tokenizer fails on a text that holds this word. ``gate``: while it is clear the device waits.
    """

    def __init__(self) -> None:
        self.info = ModelInfo(name="fake", version="1", engine="test")
        self.poison: str | None = None
        self.garbles: str | None = None
        self.memory: int | None = None
        self.broken = self.dumb = self.hangs = False
        self.seconds = 0.0
        self.gate = asyncio.Event()
        self.gate.set()
        self.batches: list[list[str]] = []
        """Every batch that the device was asked for."""

    async def encode(self, requests: Sequence[ScoreRequest]) -> list[Encoded]:
        """One token a character."""
        if self.garbles is not None and any(self.garbles in request.text for request in requests):
            raise ValueError("cannot tokenise")
        return [Encoded((tuple(map(ord, request.text)),), (0.0,) * 6, truncated=False) for request in requests]

    async def infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """Scores in input order, or the failure that was asked for."""
        texts = [text_of(encoded) for encoded in batch]
        self.batches.append(texts)
        await asyncio.sleep(self.seconds)
        await self.gate.wait()
        if self.hangs:
            await asyncio.Event().wait()
        if self.broken or (self.poison is not None and any(self.poison in text for text in texts)):
            raise DeviceError("the device failed")
        if self.memory is not None and sum(map(len, texts)) > self.memory:
            raise DeviceOutOfMemoryError("out of memory")
        return [score_of(text, math.nan if self.dumb else _PEAK) for text in texts]


def text_of(encoded: Encoded) -> str:
    """The text that was encoded."""
    return "".join(map(chr, encoded.tokens[0]))


def score_of(text: str, peak: float = _PEAK) -> Score:
    """What the fake says of ``text``."""
    seed = zlib.crc32(text.encode())
    primary = EMOTIONS[seed % len(EMOTIONS)]
    rest = (1 - peak) / (len(EMOTIONS) - 1)
    share = seed % 1_000 / 1_000
    return Score(
        probabilities=tuple(peak if name == primary else rest for name in EMOTIONS),
        primary_emotion=primary,
        confidence=peak,
        pad=Pad(pleasure=share, arousal=0.5, dominance=0.5),
        readiness=Readiness(score=share, state=READINESS_STATES[seed % len(READINESS_STATES)]),
        truncated=False,
        tokens=len(text),
    )
