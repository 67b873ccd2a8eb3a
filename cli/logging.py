"""Structured logs on standard error."""

import logging
import sys
from typing import Final, TextIO

import structlog

from emotionstream.cli.chatter import Chatter
from emotionstream.schemas.settings.logging import LogFormat, LoggingSettings, LogLevel

OURS: Final = ("emotionstream", "__main__")
"""Loggers whose DEBUG lines may be shown: this program's packages, and the module that was started.

Other libraries print what passes through them at DEBUG, Kafka's client keys and values: they stay above it, whatever
is asked for and whatever level a library gives its own loggers.
"""


class StandardErrorHandler(logging.StreamHandler[TextIO]):
    """Writes to what is standard error at the time: a progress bar stands in for it while it is shown."""

    def __init__(self, chatter: Chatter) -> None:
        super().__init__(sys.stderr)
        self._chatter = chatter

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, or none where Kafka's client repeats itself or a library tells too much."""
        if record.levelno < logging.INFO and record.name.partition(".")[0] not in OURS:
            return
        self.stream = sys.stderr
        told = self._chatter.heard(record)
        if told is not None:
            super().emit(told)


def configure_logging(settings: LoggingSettings) -> None:
    """Send structlog's and the standard library's lines to standard error, as JSON or for a person."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = StandardErrorHandler(Chatter(settings.client_quiet_seconds))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last_steps(settings.format))
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(_floor(settings).upper())
    for name in OURS:
        logging.getLogger(name).setLevel(settings.level.upper())


def _floor(settings: LoggingSettings) -> str:
    return LogLevel.INFO if settings.client_level is LogLevel.DEBUG else settings.client_level


def _last_steps(chosen: LogFormat) -> list[structlog.typing.Processor]:
    console = chosen is LogFormat.CONSOLE or (chosen is LogFormat.AUTO and sys.stderr.isatty())
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if console:
        # Plain tracebacks: the rich ones print local variables, and those hold text.
        plain = structlog.dev.plain_traceback
        return [drop_meta, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return [drop_meta, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
