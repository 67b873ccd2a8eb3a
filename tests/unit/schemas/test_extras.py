"""How an optional package is installed."""

from emotionstream.schemas.extras import install_line


def test_both_ways_of_installing_are_told() -> None:
    """By the package's name, and from the source that somebody has cloned."""
    assert install_line("gpu") == "pip install 'emotionstream[gpu]', in a checkout pip install -e '.[gpu]'"
