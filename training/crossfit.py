"""Labels of teachers that have not seen what they label: each is trained without a part, and labels that part.

A teacher that has learned a text by heart repeats its label; one that has not says what the text reads like.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.example import normalised
from emotionstream.training.datasets.soft_labels import WIDTHS, mark, read_soft_file

COLUMNS = tuple(WIDTHS)
"""Of a file of soft labels, beside ``rows``."""

Labels = Mapping[str, NDArray[np.floating[Any]]]


def fold_of(text: str, folds: int) -> int:
    """The part of ``text``, from 0 to ``folds`` - 1; the same for texts that differ in case and punctuation."""
    return crc32(normalised(text).encode(errors="surrogatepass")) % folds


def outside(fold: int, folds: int) -> Callable[[str], bool]:
    """Whether a text is not of ``fold``: what its teacher is trained on. Of a single fold, every text is."""
    return lambda text: folds == 1 or fold_of(text, folds) != fold


def unseen(texts: Sequence[str], labels: Sequence[Labels]) -> dict[str, NDArray[np.floating[Any]]]:
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


def read_labels(path: Path, texts: Sequence[tuple[int, str]]) -> Labels | None:
    """The columns of a file of soft labels of ``texts`` (row of the source, text).

    None if there is none that is whole and surely of these: they are to be labelled again.
    """
    if not path.is_file():
        return None
    try:
        file = read_soft_file(path)
    except DataError:
        return None
    return file.columns if file.mark == mark(texts) and file.rows == [row for row, _ in texts] else None


def write_labels(columns: Labels, texts: Sequence[tuple[int, str]], path: Path) -> None:
    """A file of soft labels: ``columns``, the rows of the source, and a mark of the texts that were read."""
    rows = np.array([row for row, _ in texts], dtype=np.int64)
    fresh = path.with_suffix(".new.npz")
    np.savez_compressed(fresh, allow_pickle=False, rows=rows, texts=np.int64(mark(texts)), **columns)
    fresh.replace(path)
