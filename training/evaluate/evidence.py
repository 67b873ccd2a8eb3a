"""What each class rests on: labels given by people, few of them, or the learner corpus alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.catalogue import GOEMOTIONS, LEARNER
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.goemotions import read_goemotions
from emotionstream.training.datasets.label_map import label_map
from emotionstream.training.datasets.places import place_of

KEY: Final = "evidence"
"""Its key in a checkpoint's metrics.json."""


class Ground(StrEnum):
    """What a class rests on."""

    PEOPLE = "human_labels"
    THIN = "thin_human_labels"
    LEARNER = "learner_corpus_alone"


TITLES: Final = {
    Ground.PEOPLE: "Classes with human labels",
    Ground.THIN: "Thin classes: few human labels, or none that name the class alone",
    Ground.LEARNER: "Classes that rest on the learner corpus alone (no proof about people)",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many training texts people gave each class: alone by name, or only among other candidates.

    ``counted`` is False where no training data was at hand: only the map of the sources' labels is known then.
    """

    named: Mapping[str, int]
    among: Mapping[str, int]
    labels: Mapping[str, int]
    counted: bool = True

    @classmethod
    def count(cls, train: Mapping[str, Sequence[Example]]) -> Self:
        """From training rows by data set; those of the learner corpus, and labels made by a model, do not count."""
        rows = [row for name, part in train.items() if name != LEARNER for row in part]
        named = Counter(EMOTIONS[k] for row in rows for k in row.emotions)
        among = Counter(EMOTIONS[k] for row in rows for k in row.candidates)
        labels = Counter(GOEMOTIONS_LABELS[k] for row in rows for k in row.labels or ())
        return cls(dict(named), dict(among), dict(labels))

    @classmethod
    def unknown(cls) -> Self:
        """Without training data: a class is people's where a source's labels name it."""
        labels = label_map(GOEMOTIONS).labels.values()
        named = {EMOTIONS[k]: 0 for label in labels for k in label.emotions}
        among = {EMOTIONS[k]: 0 for label in labels for k in label.candidates}
        return cls(named, among, {}, counted=False)

    @classmethod
    def of(cls, metrics: Mapping[str, Any], data: Path | None) -> Self:
        """As training stored it with the checkpoint, else from GoEmotions in the data folder, else unknown."""
        if stored := metrics.get(KEY):
            return cls(stored["named"], stored["among"], stored["labels"])
        if data is not None and (place_of(data, GOEMOTIONS) / "train.tsv").is_file():
            return cls.count({GOEMOTIONS: read_goemotions(data, "train")})
        return cls.unknown()

    def stored(self) -> dict[str, Any]:
        """As it is kept in a checkpoint's metrics."""
        return {"named": dict(self.named), "among": dict(self.among), "labels": dict(self.labels)}

    def ground(self, emotion: str, thin_below: int) -> Ground:
        """What one of the 41 classes rests on."""
        if emotion not in self.named and emotion not in self.among:
            return Ground.LEARNER
        if not self.counted:
            return Ground.PEOPLE if emotion in self.named else Ground.THIN
        return Ground.PEOPLE if self.named.get(emotion, 0) >= thin_below else Ground.THIN

    def label_ground(self, label: str, thin_below: int) -> Ground:
        """What one of GoEmotions' 28 labels rests on."""
        return Ground.THIN if self.counted and self.labels.get(label, 0) < thin_below else Ground.PEOPLE


def tables(classes: Mapping[str, Mapping[str, float]], grounds: Mapping[str, Ground]) -> dict[str, Any]:
    """The per-class figures of ``classes`` as three tables apart, each with its mean F1 over classes with support."""
    found: dict[str, Any] = {}
    for ground in Ground:
        rows = {name: dict(row) for name, row in classes.items() if grounds[name] is ground}
        seen = [row["f1"] for row in rows.values() if row["support"]]
        found[ground.value] = {
            "classes": rows,
            "with_support": len(seen),
            "macro_f1": sum(seen) / len(seen) if seen else None,
        }
    return found
