"""A part's health over HTTP: ``/live``, ``/ready`` and ``/metrics``."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.health import Check
from emotionstream.schemas.settings.health import HealthSettings

logger = structlog.get_logger()
_UNAVAILABLE: Final = 503


class Part(Protocol):
    """What a long-running part shows of itself."""

    @property
    def registry(self) -> CollectorRegistry:
        """Its metrics."""

    def live(self) -> Check:
        """False: it is stuck, and only a new process helps."""

    def ready(self) -> Check:
        """False: it is well but does not work now (starting, or what it depends on is away)."""


@asynccontextmanager
async def serve_health(part: Part, settings: HealthSettings) -> AsyncIterator[int | None]:
    """Answer for ``part`` as long as the context lasts. Yields the port, or None where the settings name none.

    Raises:
        SettingsError: the port is taken, or the host is no address of this machine.
    """
    if settings.port is None:
        yield None
        return
    runner = web.AppRunner(_application(part), access_log=None)
    await runner.setup()
    try:
        port = await _listen(runner, settings)
        logger.info("health server listens", host=settings.host, port=port)
        yield port
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: HealthSettings) -> int:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise SettingsError(
            f"EMOTIONSTREAM_HEALTH_PORT={settings.port}: cannot listen on {settings.host}: {error.strerror}. "
            "Choose a free port, 0 for any, or none"
        ) from error
    return int(runner.addresses[0][1])


def _application(part: Part) -> web.Application:
    app = web.Application()
    app.router.add_get("/live", _answer(part.live))
    app.router.add_get("/ready", _answer(part.ready))
    app.router.add_get("/metrics", _metrics(part.registry))
    return app


def _answer(check: Callable[[], Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(_: web.Request) -> web.Response:
        answer = check()
        status = web.HTTPOk.status_code if answer.ok else _UNAVAILABLE
        return web.json_response({"ok": answer.ok, "why": answer.why}, status=status)

    return handle


def _metrics(registry: CollectorRegistry) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return handle
