"""What doctor finds on this machine."""

from pathlib import Path

from emotionstream.cli.doctor_here import look_at_model, look_at_settings
from emotionstream.cli.extras import required
from emotionstream.cli.findings import Health


def test_extras_are_read_from_the_packages_own_words() -> None:
    """Requirements with an extra belong to it; core requirements, and extras of our own, do not count."""
    lines = [
        "pydantic<3,>=2.12",
        "aiohttp>=3.11; extra == 'cpu'",
        'openvino>=2026.1 ; extra == "cpu"',
        "emotionstream[cpu]; extra == 'demo'",
    ]
    assert required(lines) == {"cpu": ["aiohttp", "openvino"]}


def test_an_impossible_setting_is_a_problem_with_its_name() -> None:
    """Not an error that ends the doctor."""
    finding = look_at_settings({"EMOTIONSTREAM_TOPICS_PARTITIONS": "none"})
    assert finding.health is Health.PROBLEM
    assert "EMOTIONSTREAM_TOPICS_PARTITIONS" in finding.found
    assert look_at_settings({}).health is Health.OK


def test_a_missing_or_incomplete_checkpoint_is_a_problem(tmp_path: Path) -> None:
    """It says which files are not there."""
    environ = {"EMOTIONSTREAM_MODEL_FOLDER": str(tmp_path), "EMOTIONSTREAM_MODEL_NAME": "mine"}
    assert [finding.health for finding in look_at_model(environ)] == [Health.PROBLEM]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}")
    first = next(iter(look_at_model(environ)))
    assert first.health is Health.PROBLEM
    assert "policy.safetensors" in first.found
    assert "model.safetensors or openvino/model.xml" in first.found


def test_whoever_does_not_score_needs_no_checkpoint(tmp_path: Path) -> None:
    """Without the packages for scoring, a missing one is worth a note."""
    environ = {"EMOTIONSTREAM_MODEL_FOLDER": str(tmp_path), "EMOTIONSTREAM_MODEL_NAME": "mine"}
    assert [finding.health for finding in look_at_model(environ, lambda extra: [extra])] == [Health.NOTE]
