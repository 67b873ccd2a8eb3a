"""The mark of a checkpoint that was trained on data for research."""

import pytest
import tiny

from emotionstream.training.datasets.terms import NON_COMMERCIAL
from emotionstream.training.run import recipe_of


@pytest.mark.parametrize(("marked", "licence"), [(False, "Apache-2.0"), (True, NON_COMMERCIAL)])
def test_the_checkpoint_carries_its_licence(marked: bool, licence: str) -> None:
    """The settings' mark becomes the licence of the configuration, which the card prints."""
    settings = tiny.settings().model_copy(update={"recipe": "compact", "non_commercial": marked})
    assert recipe_of(settings).license == licence
