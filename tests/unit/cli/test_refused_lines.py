"""Command lines that cannot be meant: refused in plain words with exit code 2, before anything is opened."""

from uuid import UUID

import pytest
from typer.testing import CliRunner

from emotionstream.cli.main import app_for

FITS = ("--to", "s.parquet")
ANSWER = ("--user", "ada", "--by", "ms-lee")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (("replay", "--session", "s", "--to", "s.csv"), "must end in .parquet"),
        (("replay", "--session", "", *FITS), "--session is empty"),
        (("replay", "--user", "", *FITS), "--user is empty"),
        (("replay", *FITS), "say what to replay"),
        (("replay", "--since", "2026-02-01", "--until", "2026-01-01", *FITS), "must be before --until"),
        (("sessions", "list", "--since", "2026-02-01", "--until", "2026-01-01"), "must be before --until"),
        (("outcome", "nonsense", "--helped", "yes", *ANSWER), "no intervention's id: give the one that"),
        (("outcome", str(UUID(int=1)), "--helped", "maybe", *ANSWER), "give yes, no or unsure"),
        (("outcome", str(UUID(int=1)), "--helped", "no", "--level", "big", *ANSWER), "give none, preventive"),
        (("interventions", "tail", "--level", "big"), "give none, preventive"),
        (("publish", "--format", "xml"), "give auto, jsonl or text"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(line: tuple[str, ...], told: str) -> None:
    """The message says what to give instead, and no validator speaks."""
    ended = CliRunner().invoke(app_for(line), line)
    assert ended.exit_code == 2, ended.output
    assert told in ended.output
    assert "Value error" not in ended.output
