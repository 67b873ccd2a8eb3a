"""What a broker's silence or refusal means to a person."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from emotionstream.schemas.errors import RIGHTS, ServiceUnavailableError
from emotionstream.schemas.settings.kafka import KafkaSettings


@contextmanager
def explained(kafka: KafkaSettings) -> Iterator[None]:
    """Turn the client's errors into one that says where the broker was sought.

    Raises:
        ServiceUnavailableError: Kafka does not answer, or refuses us.
    """
    try:
        yield
    except (KafkaError, OSError) as error:
        raise ServiceUnavailableError(
            f"Kafka at {kafka.bootstrap_servers} does not answer or refuses us ({type(error).__name__}): "
            f"start it, or check KAFKA_BOOTSTRAP_SERVERS, the credentials and this user's rights ({RIGHTS})"
        ) from error
