"""What ``doctor`` finds when it asks: Kafka, its topics, PostgreSQL, the parts that run here."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from emotionstream.cli.endpoints import database_settings, kafka_settings, running
from emotionstream.cli.findings import Finding, note, ok, problem
from emotionstream.cli.health_client import ask_health
from emotionstream.cli.topics_admin import TopicStatus, plan_topics
from emotionstream.schemas.errors import EmotionStreamError
from emotionstream.schemas.extras import install_line
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.topics import TopicSettings

_PATIENCE_SECONDS: Final = 10.0
_START: Final = "`emotionstream up` starts one"


async def look_at_kafka(environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Whether the broker answers, and whether its topics are what the catalogue says."""
    settings = kafka_settings(environ)
    if not settings.bootstrap_servers:
        yield note("kafka", "none is named and none runs here", f"set KAFKA_BOOTSTRAP_SERVERS, or {_START}")
        return
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            plan = await plan_topics(settings, TopicSettings.load(environ))
    except TimeoutError:
        yield problem("kafka", f"{settings.bootstrap_servers} does not answer", f"correct the address, or {_START}")
        return
    except EmotionStreamError as error:
        yield problem("kafka", str(error))
        return
    yield ok("kafka", f"{settings.bootstrap_servers} answers")
    wrong = [entry for entry in plan if entry.status is not TopicStatus.FITS]
    if wrong:
        told = ", ".join(f"{entry.spec.name} {entry.status}" for entry in wrong)
        yield problem("topics", told, "`emotionstream topics plan` says more, `emotionstream topics apply` creates")
    else:
        yield ok("topics", f"all {len(plan)} as the catalogue says")


async def look_at_postgres(environ: Mapping[str, str]) -> Finding:
    """Whether the database answers, and whether its tables are up to date."""
    settings = database_settings(environ)
    if settings.url is None:
        return note("postgresql", "none is named and none runs here", f"set DATABASE_URL, or {_START}")
    try:
        from emotionstream.history.store import open_history
    except ImportError:
        return note("postgresql", "cannot be asked", install_line("history"))
    try:
        async with (
            asyncio.timeout(_PATIENCE_SECONDS),
            open_history(settings, HistorySettings.load(environ), prepare=False) as history,
        ):
            version, plan = await history.version(), await history.plan()
    except TimeoutError:
        return problem("postgresql", "it does not answer", f"correct DATABASE_URL, or {_START}")
    except EmotionStreamError as error:
        return problem("postgresql", str(error))
    if not plan.up_to_date:
        return problem("postgresql", f"{version} answers, its tables are not up to date", "`emotionstream db migrate`")
    return ok("postgresql", f"{version} answers, its tables are up to date")


async def look_at_parts(environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """The parts of the ``emotionstream up`` that runs here."""
    run = running(environ)
    if run is None:
        yield note("parts", "no `emotionstream up` runs with this data folder")
        return
    for name, port in run.health.items():
        check = await ask_health(port)
        yield ok(name, "ready") if check.ok else problem(name, f"not ready: {check.why}", "look at its log")
