"""Files of soft labels (.npz): rows of a source, what a teacher says of each, and a mark of the texts that it read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import DataError

WIDTHS: Final = {"logits41": len(EMOTIONS), "logits28": len(GOEMOTIONS_LABELS), "pad_emobank": 3, "pad_learner": 3}
"""Columns of a file, and how many numbers each has for a row."""
AGAIN: Final = "label again: python -m emotionstream.training.teacher (docs/training.md)"


@dataclass(frozen=True, slots=True)
class SoftFile:
    """What a file holds. ``mark`` is None in an older file, which does not say what its texts were."""

    rows: list[int]
    columns: dict[str, NDArray[np.floating[Any]]]
    mark: int | None


def mark(texts: Sequence[tuple[int, str]]) -> int:
    """A checksum of (row of the source, text)."""
    return crc32("\0".join(f"{row} {text}" for row, text in texts).encode(errors="surrogatepass"))


def read_soft_file(path: Path) -> SoftFile:
    """The soft labels in ``path``, of rows that are named once each.

    Raises:
        DataError: the file is cut short, lacks a column, or holds other than finite numbers in the known widths.
    """
    try:
        # Opened here: NumPy leaves a file open that it cannot read.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            rows = [int(row) for row in arrays["rows"].tolist()]
            columns = {name: arrays[name] for name in WIDTHS}
            found = int(arrays["texts"]) if "texts" in arrays else None
    except Exception as error:  # NumPy, zip and zlib each have their own for a broken file
        raise DataError(f"{path} cannot be read as soft labels ({error}): {AGAIN}") from error
    if len(set(rows)) < len(rows) or min(rows, default=0) < 0:
        raise DataError(f"{path} does not name each of its rows once: {AGAIN}")
    for name, values in columns.items():
        shape = (len(rows), WIDTHS[name])
        if values.shape != shape or values.dtype.kind != "f":
            raise DataError(f"{path}: {name} is {values.dtype} {values.shape}, not {shape} floats: {AGAIN}")
        if not np.isfinite(values).all():
            raise DataError(f"{path}: {name} has values that are not finite: {AGAIN}")
    return SoftFile(rows, columns, found)
