"""What the state stage does with one record of the results topic: pure, so that it can be tested without Kafka."""

from dataclasses import dataclass
from typing import Final

from emotionstream.schemas.cloudevents import cloudevent_headers, traceparent
from emotionstream.schemas.dead_letters import dead_letter
from emotionstream.schemas.decode import is_tombstone
from emotionstream.schemas.events import EmotionResult, Intervention, Rejection
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.topics import Topic
from emotionstream.state.decision import Policy
from emotionstream.state.intake import decode_result
from emotionstream.state.learner import Step, advance
from emotionstream.state.snapshot import LearnerState

CE_SOURCE: Final = "/emotionstream/state"


@dataclass(frozen=True, slots=True)
class Output:
    """A record to publish, in the source record's partition, and to have acknowledged before the table changes."""

    topic: Topic
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Turn:
    """``value``: the learner's new state, None to leave it as it is. ``erase``: forget the learner."""

    output: Output | None = None
    value: bytes | None = None
    erase: bool = False
    result: EmotionResult | None = None
    step: Step | None = None
    rejection: Rejection | None = None


def take(record: Record, value: bytes | None, policy: Policy, settings: StateSettings, max_bytes: int) -> Turn:
    """What to do with ``record``, given the table's ``value`` under its key.

    A dead letter holds the original record where that has at most ``max_bytes``.

    Raises:
        ValueError: ``value`` is of another format: the changelog was written by another version.
    """
    if is_tombstone(record):
        return Turn(erase=True)
    decoded = decode_result(record)
    if isinstance(decoded, Rejection):
        return _rejected(record, decoded, max_bytes)
    step = advance(None if value is None else LearnerState.from_json(value), decoded, policy, settings)
    if step.seen_before:
        return Turn(result=decoded, step=step)
    output = None if step.intervention is None else _raised(record, step.intervention)
    return Turn(output, step.learner.to_json(), result=decoded, step=step)


def _raised(record: Record, intervention: Intervention) -> Output:
    # Nothing of it depends on the clock: a repeat after a crash is the same record, byte for byte.
    headers = cloudevent_headers(
        event_id=str(intervention.intervention_id),
        event_type=intervention.ce_type,
        source=CE_SOURCE,
        time=intervention.scored_at,
        traceparent=traceparent(record.headers),
    )
    return Output(Topic.INTERVENTIONS, record.key, intervention.to_json(), headers)


def _rejected(record: Record, rejection: Rejection, max_bytes: int) -> Turn:
    letter = dead_letter(record, rejection, max_bytes)
    output = Output(Topic.RESULTS_DLQ, letter.key, letter.value, letter.headers)
    return Turn(output, rejection=letter.rejection)
