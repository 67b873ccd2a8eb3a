"""Publishing whether interventions helped.

It stands with the producers, not beside the subscriber's ``consumers/interventions``, because it writes to Kafka; a
tutor's tool uses both.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from pydantic import ValidationError

from emotionstream.producers.connection import Outgoing, acknowledged
from emotionstream.producers.publisher import Publisher
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.cloudevents import cloudevent_headers
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.events import Helped, Intervention, InterventionOutcome
from emotionstream.schemas.flaws import in_words
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.publisher import PublisherSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic


class OutcomePublisher(Publisher):
    """Publishes outcomes, keyed by the learner. An async context manager, opened as ``ChatPublisher`` is."""

    def __init__(
        self,
        kafka: KafkaSettings | None = None,
        topics: TopicSettings | None = None,
        settings: PublisherSettings | None = None,
    ) -> None:
        super().__init__(Topic.OUTCOMES, kafka, topics, settings)

    async def publish(self, outcome: InterventionOutcome) -> SourcePosition:
        """Publish ``outcome`` and wait until Kafka has it.

        Raises:
            PublishError: Kafka did not acknowledge it; send it again with the same ``outcome_id``.
            TopicMismatchError: the topic is gone.
        """
        headers = cloudevent_headers(
            event_id=str(outcome.outcome_id),
            event_type=InterventionOutcome.ce_type,
            source=self._settings.source,
            time=outcome.reported_at,
        )
        record = Outgoing(outcome.user_id.encode(), outcome.to_json(), headers)
        return await acknowledged(await self._send(record))


def make_outcome(
    intervention_id: UUID,
    user_id: str,
    helped: Helped,
    *,
    reported_by: str,
    reported_at: datetime,
    corrected_emotion: str | None = None,
    corrected_level: InterventionLevel | None = None,
) -> InterventionOutcome:
    """An outcome with a new id.

    Raises:
        InvalidMessageError: names the fields at fault.
    """
    try:
        return InterventionOutcome(
            outcome_id=uuid4(),
            intervention_id=intervention_id,
            user_id=user_id,
            helped=helped,
            corrected_emotion=corrected_emotion,
            corrected_level=corrected_level,
            reported_by=reported_by,
            reported_at=reported_at,
        )
    except ValidationError as error:
        told = [
            f"{item['loc'][0]}: {in_words(item, of_event=True)}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise InvalidMessageError("; ".join(told)) from None


async def report_outcome(
    intervention: Intervention,
    helped: Helped,
    *,
    reported_by: str,
    corrected_emotion: str | None = None,
    corrected_level: InterventionLevel | None = None,
) -> InterventionOutcome:
    """Say whether ``intervention`` helped, as of now, with settings from the environment.

    It opens a connection for this one answer; whoever reports many keeps an ``OutcomePublisher`` open.

    Raises:
        InvalidMessageError, PublishError, ServiceUnavailableError, SettingsError, TopicMismatchError.
    """
    outcome = make_outcome(
        intervention.intervention_id,
        intervention.user_id,
        helped,
        reported_by=reported_by,
        reported_at=datetime.now(tz=UTC),
        corrected_emotion=corrected_emotion,
        corrected_level=corrected_level,
    )
    async with OutcomePublisher() as publisher:
        await publisher.publish(outcome)
    return outcome
