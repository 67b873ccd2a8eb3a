"""Labels of teachers that have not seen what they label: each is trained without a part, and labels that part.

A teacher that has learned a text by heart repeats its label; one that has not says what the text reads like.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from emotionstream.training.datasets.example import normalised

COLUMNS: Final = ("logits41", "logits28", "pad_emobank", "pad_learner")
"""Of a file of soft labels, beside ``rows``."""

Labels = Mapping[str, NDArray[np.float16]]


def fold_of(text: str, folds: int) -> int:
    """The part of ``text``, from 0 to ``folds`` - 1; the same for texts that differ in case and punctuation."""
    return crc32(normalised(text).encode()) % folds


def unseen(texts: Sequence[str], labels: Sequence[Labels]) -> dict[str, NDArray[np.float16]]:
    """For each of the ``texts``, the label of the one teacher that was trained without its part."""
    chosen = np.array([fold_of(text, len(labels)) for text in texts], dtype=np.int64)
    places = np.arange(len(texts))
    return {name: np.stack([part[name] for part in labels])[chosen, places] for name in COLUMNS}


def mean(labels: Sequence[Labels]) -> dict[str, NDArray[np.float16]]:
    """The mean of all teachers' labels, of logits before softmax and sigmoid."""
    return {
        name: np.stack([part[name] for part in labels]).mean(axis=0, dtype=np.float32).astype(np.float16)
        for name in COLUMNS
    }


def read_labels(path: Path) -> dict[str, NDArray[np.float16]]:
    """The columns of a file of soft labels."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in COLUMNS}
