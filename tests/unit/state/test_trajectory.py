"""The trend of pleasure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.schemas.affect import TrajectoryKind
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.trajectory import slope_per_minute, span_minutes, trajectory, volatility, within_window

SETTINGS = StateSettings(
    improving_slope=0.01, declining_slope=-0.01, positive_pleasure=0.6, negative_pleasure=0.4, trajectory_points=5
)
MINUTE = 60_000


def line(start: float, slope: float, count: int = 5) -> list[tuple[int, float]]:
    """Points a minute apart whose pleasure rises by ``slope`` each."""
    return [((count - 1 - i) * MINUTE, start + i * slope) for i in range(count)]


def test_the_slope_of_a_line_is_its_slope() -> None:
    """Pleasure that rises by 0.05 a minute has slope 0.05 per minute."""
    assert slope_per_minute(line(0.2, 0.05)) == pytest.approx(0.05)


def test_elapsed_time_counts_not_the_number_of_results() -> None:
    """The same pleasures over ten times the time have a tenth of the slope."""
    slow = [(age * 10, pleasure) for age, pleasure in line(0.2, 0.05)]
    assert slope_per_minute(slow) == pytest.approx(0.005)


@given(
    st.lists(
        st.tuples(st.integers(0, 3_600_000), st.floats(0, 1).map(lambda x: round(x, 6))), min_size=2, max_size=10
    ).filter(lambda points: len({age for age, _ in points}) > 1)
)
def test_the_slope_is_the_least_squares_line(points: list[tuple[int, float]]) -> None:
    """It equals numpy's fit."""
    times = np.array([-age / MINUTE for age, _ in points])
    centred = times - times.mean()
    expected = (centred @ np.array([y for _, y in points])) / (centred @ centred)
    assert slope_per_minute(points) == pytest.approx(expected, abs=1e-6, rel=1e-6)


def test_results_of_one_moment_have_no_slope() -> None:
    """No time has passed, so no trend can be told, and nothing is divided by zero."""
    assert slope_per_minute([(0, 0.1), (0, 0.9)]) == 0.0


@pytest.mark.parametrize(
    ("start", "slope", "kind"),
    [
        (0.3, 0.01, TrajectoryKind.IMPROVING),
        (0.7, -0.01, TrajectoryKind.DECLINING),
        (0.7, 0.009, TrajectoryKind.STABLE_POSITIVE),
        (0.3, -0.009, TrajectoryKind.STABLE_NEGATIVE),
        (0.5, 0.0, TrajectoryKind.STABLE_NEUTRAL),
        (0.6, 0.0, TrajectoryKind.STABLE_POSITIVE),
        (0.4, 0.0, TrajectoryKind.STABLE_NEGATIVE),
    ],
)
def test_the_kind_follows_the_thresholds(start: float, slope: float, kind: TrajectoryKind) -> None:
    """A trend at its threshold counts; without one the mean pleasure decides."""
    assert trajectory(line(start, slope), SETTINGS).kind is kind


def test_too_few_results_are_no_trend() -> None:
    """Two results lie on a line by chance: their slope is not told."""
    found = trajectory(line(0.1, 0.4, count=2), SETTINGS)
    assert (found.slope, found.points) == (0.0, 2)


def test_only_the_last_results_within_the_window_count() -> None:
    """Yesterday's results and those beyond the count are left out."""
    yesterday = [(24 * 60 * MINUTE, 0.9)] * 3
    today = line(0.5, 0.0, count=4)
    assert within_window([*yesterday, *today], SETTINGS) == tuple(today)
    assert len(within_window(line(0.5, 0.0, count=8), SETTINGS)) == 5


def test_span_and_volatility() -> None:
    """Span is first to last in minutes; volatility the standard deviation of pleasure."""
    points = [(4 * MINUTE, 0.2), (0, 0.6)]
    assert span_minutes(points) == 4.0
    assert volatility(points) == pytest.approx(0.2)
    assert volatility(points[:1]) == 0.0
