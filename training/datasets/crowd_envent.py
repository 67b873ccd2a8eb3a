"""crowd-enVent (Troiano, Oberlaender & Klinger, 2023): events in which people felt one of 13 emotions. Research only.

Worker ids, demographics and appraisals are not read.
"""

from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import CROWD_ENVENT
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.label_map import one_label
from emotionstream.training.datasets.places import locate

FILE: Final = "crowd_envent_train.csv"


def read_crowd_envent(folder: Path) -> list[Example]:
    """All rows, in file order. Those of ``trust`` carry no class.

    Raises:
        DataError: the file is missing or a row names no known emotion.
    """
    return TABLE.read(locate(folder, CROWD_ENVENT, FILE))


TABLE: Final = one_label(CROWD_ENVENT)
