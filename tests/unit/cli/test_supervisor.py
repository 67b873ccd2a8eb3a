"""What the supervisor says of its processes."""

import signal

import pytest

from emotionstream.cli.supervisor import ending


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "exit code 0"), (71, "exit code 71"), (-signal.SIGKILL, "killed by SIGKILL"), (-35, "killed by signal 35")],
)
def test_every_end_has_words(status: int, words: str) -> None:
    """Also one by a signal that has no name: saying so must not end the supervisor."""
    assert ending(status) == words
