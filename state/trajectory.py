"""The trend of pleasure: least squares over real elapsed time."""

from collections.abc import Sequence
from math import fsum, sqrt

from emotionstream.schemas.affect import Trajectory, TrajectoryKind
from emotionstream.schemas.settings.state import MS_PER_MINUTE, MS_PER_SECOND, StateSettings

Point = tuple[int, float]
"""(milliseconds before the learner's last result, pleasure in [0, 1])."""


def within_window(points: Sequence[Point], settings: StateSettings) -> tuple[Point, ...]:
    """The last ``trajectory_points`` of ``points`` (oldest first) that lie within the window."""
    window_ms = settings.trajectory_window_seconds * MS_PER_SECOND
    recent = points[-settings.trajectory_points :]
    return tuple(point for point in recent if point[0] <= window_ms)


def slope_per_minute(points: Sequence[Point]) -> float:
    """Ordinary least-squares slope, in pleasure per minute; 0 where no time has passed between the points."""
    times = [-age / MS_PER_MINUTE for age, _ in points]
    mean_time, mean_pleasure = fsum(times) / len(times), mean_of(points)
    centred = [time - mean_time for time in times]
    spread = fsum(time * time for time in centred)
    if not spread:
        return 0.0
    return fsum(time * (y - mean_pleasure) for time, (_, y) in zip(centred, points, strict=True)) / spread


def span_minutes(points: Sequence[Point]) -> float:
    """Minutes from the first to the last point."""
    ages = [age for age, _ in points]
    return (max(ages) - min(ages)) / MS_PER_MINUTE


def volatility(points: Sequence[Point]) -> float:
    """Standard deviation of pleasure over ``points``."""
    mean = mean_of(points)
    return sqrt(fsum((pleasure - mean) * (pleasure - mean) for _, pleasure in points) / len(points))


def mean_of(points: Sequence[Point]) -> float:
    """Mean pleasure of ``points``."""
    return fsum(pleasure for _, pleasure in points) / len(points)


def trajectory(points: Sequence[Point], settings: StateSettings) -> Trajectory:
    """Slope and kind of the learner's ``points`` (at least one, oldest first, the last of age 0)."""
    used = within_window(points, settings)
    slope = slope_of(used, settings)
    return Trajectory(kind=_kind(slope, used, settings), slope=slope, points=len(used))


def slope_of(used: Sequence[Point], settings: StateSettings) -> float:
    """Slope of points within the window, rounded; 0 where there are too few to tell."""
    return round(slope_per_minute(used), settings.decimals) if len(used) >= settings.trajectory_min_points else 0.0


def _kind(slope: float, points: Sequence[Point], settings: StateSettings) -> TrajectoryKind:
    if slope >= settings.improving_slope:
        return TrajectoryKind.IMPROVING
    if slope <= settings.declining_slope:
        return TrajectoryKind.DECLINING
    mean = mean_of(points)
    if mean >= settings.positive_pleasure:
        return TrajectoryKind.STABLE_POSITIVE
    if mean <= settings.negative_pleasure:
        return TrajectoryKind.STABLE_NEGATIVE
    return TrajectoryKind.STABLE_NEUTRAL
