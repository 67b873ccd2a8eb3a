"""The texts of a benchmark: the shipped classroom, mixed and repeated, or a JSONL file's."""

import json
import random
from itertools import cycle, islice
from pathlib import Path

from emotionstream.cli.demo.classroom import load_classroom
from emotionstream.schemas.events import Role


def load_texts(source: Path | None, count: int) -> list[str]:
    """``count`` texts, the same in every run. A short source is repeated."""
    found = classroom() if source is None else from_file(source, count)
    return list(islice(cycle(found), count))


def classroom() -> list[str]:
    """What the classroom's learners wrote, mixed."""
    texts = [line.text for line in load_classroom() if line.role is Role.LEARNER]
    random.Random(41).shuffle(texts)
    return texts


def from_file(source: Path, count: int) -> list[str]:
    """The first ``count`` values of ``text`` in a JSONL file."""
    with source.open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in islice(file, count)]
