"""Whether anything that is measured on stands in train."""

from pathlib import Path

from emotionstream.training.assembly import assemble
from emotionstream.training.datasets.catalogue import EMOBANK, GOEMOTIONS, IRC, LEARNER, SIGHT
from emotionstream.training.datasets.example import Example, normalised
from emotionstream.training.datasets.labelled import ADDED, held_out_texts
from emotionstream.training.datasets.places import place_of
from emotionstream.training.datasets.sessions import read_sessions

ALWAYS = frozenset({GOEMOTIONS, EMOBANK, LEARNER})


def refuse(folder: Path) -> None:
    """Assert that no text of a dev set, of the sessions or of the fairness corpus is in train, and none is twice.

    Every labelled set that is there is read, and the unlabelled ones where a teacher is there.
    """
    added = {name for name in ADDED if place_of(folder, name).is_dir()}
    unlabelled = {IRC, SIGHT} if (folder / "teacher").is_dir() else set[str]()
    corpus = assemble(folder, ALWAYS | added | unlabelled, non_commercial=True)
    held_out = {key for rows in corpus.dev.values() for key in _keys(rows)}
    held_out |= {normalised(message.text) for session in read_sessions(folder) for message in session.messages}
    held_out |= {normalised(text) for text in held_out_texts(folder)}
    train = [key for rows in corpus.train.values() for key in _keys(rows)]
    assert train
    assert held_out
    assert not held_out & set(train)
    assert len(train) == len(set(train))


def _keys(examples: list[Example]) -> list[str]:
    return [normalised(example.text) for example in examples]
