"""Labels of teachers that have not seen what they label: each is trained without a part, and labels that part.

A teacher that has learned a text by heart repeats its label; one that has not says what the text reads like.
"""

from collections.abc import Callable, Mapping, Sequence
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


def outside(fold: int, folds: int) -> Callable[[str], bool]:
    """Whether a text is not of ``fold``: what its teacher is trained on. Of a single fold, every text is."""
    return lambda text: folds == 1 or fold_of(text, folds) != fold


def unseen(texts: Sequence[str], labels: Sequence[Labels]) -> dict[str, NDArray[np.float16]]:
    """For each of the ``texts``, the label of the one teacher that was trained without its part."""
    chosen = np.array([fold_of(text, len(labels)) for text in texts], dtype=np.int64)
    places = np.arange(len(texts))
    return {name: np.stack([part[name] for part in labels])[chosen, places] for name in COLUMNS}


def mean(labels: Sequence[Labels]) -> dict[str, NDArray[np.float16]]:
    """The mean of all teachers' labels: of logits, before softmax and sigmoid, and of PAD."""
    return {
        name: np.stack([part[name] for part in labels]).mean(axis=0, dtype=np.float32).astype(np.float16)
        for name in COLUMNS
    }


def read_labels(path: Path, texts: Sequence[tuple[int, str]]) -> dict[str, NDArray[np.float16]] | None:
    """The columns of a file of soft labels of ``texts`` (row of the source, text); None if there is none, of these."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        if int(arrays["texts"]) != _mark(texts):
            return None
        return {name: arrays[name] for name in COLUMNS}


def write_labels(columns: Labels, texts: Sequence[tuple[int, str]], path: Path) -> None:
    """A file of soft labels: ``columns``, the rows of the source, and a mark of the texts that were read."""
    rows = np.array([row for row, _ in texts], dtype=np.int64)
    fresh = path.with_suffix(".new.npz")
    np.savez_compressed(fresh, allow_pickle=False, rows=rows, texts=np.int64(_mark(texts)), **columns)
    fresh.replace(path)


def _mark(texts: Sequence[tuple[int, str]]) -> int:
    return crc32("\0".join(f"{row} {text}" for row, text in texts).encode(errors="surrogatepass"))
