"""What a check of a data folder finds."""

import gzip
from pathlib import Path

import made_data
import pytest

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets import check
from emotionstream.training.datasets.catalogue import (
    EEC,
    EMOBANK,
    GOEMOTIONS,
    IRC,
    ISEAR,
    LEARNER,
    PLACES,
    SAD,
    TEACHER,
)
from emotionstream.training.datasets.report import Fault, FileReport, SetReport, State


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A made data folder. Its public sets are far smaller than the published ones."""
    return made_data.make(tmp_path)


def report_of(folder: Path, name: str, limit: int = 5) -> SetReport:
    """What the check says of a set."""
    return next(one for one in check.check_folder(folder, limit).sets if one.name == name)


def file_of(folder: Path, name: str, file: str, limit: int = 5) -> FileReport:
    """What the check says of a file."""
    return next(found for found in report_of(folder, name, limit).files if Path(found.path).name == file)


def test_every_set_and_file_is_looked_at(folder: Path) -> None:
    """In the catalogue's order, the absent ones too, and each of the made files can be read."""
    report = check.check_folder(folder, 5)
    assert [one.name for one in report.sets] == list(PLACES)
    looked_at = {one.name: {Path(file.path).name for file in one.files} for one in report.sets if one.files}
    assert looked_at == {name: set(files) for name, files in made_data.published_sizes().items()}
    faults = [fault for one in report.sets for file in one.files for fault in file.faults if fault.row is not None]
    assert faults == []


def test_a_corpus_of_ones_own_may_have_any_size(folder: Path) -> None:
    """Nothing is published that it would have to match."""
    assert report_of(folder, LEARNER).state is State.OK


def test_a_file_that_is_cut_off_is_found(folder: Path) -> None:
    """It has fewer rows than the published one; the advice is to copy it anew."""
    (fault,) = file_of(folder, GOEMOTIONS, "dev.tsv").faults
    assert (fault.row, fault.what.startswith("1 rows, but"), "anew" in fault.mend) == (None, True, True)


def test_a_broken_line_is_told_by_its_number(folder: Path) -> None:
    """With what is wrong and how to mend it; the lines around it are still looked at."""
    made_data.write(folder / "open/goemotions/dev.tsv", "good\t1\tid\nno tabs\ngood\t99\tid\n")
    faults = file_of(folder, GOEMOTIONS, "dev.tsv").faults
    assert [fault.row for fault in faults] == [2, 3, None]
    assert all(fault.what and fault.mend for fault in faults)


def test_no_fault_repeats_a_text(folder: Path) -> None:
    """A report may be shown to others; the data's texts are not ours to show."""
    made_data.json_lines(folder / "learner_corpus/messages_dev.jsonl", {"text": "secret", "emotion": "a secret " * 9})
    made_data.write(folder / "open/goemotions/dev.tsv", "secret\n")
    assert "secret" not in str(check.check_folder(folder, 5))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"emotion": "happy"}, "emotion is not known"),
        ({"also": "joy"}, "no list"),
        ({"also": ["glad"]}, "also is not known"),
        ({"pad": [0.1, 0.2]}, "three numbers"),
        ({"pad": [0.1, 0.2, 3]}, "dominance"),
        ({"text": " "}, "empty"),
        ({"t": -1}, "t is"),
        ({"engagement": 7}, "engagement"),
        ({"readiness": "good"}, "readiness"),
        ({"reader": {"intervention": "some"}}, "intervention"),
    ],
)
def test_each_field_of_the_corpus_is_checked(folder: Path, change: dict[str, object], what: str) -> None:
    """What the guide asks of a message, and of a session's message."""
    made_data.json_lines(folder / "learner_corpus/sessions.jsonl", made_data.TURN, made_data.TURN | change)
    (fault,) = file_of(folder, LEARNER, "sessions.jsonl").faults
    assert fault.row == 2
    assert what in fault.what


def test_later_batches_of_messages_are_checked(folder: Path) -> None:
    """Training reads every messages_train file, so the check does."""
    made_data.json_lines(folder / "learner_corpus/messages_train_7.jsonl", {"text": "no class"})
    assert file_of(folder, LEARNER, "messages_train_7.jsonl").broken == 1


