"""Putting together what came of each chat record. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from emotionstream.history.session import Said, Turn
from emotionstream.schemas.events import EmotionResult, Intervention, InterventionOutcome, Rejection
from emotionstream.schemas.position import SourcePosition, result_id


@dataclass(frozen=True, slots=True)
class Parts:
    """What the tables hold of one learner; ``outcomes`` beside the id of the result that led to each."""

    messages: Iterable[Said] = ()
    results: Iterable[EmotionResult] = ()
    interventions: Iterable[Intervention] = ()
    outcomes: Iterable[tuple[UUID, InterventionOutcome]] = field(default_factory=tuple)
    rejections: Iterable[Rejection] = ()


def turns(parts: Parts) -> list[Turn]:
    """One turn per chat record, in the order in which they were said.

    A learner's records lie in one partition. The broker's timestamp comes before the offset, which starts at 0
    again when a topic is made anew. A broker whose clock is set back disturbs this order.
    """
    messages = {result_id(said.position): said for said in parts.messages}
    results = {result.result_id: result for result in parts.results}
    raised = {intervention.result_id: intervention for intervention in parts.interventions}
    refused = {result_id(rejection.source): rejection for rejection in parts.rejections}
    answers: dict[UUID, list[InterventionOutcome]] = {}
    for key, outcome in parts.outcomes:
        answers.setdefault(key, []).append(outcome)
    places = {key: result.source for key, result in results.items()}
    places |= {key: said.position for key, said in messages.items()}
    return [
        Turn(
            result_id=key,
            position=places[key],
            message=messages.get(key),
            result=results.get(key),
            intervention=raised.get(key),
            outcomes=tuple(answers.get(key, ())),
            rejection=refused.get(key),
        )
        for key in sorted(places, key=lambda key: order(places[key]))
    ]


def order(position: SourcePosition) -> tuple[int, int]:
    """What a learner's records are sorted by."""
    return position.timestamp_ms, position.offset
