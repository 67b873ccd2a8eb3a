"""The int8 graph."""

from pathlib import Path

import numpy as np
import pytest
import tiny

from emotionstream.training.agreement import batch_effect
from emotionstream.training.export import quantised, save_graph, to_graph
from emotionstream.training.graph import graph_predict, input_names
from emotionstream.training.rows import no_context
from emotionstream.training.scoring import Predict, score, torch_predict

# NNCF, OpenVINO and torch's tracer warn about each other's deprecations, not about our use of them.
pytestmark = pytest.mark.filterwarnings("ignore")
MODEL = tiny.model()
ENCODER = tiny.text_encoder()
TEXTS = [" ".join(tiny.WORDS[5 + (i * k) % 7] for k in range(1, 2 + i % 25)) for i in range(60)]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model's int8 graph on disk."""
    return save_graph(quantised(to_graph(MODEL), ENCODER, TEXTS), tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="module")
def int8(graph: Path) -> Predict:
    """That graph, compiled."""
    return graph_predict(graph)


@pytest.mark.parametrize("encoders", [1, 2])
def test_the_graph_says_what_the_model_says(encoders: int) -> None:
    """Before quantisation both agree, in every batch size and with every amount of padding, by the contract's names."""
    model, encoder = tiny.model(encoders), tiny.text_encoder(encoders)
    predict = graph_predict(to_graph(model), encoders)
    for batch in (1, 7):
        ours = score(torch_predict(model), encoder, TEXTS, batch=batch)
        theirs = score(predict, encoder, TEXTS, batch=batch)
        assert abs(ours.emotion_logits - theirs.emotion_logits).max() < 1e-4
    assert input_names(2)[0] == "input_ids_0"


def test_int8_stays_near(int8: Predict) -> None:
    """PAD of the quantised graph is close to the model's."""
    gap = score(torch_predict(MODEL), ENCODER, TEXTS).pad - score(int8, ENCODER, TEXTS).pad
    assert np.abs(gap).max() < 0.05


def test_a_text_reads_the_same_in_every_batch(int8: Predict) -> None:
    """No output changes by what shares the batch."""
    effect = batch_effect(int8, ENCODER, TEXTS, 1.0)
    assert effect["sorted_largest_change_of_any_output"] == 0
    assert effect["mixed_largest_change_of_any_output"] == 0


def test_context_is_heard(int8: Predict) -> None:
    """Engagement reaches readiness through the quantised graph, and nothing else."""
    context = no_context(1)
    silent = score(int8, ENCODER, ["i am lost"], context)
    context[0, 0], context[0, 3] = 1.0, 1.0
    told = score(int8, ENCODER, ["i am lost"], context)
    assert abs(silent.readiness_score - told.readiness_score).max() > 1e-4
    assert np.array_equal(silent.emotion_logits, told.emotion_logits)
