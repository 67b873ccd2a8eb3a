"""The moving average and the baseline."""

import pytest

from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.ema import baseline_weight, decayed, mix

BASELINE = (0.5, 0.4, 0.6)
EMA = (0.1, 0.8, 0.2)


def test_no_silence_leaves_the_average_where_it_is() -> None:
    """With no elapsed time nothing decays."""
    assert decayed(EMA, BASELINE, 0.0, 3600.0) == pytest.approx(EMA)


def test_a_half_life_of_silence_goes_half_way_to_the_baseline() -> None:
    """The half-life is what its name says."""
    assert decayed(EMA, BASELINE, 3600.0, 3600.0) == pytest.approx((0.3, 0.6, 0.4))


def test_a_long_silence_ends_at_the_baseline() -> None:
    """After a year only the baseline is left."""
    assert decayed(EMA, BASELINE, 31_536_000.0, 3600.0) == pytest.approx(BASELINE)


def test_mix_moves_each_axis_by_its_weight() -> None:
    """Weight 0 keeps the old, 1 takes the new, a quarter goes a quarter of the way."""
    assert mix(EMA, BASELINE, 0.0) == EMA
    assert mix(EMA, BASELINE, 1.0) == pytest.approx(BASELINE)
    assert mix((0.0, 0.0, 0.0), (1.0, 0.4, 0.8), 0.25) == pytest.approx((0.25, 0.1, 0.2))


def test_the_baseline_is_learned_ever_more_slowly_but_never_stops() -> None:
    """Early results weigh as in a shrunk mean; later ones never less than the smallest weight."""
    settings = StateSettings(baseline_alpha=0.01, baseline_prior_results=19.0)
    assert baseline_weight(1, settings) == pytest.approx(1 / 20)
    assert baseline_weight(2, settings) < baseline_weight(1, settings)
    assert baseline_weight(1_000_000, settings) == 0.01
