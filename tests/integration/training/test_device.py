"""Where training computes."""

import pytest
import torch

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.engine import DeviceName
from emotionstream.training.device import TrainingDevice


def test_a_cpu_trains_in_bfloat16_beside_float32() -> None:
    """A product inside the block is in bfloat16; outside it is as it was."""
    place = TrainingDevice.find(DeviceName.CPU)
    one = torch.ones(2, 2)
    with place.computing():
        assert (one @ one).dtype is torch.bfloat16
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
