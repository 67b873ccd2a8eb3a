"""The texts that backends are compared on: learner messages written for this project, none of them trained on."""

import json
from collections.abc import Sequence
from importlib.resources import files
from itertools import count, islice


def check_texts(number: int) -> list[str]:
    """``number`` texts of all lengths: the messages as they are, then neighbours joined, ever more of them."""
    return joined(_messages(), number)


def joined(messages: Sequence[str], number: int) -> list[str]:
    """``number`` texts from ``messages``: each alone, then by twos, by threes, and so on, without end."""
    texts = (
        " ".join(messages[start : start + together])
        for together in count(1)
        for start in range(0, len(messages), together)
    )
    return list(islice(texts, number))


def _messages() -> list[str]:
    lines = files(__package__).joinpath("check_texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]
