"""A teacher is trained from a folder or from wheels with its parts, and its labels are read by the next training."""

import gzip
import json
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tiny
from structlog.testing import capture_logs
from test_commands import data, write
from transformers import MPNetConfig, MPNetModel

from emotionstream.schemas.errors import DataError, SettingsError
from emotionstream.training.assembly import assemble
from emotionstream.training.crossfit import fold_of, read_labels, write_labels
from emotionstream.training.datasets.corpus import read_messages
from emotionstream.training.datasets.places import EMOBANK, GOEMOTIONS, LEARNER
from emotionstream.training.datasets.soft_labels import WIDTHS
from emotionstream.training.parts import joined
from emotionstream.training.settings import TrainingSettings
from emotionstream.training.teacher import main, teach_fold, training_texts
from emotionstream.training.work import agree, run_plan

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


@pytest.mark.parametrize("asked", [["--unlabelled", "0"], ["--unlabelled", "-3"], ["--wheels", "x", "--encoder", "y"]])
def test_an_impossible_argument_is_refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """By its name, with exit code 2."""
    with pytest.raises(SystemExit) as ended:
        main(["x", "--data", "x", "--work", "x", "--to", "x", *asked])
    assert ended.value.code == 2
    assert asked[0] in capsys.readouterr().err


def test_an_error_is_one_line_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As those of `emotionstream` are."""
    plan, nowhere = tmp_path / "teacher.toml", str(tmp_path / "none")
    write(plan, SETTINGS)
    for settings, code in ((tmp_path / "none.toml", SettingsError.exit_code), (plan, DataError.exit_code)):
        with pytest.raises(SystemExit) as ended:
            main([str(settings), "--data", nowhere, "--work", nowhere, "--to", nowhere, "--wheels", nowhere])
        assert ended.value.code == code
        told = capsys.readouterr().err
        assert told.startswith("error: ")
        assert "none" in told
        assert "Traceback" not in told


def test_a_set_without_texts_is_left_out(data: Path) -> None:
    """Chat in which nobody says three words is not labelled."""
    chat = {"session_id": "s", "user_id": "u", "sent_at": "2020-01-01T00:00:00+00:00", "text": "ok"}
    place = data / "open/irc_chat/irc_chat.jsonl.gz"
    place.parent.mkdir(parents=True)
    place.write_bytes(gzip.compress(json.dumps(chat).encode()))
    assert "irc_chat" not in training_texts(data, 10, 1)


def test_labels_of_another_plan_are_not_reused(tmp_path: Path, data: Path, larger: Path) -> None:
    """Labels that lie in the work folder are a teacher's; other settings make another teacher."""
    plan = TrainingSettings.model_validate(tomllib.loads(SETTINGS) | {"encoders": (str(larger),)})
    texts = {"set": [(0, "i am lost")]}
    labels = {name: np.ones((1, width), dtype=np.float16) for name, width in WIDTHS.items()}
    folder = tmp_path / "fold-0-of-1"
    agree(folder / "labels.plan.json", run_plan(plan, plan.encoders), [])
    (folder / "labels").mkdir()
    write_labels(labels, texts["set"], folder / "labels" / "set.npz")
    assert teach_fold(plan, data, tmp_path, texts, fold=0, folds=1)["set"]["logits41"].shape == (1, 41)
    other = plan.model_copy(update={"augment": 0.9})
    with pytest.raises(SettingsError, match=r"augment was 0\.1, is 0\.9"):
        teach_fold(other, data, tmp_path, texts, fold=0, folds=1)


def test_a_missing_part_is_named(tmp_path: Path, larger: Path) -> None:
    """Parts that do not run from 1 without a gap are refused before anything is unpacked."""
    packed = wheels(tmp_path, larger)
    next(packed.glob("*part_002*")).unlink()
    with pytest.raises(DataError, match=r"\[1, 3\]"):
        joined(packed, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_a_part_that_is_there_twice_is_refused(tmp_path: Path, larger: Path) -> None:
    """Two versions of a model would else be mixed."""
    packed = wheels(tmp_path, larger)
    first = next(packed.glob("*part_001*"))
    (packed / "other_part_001-2-py3-none-any.whl").write_bytes(first.read_bytes())
    with pytest.raises(DataError, match="part 1 more than once"):
        joined(packed, tmp_path / "to")


def test_a_wheel_that_is_no_zip_is_named(tmp_path: Path, larger: Path) -> None:
    """A download that broke off."""
    packed = wheels(tmp_path, larger)
    next(packed.glob("*part_002*")).write_bytes(b"<html>")
    with pytest.raises(DataError, match=r"part_002.*\.whl is no whole wheel"):
        joined(packed, tmp_path / "to")


def test_parts_without_a_model_leave_nothing(tmp_path: Path) -> None:
    """Else the next try would take the folder as it is."""
    (tmp_path / "else").mkdir()
    write(tmp_path / "else" / "readme.txt", "no model")
    with pytest.raises(DataError, match="holds no model"):
        joined(wheels(tmp_path, tmp_path / "else"), tmp_path / "to")
    assert not (tmp_path / "to").exists()
