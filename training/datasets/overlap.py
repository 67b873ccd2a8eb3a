"""Texts that stand in several places of a data folder: what training will leave out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from emotionstream.training.datasets.example import normalised
from emotionstream.training.datasets.report import FileReport

_TOLD: Final = 3
"""Row numbers in a note."""


@dataclass(slots=True)
class Overlap:
    """Collects the texts of files in the order in which training reads them."""

    held_out: set[str] = field(default_factory=set)
    trained_on: list[tuple[FileReport, int, str]] = field(default_factory=list)

    def add(self, file: FileReport, row: int, text: str, held_out: bool) -> None:
        """A row's text, and whether it is held out to measure on."""
        key = normalised(text)
        if held_out:
            self.held_out.add(key)
        else:
            self.trained_on.append((file, row, key))

    def notes(self) -> Iterator[tuple[FileReport, list[str]]]:
        """Of each file that is trained on, how many of its texts are held out or repeated, and where."""
        leaked, repeated = self._sorted_out()
        for file in {id(file): file for file, _, _ in self.trained_on}.values():
            yield (
                file,
                [
                    *_note(file.unit, leaked[id(file)], "also in a set to measure on"),
                    *_note(file.unit, repeated[id(file)], "further up, or in another set"),
                ],
            )

    def _sorted_out(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        leaked: dict[int, list[int]] = defaultdict(list)
        repeated: dict[int, list[int]] = defaultdict(list)
        seen: set[str] = set()
        for file, row, key in self.trained_on:
            if key in self.held_out:
                leaked[id(file)].append(row)
            elif key in seen:
                repeated[id(file)].append(row)
            seen.add(key)
        return leaked, repeated


def _note(unit: str, rows: Sequence[int], what: str) -> list[str]:
    if not rows:
        return []
    told = ", ".join(str(row) for row in rows[:_TOLD])
    count = f"{len(rows):,} text{'s' if len(rows) > 1 else ''}"
    return [f"{what}: {count}, which training leaves out ({unit} {told}{' ...' if len(rows) > _TOLD else ''})"]
