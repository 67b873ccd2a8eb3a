"""Which interventions a subscriber wants."""

import pytest
from examples import intervention

from emotionstream.consumers.wanted import Wanted
from emotionstream.schemas.affect import LEVELS, InterventionLevel


def test_without_filters_everything_is_wanted() -> None:
    """The default filters nothing."""
    assert all(Wanted().wants(intervention(level=level)) for level in LEVELS)


@pytest.mark.parametrize("least", LEVELS)
def test_a_least_level_includes_itself_and_above(least: InterventionLevel) -> None:
    """In the order of levels."""
    wanted = [level for level in LEVELS if Wanted(min_level=least).wants(intervention(level=level))]
    assert wanted == list(LEVELS[least.rank :])


def test_filters_hold_together() -> None:
    """Each that is set must pass; an empty set wants nothing."""
    one = intervention(user_id="ada", level=InterventionLevel.MILD)
    assert Wanted(users={"ada"}, levels={InterventionLevel.MILD}).wants(one)
    assert not Wanted(users={"bob"}, levels={InterventionLevel.MILD}).wants(one)
    assert not Wanted(users={"ada"}, levels={InterventionLevel.CRITICAL}).wants(one)
    assert not Wanted(users=set()).wants(one)
