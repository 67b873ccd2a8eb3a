"""Decisions that were made, and what was seen to follow: a JSONL or Parquet file, one decision a row.

Columns: ``user_id``; ``level`` that was given; ``propensities``, its probability of each of the six levels then;
``reward``, or ``helped`` (yes, no, unsure); and, where they are known, ``features`` (``FEATURE_NAMES``) and
``target_probabilities``, the probability of each level under the policy that is asked about.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Self

import numpy as np

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.errors import DataError
from emotionstream.state.features import FEATURE_NAMES
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
        DataError: the file cannot be read, a row, which the message names, is none, or nothing is left.
    """
    rows = list(_decisions(path, rewards))
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


def _decisions(path: Path, rewards: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    unit = "row" if path.suffix == PARQUET else "line"
    try:
        for number, raw in _rows(path):
            yield from _decision(raw, rewards, f"{path} {unit} {number}")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _decision(raw: Any, rewards: Mapping[str, float], where: str) -> list[dict[str, Any]]:
    """The decision of one row; nothing where nobody knows what it did."""
    try:
        row = json.loads(raw) if isinstance(raw, str) else raw
        return [_row(row, rewards)] if _known(row) else []
    except KeyError as error:
        raise DataError(
            f"{where} is no logged decision: there is no {error}. docs/simulator.md says what a row holds"
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{where} is no logged decision: {error}. docs/simulator.md says what a row holds") from error


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Each row, or line of JSON, with its number from 1."""
    if path.suffix == PARQUET:
        import pyarrow.parquet as pq  # noqa: PLC0415  # only such files need it

        yield from enumerate(pq.read_table(path).to_pylist(), start=1)
        return
    with path.open(encoding="utf-8") as file:
        yield from ((number, line) for number, line in enumerate(file, start=1) if line.strip())


def _known(row: Mapping[str, Any]) -> bool:
    return row.get("reward") is not None or row.get("helped") is not None


def _row(row: Mapping[str, Any], rewards: Mapping[str, float]) -> dict[str, Any]:
    reward, features, target = row.get("reward"), row.get("features"), row.get("target_probabilities")
    return {
        "user_id": str(row["user_id"]),
        "level": LEVELS.index(_one_of(row["level"], LEVELS, "level")),
        "propensities": _shares(row["propensities"], "propensities"),
        "reward": _numbers(
            [rewards[_one_of(row["helped"], rewards, "helped")] if reward is None else reward], 1, "reward"
        )[0],
        "features": None if features is None else _numbers(features, len(FEATURE_NAMES), "features"),
        "target_probabilities": None if target is None else _shares(target, "target_probabilities"),
    }


def _one_of(value: Any, known: Collection[str], name: str) -> Any:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}")
    return value


def _shares(values: Sequence[float], name: str) -> list[float]:
    found = _numbers(values, _COUNT, name)
    if min(found) < 0 or abs(sum(found) - 1) > _NEAR:
        raise ValueError(f"{name} must be {_COUNT} numbers from 0 that sum to 1")
    return found


def _numbers(values: Sequence[float], count: int, name: str) -> list[float]:
    found = [float(value) for value in values]
    if len(found) != count:
        raise ValueError(f"{name}: {count} expected, {len(found)} found")
    if not all(map(isfinite, found)):
        raise ValueError(f"{name} must be finite numbers")
    return found


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Floats | None:
    return (
        np.array([row[name] for row in rows], dtype=np.float64) if all(row[name] is not None for row in rows) else None
    )


def _joined(tables: Sequence[Floats | None]) -> Floats | None:
    known = [table for table in tables if table is not None]
    return np.concatenate(known) if len(known) == len(tables) else None
