"""The events on the wire. JSON values; one class per topic."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from emotionstream.schemas.affect import InterventionLevel, Pad, Readiness, Trajectory, Unit
from emotionstream.schemas.emotions import EMOTIONS, known_emotion
from emotionstream.schemas.position import SourcePosition

_DATE: Final = re.compile(r"\d{4}-")
"""How a date begins (RFC 3339)."""

TEXT_MAX_CHARS: Final = 20_000
"""Longest chat text that is accepted, in characters: far above any chat, far below Kafka's record limit."""

Identifier = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=128,
        pattern=r"^[^\x00-\x20\x7f-\x9f](?:[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f])?$",
    ),
]
"""1 to 128 characters, no control characters, no space at either end."""

EmotionName = Annotated[str, Field(json_schema_extra={"enum": list(EMOTIONS)})]


class Event(BaseModel):
    """Base of the events that this system writes: readers ignore fields they do not know."""

    # Inputs are hidden in errors because tracebacks are logged, and an input may be what somebody wrote.
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants", hide_input_in_errors=True)

    ce_type: ClassVar[str]

    def to_json(self) -> bytes:
        """UTF-8 JSON, without the fields that are ``None``. Floats round-trip exactly."""
        return self.model_dump_json(exclude_none=True).encode()


class Role(StrEnum):
    """Who wrote a chat message. Only learners are scored."""

    LEARNER = "learner"
    TUTOR = "tutor"
    SYSTEM = "system"


class ChatMessage(Event):
    """One chat message, as publishers send it. Unknown fields are refused: a typo must not lose data."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    ce_type: ClassVar[str] = "emotionstream.chat.message.v1"

    message_id: Identifier = Field(description="Unique for this message; a UUID will do")
    user_id: Identifier = Field(
        description="Pseudonymous id of the learner whose conversation this is; the record's key"
    )
    session_id: Identifier
    text: Annotated[str, StringConstraints(max_length=TEXT_MAX_CHARS)]
    sent_at: AwareDatetime = Field(strict=False, description="When it was written, with a time zone")
    role: Role = Field(default=Role.LEARNER, strict=False)
    engagement: Unit | None = Field(default=None, description="How engaged the learner is, if the publisher knows")
    cognitive_load: Unit | None = Field(default=None, description="How loaded the learner is, if the publisher knows")
    time_factor: Unit | None = Field(default=None, description="Share of the session's time that has passed, if known")
    training_consent: bool = Field(default=False, description="Whether the text may be used for training")

    @field_validator("sent_at", mode="before")
    @classmethod
    def _written_out(cls, value: object, info: ValidationInfo) -> object:
        # Pydantic takes digits in a string for seconds or milliseconds since 1970, by their size: a guess loses data.
        written = info.mode == "json" and isinstance(value, str) and _DATE.match(value)
        if written or isinstance(value, datetime):
            return value
        raise ValueError("write a date and a time with a zone, such as 2026-01-31T09:30:00Z")

    @field_validator("text")
    @classmethod
    def _no_nul(cls, text: str) -> str:
        if "\x00" in text:
            raise ValueError("text contains a NUL character, which no database keeps: remove it")
        return text


class ModelInfo(BaseModel):
    """Which model gave a result, and on what kind of machine."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    engine: str = Field(description="Fingerprint: backend, its version, precision, processor features")


class EmotionResult(Event):
    """What the model says of one learner message. Never text."""

    ce_type: ClassVar[str] = "emotionstream.emotion.result.v1"

    result_id: UUID
    message_id: Identifier
    user_id: Identifier
    session_id: Identifier
    probabilities: Annotated[tuple[Unit, ...], Field(min_length=len(EMOTIONS), max_length=len(EMOTIONS))]
    primary_emotion: EmotionName
    confidence: Unit
    pad: Pad
    readiness: Readiness
    truncated: bool = Field(description="The text was longer than the model's window and was cut")
    engagement: Unit | None = None
    cognitive_load: Unit | None = None
    time_factor: Unit | None = None
    model: ModelInfo
    source: SourcePosition
    sent_at: AwareDatetime
    scored_at: AwareDatetime

    @field_validator("primary_emotion")
    @classmethod
    def _known_emotion(cls, name: str) -> str:
        return known_emotion(name)


