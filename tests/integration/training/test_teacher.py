"""A teacher is trained from a folder or from wheels with its parts, and its labels are read by the next training."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import tiny
from structlog.testing import capture_logs
from test_commands import data, write
from transformers import MPNetConfig, MPNetModel

from emotionstream.schemas.errors import DataError
from emotionstream.training.assembly import assemble
from emotionstream.training.crossfit import fold_of, read_labels
from emotionstream.training.datasets.corpus import read_messages
from emotionstream.training.datasets.places import EMOBANK, GOEMOTIONS, LEARNER
from emotionstream.training.parts import joined
from emotionstream.training.teacher import main

pytestmark = pytest.mark.filterwarnings("ignore")
_data = data

SETTINGS = """
recipe = "teacher"
version = "test"
encoders = ["nowhere"]
batch = 16
device = "cpu"
shared_dropout = 0.1
evaluate_every = 5

[[stages]]
name = "all"
epochs = 1
mix = { goemotions = 1.0, emobank = 1.0, learner_corpus = 1.0 }
encoder_rate = 1e-3
head_rate = 1e-3
loss = { soft_emotion = 0.0, soft_labels = 0.0, soft_pad = 0.0 }
"""


@pytest.fixture
def larger(tmp_path: Path) -> Path:
    """A folder with a tiny encoder of the teacher's architecture."""
    return tiny.save_published(tmp_path / "larger", MPNetConfig, MPNetModel)


def wheels(folder: Path, model: Path, parts: int = 3) -> Path:
    """Wheels that hold ``model`` as a zip in parts, as the registry's do."""
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for path in sorted(model.iterdir()):
            archive.write(path, f"model/{path.name}")
    content, place = whole.read_bytes(), folder / "wheels"
    place.mkdir()
    size = -(-len(content) // parts)
    for i in range(parts):
        with zipfile.ZipFile(place / f"model_part_{i + 1:03}-1-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"model_{i + 1:03}/input/model.zip.{i + 1:03}", content[i * size : (i + 1) * size])
    return place


def test_a_teacher_s_labels_reach_the_next_training(tmp_path: Path, data: Path, larger: Path) -> None:
    """From wheels to labels: one file a set, in the rows of its source, and every training text then carries them."""
    plan, to = tmp_path / "teacher.toml", data / "teacher"
    write(plan, SETTINGS)
    packed = wheels(tmp_path, larger)
    given = [str(plan), "--data", str(data), "--work", str(tmp_path / "work"), "--to", str(to)]
    main([*given, "--wheels", str(packed)])
    names = ["goemotions_train", "learner_messages_train", "learner_messages_train_2"]
    assert sorted(path.stem for path in to.iterdir()) == names
    with np.load(to / "learner_messages_train.npz", allow_pickle=False) as labels:
        assert labels["logits41"].shape == (45, 41)
        assert labels["rows"].tolist() == list(range(45))
    corpus = assemble(data, frozenset({GOEMOTIONS, LEARNER}))
    assert all(example.soft is not None for rows in corpus.train.values() for example in rows)


def test_each_text_is_labelled_by_the_teacher_that_has_not_seen_it(tmp_path: Path, data: Path, larger: Path) -> None:
    """Two teachers, one trained on its own first: each learns from its part alone, and each row is the label of the one
    that did not learn from it.
    """
    plan, to, work = tmp_path / "teacher.toml", data / "teacher", tmp_path / "work"
    write(plan, SETTINGS)
    given = [str(plan), "--data", str(data), "--work", str(work), "--to", str(to), "--encoder", str(larger)]
    with capture_logs() as logs:
        main([*given, "--folds", "2", "--fold", "1"])
        assert not to.exists()
        main([*given, "--folds", "2"])
    whole = assemble(data, frozenset({GOEMOTIONS, EMOBANK, LEARNER})).train
    learned = [line for line in logs if line["event"] == "data read"]
    for line, fold in zip(learned, (1, 0), strict=True):
        assert {name: line[name] for name in whole} == {
            name: sum(fold_of(row.text, 2) != fold for row in rows) for name, rows in whole.items()
        }
    name = "learner_messages_train"
    texts = list(enumerate(example.text for example in read_messages(data, "messages_train")))
    parts = [read_labels(work / f"fold-{fold}-of-2" / "labels" / f"{name}.npz", texts) for fold in range(2)]
    found = read_labels(to / f"{name}.npz", texts)
    assert found is not None
    for row, text in texts:
        part = parts[fold_of(text, 2)]
        assert part is not None
        assert np.array_equal(found["logits41"][row], part["logits41"][row])


@pytest.mark.parametrize("asked", [["--folds", "0"], ["--folds", "2", "--fold", "2"], ["--fold", "1"]])
def test_a_part_that_does_not_exist_is_refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before hours are spent on it."""
    with pytest.raises(SystemExit):
        main(["x", "--data", "x", "--work", "x", "--to", "x", *asked])
    assert "--folds" in capsys.readouterr().err


def test_a_missing_part_is_named(tmp_path: Path, larger: Path) -> None:
    """Parts that do not run from 1 without a gap are refused before anything is unpacked."""
    packed = wheels(tmp_path, larger)
    next(packed.glob("*part_002*")).unlink()
    with pytest.raises(DataError, match=r"\[1, 3\]"):
        joined(packed, tmp_path / "to")
    assert not (tmp_path / "to").exists()
