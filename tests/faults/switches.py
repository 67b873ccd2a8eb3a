"""What the bench switches off in its own processes, to show that it would see the loss or the duplicate. Test only."""

import re
from enum import StrEnum
from typing import Final

SWITCHED_OFF: Final = "FAULTS_SWITCHED_OFF"
"""Names of switches, with commas between."""
_CONFLICT: Final = re.compile(r"ON CONFLICT \([^)]*\) DO NOTHING")


class Switch(StrEnum):
    """A rule of the product that can be taken out."""

    FLUSH = "flush"
    """The state stage waits for every acknowledgement before it commits; without: Faust's own producer."""
    CONFLICT = "conflict"
    """The recorder keeps a row once; without: it inserts what it is given."""


def switch_off(switch: Switch) -> None:
    """Take the rule out of this process."""
    {Switch.FLUSH: _flush, Switch.CONFLICT: _conflict}[switch]()


def _flush() -> None:
    import asyncio
    from typing import Any

    from faust.transport.drivers import aiokafka as driver

    from emotionstream.state.faust_driver import StrictProducer, StrictTransport

    class Hasty(StrictProducer):
        """Commits as Faust's own does: after a flush that looks at no acknowledgement."""

        async def flush(self) -> None:
            """Hand over what waits, and ask for nothing."""
            self.changelog.depart()
            await driver.Producer.flush(self)

        def _settle(self, future: "asyncio.Future[Any]") -> None:
            self._open.discard(future)
            if not future.cancelled():
                future.exception()

    StrictTransport.Producer = Hasty


def _conflict() -> None:
    from emotionstream.history import queries, writer

    writer.query = lambda name: _CONFLICT.sub("", queries.query(name))  # type: ignore[assignment]
