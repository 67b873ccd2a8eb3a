"""Three Kafka brokers (KRaft, each also a controller) as child processes, and who of them leads what."""

import asyncio
import errno
import json
import os
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.structs import TopicPartition
from faults.proxy import Proxy
from waiting import until

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.embedded.diagnosis import PORT_TAKEN
from emotionstream.cli.embedded.kafka import new_cluster_id
from emotionstream.cli.embedded.kafka_files import KafkaPorts, server_properties
from emotionstream.cli.embedded.ports import LOCALHOST, free_ports
from emotionstream.schemas.errors import EmbeddedServiceError
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, catalogue, topic_name

BROKERS: Final = 3
HEAP_MB: Final = 384
START_SECONDS: Final = 150.0
PORT_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """The ports of one broker: for its clients, its controller, the way in from the proxy, and the proxy itself."""

    node: int
    clients: int
    controller: int
    behind: int
    proxy: int


class Broker(EmbeddedKafka):
    """The embedded Kafka as one node of a cluster."""

    def __init__(self, settings: EmbeddedSettings, place: Place, voters: str, cluster_id: str) -> None:
        super().__init__(settings)
        self.place = place
        self._voters = voters
        self._id = cluster_id

    def _cluster_id(self) -> str:
        return self._id

    def _choose_ports(self) -> None:
        self._ports = KafkaPorts(self.place.clients, self.place.controller)

    def _write_files(self, data: Path) -> None:
        super()._write_files(data)
        plain = server_properties(data, self._ports, self._settings)
        lines = dict(line.split("=", 1) for line in plain.splitlines())
        lines |= self._of_a_cluster()
        self._properties.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")

    def _of_a_cluster(self) -> dict[str, str]:
        place, three, two = self.place, str(BROKERS), str(BROKERS - 1)
        at = {"PLAINTEXT": place.clients, "CONTROLLER": place.controller, "PROXIED": place.behind}
        seen = {"PLAINTEXT": place.clients, "PROXIED": place.proxy}
        return {
            "node.id": str(place.node),
            "controller.quorum.voters": self._voters,
            "listeners": _listeners(at),
            "advertised.listeners": _listeners(seen),
            "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in at),
            "offsets.topic.replication.factor": three,
            "transaction.state.log.replication.factor": three,
            "transaction.state.log.min.isr": two,
            "share.coordinator.state.topic.replication.factor": three,
            "share.coordinator.state.topic.min.isr": two,
            "default.replication.factor": three,
            "min.insync.replicas": two,
            # A killed broker is to be missed quickly: by the others' replicas, and by the other controllers.
            "replica.lag.time.max.ms": "4000",
            "controller.quorum.election.timeout.ms": "1000",
            "controller.quorum.fetch.timeout.ms": "2000",
            "controlled.shutdown.enable": "true",
        }

    def kill(self) -> None:
        """kill -9."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)


def _listeners(ports: dict[str, int]) -> str:
    return ",".join(f"{name}://{LOCALHOST}:{port}" for name, port in ports.items())


class Cluster:
    """The brokers, and the proxies in front of them."""

    def __init__(self, brokers: list[Broker], proxies: list[Proxy]) -> None:
        self.brokers = brokers
        self.proxies = proxies

    @property
    def kafka(self) -> KafkaSettings:
        """How clients reach it."""
        return _settings(broker.place.clients for broker in self.brokers)

    @property
    def proxied(self) -> KafkaSettings:
        """How clients reach it through the proxies."""
        return _settings(broker.place.proxy for broker in self.brokers)

    def broker(self, node: int) -> Broker:
        """The broker with this node id."""
        return next(broker for broker in self.brokers if broker.place.node == node)

    def controller(self) -> int:
        """The node that leads the controllers, as the others' files of the quorum say (KIP-595)."""
        found: dict[int, tuple[int, int]] = {}
        for broker in self.brokers:
            path = broker.folder / "data" / "__cluster_metadata-0" / "quorum-state"
            state = json.loads(path.read_text(encoding="ascii"))
            found[broker.place.node] = (state["leaderEpoch"], state["leaderId"])
        return max(found.values())[1]

    async def leader(self, topic: str, partition: int) -> int:
        """The node that leads a partition."""
        async with _client(self.kafka) as client:
            client.add_topic(topic)
            await client.force_metadata_update()
            leader: int | None = client.cluster.leader_for_partition(TopicPartition(topic, partition))
            return self.brokers[0].place.node if leader is None or leader < 0 else leader

    async def transaction_coordinator(self, transactional_id: str) -> int:
        """The node that coordinates the transactions of ``transactional_id``."""
        async with _client(self.kafka) as client, asyncio.timeout(30):
            while True:
                # The first that asks makes the coordinators' topic.
                with suppress(KafkaError):
                    node: int = await client.coordinator_lookup(CoordinationType.TRANSACTION, transactional_id)
                    return node
                await asyncio.sleep(0.2)

    async def in_sync(self, topics: TopicSettings, seconds: float = 180) -> None:
        """Wait until every copy of every partition is in sync: then another broker may go."""
        names = [topic_name(topic, topics) for topic in Topic]
        internal = ["__consumer_offsets", "__transaction_state"]

        async def all_there() -> bool:
            return await self._in_sync([*names, *internal])

        await until(all_there, seconds=seconds, pause=0.3)

    async def known(self, topics: TopicSettings, seconds: float = 60) -> None:
        """Wait until every broker knows the topics: a part that asks one which does not yet ends for good."""
        names = [spec.name for spec in catalogue(topics).values()]
        async with _client(self.kafka) as client, asyncio.timeout(seconds):
            for broker in self.brokers:
                while not await _knows(client, broker.place.node, names):  # noqa: ASYNC110 - Kafka has no event for it
                    await asyncio.sleep(0.2)

    async def _in_sync(self, names: list[str]) -> bool:
        admin = AIOKafkaAdminClient(**self.kafka.client_options())
        try:
            async with asyncio.timeout(10):
                await admin.start()
                known = await admin.list_topics()
                described = await admin.describe_topics([name for name in names if name in known])
        except (KafkaError, OSError, TimeoutError):
            return False
        finally:
            await admin.close()
        parts = [part for topic in described for part in topic["partitions"]]
        return all(part["leader"] >= 0 and len(part["isr"]) == BROKERS for part in parts)


