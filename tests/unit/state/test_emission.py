"""When a level is raised."""

import pytest

from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.emission import raises
from emotionstream.state.snapshot import LastIntervention

SETTINGS = StateSettings(minimum_level=InterventionLevel.MILD, cooldown_seconds=300.0)
NOW = 1_000_000_000


@pytest.mark.parametrize("level", LEVELS)
def test_only_levels_from_the_minimum_on_are_raised(level: InterventionLevel) -> None:
    """With no intervention before, the minimum level alone decides."""
    assert raises(level, None, NOW, SETTINGS) is (level.rank >= InterventionLevel.MILD.rank)


@pytest.mark.parametrize(("elapsed_ms", "expected"), [(0, False), (299_999, False), (300_000, True)])
def test_the_same_level_waits_for_the_cooldown(elapsed_ms: int, expected: bool) -> None:
    """Within the cooldown the tutor has been told already."""
    last = LastIntervention(InterventionLevel.MODERATE.rank, NOW - elapsed_ms)
    assert raises(InterventionLevel.MODERATE, last, NOW, SETTINGS) is expected
    assert raises(InterventionLevel.MILD, last, NOW, SETTINGS) is expected


def test_an_escalation_breaks_the_cooldown() -> None:
    """A higher level than the last one is raised at once."""
    last = LastIntervention(InterventionLevel.MODERATE.rank, NOW)
    assert raises(InterventionLevel.SIGNIFICANT, last, NOW, SETTINGS)


def test_none_cannot_be_the_minimum_level() -> None:
    """Else every message would be an intervention; the error names the variable."""
    with pytest.raises(SettingsError, match="EMOTIONSTREAM_STATE_MINIMUM_LEVEL"):
        StateSettings.load({"EMOTIONSTREAM_STATE_MINIMUM_LEVEL": "none"})
