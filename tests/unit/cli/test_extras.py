"""What is missing is said before anything begins."""

import pytest

from emotionstream.cli.extras import can_score, require_parts, require_scoring
from emotionstream.schemas.errors import MissingExtraError

BARE = {"cpu": ["openvino", "numpy"], "gpu": ["torch", "numpy"], "state": ["faust-streaming"], "history": ["asyncpg"]}


def lacks(*extras: str) -> dict[str, list[str]]:
    return {extra: packages if extra in extras else [] for extra, packages in BARE.items()}


@pytest.mark.parametrize("here", [lacks("cpu"), lacks("gpu"), lacks()])
def test_one_way_of_scoring_is_enough(here: dict[str, list[str]]) -> None:
    """The CPU's packages or the GPU's."""
    assert can_score(here.__getitem__)
    require_scoring(here.__getitem__)


def test_without_either_the_extra_is_named() -> None:
    """And the packages, so that a person sees what is meant."""
    with pytest.raises(MissingExtraError, match=r"openvino, numpy.*pip install 'emotionstream\[cpu\]'"):
        require_scoring(lacks("cpu", "gpu").__getitem__)


@pytest.mark.parametrize("extra", ["state", "history"])
def test_up_names_what_any_part_lacks(extra: str) -> None:
    """One line installs all of it."""
    with pytest.raises(MissingExtraError, match=rf"{BARE[extra][0]}.*emotionstream\[demo\]"):
        require_parts(lacks(extra, "gpu").__getitem__)
    require_parts(lacks("gpu").__getitem__)
