"""What `emotionstream engine check` says and writes."""

import json
from pathlib import Path

import pytest

from emotionstream.cli.commands.engine import describe, judge
from emotionstream.cli.engine_check import EngineFigures, write_figures
from emotionstream.inference.agreement import Difference
from emotionstream.schemas.errors import BatchEffectError, CheckpointError
from emotionstream.schemas.settings.engine import AgreementSettings

SAME = Difference(texts=10, max_probability=0.0, max_other=0.0, changed_emotions=0, changed_readiness=0)
MOVED = Difference(texts=10, max_probability=1e-3, max_other=0.0, changed_emotions=0, changed_readiness=0)
TURNED = Difference(texts=10, max_probability=1e-7, max_other=0.0, changed_emotions=1, changed_readiness=0)


def figures(
    effect: Difference = SAME, engine: str = "openvino-1/int8", agreement: Difference | None = None
) -> EngineFigures:
    """Figures with one batch order."""
    return EngineFigures(engine, {"mixed": effect}, agreement, texts_per_second=700.0, one_by_one_ms_p50=3.5)


@pytest.mark.parametrize("effect", [MOVED, TURNED])
def test_a_batch_effect_on_the_cpu_default_is_an_error(effect: Difference) -> None:
    """A moved figure and a turned class are each held against the int8 graph, and not against a GPU."""
    with pytest.raises(BatchEffectError):
        judge(figures(effect), AgreementSettings())
    judge(figures(effect, engine="torch-2/bfloat16/cuda"), AgreementSettings())


def test_no_batch_effect_is_no_error() -> None:
    """Exact figures pass."""
    judge(figures(), AgreementSettings())


def test_figures_stand_in_the_metrics_beside_what_was_there(tmp_path: Path) -> None:
    """Other metrics and other engines' figures are kept, the same engine's are replaced."""
    (tmp_path / "metrics.json").write_text('{"dev": 1, "engine": {"other": 2}}')
    write_figures(tmp_path, figures(MOVED))
    write_figures(tmp_path, figures(agreement=TURNED))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert (metrics["dev"], metrics["engine"]["other"]) == (1, 2)
    assert metrics["engine"]["openvino-1/int8"]["largest_batch_effect"] == 0
    assert metrics["engine"]["openvino-1/int8"]["agreement"]["same_emotion"] == pytest.approx(0.9)
    assert [file.name for file in tmp_path.iterdir()] == ["metrics.json"]


def test_metrics_are_made_where_there_are_none(tmp_path: Path) -> None:
    """A checkpoint without metrics gets them."""
    assert json.loads(write_figures(tmp_path, figures()).read_text())["engine"]


@pytest.mark.parametrize("content", ["[]", "{", '{"engine": 5}'])
def test_metrics_that_are_none_are_not_overwritten(tmp_path: Path, content: str) -> None:
    """What is not ours stays."""
    (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(CheckpointError, match="metrics"):
        write_figures(tmp_path, figures())
    assert (tmp_path / "metrics.json").read_text() == content


def test_the_report_says_what_was_not_measured() -> None:
    """Without torch there is no agreement, and the report says so."""
    assert "not measured" in describe(figures())
    assert "90.00% same emotion" in describe(figures(agreement=TURNED))
