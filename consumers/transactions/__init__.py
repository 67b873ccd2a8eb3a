"""Exactly once by Kafka transactions: one transactional producer for each input partition.

Whoever is assigned a partition starts its producer, which fences the last owner's, reads the committed offset, goes
there, and only then takes records. Results and the next source offset are one transaction. After an error whose
outcome is not known the producer is dropped, and the partition begins again as if newly assigned.

The client speaks the older transaction protocol (KIP-98), in which the group does not fence: the transactional id
does, which is why it belongs to the partition and not to the worker.
"""

from emotionstream.consumers.transactions.failpoints import Armed, Failpoints, Unharmed, failpoints
from emotionstream.consumers.transactions.ownership import Ownership, Position
from emotionstream.consumers.transactions.producer import PartitionProducer, open_partition_producer

__all__ = [
    "Armed",
    "Failpoints",
    "Ownership",
    "PartitionProducer",
    "Position",
    "Unharmed",
    "failpoints",
    "open_partition_producer",
]
