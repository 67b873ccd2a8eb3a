"""``emotionstream prepare``: what the embedded Kafka needs, before it is needed."""

import asyncio
import time

import typer

from emotionstream.cli.say import say_on_stderr


def command() -> None:
    """Fetch the embedded Kafka, and make its starts quick: they take about one second then, and four without.

    Needs the network the first time; done again, it changes nothing. `up` and `demo` work without it.

    Exit codes: 0 done, or KAFKA_BOOTSTRAP_SERVERS names a broker of your own, 3 a setting, 7 a package is missing,
    8 Kafka cannot be fetched or started.
    """
    from emotionstream.cli.embedded.rehearsal import Prepared, rehearse
    from emotionstream.schemas.settings.embedded import EmbeddedSettings
    from emotionstream.schemas.settings.kafka import KafkaSettings

    if KafkaSettings.load().bootstrap_servers:
        typer.echo("KAFKA_BOOTSTRAP_SERVERS names a broker of your own: there is nothing to prepare")
        return
    begun = time.monotonic()
    found = asyncio.run(rehearse(EmbeddedSettings.load(), say_on_stderr))
    told = {
        Prepared.MADE: f"prepared in {time.monotonic() - begun:.1f} s",
        Prepared.THERE: "is prepared",
        Prepared.REFUSED: "is here; Java kept nothing of its start, which takes its four seconds as before",
    }
    typer.echo(f"the embedded Kafka {told[found]}")
