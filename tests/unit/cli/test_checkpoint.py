"""The checkpoint that a command uses."""

import pytest

from emotionstream.cli.checkpoint import chosen_checkpoint
from emotionstream.schemas.errors import CheckpointError


@pytest.mark.parametrize("given", ["--model", "CHECKPOINT"])
def test_a_checkpoint_that_is_not_there_is_to_be_named_anew(given: str) -> None:
    """Whoever named it on the command line is not sent to the settings."""
    with pytest.raises(CheckpointError, match=f"Give another {given}: .*config.json") as caught:
        chosen_checkpoint("none", given)
    assert "EMOTIONSTREAM_MODEL" not in str(caught.value)


def test_a_setting_that_names_none_is_to_be_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    """There was no --model."""
    monkeypatch.setenv("EMOTIONSTREAM_MODEL_NAME", "none")
    with pytest.raises(CheckpointError, match="Set EMOTIONSTREAM_MODEL_FOLDER"):
        chosen_checkpoint(None)
