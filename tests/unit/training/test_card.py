"""What the model card says of the data."""

from emotionstream.training.card import data_table


def test_the_card_says_how_much_of_a_data_set_was_drawn() -> None:
    """A set of which half is drawn must not read as if all of it had been."""
    stages = [
        {"name": "first", "epochs": 1, "mix": {"a": 0.5}},
        {"name": "last", "epochs": 2, "mix": {"a": 1, "b": 3.0}},
    ]
    *_, first, second = data_table({"a": 1001, "b": 20}, stages).splitlines()
    assert first == "| a | 1,001 | 500 (x 0.5) | 1,001 (x 1) |"
    assert second == "| b | 20 | - | 60 (x 3) |"
