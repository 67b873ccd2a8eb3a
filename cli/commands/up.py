"""``emotionstream up``: every part on this machine."""

import asyncio
import json
from typing import Annotated, Any

import typer

from emotionstream.cli.embedded.ports import LOCALHOST
from emotionstream.cli.interruption import until_signal
from emotionstream.cli.say import say_on_stderr
from emotionstream.cli.stack import Stack
from emotionstream.schemas.settings.supervisor import SupervisorSettings


def command(
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Worker processes (EMOTIONSTREAM_SUPERVISOR_WORKERS).")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on standard output when all is ready.")
    ] = False,
) -> None:
    """Run every part on this machine, until Ctrl-C or SIGTERM.

    Starts Kafka where KAFKA_BOOTSTRAP_SERVERS is not set, and PostgreSQL where DATABASE_URL is not set, creates topics
    and tables, and runs worker, state and recorder, each as a process of its own that is started again when it ends.
    Other commands, run in the same folder, find the services by themselves.
    """
    given: dict[str, Any] = {} if workers is None else {"workers": workers}
    settings = SupervisorSettings.load(**given)
    asyncio.run(until_signal(_run(Stack(settings, say=say_on_stderr), as_json), say_on_stderr))


async def _run(stack: Stack, as_json: bool) -> None:
    async with stack:
        addresses = _addresses(stack)
        if as_json:
            typer.echo(json.dumps(addresses))
        for line in _lines(addresses):
            say_on_stderr(line)
        await stack.failure()


def _addresses(stack: Stack) -> dict[str, Any]:
    postgres = stack.postgres_service
    return {
        "kafka": {"bootstrap_servers": stack.kafka.bootstrap_servers, "embedded": stack.kafka_service is not None},
        # A named one may hold a password.
        "postgres": {"url": postgres.url if postgres is not None else None, "embedded": postgres is not None},
        "parts": {
            name: {"pid": state.pid, "health": f"http://{LOCALHOST}:{stack.health[name]}"}
            for name, state in stack.parts.items()
        },
        "logs": str(stack.folder / "parts"),
    }


def _lines(addresses: dict[str, Any]) -> list[str]:
    return [
        f"Kafka       {addresses['kafka']['bootstrap_servers']}",
        f"PostgreSQL  {addresses['postgres']['url'] or 'as DATABASE_URL says'}",
        *(f"{name:<11} {part['health']}/ready" for name, part in addresses["parts"].items()),
        f"logs        {addresses['logs']}",
        "All is ready. In another terminal, in this folder:",
        "  emotionstream publish --text 'I am lost' --user ada --follow",
        "For programs of your own:",
        f"  export KAFKA_BOOTSTRAP_SERVERS={addresses['kafka']['bootstrap_servers']}",
        "Ctrl-C stops everything.",
    ]
