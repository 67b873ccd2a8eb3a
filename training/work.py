"""A run's work folder: beside each stage's saved states, what decided it. Another plan does not go on from them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from emotionstream.schemas.errors import CheckpointError, SettingsError
from emotionstream.training.datasets.example import Example
from emotionstream.training.settings import TrainingSettings

_UNDECIDING: Final = {
    "version", "note", "non_commercial", "device", "soup", "save_every", "calibration_texts", "effect_texts",
    "readiness", "policy", "stages", "encoders", "start",
}  # fmt: skip
"""Settings that change nothing of a stage's weights, and those that a plan has in another form."""
_SHOWN: Final = 5
"""Differences that a message tells with their values."""


def run_plan(settings: TrainingSettings, sources: Sequence[str], start: Path | None = None) -> dict[str, Any]:
    """What of the settings decides a whole run.

    ``sources``: each encoder's folder or hub name; ``start``: the checkpoint that the run begins with.
    """
    plan: dict[str, Any] = settings.model_dump(mode="json", exclude=_UNDECIDING)
    plan["encoders"] = [_identity(source) for source in sources]
    plan["stages"] = [stage.model_dump(mode="json") for stage in settings.stages]
    if start is not None:  # Without one no key: folders that were begun before this setting came go on.
        plan["start"] = _identity(str(start))
    return plan


def stage_plan(
    settings: TrainingSettings,
    number: int,
    sources: Sequence[str],
    train: Mapping[str, Sequence[Example]],
    start: Path | None = None,
) -> dict[str, Any]:
    """What decides stage ``number`` (from 0): the settings, its own and those of the stages before, and the rows.

    ``start``: the checkpoint that the run begins with.
    """
    stages = settings.stages[: number + 1]
    rows = {
        name: [len(train[name]), sum(row.soft is not None for row in train[name])]
        for name in sorted({name for stage in stages for name in stage.mix})
    }
    plan = run_plan(settings.model_copy(update={"stages": stages}), sources, start)
    return plan | {"rows_and_soft_labels": rows}


def agree(path: Path, plan: dict[str, Any], states: Sequence[Path]) -> None:
    """Check that the ``states`` that are there were begun by ``plan``; where none are, note the plan in ``path``.

    States without a noted plan are taken as they are: earlier versions noted none.

    Raises:
        SettingsError: they were begun by another plan.
        CheckpointError: ``path`` cannot be read.
    """
    fresh = path.with_suffix(".new")
    if not any(state.is_file() for state in states):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(plan, indent=1) + "\n", encoding="utf-8")
        fresh.replace(path)
    elif path.is_file() and (found := _differences(_flat(_read(path)), _flat(plan))):
        told = "; ".join(found[:_SHOWN]) + (f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
        raise SettingsError(f"{path.parent} was begun with other settings: {told}. Take a new --work folder")


def _identity(source: str) -> str:
    """By its weights where they lie in a folder: it may be moved with the work folder."""
    weights = Path(source) / "model.safetensors"
    if not weights.is_file():
        return source
    with weights.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}): take a new --work folder") from error


def _flat(value: Any, key: str = "") -> dict[str, Any]:
    """Values by their path, such as ``stages.0.mix.goemotions``."""
    if not isinstance(value, dict | list):
        return {key: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {k: v for name, part in items for k, v in _flat(part, f"{key}.{name}" if key else str(name)).items()}


def _differences(there: dict[str, Any], now: dict[str, Any]) -> list[str]:
    keys = [key for key in there | now if there.get(key) != now.get(key)]
    return [f"{key} was {there.get(key, 'not there')}, is {now.get(key, 'not there')}" for key in keys]
