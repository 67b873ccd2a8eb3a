"""What the stream would publish of what simulated learners say: results exactly as the state stage reads them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import numpy as np
import torch

from emotionstream.inference.model.readiness import LearningReadinessNet
from emotionstream.inference.model.storage import load_model
from emotionstream.schemas.affect import Pad, Readiness
from emotionstream.schemas.checkpoint import CALIBRATION
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import EmotionResult, ModelInfo
from emotionstream.schemas.position import SourcePosition, result_id
from emotionstream.schemas.settings.state import MS_PER_SECOND
from emotionstream.training.figures import softmax
from emotionstream.training.simulator.texts import TextBank
from emotionstream.training.simulator.world import Floats, Ints
from emotionstream.training.threads import one_thread

_START = datetime(2026, 1, 5, 9, tzinfo=UTC)
START_MS = round(_START.timestamp()) * MS_PER_SECOND
"""When every session starts, in ms since 1970."""
_DECIMALS = 6
_MODEL = ModelInfo(name="simulator", version="simulator", engine="simulator")


@dataclass(frozen=True)
class Said:
    """One turn of many learners: which text, what is known of the context (nan: nothing), seconds from the start."""

    texts: Ints
    engagement: Floats
    load: Floats
    seconds: Floats
    turn: int


class Reader:
    """Gives what a checkpoint says of texts of a bank.

    Text is read once, by the graph; only the readiness net, which also sees the context, runs for each turn.
    """

    def __init__(self, bank: TextBank, readiness: LearningReadinessNet, temperature: float) -> None:
        self._bank = bank
        self._readiness = readiness.eval()
        self._feeling = softmax(bank.logits)
        self._probabilities = np.round(softmax(bank.logits, temperature), _DECIMALS)

    @classmethod
    def open(cls, checkpoint: Path, bank: TextBank) -> Self:
        """The reader of ``checkpoint``.

        Raises:
            CheckpointError: it is not whole.
        """
        calibration = json.loads((checkpoint / CALIBRATION).read_text(encoding="utf-8"))
        return cls(bank, load_model(checkpoint).readiness, float(calibration["temperature"]))

    def results(self, said: Said, names: list[str]) -> list[EmotionResult]:
        """The results of one turn, one for each of ``names`` (a learner with one session)."""
        scores = self.readiness(said)
        return [self._result(said, row, name, float(scores[row])) for row, name in enumerate(names)]

    @one_thread
    def readiness(self, said: Said) -> Floats:
        """Readiness score, [rows]."""
        known = np.stack([~np.isnan(said.engagement), ~np.isnan(said.load), np.zeros(len(said.texts), bool)], axis=1)
        values = np.stack([np.nan_to_num(said.engagement), np.nan_to_num(said.load), np.zeros(len(said.texts))], axis=1)
        inputs = self._feeling[said.texts], self._bank.pad[said.texts], np.concatenate([values, known], axis=1)
        with torch.inference_mode():
            score, _ = self._readiness(*(torch.from_numpy(part).float() for part in inputs))
        found: Floats = score.double().numpy()
        return found

    def _result(self, said: Said, row: int, name: str, score: float) -> EmotionResult:
        text = said.texts[row]
        probabilities = self._probabilities[text]
        pleasure, arousal, dominance = np.round(self._bank.pad[text], _DECIMALS).tolist()
        sent = _START + timedelta(seconds=float(said.seconds[row]))
        source = SourcePosition(
            topic="simulator", partition=0, offset=said.turn, timestamp_ms=round(sent.timestamp() * 1000)
        )
        return EmotionResult(
            result_id=result_id(source),
            message_id=f"{name}-{said.turn}",
            user_id=name,
            session_id=name,
            probabilities=tuple(probabilities.tolist()),
            primary_emotion=EMOTIONS[int(probabilities.argmax())],
            confidence=float(probabilities.max()),
            pad=Pad(pleasure=pleasure, arousal=arousal, dominance=dominance),
            readiness=Readiness.of(round(score, _DECIMALS)),
            truncated=False,
            engagement=_known(said.engagement[row]),
            cognitive_load=_known(said.load[row]),
            model=_MODEL,
            source=source,
            sent_at=sent,
            scored_at=sent,
        )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
