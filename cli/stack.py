"""The whole chain on one machine: services where none is named, topics, tables, and the parts under a supervisor."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import NoReturn, Self

from emotionstream.cli.embedded import EmbeddedKafka, EmbeddedPostgres
from emotionstream.cli.embedded.folder import claimed
from emotionstream.cli.embedded.ports import free_ports
from emotionstream.cli.extras import require_parts
from emotionstream.cli.health_client import wait_ready
from emotionstream.cli.parts import Addresses, part_command, part_specs
from emotionstream.cli.pids import ProcessId
from emotionstream.cli.run_file import RunFile, remove_run_file
from emotionstream.cli.say import Say, say_nothing
from emotionstream.cli.services import Services
from emotionstream.cli.setting_table import refuse_unknown_anywhere
from emotionstream.cli.supervisor import KeptState, Supervisor, end_orphans
from emotionstream.cli.topics_admin import TopicStatus, admin, apply_topics
from emotionstream.schemas.errors import ServiceUnavailableError, TopicMismatchError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.supervisor import SupervisorSettings
from emotionstream.schemas.settings.topics import TopicSettings


class Stack:
    """``async with Stack(settings) as stack:``. Inside, every part is ready; after it, everything has ended.

    Parts end first, then the services. What crashes inside is started again, a service at the same address.

    Raises MissingExtraError when it is made, where packages are not installed. Raises on entering:
        EmbeddedServiceError: a service cannot start.
        TopicMismatchError: a topic exists with another partition count.
        ServiceUnavailableError: a named service does not answer, or a part does not get ready.
        SettingsError, CheckpointError: a part cannot run.
    """

    def __init__(
        self, settings: SupervisorSettings, environ: Mapping[str, str] | None = None, say: Say | None = None
    ) -> None:
        self._settings = settings
        self._environ = dict(os.environ if environ is None else environ)
        self._say: Say = say or say_nothing
        refuse_unknown_anywhere(self._environ)
        require_parts()
        embedded = EmbeddedSettings.load(self._environ)
        self._services = Services(embedded, settings, self._environ, self._say)
        self._held = AsyncExitStack()
        self._supervisor: Supervisor | None = None
        self.folder = embedded.folder.expanduser().absolute()
        self.topics = TopicSettings.load(self._environ)
        self.health: dict[str, int] = {}

    @property
    def kafka(self) -> KafkaSettings:
        """Where Kafka is, once entered."""
        return self._services.kafka

    @property
    def database(self) -> DatabaseSettings:
        """Where PostgreSQL is, once entered."""
        return self._services.database

    @property
    def kafka_service(self) -> EmbeddedKafka | None:
        """The embedded Kafka, None where the environment names a broker."""
        return self._services.kafka_service

    @property
    def postgres_service(self) -> EmbeddedPostgres | None:
        """The embedded PostgreSQL, None where the environment names one."""
        return self._services.postgres_service

    @property
    def parts(self) -> dict[str, KeptState]:
        """How each part is, by name: ``worker`` (or ``worker-1``, ``worker-2``, ...), ``state``, ``recorder``."""
        states = self._supervisor.states if self._supervisor is not None else ()
        return {state.name: state for state in states}

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            # Leaving runs backwards: parts, run file, services.
            stack.enter_context(claimed(self.folder / "parts"))
            # Before the services, which end their own: what was left of the parts can still finish, and commit.
            await end_orphans(self.folder / "parts", self._settings.stop_seconds, self._say)
            await self._check_named_kafka()
            await stack.enter_async_context(self._services)
            await self._prepare_topics()
            await self._prepare_tables()
            stack.callback(remove_run_file, self.folder)
            await self._start_parts(stack)
            self._held = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.aclose()

    async def failure(self) -> NoReturn:
        """Wait until a part cannot run at all, and raise why."""
        if self._supervisor is None:
            raise RuntimeError("the stack is not entered")
        await self._supervisor.failure()

    async def _check_named_kafka(self) -> None:
        """A named broker must answer before anything is started: the variable may be left from another day."""
        if self.kafka.bootstrap_servers is None:
            return
        try:
            async with admin(self.kafka):
                pass
        except ServiceUnavailableError as error:
            raise ServiceUnavailableError(
                f"KAFKA_BOOTSTRAP_SERVERS names {self.kafka.bootstrap_servers}, and Kafka does not answer there: start "
                "it, or unset KAFKA_BOOTSTRAP_SERVERS to let `emotionstream up` start its own"
            ) from error

    async def _prepare_topics(self) -> None:
        for entry in await apply_topics(self.kafka, self.topics):
            if entry.status is not TopicStatus.DIFFERS:
                continue
            told = ", ".join(f"{name} {current}, not {wanted}" for name, current, wanted in entry.differences)
            if any(name == "partitions" for name, _, _ in entry.differences):
                raise TopicMismatchError(
                    f"topic {entry.spec.name} exists with {told}. Set EMOTIONSTREAM_TOPICS_PARTITIONS to what is "
                    "there, EMOTIONSTREAM_TOPICS_PREFIX to begin anew, or delete the topic"
                )
            self._say(f"topic {entry.spec.name} exists with {told}; it is used as it is (`emotionstream topics plan`)")

    async def _prepare_tables(self) -> None:
        from emotionstream.history.store import open_history

        async with open_history(self.database, HistorySettings.load(self._environ)):
            pass  # Opening brings the tables up to date.

    async def _start_parts(self, stack: AsyncExitStack) -> None:
        workers = self._settings.workers
        specs = part_specs(workers, free_ports(workers + 2), os.cpu_count() or 1)
        url = self.database.url
        addresses = Addresses(self.kafka.bootstrap_servers or "", url.get_secret_value() if url else "")
        logs = self.folder / "parts"
        commands = {spec.name: part_command(spec, addresses, self._environ, logs) for spec in specs}
        self.health = {spec.name: spec.health_port for spec in specs}
        self._say(f"starting {', '.join(self.health)}")
        self._supervisor = await stack.enter_async_context(Supervisor(commands, self._settings, self._say))
        self._write_run_file()
        await self._wait_ready(self._supervisor)

    def _write_run_file(self) -> None:
        owner = ProcessId.of(os.getpid())
        if owner is not None:
            RunFile(
                owner=owner,
                kafka=self.kafka_service.bootstrap_servers if self.kafka_service else None,
                database=self.postgres_service.url if self.postgres_service else None,
                health=self.health,
            ).write(self.folder)

    async def _wait_ready(self, supervisor: Supervisor) -> None:
        failing = asyncio.create_task(supervisor.failure())
        pause = self._settings.watch_seconds
        waiting = asyncio.create_task(wait_ready(self.health, self._settings.ready_seconds, pause, self._say))
        try:
            await asyncio.wait({failing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if failing.done():
                failing.result()
            late = waiting.result()
        finally:
            for task in (failing, waiting):
                task.cancel()
            await asyncio.gather(failing, waiting, return_exceptions=True)
        if late:
            told = "; ".join(f"{name}: {why} ({self.folder / 'parts' / name}.log)" for name, why in late.items())
            raise ServiceUnavailableError(f"not ready after {self._settings.ready_seconds:g} s: {told}")
