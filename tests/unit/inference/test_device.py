"""Calls and scores over a backend: order, shapes, failures."""

from collections.abc import Sequence

import pytest

from emotionstream.inference.calibration import Calibration
from emotionstream.inference.device import Device, digest, input_names
from emotionstream.inference.model.config import (
    EncoderConfig,
    FusionConfig,
    HeadsConfig,
    ModelConfig,
    ReadinessConfig,
)
from emotionstream.inference.outputs import Output
from emotionstream.inference.scoring import Encoded
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import EngineSettings

SETTINGS = EngineSettings(cpu_batch_steps=(1, 2, 4), gpu_batch_steps=(1, 8), length_steps=(16, 32))


def config(encoders: int = 1) -> ModelConfig:
    """A model of so many encoders."""
    encoder = EncoderConfig(
        name="tiny",
        layers=1,
        hidden=8,
        heads=1,
        intermediate=8,
        vocab=100,
        max_tokens=48,
        tokenizer="tokenizer.json",
        pad_token=0,
        architecture={},
    )
    return ModelConfig(
        name="tiny",
        version="7",
        encoders=(encoder,) * encoders,
        fusion=FusionConfig(width=8, heads=8, dropout=0),
        heads=HeadsConfig(hidden=8, dropout=0, labels=(), readiness=ReadinessConfig(width=8, heads=1, dropout=0)),
        license="Apache-2.0",
    )


class FirstToken:
    """A backend whose emotion is the text's first token. Fails on token 99; has room for ``room`` tokens."""

    fingerprint = "first-token-1"

    def __init__(self, *, on_gpu: bool = False, room: int = 10_000, streams: int = 1) -> None:
        self.on_gpu = on_gpu
        self.streams = streams
        self.room = room
        self.shapes: list[tuple[int, int]] = []

    def run(self, calls: Sequence[Inputs]) -> list[list[Output]]:
        """One output per row."""
        return [self._rows(inputs) for inputs in calls]

    def close(self) -> None:
        """Nothing to give back."""

    def _rows(self, inputs: Inputs) -> list[Output]:
        ids = inputs.tokens[0][0]
        self.shapes.append((ids.shape[0], ids.shape[1]))
        if ids.size > self.room:
            raise DeviceOutOfMemoryError("no room")
        return [self._output(int(row[0])) for row in ids]

    def _output(self, token: int) -> Output:
        value = float("nan") if token == 99 else 9.0
        return Output([value if i == token else 0.0 for i in range(len(EMOTIONS))], [0.5] * 3, value / 9, [0.0] * 5)


def text(token: int, length: int = 5) -> Encoded:
    """A text that starts with ``token``."""
    return Encoded(((token,) * length,), (0.0,) * 6, truncated=False)


def test_scores_come_in_input_order_whatever_the_calls() -> None:
    """Texts of several lengths go in several calls and come back in order."""
    device = Device(FirstToken(), config(), Calibration(1), SETTINGS)
    batch = [text(number, length=1 + 13 * number % 48) for number in range(20)]
    assert [score.primary_emotion for score in device.infer(batch)] == list(EMOTIONS[:20])


def test_warming_runs_every_shape_and_scoring_no_other() -> None:
    """No message waits for a shape to be prepared."""
    backend = FirstToken()
    device = Device(backend, config(), Calibration(1), SETTINGS)
    device.warm()
    warm = set(backend.shapes)
    assert warm == {(rows, length) for rows in (1, 2, 4) for length in (16, 32, 48)}
    device.infer([text(1, length) for length in range(1, 49)])
    assert set(backend.shapes) == warm


def test_every_stream_is_warmed() -> None:
    """Each prepares a shape for itself, so each shape is run on all of them; the first call of all is alone."""
    backend = FirstToken(streams=3)
    Device(backend, config(), Calibration(1), SETTINGS).warm()
    first, *shapes = backend.shapes
    assert first == (1, 16)
    assert {shapes.count(shape) for shape in shapes} == {3}


def test_a_gpu_is_warmed_with_the_largest_shape_first() -> None:
    """After the first call of all, so that smaller calls find room in the memory that it keeps."""
    backend = FirstToken(on_gpu=True)
    Device(backend, config(), Calibration(1), SETTINGS).warm()
    assert backend.shapes == [(1, 16), (8, 48), (1, 48), (8, 32), (1, 32), (8, 16), (1, 16)]


def test_a_gpu_gets_its_own_batch_steps() -> None:
    """A GPU likes larger calls, padded rather than split."""
    backend = FirstToken(on_gpu=True)
    Device(backend, config(), Calibration(1), SETTINGS).infer([text(1)] * 3)
    assert backend.shapes == [(8, 16)]


def test_a_figure_that_is_not_finite_fails_its_batch_only() -> None:
    """The poisoned batch fails, the next one is scored."""
    device = Device(FirstToken(), config(), Calibration(1), SETTINGS)
    with pytest.raises(DeviceError):
        device.infer([text(1), text(99)])
    assert device.infer([text(1)])[0].primary_emotion == EMOTIONS[1]


def test_out_of_memory_comes_through() -> None:
    """A batch that does not fit is the caller's to split; half of it fits."""
    device = Device(FirstToken(room=64), config(), Calibration(1), SETTINGS)
    with pytest.raises(DeviceOutOfMemoryError):
        device.infer([text(1, length=32)] * 4)
    assert len(device.infer([text(1, length=32)] * 2)) == 2


def test_the_info_names_model_backend_and_settings() -> None:
    """Rounding and cutting change figures, so they change the fingerprint; batch budgets do not."""
    info = Device(FirstToken(), config(), Calibration(1), SETTINGS).info
    assert (info.name, info.version) == ("tiny", "7")
    assert info.engine.startswith("first-token-1#")
    assert digest((16,), EngineSettings(decimals=5)) != digest((16,), EngineSettings())
    assert digest((16,), EngineSettings(batch_tokens=99)) == digest((16,), EngineSettings())


def test_inputs_are_numbered_only_where_there_are_several_encoders() -> None:
    """The graph of one encoder has plain names."""
    assert input_names(config(1)) == ("input_ids", "attention_mask", "context")
    assert input_names(config(2)) == ("input_ids_0", "attention_mask_0", "input_ids_1", "attention_mask_1", "context")
