"""Settings files of training runs."""

import json
from pathlib import Path

import pytest

from emotionstream.schemas.errors import SettingsError
from emotionstream.training.settings import TrainingSettings

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["compact", "compact_gpu", "dual", "teacher"])
def test_the_shipped_settings_are_read(name: str) -> None:
    """The files that the documentation names work, and name their own recipe."""
    assert TrainingSettings.read(ROOT / "training" / f"{name}.toml").recipe == name.removesuffix("_gpu")


def test_the_checkpoint_that_ships_names_its_settings() -> None:
    """Who asks how it came about finds the file."""
    shipped = json.loads((ROOT / "models" / "compact" / "config.json").read_text(encoding="utf-8"))
    assert TrainingSettings.read(ROOT / "training" / "compact_gpu.toml").version == shipped["version"]


def test_pairs_need_people() -> None:
    """A weight for pairs that are never made is a mistake."""
    settings = TrainingSettings.read(ROOT / "training" / "compact_gpu.toml").model_dump()
    with pytest.raises(ValueError, match="other_people"):
        TrainingSettings.model_validate(settings | {"other_people": 0.0})


@pytest.mark.parametrize("change", ["batchsize = 3", "batch = 0", "batch = [", 'soup = ["no stage"]'])
def test_an_unknown_or_impossible_value_is_refused(tmp_path: Path, change: str) -> None:
    """The message names the file; a typo is not passed over."""
    path = tmp_path / "run.toml"
    shipped = (ROOT / "training" / "compact.toml").read_text(encoding="utf-8")
    path.write_text(change + "\n" + shipped, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"run\.toml"):
        TrainingSettings.read(path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"recipe": "tiny"}, "compact, dual, teacher"),
        ({"recipe": "dual"}, "2 encoder"),
        ({"encoders": []}, "names 0"),
        ({"clip": float("inf")}, "clip"),
        ({"readiness": {"rate": float("nan")}}, "readiness.rate"),
        ({"policy": {"outcomes": {"clip": float("inf")}}}, "policy.outcomes.clip"),
    ],
)
def test_what_no_run_can_have_is_refused(change: dict[str, object], told: str) -> None:
    """Before any data is read."""
    settings = TrainingSettings.read(ROOT / "training" / "compact.toml").model_dump()
    with pytest.raises(ValueError, match=told):
        TrainingSettings.model_validate(settings | change)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a/b"}, {"name": ""}, {"name": "a.b"}, {"name": "a\n"}, {"name": "joint"}, {"mix": {}},
        {"mix": {"emobank": 0.0}}, {"mix": {"emobank": -1.0}}, {"mix": {"emobank": float("inf")}},
        {"mix": {"emobank": float("nan")}}, {"loss": {"pad": float("inf")}},
    ],
)  # fmt: skip
def test_a_stage_has_a_name_of_its_own_and_a_mix(change: dict[str, object]) -> None:
    """The name is that of its files; a mix takes a finite number of rows."""
    settings = TrainingSettings.read(ROOT / "training" / "compact.toml").model_dump()
    first, *rest = settings["stages"]
    with pytest.raises(ValueError, match=r"stages|stage is named"):
        TrainingSettings.model_validate(settings | {"stages": [first | change, *rest]})


def test_what_is_wrong_is_said_in_words(tmp_path: Path) -> None:
    """One line with each setting, and what it must be."""
    path = tmp_path / "run.toml"
    path.write_text("batchs = 3\nclip = -1\nstages = [{ epoch = 1 }]\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.read(path)
    told = str(caught.value)
    assert "batchs is unknown" in told
    assert "clip must be greater than 0" in told
    assert "stages.0.epoch is unknown" in told
    assert "recipe is missing" in told
    assert "at least 1 item" not in told, "it only follows from what is wrong inside"
    assert "\n" not in told and "pydantic" not in told


@pytest.mark.parametrize("content", ["x = " + "[" * 5_000, "x = " + "9" * 5_000, "seed = 18446744073709551616"])
def test_what_no_parser_takes_is_refused(tmp_path: Path, content: str) -> None:
    """Too deep, too long or too large: the file is named, and there is no traceback."""
    (tmp_path / "run.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"run\.toml"):
        TrainingSettings.read(tmp_path / "run.toml")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    """No traceback for letters of Latin-1."""
    (tmp_path / "run.toml").write_bytes(b"note = '\xe9'")
    with pytest.raises(SettingsError, match=r"run\.toml is not in UTF-8"):
        TrainingSettings.read(tmp_path / "run.toml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(SettingsError, match=r"none\.toml"):
        TrainingSettings.read(tmp_path / "none.toml")
