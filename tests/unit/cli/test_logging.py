"""Logs on standard error."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import logging, structlog
from emotionstream.cli.logging import configure_logging
from emotionstream.schemas.settings.logging import LoggingSettings
configure_logging(LoggingSettings.load())
structlog.get_logger().debug("ours", answer=42)
structlog.get_logger().warning("ours", answer=43)
logging.getLogger("aiokafka.producer").debug("value=%s", b"my secret")
logging.getLogger("aiokafka.producer").info("value=%s", b"shown only when asked")
logging.getLogger("unheard.of").setLevel(logging.DEBUG)
logging.getLogger("unheard.of").debug("value=%s", b"my secret")
logging.getLogger("somewhere").warning("theirs")
try:
    secret = "my secret"
    raise ValueError("failed")
except ValueError:
    structlog.get_logger().exception("trouble")
print("output")
"""


def run(**environ: str) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=environ)
    return done.stdout, done.stderr


def test_json_lines_on_standard_error_only() -> None:
    """One object a line, ours and other libraries'; standard output belongs to the command."""
    out, err = run()
    lines = [json.loads(line) for line in err.splitlines()]
    assert out == "output\n"
    assert [(line["event"], line["level"]) for line in lines] == [
        ("ours", "warning"),
        ("theirs", "warning"),
        ("trouble", "error"),
    ]
    assert lines[0]["answer"] == 43
    assert lines[0]["timestamp"].endswith("Z")
    assert "ValueError: failed" in lines[2]["exception"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_library_ever_logs_at_debug(log_format: str) -> None:
    """At DEBUG Kafka's client prints keys and values: asking for everything gives ours, and theirs from INFO.

    That holds for libraries that nobody has thought of, and for one that sets its logger's level itself.
    """
    _, err = run(
        EMOTIONSTREAM_LOG_LEVEL="debug", EMOTIONSTREAM_LOG_CLIENT_LEVEL="debug", EMOTIONSTREAM_LOG_FORMAT=log_format
    )
    assert "42" in err
    assert "shown only when asked" in err
    assert "value=b'my secret'" not in err


def test_a_traceback_shows_no_local_variables() -> None:
    """A variable may hold what somebody wrote."""
    _, err = run(EMOTIONSTREAM_LOG_FORMAT="console")
    assert "ValueError" in err
    assert 'secret = "my secret"' not in err.replace("    ", "")
