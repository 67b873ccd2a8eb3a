"""Ask a part of this machine how it is."""

import asyncio
from typing import Final

from emotionstream.cli.embedded.ports import LOCALHOST
from emotionstream.cli.say import Say
from emotionstream.schemas.health import Check

_TIMEOUT_SECONDS: Final = 2.0
_SILENCE_SECONDS: Final = 10.0


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


async def wait_ready(parts: dict[str, int], seconds: float, pause: float, say: Say) -> dict[str, str]:
    """Wait until all of ``parts`` (name -> port) are ready; those that are not after ``seconds``, each with why.

    ``say`` hears from time to time what is being waited for.
    """
    loop = asyncio.get_running_loop()
    ends, speaks = loop.time() + seconds, loop.time() + _SILENCE_SECONDS
    while True:
        checks = dict(zip(parts, await asyncio.gather(*map(ask_health, parts.values())), strict=True))
        late = {name: check.why for name, check in checks.items() if not check.ok}
        if not late or loop.time() > ends:
            return late
        if loop.time() > speaks:
            say("waiting for " + "; ".join(f"{name} ({why})" for name, why in late.items()))
            speaks = loop.time() + _SILENCE_SECONDS
        await asyncio.sleep(pause)
