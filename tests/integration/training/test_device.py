"""Where training computes."""

import pytest
import torch

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.engine import DeviceName
from emotionstream.training.device import TrainingDevice


@pytest.mark.parametrize(("has_it", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_cpu_that_has_bfloat16_trains_in_it(
    monkeypatch: pytest.MonkeyPatch, has_it: bool, expected: torch.dtype
) -> None:
    """A product inside the block is in bfloat16, unless that would be emulated; outside it is as it was."""
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: has_it)
    place = TrainingDevice.find(DeviceName.CPU)
    assert place.mixed is has_it
    one = torch.ones(2, 2)
    with place.computing():
        assert (one @ one).dtype is expected
    assert (one @ one).dtype is torch.float32


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="needs a machine without an Apple GPU")
def test_a_device_that_is_not_there_is_said() -> None:
    """Who names a device is not given another."""
    with pytest.raises(SettingsError, match='device = "mps"'):
        TrainingDevice.find(DeviceName.MPS)


def test_without_a_name_the_best_device_is_taken() -> None:
    """A GPU where there is one, else the CPU."""
    gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    assert (TrainingDevice.find(DeviceName.AUTO).device.type == "cpu") is not gpu
