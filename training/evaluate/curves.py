"""Learning curves from a run's ``log.jsonl``."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from emotionstream.schemas.errors import DataError

_PLACE: Final = ("stage", "step", "of", "time")


@dataclass(frozen=True, slots=True)
class Curve:
    """One figure over the steps of a run, stages one behind the other. ``borders`` are the steps where stages end.

    ``sparse``: a figure on dev, of which there are few.
    """

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    borders: tuple[int, ...]
    sparse: bool


def read_curves(path: Path) -> list[Curve]:
    """All curves in a run's log: losses first, then what was measured on dev.

    Raises:
        DataError: it cannot be read, or no line of it is of a run.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    found = curves(row for line in lines if (row := _object(line)) is not None)
    if not found:
        raise DataError(f"{path} is no training log: it has no line with a stage, a step and a figure")
    return found


def curves(rows: Iterable[dict[str, Any]]) -> list[Curve]:
    """The curves of a log's rows. A resumed run repeats steps: the later line of a step stands."""
    points: dict[tuple[bool, str], dict[int, float]] = defaultdict(dict)
    before, ends = 0, dict[str, int]()
    stage = None
    for row in rows:
        if not isinstance(row.get("step"), int) or "stage" not in row:
            continue
        if row["stage"] != stage:
            before, stage = max(ends.values(), default=0), row["stage"]
        step = before + row["step"]
        ends[str(stage)] = max(ends.get(str(stage), 0), step)
        dev = row.get("dev")
        for name, value in (dev if isinstance(dev, dict) else row).items():
            if name not in _PLACE and isinstance(value, int | float):
                points[dev is not None, name][step] = float(value)
    borders = tuple(sorted(ends.values()))[:-1]
    return [
        Curve(f"dev: {name}" if on_dev else f"loss: {name}", *_series(values), borders, on_dev)
        for (on_dev, name), values in sorted(points.items())
    ]


def _series(values: dict[int, float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    steps = tuple(sorted(values))
    return steps, tuple(values[step] for step in steps)


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        # The last line of a killed run may be cut.
        return None
    return found if isinstance(found, dict) else None