def test_only_so_many_faults_are_told(folder: Path) -> None:
    """All are counted."""
    made_data.write(folder / "open/goemotions/dev.tsv", "no tabs\n" * 9)
    file = file_of(folder, GOEMOTIONS, "dev.tsv", limit=2)
    assert (len(file.faults), file.broken, file.rows) == (2, 10, 9)


def test_texts_that_training_leaves_out_are_counted(folder: Path) -> None:
    """Held out ones and repeats, with their lines; neither has to be mended."""
    held_out, repeated = file_of(folder, GOEMOTIONS, "train.tsv").notes
    assert "1 text, which training leaves out (line 2)" in held_out
    assert "2 texts, which training leaves out (line 3, 4)" in repeated
    assert "line 3)" in file_of(folder, EMOBANK, "emobank_train_dev.csv").notes[0]


def test_rows_of_a_test_split_do_not_count(folder: Path) -> None:
    """The published file of EmoBank has a third split, which nothing here reads."""
    path = folder / "open/emobank/emobank_train_dev.csv"
    path.write_text(path.read_text(encoding="utf-8") + "d,test,3,3,3,so sad\n", encoding="utf-8")
    assert file_of(folder, EMOBANK, path.name).rows == 3


def test_an_optional_set_may_be_absent(folder: Path) -> None:
    """Without its folder nothing is wrong; half of it is a problem, and the advice says where to get the rest."""
    assert report_of(folder, TEACHER).state is State.ABSENT
    (folder / "open/sad/SAD_v1.xlsx").unlink()
    found = report_of(folder, SAD)
    assert (found.state, found.missing) == (State.PROBLEM, ["SAD_v1.xlsx"])
    assert "PervasiveWellbeingTech" in found.advice


def test_a_needed_set_must_be_there(tmp_path: Path) -> None:
    """An empty folder lacks the two public sets; the learner corpus that ships stands in."""
    sets = {one.name: one for one in check.check_folder(tmp_path, 5).sets}
    assert [name for name, one in sets.items() if one.state is State.PROBLEM] == [GOEMOTIONS, EMOBANK]
    assert "google-research" in sets[GOEMOTIONS].advice
    assert sets[LEARNER].notes == ["the corpus that ships is used"]


def test_terms_are_told(folder: Path) -> None:
    """Whoever looks at a folder learns what may not be done with it."""
    assert "non_commercial = true" in report_of(folder, ISEAR).notes[0]
    assert report_of(folder, EEC).notes == ["for measuring only"]


def test_a_whole_file_that_cannot_be_read_is_a_fault(folder: Path) -> None:
    """The other sets are looked at nevertheless."""
    path = folder / "open/irc_chat/irc_chat.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 999)[:-20])
    faults = file_of(folder, IRC, path.name, limit=99999).faults
    assert faults[-1].row is None
    assert report_of(folder, LEARNER).state is State.OK


def test_soft_labels_have_their_arrays(folder: Path) -> None:
    """What is no .npz file, or lacks an array, is told."""
    for file in PLACES[TEACHER].files:
        made_data.write(folder / "teacher" / file, "no zip")
    assert {file.broken for file in report_of(folder, TEACHER).files} == {1}


def test_a_folder_that_nothing_reads_is_told(folder: Path) -> None:
    """A misspelt name would else go unseen."""
    (folder / "open/emo_bank").mkdir()
    (folder / "reserch").mkdir()
    assert check.check_folder(folder, 5).unknown == ["open/emo_bank", "reserch"]


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    """It is no empty one."""
    with pytest.raises(DataError, match="no folder"):
        check.check_folder(tmp_path / "none", 5)


def test_a_fault_of_a_helping_file_is_told(folder: Path) -> None:
    """Label numbers without their names cannot be read, and the message says which file is to blame."""
    made_data.write(folder / "research/empathetic_dialogues/label2idx.json", '{"glad": 0}')
    report = report_of(folder, "empathetic_dialogues")
    assert all(isinstance(fault, Fault) and "glad" in fault.what for file in report.files for fault in file.faults)
    assert [file.broken for file in report.files] == [1, 1, 1]
