"""The OpenVINO backend's decisions; the package itself is not needed."""

import pytest

from emotionstream.inference.backends.openvino import compile_options, wrap
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import EngineSettings


def test_the_options_keep_a_result_independent_of_its_batch() -> None:
    """float32 between the int8 layers and no dynamic quantisation: else probabilities follow the batch."""
    options = compile_options(EngineSettings())
    assert options["INFERENCE_PRECISION_HINT"] == "f32"
    assert options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] == 0
    assert "INFERENCE_NUM_THREADS" not in options
    assert compile_options(EngineSettings(threads=3))["INFERENCE_NUM_THREADS"] == 3


@pytest.mark.parametrize("text", ["std::bad_alloc", "Failed to allocate 12 bytes", "Out of memory"])
def test_a_memory_error_is_told_from_others(text: str) -> None:
    """The worker splits a batch that does not fit."""
    assert isinstance(wrap(RuntimeError(text)), DeviceOutOfMemoryError)


def test_any_other_error_is_the_devices() -> None:
    """It is not taken for a batch that is too large."""
    found = wrap(RuntimeError("Check 'x' failed"))
    assert isinstance(found, DeviceError)
    assert not isinstance(found, DeviceOutOfMemoryError)
