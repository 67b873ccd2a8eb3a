"""A call's texts as padded arrays, by the names of the graph's inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emotionstream.inference.batching import Call
from emotionstream.inference.scoring import Encoded

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Inputs:
    """One call's inputs: a pair (ids, mask) of [rows, length] per encoder, and the context [rows, 6]."""

    tokens: tuple[tuple[IntArray, IntArray], ...]
    context: FloatArray

    def named(self) -> Mapping[str, npt.NDArray[Any]]:
        """By graph input: ``input_ids``, ``attention_mask``, ``context``; with several encoders ``input_ids_0``, ..."""
        several = len(self.tokens) > 1
        named: dict[str, npt.NDArray[Any]] = {"context": self.context}
        for position, (ids, mask) in enumerate(self.tokens):
            suffix = f"_{position}" if several else ""
            named[f"input_ids{suffix}"] = ids
            named[f"attention_mask{suffix}"] = mask
        return named


def stack(batch: Sequence[Encoded], call: Call, pad_tokens: Sequence[int]) -> Inputs:
    """Pad the texts of ``call`` to its shape.

    Rows beyond the call's texts repeat its first text: a row without any token would divide by zero.
    """
    chosen = [batch[index] for index in call.indices]
    chosen += [chosen[0]] * (call.rows - len(chosen))
    tokens = tuple(
        _pad([encoded.tokens[position] for encoded in chosen], call.length, pad)
        for position, pad in enumerate(pad_tokens)
    )
    return Inputs(tokens, np.array([encoded.context for encoded in chosen], dtype=np.float32))


def _pad(sequences: Sequence[tuple[int, ...]], length: int, pad_token: int) -> tuple[IntArray, IntArray]:
    ids = np.full((len(sequences), length), pad_token, dtype=np.int64)
    mask = np.zeros((len(sequences), length), dtype=np.int64)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
    return ids, mask
