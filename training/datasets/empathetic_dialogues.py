"""EmpatheticDialogues (Rashkin et al., 2019): situations in which people felt one of 32 emotions. Non-commercial.

Only the situations, and not the paraphrases beside them (``aug_text``), are read.
"""

import json
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.catalogue import EMPATHETIC_DIALOGUES
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.label_map import label_map
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import Columns, RowError, Table, csv_rows, some_text

LABELS: Final = "label2idx.json"


def read_empathetic_dialogues(folder: Path, split: str) -> list[Example]:
    """The ``train`` or ``valid`` split, in file order.

    Raises:
        DataError: a file is missing or a row's label is no number of ``label2idx.json``.
    """
    path = locate(folder, EMPATHETIC_DIALOGUES, f"{split}.csv")
    return table(locate(folder, EMPATHETIC_DIALOGUES, LABELS)).read(path)


def table(labels: Path) -> Table[Columns, Example]:
    """Rows whose label numbers the file ``labels`` names.

    Raises:
        DataError: that file is no JSON object of known labels and numbers.
    """
    names = read_label_names(labels)
    return Table(csv_rows(("text", "label")), lambda row: _parse(row, names))


def read_label_names(path: Path) -> dict[str, str]:
    """Number, as written in the rows -> label.

    Raises:
        DataError: the file is no JSON object of known labels and numbers.
    """
    known = label_map(EMPATHETIC_DIALOGUES).labels
    try:
        names = {str(int(number)): str(name) for name, number in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is no JSON object of labels and numbers: copy the file anew") from error
    if strange := sorted(set(names.values()) - known.keys()):
        raise DataError(f"{path} names unknown labels: {', '.join(strange)}; known are {', '.join(known)}")
    return names


def _parse(row: Columns, names: dict[str, str]) -> Example:
    if row["label"] not in names:
        raise RowError(f"the label is no number of {LABELS}", "correct it, or take the row out")
    text = some_text(row["text"], "text")
    return label_map(EMPATHETIC_DIALOGUES).example(text, EMPATHETIC_DIALOGUES, [names[row["label"]]])
