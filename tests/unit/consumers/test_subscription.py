"""In which order a subscription gives what it has fetched."""

from aiokafka.structs import ConsumerRecord, TopicPartition
from examples import intervention

from emotionstream.consumers.subscription import Subscription
from emotionstream.consumers.wanted import Wanted
from emotionstream.schemas.events import Intervention
from emotionstream.schemas.settings.subscriber import SubscriberSettings


def record(item: Intervention, partition: int, offset: int, timestamp: int) -> ConsumerRecord:
    """``item`` as it was read."""
    value = item.to_json()
    return ConsumerRecord("t", partition, offset, timestamp, 0, b"ada", value, 0, 3, len(value), ())


class Fetched:
    """A consumer that gives the same records once."""

    def __init__(self, *records: ConsumerRecord) -> None:
        self._records = list(records)

    async def getmany(self, **options: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        """All, partition by partition."""
        found: dict[TopicPartition, list[ConsumerRecord]] = {}
        for each in self._records:
            found.setdefault(TopicPartition(each.topic, each.partition), []).append(each)
        self._records = []
        return found


async def test_what_waits_in_several_partitions_comes_in_the_order_of_time() -> None:
    """Not partition after partition; but within one nothing is moved, or more would count as taken than was given."""
    raised = [intervention() for _ in range(5)]
    first, second, third, fourth, fifth = raised
    fetched = Fetched(
        record(first, 0, 0, 10),
        record(fourth, 0, 1, 40),
        record(fifth, 0, 2, 5),
        record(second, 1, 0, 20),
        record(third, 1, 1, 30),
    )
    subscription = Subscription(Wanted(min_level=None, levels=None, users=None), SubscriberSettings())
    await subscription.start(fetched)
    assert [await anext(subscription) for _ in raised] == raised
