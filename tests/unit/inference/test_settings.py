"""The engine's settings."""

import pytest

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.engine import BackendName, EngineSettings


def test_steps_are_read_from_the_environment_and_written_back() -> None:
    """A list travels to a child process as JSON."""
    settings = EngineSettings.load({"EMOTIONSTREAM_ENGINE_CPU_BATCH_STEPS": "[1, 4]"})
    assert settings.cpu_batch_steps == (1, 4)
    assert EngineSettings.load(settings.env()) == settings


def test_an_enum_is_read_by_its_word() -> None:
    """Backends are named in lower case."""
    assert EngineSettings.load({"EMOTIONSTREAM_ENGINE_BACKEND": "torch"}).backend is BackendName.TORCH


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("LENGTH_STEPS", "[32, 16]", "must rise"),
        ("CPU_BATCH_STEPS", "[2, 4]", "must start with 1"),
        ("THREADS", "-1", "greater than or equal to 0"),
        ("BACKEND", "onnx", "openvino"),
    ],
)
def test_an_impossible_setting_is_refused(variable: str, value: str, says: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(SettingsError, match=says):
        EngineSettings.load({f"EMOTIONSTREAM_ENGINE_{variable}": value})
