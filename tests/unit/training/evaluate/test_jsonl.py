"""Reading a user's rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from emotionstream.schemas.affect import InterventionLevel, ReadinessState
from emotionstream.schemas.emotions import EMOTION_INDEX
from emotionstream.schemas.errors import DataError
from emotionstream.training.evaluate.case import Case, CaseSet, LabelSet, PadScale
from emotionstream.training.evaluate.jsonl import parse, read_jsonl


def parsed(*rows: dict[str, Any] | bytes) -> CaseSet:
    """A file of these lines."""
    return parse([row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows], "mine", "mine.jsonl")


def test_every_field_is_read() -> None:
    """What a row may say arrives in the case, and what it need not say is unknown."""
    row = {
        "text": "lost", "emotion": "confusion", "also": ["doubt", "confusion"], "labels": ["confusion", 25],
        "pad": [0.1, 0.5, 1], "readiness": "very_low", "intervention": "mild", "session": 7, "t": 3,
        "engagement": 0.5, "cognitive_load": None, "time_factor": 1,
    }  # fmt: skip
    rows = parsed(row, {"text": "hi"})
    assert rows.cases[0] == Case(
        line=1,
        text="lost",
        emotion=EMOTION_INDEX["confusion"],
        also=frozenset({EMOTION_INDEX["doubt"]}),
        labels=("confusion", "sadness"),
        pad=(0.1, 0.5, 1.0),
        readiness=ReadinessState.VERY_LOW,
        level=InterventionLevel.MILD,
        session="7",
        seconds=3.0,
        engagement=0.5,
        time_factor=1.0,
    )
    assert rows.cases[1] == Case(line=2, text="hi")


def test_pad_may_be_an_object_as_score_prints_it() -> None:
    """The output of `score --json` is a row's pad."""
    given = {"pleasure": 0.2, "arousal": 0.3, "dominance": 0.4}
    rows = parsed({"text": "a", "pad": given, "pad_scale": "emobank"})
    assert rows.cases[0].pad == (0.2, 0.3, 0.4)
    assert rows.pad_scale is PadScale.EMOBANK


def test_null_is_as_good_as_left_out() -> None:
    """Exports write null for what is not known."""
    names = ("emotion", "also", "labels", "pad", "readiness", "intervention", "session", "t", "engagement")
    assert parsed({"text": "a"} | dict.fromkeys(names)).cases == (Case(line=1, text="a"),)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (b"nope", "is not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"text": "a\xff"}', "is not JSON"),
        ({"emotion": "joy"}, "text is missing"),
        ({"text": " \n"}, "text cannot be scored"),
        ({"text": "secret", "emotion": "joyy"}, "emotion 'joyy' is none of the 41 emotions: is 'joy' meant"),
        ({"text": "secret", "pad": [3, 4, 2]}, "(x - 1) / 4"),
        ({"text": "secret", "pad": [0.1, 0.2]}, "pad.2 is missing"),
        ({"text": "secret", "pad": 0.3}, "[pleasure, arousal, dominance]"),
        ({"text": "secret", "labels": ["joy", 28]}, "labels.1 must be one of"),
        ({"text": "secret", "labels": "joy"}, "labels must be"),
        ({"text": "secret", "readiness": "soon"}, "'very_low'"),
        ({"text": "secret", "session": "s"}, "needs `t`"),
        ({"text": "secret", "engagement": 2}, "engagement must be"),
    ],
)
def test_a_bad_line_is_left_out_and_told(row: Any, told: str) -> None:
    """The others stay; the reason says what to mend and never repeats the text."""
    rows = parsed({"text": "good"}, row, {"text": "good too"})
    assert [case.line for case in rows.cases] == [1, 3]
    (flaw,) = rows.flaws
    assert flaw.line == 2
    assert told in flaw.why
    assert "secret" not in flaw.why


def test_blank_lines_and_a_byte_order_mark_are_no_flaws() -> None:
    """Editors leave them; line numbers stay those of the file."""
    rows = parsed(b'\xef\xbb\xbf{"text": "a"}', b"  ", {"text": "b"})
    assert [case.line for case in rows.cases] == [1, 3]
    assert not rows.flaws


def test_unread_fields_are_told() -> None:
    """A misspelt field must not vanish in silence."""
    assert parsed({"text": "a", "emotoin": "joy"}).notes == ("fields that are not read: emotoin",)


def test_a_file_without_a_row_is_an_error_that_says_why() -> None:
    """Nothing is measured on nothing."""
    with pytest.raises(DataError, match=r"mine.jsonl has no row.*line 1: text is missing"):
        parsed({})


def test_the_kind_of_labels_is_known_by_their_names() -> None:
    """Names that both have are GoEmotions'; one of the 41 only makes them the 41's; one of each is refused."""
    assert parsed({"text": "a", "labels": ["joy"]}).label_set is LabelSet.GOEMOTIONS
    assert parsed({"text": "a", "labels": []}).label_set is None
    assert parsed({"text": "a", "labels": ["joy", "awe"]}).label_set is LabelSet.EMOTIONS
    with pytest.raises(DataError, match=r"line 1 has 'love'.*line 2 has 'awe'"):
        parsed({"text": "a", "labels": ["love"]}, {"text": "a", "labels": ["awe"]})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With its name, and no traceback."""
    with pytest.raises(DataError, match=r"none\.jsonl cannot be read"):
        read_jsonl(tmp_path / "none.jsonl")
