"""The texts that simulated learners say: the learner corpus' training messages, read once by a checkpoint."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s
from pathlib import Path
from uuid import uuid4

import numpy as np

from emotionstream.inference.model.config import ModelConfig
from emotionstream.schemas.checkpoint import CONFIG, GRAPH
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.corpus import TRAIN_FILES, read_messages
from emotionstream.training.datasets.sessions import SessionMessage, read_sessions
from emotionstream.training.graph import graph_predict
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import score
from emotionstream.training.simulator.world import Floats, Ints


@dataclass(frozen=True)
class TextBank:
    """What a checkpoint's graph says of each text, and how it reads texts that it was not trained on.

    ``rows``: the texts of each class; ``logits`` [texts, 41], before temperature; ``pad`` [texts, 3].
    ``confusion`` [41, 41]: of the sessions' messages of a class, how many the checkpoint takes for each class.
    """

    rows: tuple[Ints, ...]
    logits: Floats
    pad: Floats
    confusion: Floats

    def draw(self, classes: Ints, chance: Floats) -> Ints:
        """A text of each of ``classes`` [n], by ``chance`` [n] in [0, 1)."""
        found = [
            self.rows[c][int(u * len(self.rows[c]))] for c, u in zip(classes.tolist(), chance.tolist(), strict=True)
        ]
        return np.array(found, dtype=np.int64)


def read_bank(checkpoint: Path, data: Path, cache: Path) -> TextBank:
    """The bank of ``checkpoint``, from ``cache`` where it was made before.

    Raises:
        DataError: the corpus is missing, or has no text of some class.
        CheckpointError: the checkpoint is not whole.
    """
    messages = [message for name in TRAIN_FILES for message in read_messages(data, name)]
    texts, emotion = [m.text for m in messages], np.array([min(m.emotions) for m in messages])
    rows = tuple(np.flatnonzero(emotion == place) for place in range(len(EMOTIONS)))
    if missing := [name for name, found in zip(EMOTIONS, rows, strict=True) if not len(found)]:
        raise DataError(f"the learner corpus has no training text of {', '.join(missing)}")
    said = [message for session in read_sessions(data) for message in session.messages]
    file = cache / f"texts-{_digest(checkpoint, [*texts, *(message.text for message in said)])}.npz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _score(checkpoint, texts, said, file)
    with np.load(file) as found:
        return TextBank(rows, found["logits"], found["pad"], found["confusion"])


def _score(checkpoint: Path, texts: Sequence[str], said: Sequence[SessionMessage], file: Path) -> None:
    config = ModelConfig.read(checkpoint)
    predict = graph_predict(checkpoint / GRAPH, len(config.encoders))
    encoder = TextEncoder.open(config, checkpoint)
    outputs = score(predict, encoder, texts)
    taken_for = score(predict, encoder, [message.text for message in said]).emotion_logits.argmax(axis=1)
    confusion = np.zeros((len(EMOTIONS), len(EMOTIONS)))
    np.add.at(confusion, ([message.emotion for message in said], taken_for), 1)
    # Written beside and moved over it: nobody reads half a file, and two runs do not write the same one.
    beside = file.with_suffix(f".{uuid4().hex}.part.npz")
    try:
        np.savez(beside, logits=outputs.emotion_logits, pad=outputs.pad, confusion=confusion)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _digest(checkpoint: Path, texts: Sequence[str]) -> str:
    digest = blake2s(digest_size=8)
    for part in (checkpoint / CONFIG, checkpoint / GRAPH, (checkpoint / GRAPH).with_suffix(".bin")):
        digest.update(part.read_bytes())
    digest.update(json.dumps(list(texts)).encode())
    return digest.hexdigest()
