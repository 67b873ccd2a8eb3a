"""Where training computes."""

import pytest
import torch

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.engine import DeviceName
from emotionstream.training.device import TrainingDevice


@pytest.mark.parametrize(("mixed", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_products_are_in_bfloat16_where_the_device_has_it(mixed: bool, expected: torch.dtype) -> None:
    """Inside the block; outside it they are as they were."""
    place, one = TrainingDevice(torch.device("cpu"), mixed), torch.ones(2, 2)
    with place.computing():
        assert (one @ one).dtype is expected
    assert (one @ one).dtype is torch.float32


@pytest.mark.skipif(torch.backends.cpu.get_cpu_capability() != "AVX2", reason="needs a processor with AVX2 and no more")
def test_bfloat16_is_not_emulated() -> None:
    """It would take eighty times as long."""
    assert not TrainingDevice.find(DeviceName.CPU).mixed


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="needs a machine without an Apple GPU")
def test_a_device_that_is_not_there_is_said() -> None:
    """Who names a device is not given another."""
    with pytest.raises(SettingsError, match='device = "mps"'):
        TrainingDevice.find(DeviceName.MPS)


def test_without_a_name_the_best_device_is_taken() -> None:
    """A GPU where there is one, else the CPU."""
    gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    assert (TrainingDevice.find(DeviceName.AUTO).device.type == "cpu") is not gpu
