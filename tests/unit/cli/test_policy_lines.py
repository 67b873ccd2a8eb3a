"""What `emotionstream policy` tells a person."""

from emotionstream.cli.policy_lines import comparison_lines, evaluation_lines, likeness_lines

ROW = {
    "worth": 0.4,
    "worth_low": 0.39,
    "worth_high": 0.41,
    "gap_closed": 0.5,
    "gap_closed_low": 0.4,
    "gap_closed_high": 0.6,
    "raised": {"none": 0.8, "mild": 0.2},
}
SIDE = {
    "modes": {"engaged": 0.5, "bored": 0.5},
    "levels": [0.6, 0.4],
    "engagement": {"mean": 0.5, "spread": 0.2, "lasts": 0.8},
    "load": {"mean": 0.4, "spread": 0.1, "lasts": 0.7},
    "level_lasts": 0.5,
    "level_with_engagement": -0.7,
}
VALUE = {"value": 0.5, "low": 0.4, "high": 0.6, "standard_error": 0.05, "bootstrap_low": 0.41, "bootstrap_high": 0.61}


def test_each_way_to_choose_has_its_intervals() -> None:
    """Worth, gap closed, and how often anything was raised."""
    _, line = comparison_lines({"policy": ROW})
    assert line.split() == ["policy", "0.4000", "[0.3900,", "0.4100]", "0.50", "[0.40,", "0.60]", "20%"]


def test_both_sides_stand_beside_each_other() -> None:
    """Every figure of the corpus before the simulator's."""
    lines = list(likeness_lines({"corpus": SIDE, "simulator": SIDE, "distance": {"modes": 0.01}}))
    assert "share of bored".ljust(32) + "     0.500       0.500" in lines
    assert lines[-1].split()[-1] == "0.010"


def test_each_estimator_has_two_intervals() -> None:
    """Beside how much the log can say of the policy that is asked about."""
    found = {"decisions": 10, "learners": 2, "effective_decisions": 3.4, "clipped": 0.1, "values": {"ips": VALUE}}
    head, line = evaluation_lines(found)
    assert head == "10 decisions about 2 learners, worth 3 of the target's own; 10.0% of weights clipped"
    assert line.split() == ["ips", "0.5000", "normal", "[0.4000,", "0.6000]", "bootstrap", "[0.4100,", "0.6100]"]


def test_of_one_learner_the_intervals_are_said_to_be_undefined() -> None:
    """Not of width 0, and no error."""
    alone = dict.fromkeys(VALUE) | {"value": 0.5}
    found = {"decisions": 10, "learners": 1, "effective_decisions": 3.4, "clipped": 0.1, "values": {"ips": alone}}
    assert list(evaluation_lines(found))[1].count("undefined (one learner)") == 2
