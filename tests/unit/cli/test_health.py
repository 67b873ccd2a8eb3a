"""A part answers for its health over HTTP."""

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter

from emotionstream.cli.health import serve_health
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.health import WELL, Check
from emotionstream.schemas.settings.health import HealthSettings


class Part:
    """A part whose health the test sets."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.checks = {"live": WELL, "ready": WELL}
        Counter("things", "Things done", registry=self.registry).inc()

    def live(self) -> Check:
        """As set."""
        return self.checks["live"]

    def ready(self) -> Check:
        """As set."""
        return self.checks["ready"]


async def ask(port: int | None, path: str) -> tuple[int, str]:
    """Status and body of a GET."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("name", ["live", "ready"])
async def test_a_check_is_answered_with_its_reason(name: str) -> None:
    """200 while the part is well, 503 with the reason as soon as it is not."""
    part = Part()
    async with serve_health(part, HealthSettings(port=0)) as port:
        assert await ask(port, f"/{name}") == (200, '{"ok": true, "why": ""}')
        part.checks[name] = Check(ok=False, why="the broker is away")
        assert await ask(port, f"/{name}") == (503, '{"ok": false, "why": "the broker is away"}')


async def test_metrics_are_in_prometheus_text_format() -> None:
    """/metrics gives the part's own registry."""
    async with serve_health(Part(), HealthSettings(port=0)) as port:
        status, text = await ask(port, "/metrics")
    assert status == 200
    assert "things_total 1.0" in text


async def test_without_a_port_there_is_no_server() -> None:
    """A part may run without a health server."""
    async with serve_health(Part(), HealthSettings()) as port:
        assert port is None


async def test_a_taken_port_is_named() -> None:
    """A port in use is a settings error that names the variable."""
    async with serve_health(Part(), HealthSettings(port=0)) as port:
        with pytest.raises(SettingsError, match=f"EMOTIONSTREAM_HEALTH_PORT={port}"):
            async with serve_health(Part(), HealthSettings(port=port)):
                pass


async def test_the_server_ends_with_its_context() -> None:
    """After the context nobody answers."""
    async with serve_health(Part(), HealthSettings(port=0)) as port:
        pass
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(port, "/live")
