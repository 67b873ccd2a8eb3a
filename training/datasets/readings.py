"""How each file of a data folder is read when it is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from emotionstream.training.datasets import (
    bridge,
    cima,
    crowd_envent,
    eec,
    emobank,
    empathetic_dialogues,
    empathic_reactions,
    esconv,
    goemotions,
    irc_chat,
    isear,
    learner_rows,
    sad,
    sight,
)
from emotionstream.training.datasets.catalogue import (
    BRIDGE,
    CIMA,
    CROWD_ENVENT,
    EEC,
    EMOBANK,
    EMPATHETIC_DIALOGUES,
    EMPATHIC_REACTIONS,
    ESCONV,
    GOEMOTIONS,
    IRC,
    ISEAR,
    LEARNER,
    SAD,
    SIGHT,
)
from emotionstream.training.datasets.table import Table


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: its table, and of a row its text and whether that is held out from training.

    ``text`` gives None for a row that is neither trained on nor measured on; ``counted`` says whether a row counts
    among those that the published file has.
    """

    table: Table[Any, Any]
    text: Callable[[Any], tuple[str, bool] | None] = lambda _row: None
    counted: Callable[[Any], bool] = lambda _row: True


def reading_of(path: Path, name: str) -> Reading | None:
    """How the file ``path`` of the data set ``name`` is read; None for a file without rows.

    Raises:
        DataError: a file beside it that it needs is broken.
    """
    file = path.name
    if name == LEARNER:
        return _learner(file)
    if name == EMPATHETIC_DIALOGUES:
        if file == empathetic_dialogues.LABELS:
            return None
        table = empathetic_dialogues.table(path.with_name(empathetic_dialogues.LABELS))
        return Reading(table, _held_out if file.startswith("valid") else _trained_on)
    if name == ESCONV:
        return Reading(esconv.table(file))
    if name == GOEMOTIONS:
        return Reading(goemotions.TABLE, _held_out if file.startswith("dev") else _trained_on)
    return _READINGS.get(name)


def _learner(file: str) -> Reading:
    if file.startswith("sessions"):
        return Reading(learner_rows.SESSIONS, lambda text: (text, True))
    held_out = file.startswith("messages_dev")
    return Reading(learner_rows.MESSAGES, lambda text: (text, held_out))


def _trained_on(row: Any) -> tuple[str, bool]:
    return row.text, False


def _held_out(row: Any) -> tuple[str, bool]:
    return row.text, True


def _emobank(row: tuple[str, Any]) -> tuple[str, bool] | None:
    split, example = row
    return None if split == emobank.TEST else (example.text, split != emobank.TRAIN)


_READINGS: Final[dict[str, Reading]] = {
    EMOBANK: Reading(emobank.TABLE, _emobank, lambda row: row[0] != emobank.TEST),
    SAD: Reading(sad.TABLE, _trained_on),
    EMPATHIC_REACTIONS: Reading(empathic_reactions.TABLE, _trained_on),
    CROWD_ENVENT: Reading(crowd_envent.TABLE, _trained_on),
    ISEAR: Reading(isear.TABLE, _trained_on),
    BRIDGE: Reading(bridge.TABLE),
    CIMA: Reading(cima.TABLE),
    IRC: Reading(irc_chat.TABLE),
    SIGHT: Reading(sight.TABLE),
    EEC: Reading(eec.TABLE, lambda row: (row.sentence, True)),
}
