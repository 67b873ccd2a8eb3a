"""A checkpoint's configuration, as a person may have broken it."""

import json
from pathlib import Path
from typing import Any

import pytest

from emotionstream.inference.model.config import ModelConfig
from emotionstream.schemas.errors import CheckpointError

SHIPPED = Path(__file__).parents[3] / "models" / "compact"


def broken(folder: Path, **changes: Any) -> Path:
    """The shipped configuration with ``changes``, in ``folder``."""
    raw = json.loads((SHIPPED / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(raw | changes), encoding="utf-8")
    return folder


def test_the_shipped_one_is_read() -> None:
    """What the others are made from is good."""
    assert ModelConfig.read(SHIPPED).format == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"format": 99},
            r"config\.json: not a model configuration of format 1 \(format must be 1\): take the checkpoint anew",
        ),
        ({"encoders": []}, r"config\.json: .*\(encoders .*at least 1 item"),
        ({"emotions": ["joy"]}, r"config\.json: the checkpoint's emotions are not this version's"),
    ],
)
def test_one_of_another_format_is_told_by_file_and_field(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    """In plain words: what is wrong, where, and what to do."""
    with pytest.raises(CheckpointError, match=told) as caught:
        ModelConfig.read(broken(tmp_path, **changes))
    assert "pydantic" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_one_that_is_none_is_told_by_its_file(tmp_path: Path, text: str) -> None:
    """Cut off, or something else altogether."""
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"config\.json"):
        ModelConfig.read(tmp_path)
