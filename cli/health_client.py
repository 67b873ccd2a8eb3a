"""Ask a part of this machine how it is."""

import asyncio
from typing import Final

from emotionstream.cli.embedded.ports import LOCALHOST
from emotionstream.schemas.health import Check

_TIMEOUT_SECONDS: Final = 2.0


async def ask_health(port: int, path: str = "/ready") -> Check:
    """The answer of the health server at ``port``; where there is none, the check is not ok and says so."""
    import aiohttp

    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)) as session,
            session.get(f"http://{LOCALHOST}:{port}{path}") as response,
        ):
            body = await response.json()
            return Check(ok=bool(body["ok"]), why=str(body["why"]))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError):
        return Check(ok=False, why="it does not answer yet")


async def wait_ready(parts: dict[str, int], seconds: float, pause: float) -> dict[str, str]:
    """Wait until all of ``parts`` (name -> port) are ready; those that are not after ``seconds``, each with why."""
    waiting = dict(parts)
    why: dict[str, str] = {}
    try:
        async with asyncio.timeout(seconds):
            while waiting:
                checks = {name: await ask_health(port) for name, port in waiting.items()}
                why = {name: check.why for name, check in checks.items() if not check.ok}
                waiting = {name: parts[name] for name in why}
                await asyncio.sleep(pause if waiting else 0)
    except TimeoutError:
        return {name: why.get(name, "it does not answer yet") for name in waiting}
    return {}
