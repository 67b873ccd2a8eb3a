"""Kafka and PostgreSQL for the parts: those that the environment names, or embedded ones that are kept running."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import NoReturn, Self

from pydantic import SecretStr

from emotionstream.cli.embedded import EmbeddedKafka, EmbeddedPostgres
from emotionstream.cli.embedded.service import EmbeddedService
from emotionstream.cli.log_files import bound_log
from emotionstream.cli.restarts import Restart, after_end
from emotionstream.cli.say import Say
from emotionstream.schemas.errors import EmbeddedServiceError, SettingsError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings, SecurityProtocol
from emotionstream.schemas.settings.supervisor import SupervisorSettings

_ENDED = -1


class Services:
    """Inside the context both answer; ``kafka`` and ``database`` say where. Embedded ones end with the context.

    Raises SettingsError when it is made, where the settings cannot be met; EmbeddedServiceError on entering, where an
    embedded one cannot start.
    """

    def __init__(
        self, embedded: EmbeddedSettings, supervisor: SupervisorSettings, environ: Mapping[str, str], say: Say
    ) -> None:
        self._settings = supervisor
        self._say = say
        self._keepers: list[asyncio.Task[NoReturn]] = []
        self._held = AsyncExitStack()
        self.kafka = KafkaSettings.load(environ)
        _refuse_guarded_nothing(self.kafka)
        self.database = DatabaseSettings.load(environ)
        self.kafka_service = None if self.kafka.bootstrap_servers else EmbeddedKafka(embedded, say)
        self.postgres_service = EmbeddedPostgres(embedded, say) if self.database.url is None else None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._start(stack)
            if self.kafka_service is not None:
                self.kafka = self.kafka.model_copy(update={"bootstrap_servers": self.kafka_service.bootstrap_servers})
            if self.postgres_service is not None:
                self.database = self.database.model_copy(update={"url": SecretStr(self.postgres_service.url)})
            stack.push_async_callback(self._stop_keepers)
            self._keepers = [asyncio.create_task(self._keep(service)) for service in self._services]
            self._held = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.aclose()

    @property
    def _services(self) -> list[EmbeddedService]:
        return [service for service in (self.kafka_service, self.postgres_service) if service is not None]

    async def _start(self, stack: AsyncExitStack) -> None:
        """Both at once. Each hands itself to ``stack`` as soon as it runs, so that none is left when one fails."""
        try:
            async with asyncio.TaskGroup() as group:
                for service in self._services:
                    self._say(f"starting {service.name}")
                    group.create_task(stack.enter_async_context(service))
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _keep(self, service: EmbeddedService) -> NoReturn:
        """Start a service again that ended by itself, at the same address and with the same data."""
        last: Restart | None = None
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            await self._end(service)
            last = after_end(_ENDED, loop.time() - begun, last, self._settings) or last
            delay = last.delay if last is not None else self._settings.first_delay_seconds
            self._say(f"{service.name} ended; it is started again in {delay:g} s ({service.log})")
            await asyncio.sleep(delay)
            try:
                await service.restart()
            except EmbeddedServiceError as error:
                self._say(str(error))

    async def _end(self, service: EmbeddedService) -> None:
        while True:
            if not service.alive:
                return
            bound_log(service.log, self._settings.log_bytes)
            await asyncio.sleep(self._settings.watch_seconds)

    async def _stop_keepers(self) -> None:
        for task in self._keepers:
            task.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)


def _refuse_guarded_nothing(kafka: KafkaSettings) -> None:
    if kafka.security_protocol is not SecurityProtocol.PLAINTEXT and not kafka.bootstrap_servers:
        raise SettingsError(
            f"KAFKA_SECURITY_PROTOCOL is {kafka.security_protocol}, and KAFKA_BOOTSTRAP_SERVERS names no broker: name "
            "it, or unset KAFKA_SECURITY_PROTOCOL. The embedded Kafka listens in clear, on this machine only"
        )