class ReasonKind(StrEnum):
    """What the policy looked at."""

    EMOTION = "emotion"
    PLEASURE = "pleasure"
    AROUSAL = "arousal"
    DOMINANCE = "dominance"
    PLEASURE_TREND = "pleasure_trend"
    PLEASURE_AVERAGE = "pleasure_average"
    AROUSAL_AVERAGE = "arousal_average"
    DOMINANCE_AVERAGE = "dominance_average"
    VOLATILITY = "volatility"
    READINESS = "readiness"
    ENGAGEMENT = "engagement"
    COGNITIVE_LOAD = "cognitive_load"
    SESSION_TIME = "session_time"
    LAST_INTERVENTION = "last_intervention"


class Reason(BaseModel):
    """One piece of evidence: ``what`` had ``value``; on average, over the learners trained on, it is ``against``."""

    model_config = ConfigDict(frozen=True)

    what: ReasonKind
    value: Annotated[float, Field(allow_inf_nan=False)]
    against: Annotated[float, Field(allow_inf_nan=False)]
    weight: Annotated[float, Field(allow_inf_nan=False)] = Field(
        description="By how many levels this evidence moved the policy's expected level"
    )
    emotion: EmotionName | None = None


LEVEL_COUNT: Final = len(InterventionLevel)


class Intervention(Event):
    """A learner needs help. Never text."""

    ce_type: ClassVar[str] = "emotionstream.intervention.v1"

    intervention_id: UUID
    result_id: UUID
    message_id: Identifier
    user_id: Identifier
    session_id: Identifier
    level: InterventionLevel
    previous_level: InterventionLevel
    reasons: tuple[Reason, ...]
    trajectory: Trajectory
    ema: Pad = Field(description="The learner's PAD moving average")
    level_probabilities: Annotated[tuple[Unit, ...], Field(min_length=LEVEL_COUNT, max_length=LEVEL_COUNT)] = Field(
        description="The policy's probability of each level, in their order (propensities)"
    )
    policy_version: str
    model: ModelInfo
    source: SourcePosition
    sent_at: AwareDatetime
    scored_at: AwareDatetime


Helped = Literal["yes", "no", "unsure"]


class InterventionOutcome(Event):
    """A tutor's answer: whether an intervention helped."""

    ce_type: ClassVar[str] = "emotionstream.intervention.outcome.v1"

    outcome_id: UUID
    intervention_id: UUID
    user_id: Identifier = Field(description="The learner's id; the record's key")
    helped: Helped
    corrected_emotion: EmotionName | None = None
    corrected_level: InterventionLevel | None = None
    reported_by: Identifier
    reported_at: AwareDatetime

    @field_validator("corrected_emotion")
    @classmethod
    def _known_emotion(cls, name: str | None) -> str | None:
        return None if name is None else known_emotion(name)


class RejectionKind(StrEnum):
    """Why a record could not be used."""

    EMPTY_VALUE = "empty_value"
    TOO_LARGE = "too_large"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    WRONG_EVENT_TYPE = "wrong_event_type"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    INVALID_FIELD = "invalid_field"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    DUPLICATE_FIELD = "duplicate_field"
    MISSING_KEY = "missing_key"
    KEY_MISMATCH = "key_mismatch"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    DUPLICATE_MESSAGE = "duplicate_message"
    EMPTY_TEXT = "empty_text"
    UNSCORABLE = "unscorable"


class Rejection(BaseModel):
    """Why a record went to the dead-letter topic. Travels as headers beside the original record.

    ``reason`` names fields and limits but never repeats the record's content.
    """

    model_config = ConfigDict(frozen=True)

    rejection_id: UUID
    source: SourcePosition
    stage: Literal["worker", "state", "recorder"]
    kind: RejectionKind
    reason: Annotated[str, StringConstraints(max_length=1000)]
    rejected_at: AwareDatetime
