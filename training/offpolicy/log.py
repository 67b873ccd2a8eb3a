"""Decisions that were made, and what was seen to follow: a JSONL or Parquet file, one decision a row.

Columns: ``user_id``; ``level`` that was given; ``propensities``, its probability of each of the six levels then;
``reward``, or ``helped`` (yes, no, unsure); and, where they are known, ``features`` (``FEATURE_NAMES``) and
``target_probabilities``, the probability of each level under the policy that is asked about.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.errors import DataError
from emotionstream.training.offpolicy.estimators import Floats, Ints

PARQUET = ".parquet"
_COUNT = len(LEVELS)
_NEAR = 1e-3
"""Propensities that should sum to 1 may be off by this much: they are rounded on the wire."""


@dataclass(frozen=True)
class DecisionLog:
    """[rows] each; ``propensities`` [rows, levels]; ``features`` [rows, features], ``target`` [rows, levels] or None.

    ``groups`` [rows]: which learner, as a number.
    """

    groups: Ints
    levels: Ints
    propensities: Floats
    rewards: Floats
    features: Floats | None = None
    target: Floats | None = None

    def __len__(self) -> int:
        return len(self.levels)

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """One log of many; no learner is in two of them."""
        shift = np.cumsum([0, *(int(part.groups.max()) + 1 for part in parts[:-1])])
        return cls(
            groups=np.concatenate([part.groups + more for part, more in zip(parts, shift, strict=True)]),
            levels=np.concatenate([part.levels for part in parts]),
            propensities=np.concatenate([part.propensities for part in parts]),
            rewards=np.concatenate([part.rewards for part in parts]),
            features=_joined([part.features for part in parts]),
            target=_joined([part.target for part in parts]),
        )


def read_log(path: Path, rewards: Mapping[str, float]) -> DecisionLog:
    """The decisions in ``path``. ``rewards``: what an answer (yes, no, unsure) is worth where no reward is given.

    Rows without a reward or an answer are left out: nobody knows what they did.

    Raises:
        DataError: the file cannot be read, a row lacks a column, or nothing is left.
    """
    try:
        rows = [_row(row, rewards) for row in _rows(path) if _known(row)]
        if not rows:
            raise DataError(f"{path} holds no decision with a reward or an answer")
        users = sorted({row["user_id"] for row in rows})
        place = {user: number for number, user in enumerate(users)}
        return DecisionLog(
            groups=np.array([place[row["user_id"]] for row in rows]),
            levels=np.array([row["level"] for row in rows]),
            propensities=np.array([row["propensities"] for row in rows]),
            rewards=np.array([row["reward"] for row in rows]),
            features=_column(rows, "features"),
            target=_column(rows, "target_probabilities"),
        )
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"{path} is no log of decisions: {error!r}. docs/simulator.md says what a row holds") from error


def write_log(log: DecisionLog, path: Path) -> None:
    """Write ``log`` as JSONL.

    Raises:
        DataError: it cannot be written there.
    """
    try:
        with path.open("w", encoding="utf-8") as file:
            for row in range(len(log)):
                file.write(json.dumps(_fields(log, row)) + "\n")
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error}") from error


def _fields(log: DecisionLog, row: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "user_id": f"learner-{log.groups[row]}",
        "level": LEVELS[log.levels[row]].value,
        "propensities": log.propensities[row].tolist(),
        "reward": float(log.rewards[row]),
    }
    for name, table in (("features", log.features), ("target_probabilities", log.target)):
        if table is not None:
            fields[name] = table[row].tolist()
    return fields


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == PARQUET:
        import pyarrow.parquet as pq  # noqa: PLC0415  # only such files need it

        yield from pq.read_table(path).to_pylist()
        return
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _known(row: Mapping[str, Any]) -> bool:
    return row.get("reward") is not None or row.get("helped") is not None


def _row(row: Mapping[str, Any], rewards: Mapping[str, float]) -> dict[str, Any]:
    propensities = _shares(row["propensities"])
    reward = row.get("reward")
    return {
        "user_id": str(row["user_id"]),
        "level": LEVELS.index(row["level"]),
        "propensities": propensities,
        "reward": float(rewards[row["helped"]] if reward is None else reward),
        "features": row.get("features"),
        "target_probabilities": None
        if row.get("target_probabilities") is None
        else _shares(row["target_probabilities"]),
    }


def _shares(values: Sequence[float]) -> list[float]:
    if len(values) != _COUNT or min(values) < 0 or abs(sum(values) - 1) > _NEAR:
        raise ValueError(f"probabilities must be {_COUNT} numbers from 0 that sum to 1")
    return [float(value) for value in values]


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Floats | None:
    return (
        np.array([row[name] for row in rows], dtype=np.float64) if all(row[name] is not None for row in rows) else None
    )


def _joined(tables: Sequence[Floats | None]) -> Floats | None:
    known = [table for table in tables if table is not None]
    return np.concatenate(known) if len(known) == len(tables) else None
