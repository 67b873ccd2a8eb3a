"""The events on the wire."""

import math
from datetime import UTC, datetime
from uuid import UUID

import pytest
from examples import SENT_AT, chat_message, emotion_result, intervention, outcome
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from emotionstream.schemas.affect import InterventionLevel, Pad
from emotionstream.schemas.emotions import EMOTIONS, known_emotion
from emotionstream.schemas.events import (
    TEXT_MAX_CHARS,
    ChatMessage,
    EmotionResult,
    Event,
    Intervention,
    InterventionOutcome,
    Role,
)

EVENTS = [chat_message(), emotion_result(), intervention(), outcome()]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_the_wire(event: Event) -> None:
    """What is written as JSON is read back equal, floats to the last bit."""
    assert type(event).model_validate_json(event.to_json()) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_cannot_be_changed(event: Event) -> None:
    """Events are values."""
    with pytest.raises(ValidationError, match="frozen"):
        event.user_id = "someone else"  # type: ignore[attr-defined]


def test_every_event_has_a_type_of_its_own() -> None:
    """CloudEvents types tell events apart, and carry their version."""
    types = [event.ce_type for event in EVENTS]
    assert len(set(types)) == len(types)
    assert all(name.startswith("emotionstream.") and name.endswith(".v1") for name in types)


def test_what_is_none_is_not_written() -> None:
    """Optional fields that are not known take no room."""
    assert b"engagement" not in chat_message().to_json()
    assert b'"engagement":0.5' in chat_message(engagement=0.5).to_json()


@given(st.floats(min_value=0, max_value=1))
def test_floats_round_trip_exactly(value: float) -> None:
    """Replay compares bit for bit: JSON must not round."""
    read = ChatMessage.model_validate_json(chat_message(engagement=value).to_json())
    assert read.engagement == value


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200))
def test_any_text_round_trips(text: str) -> None:
    """Emoji, right-to-left, control characters: what was said stays what was said."""
    assert ChatMessage.model_validate_json(chat_message(text=text).to_json()).text == text


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": ""},
        {"user_id": " ada"},
        {"user_id": "ada\n"},
        {"session_id": "s" * 129},
        {"text": "x" * (TEXT_MAX_CHARS + 1)},
        {"text": "NUL \x00"},
        {"text": 3},
        {"sent_at": datetime(2026, 1, 1)},  # noqa: DTZ001  # That it has no zone is the point.
        {"sent_at": 1_700_000_000},
        {"role": "teacher"},
        {"engagement": 1.01},
        {"engagement": math.nan},
        {"cognitive_load": -0.01},
        {"time_factor": math.inf},
        {"training_consent": 1},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_chat_message_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    """Each field holds its limits, and a field that is not known is not dropped in silence."""
    with pytest.raises(ValidationError):
        chat_message(**change)


def test_a_validation_error_does_not_repeat_the_text() -> None:
    """Errors end in logs: they must not hold what somebody wrote."""
    with pytest.raises(ValidationError) as caught:
        chat_message(text="my secret\x00")
    assert "secret" not in str(caught.value)


def test_only_learners_and_no_consent_by_default() -> None:
    """A message is a learner's and not for training unless it says so."""
    assert chat_message().role is Role.LEARNER
    assert not chat_message().training_consent


def test_a_role_may_be_given_by_name() -> None:
    """JSON has names, not enums."""
    assert chat_message(role="tutor").role is Role.TUTOR


@pytest.mark.parametrize(
    "change",
    [
        {"probabilities": (0.5, 0.5)},
        {"probabilities": tuple([2.0, *[0.0] * 40])},
        {"primary_emotion": "hunger"},
        {"confidence": math.nan},
        {"result_id": "not a uuid"},
        {"scored_at": datetime(2026, 1, 1)},  # noqa: DTZ001  # That it has no zone is the point.
    ],
    ids=str,
)
def test_a_result_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    """A result has 41 probabilities in [0, 1] and a known emotion."""
    with pytest.raises(ValidationError):
        emotion_result(**change)


def test_results_and_interventions_hold_no_text() -> None:
    """Text stays in the chat topic: no field of what follows could hold it."""
    for event in (EmotionResult, Intervention, InterventionOutcome):
        assert "text" not in event.model_fields


def test_a_reader_ignores_fields_of_a_newer_writer() -> None:
    """Writers are upgraded first: an event with one more field is still read."""
    value = intervention().to_json()
    newer = value[:-1] + b',"new_field":1}'
    assert Intervention.model_validate_json(newer) == Intervention.model_validate_json(value)


def test_levels_are_ranked_least_first() -> None:
    """``none`` is 0 and ``critical`` is 5."""
    assert [level.rank for level in InterventionLevel] == [0, 1, 2, 3, 4, 5]
    assert InterventionLevel.CRITICAL.rank > InterventionLevel.MILD.rank


def test_pad_is_in_the_order_pleasure_arousal_dominance() -> None:
    """The tuple's order is the graph's output order."""
    assert Pad(pleasure=0.1, arousal=0.2, dominance=0.3).as_tuple() == (0.1, 0.2, 0.3)


def test_there_are_41_different_emotions_and_neutral_is_last() -> None:
    """The wire order of probabilities is fixed."""
    assert len(EMOTIONS) == len(set(EMOTIONS)) == 41
    assert (EMOTIONS[0], EMOTIONS[-1]) == ("joy", "neutral")


def test_an_unknown_emotion_is_answered_with_the_known_ones() -> None:
    """The error helps: it lists what may be said."""
    assert known_emotion("joy") == "joy"
    with pytest.raises(ValueError, match="frustration"):
        known_emotion("hunger")
    with pytest.raises(ValueError, match=r"'frustrated' is none of the 41 emotions: is 'frustration' meant\?"):
        known_emotion("frustrated")


def test_an_outcome_may_correct_emotion_and_level() -> None:
    """Corrections are checked as well."""
    corrected = outcome(corrected_emotion="boredom", corrected_level="mild")
    assert corrected.corrected_level is InterventionLevel.MILD
    with pytest.raises(ValidationError):
        outcome(corrected_emotion="hunger")
    with pytest.raises(ValidationError):
        outcome(helped="maybe")


def test_examples_are_in_utc() -> None:
    """The examples that other tests build on are aware of their zone."""
    assert SENT_AT.tzinfo is UTC
    assert outcome().outcome_id == UUID(int=1)