def _settings(ports: Iterable[int]) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=",".join(f"{LOCALHOST}:{port}" for port in ports), request_timeout_ms=15_000)


async def _knows(client: AIOKafkaClient, node: int, names: list[str]) -> bool:
    try:
        answer = await client.send(node, MetadataRequest(names, allow_auto_topic_creation=False))
    except KafkaError:
        return False
    # An error code, the name, whether it is internal, the partitions, each of them with an error code first.
    return all(code == 0 and all(part[0] == 0 for part in parts) for code, _, _, parts, *_ in answer.topics)


@asynccontextmanager
async def _client(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(bootstrap_servers=kafka.bootstrap_servers)
    await client.bootstrap()
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def open_cluster(folder: Path) -> AsyncIterator[Cluster]:
    """Three brokers, ready, their data below ``folder``; stopped at the end."""
    async with AsyncExitStack() as stack:
        for left in reversed(range(PORT_TRIES)):
            try:
                cluster = await stack.enter_async_context(_opened(folder / f"cluster-{left}"))
            except (EmbeddedServiceError, OSError) as error:
                # The ports of all are told before any is started: another program may be quicker at one of them.
                if not left or not (PORT_TAKEN in str(error) or getattr(error, "errno", None) == errno.EADDRINUSE):
                    raise
            else:
                break
        yield cluster


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[Cluster]:
    ports = free_ports(4 * BROKERS)
    places = [Place(node, *ports[4 * (node - 1) : 4 * node]) for node in range(1, BROKERS + 1)]
    voters = ",".join(f"{place.node}@{LOCALHOST}:{place.controller}" for place in places)
    cluster_id = new_cluster_id()
    brokers = [Broker(_embedded(folder, place.node), place, voters, cluster_id) for place in places]
    async with AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(Proxy(place.proxy, place.behind)) for place in places]
        # Together: a single one does not answer before it has a majority.
        await asyncio.gather(*(stack.enter_async_context(broker) for broker in brokers))
        try:
            yield Cluster(brokers, proxies)
        finally:
            # Brokers that all go in good order wait for each other.
            for broker in brokers:
                broker.kill()


def _embedded(folder: Path, node: int) -> EmbeddedSettings:
    return EmbeddedSettings.load(folder=folder / f"broker-{node}", kafka_heap_mb=HEAP_MB, start_seconds=START_SECONDS)
