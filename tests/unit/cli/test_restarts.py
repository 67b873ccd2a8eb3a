"""When a part that ended is started again."""

import pytest

from emotionstream.cli.restarts import HOPELESS, Restart, after_end
from emotionstream.schemas.settings.supervisor import SupervisorSettings

SETTINGS = SupervisorSettings(first_delay_seconds=1, delay_growth=3, most_delay_seconds=20, steady_seconds=60)


def test_delays_grow_to_a_bound() -> None:
    """A part that keeps ending is started after ever longer delays, never longer than the bound."""
    last, delays = None, []
    for _ in range(5):
        last = after_end(1, 2.0, last, SETTINGS)
        assert last is not None
        delays.append(last.delay)
    assert delays == [1, 3, 9, 20, 20]
    assert last is not None
    assert last.ends == 5


def test_a_part_that_ran_long_starts_afresh() -> None:
    """After a long run the next end counts as the first."""
    assert after_end(-9, 61.0, Restart(20, 7), SETTINGS) == Restart(1, 1)


@pytest.mark.parametrize("status", sorted(HOPELESS))
def test_an_end_that_only_a_person_can_cure_is_final(status: int) -> None:
    """A wrong setting, a missing package, checkpoint or topic is not tried again."""
    assert after_end(status, 2.0, None, SETTINGS) is None


@pytest.mark.parametrize("status", [0, 1, 4, 70, -9, -15])
def test_any_other_end_is_followed_by_a_start(status: int) -> None:
    """A crash, a kill, and also an end without an error."""
    assert after_end(status, 2.0, None, SETTINGS) == Restart(1, 1)
