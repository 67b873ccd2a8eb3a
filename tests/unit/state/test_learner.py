"""A learner's state moved on by results."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from state_policies import START_MS, random_policy, random_results, result

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.position import intervention_id
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.learner import Step, advance, fold
from emotionstream.state.snapshot import LearnerState

POLICY = random_policy()
SETTINGS = StateSettings()
RESULTS = random_results(60, ["ada"])


def last(steps: list[Step]) -> LearnerState:
    """The state after the last step."""
    return steps[-1].learner


def test_the_first_result_starts_from_the_population() -> None:
    """A learner never heard of is one silent for ever: the average starts at the population's mean."""
    settings = StateSettings(ema_alpha=0.5, baseline_pleasure=0.5, baseline_prior_results=9.0)
    learner = advance(None, result(pad=(0.1, 0.6, 0.4)), POLICY, settings).learner
    assert learner.ema[0] == pytest.approx(0.3)
    assert learner.baseline[0] == pytest.approx(0.5 - 0.4 / 10)
    assert (learner.results, learner.points) == (1, ((0, 0.1),))


def test_a_repeat_changes_nothing() -> None:
    """A result folded in already gives the same state, no intervention, and says so."""
    first = advance(None, RESULTS[0], POLICY, SETTINGS).learner
    second = advance(first, RESULTS[1], POLICY, SETTINGS).learner
    for known in RESULTS[:2]:
        step = advance(second, known, POLICY, SETTINGS)
        assert (step.learner, step.intervention, step.seen_before, step.decision) == (second, None, True, None)


@given(st.lists(st.integers(0, len(RESULTS) - 1), min_size=1, max_size=8))
def test_going_back_any_number_of_times_changes_nothing(backs: list[int]) -> None:
    """Whatever is read again after crashes, states and interventions are those of one clean pass."""
    read = []
    for back in sorted(backs):
        read += RESULTS[max(0, back - 5) : back + 1]
    again = [*RESULTS[: max(backs) + 1], *read, *RESULTS]
    steps = list(fold(again, POLICY, SETTINGS))
    clean = list(fold(RESULTS, POLICY, SETTINGS))
    assert last(steps) == last(clean)
    raised = [step.intervention for step in steps if step.intervention]
    assert raised == [step.intervention for step in clean if step.intervention]


def test_advance_depends_on_nothing_but_its_arguments() -> None:
    """The same fold twice gives equal steps, bit for bit."""
    assert list(fold(RESULTS, POLICY, SETTINGS)) == list(fold(RESULTS, POLICY, SETTINGS))


def test_an_older_result_is_folded_in_with_no_elapsed_time() -> None:
    """Clocks differ: the result counts, the learner's time does not go back, and the step says late."""
    first = advance(None, result(offset=0, minute=10), POLICY, SETTINGS).learner
    step = advance(first, result(offset=1, minute=4, pad=(0.9, 0.6, 0.4)), POLICY, SETTINGS)
    assert step.late
    assert step.learner.last_ms == first.last_ms
    assert step.learner.points == ((0, 0.3), (0, 0.9))
    assert step.learner.results == 2


def test_a_chat_topic_made_anew_does_not_make_the_state_deaf() -> None:
    """A lower offset with a later time is folded in and said; the next ones go on from there."""
    first = advance(None, result(offset=500), POLICY, SETTINGS).learner
    anew = advance(first, result(offset=0, minute=1, timestamp_ms=START_MS + 9_999), POLICY, SETTINGS)
    assert (anew.new_log, anew.seen_before, anew.learner.results) == (True, False, 2)
    following = advance(anew.learner, result(offset=1, minute=2, timestamp_ms=START_MS + 10_000), POLICY, SETTINGS)
    assert (following.new_log, following.seen_before, following.learner.results) == (False, False, 3)


def test_reading_again_across_a_chat_topic_made_anew_changes_nothing() -> None:
    """Results of the old topic and the new one, read again from any place after a crash, are all known."""
    old = [result(offset=500 + i, minute=i) for i in range(3)]
    new = [result(offset=i, minute=10 + i, timestamp_ms=START_MS + 9_000 + i) for i in range(3)]
    both = old + new
    clean = list(fold(both, POLICY, SETTINGS))
    assert [step.new_log for step in clean] == [False, False, False, True, False, False]
    for end in range(1, len(both) + 1):
        for start in range(end):
            steps = list(fold([*both[:end], *both[start:]], POLICY, SETTINGS))
            assert last(steps) == last(clean)


def test_a_silence_lets_the_average_go_back_to_the_baseline() -> None:
    """A week later yesterday's anger is over: only the new result moves the average off the baseline."""
    angry = last(list(fold([result(offset=i, minute=i, pad=(0.0, 1.0, 0.5)) for i in range(10)], POLICY, SETTINGS)))
    soon = advance(angry, result(offset=10, minute=10, pad=(0.5, 0.5, 0.5)), POLICY, SETTINGS).learner
    late = advance(angry, result(offset=10, minute=10_080, pad=(0.5, 0.5, 0.5)), POLICY, SETTINGS).learner
    assert late.ema[0] == pytest.approx(angry.baseline[0] + 0.3 * (0.5 - angry.baseline[0]), abs=1e-5)
    assert soon.ema[0] < 0.2 < late.ema[0]


def test_a_new_session_is_counted_from_its_start() -> None:
    """Results and minutes of the session start again; the learner's own count goes on."""
    first = advance(None, result(offset=0, session="s-1"), POLICY, SETTINGS).learner
    second = advance(first, result(offset=1, minute=3, session="s-2"), POLICY, SETTINGS).learner
    assert (second.session.results, second.session.started_ms, second.results) == (1, START_MS + 180_000, 2)


def test_an_intervention_says_all_that_led_to_it() -> None:
    """Ids follow from the position, the level before is the last raised, and the state remembers the new one."""
    eager = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=0.0)
    steps = list(fold(RESULTS, POLICY, eager))
    raised = [(step, source) for step, source in zip(steps, RESULTS, strict=True) if step.intervention]
    assert len(raised) > 10
    previous = InterventionLevel.NONE
    for step, source in raised:
        intervention = step.intervention
        assert intervention is not None
        assert step.decision is not None
        assert intervention.intervention_id == intervention_id("ada", source.source)
        assert intervention.previous_level is previous
        assert intervention.level_probabilities == step.decision.probabilities
        assert intervention.ema.as_tuple() == step.learner.ema
        assert 1 <= len(intervention.reasons) <= eager.reasons
        assert step.learner.intervention is not None
        assert step.learner.intervention.time_ms == step.learner.last_ms
        previous = intervention.level


def test_the_cooldown_holds_back_what_does_not_escalate() -> None:
    """Within the cooldown every raised level is higher than the one before."""
    patient = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=86_400.0)
    levels = [step.intervention.level.rank for step in fold(RESULTS, POLICY, patient) if step.intervention]
    assert levels == sorted(set(levels))


def test_fold_keeps_learners_apart_and_hands_their_states_back() -> None:
    """Two learners' results in turn give what each gives alone."""
    both: dict[str, LearnerState] = {}
    mixed = random_results(40, ["ada", "bo"])
    list(fold(mixed, POLICY, SETTINGS, both))
    for user, state in both.items():
        alone: dict[str, LearnerState] = {}
        list(fold([r for r in mixed if r.user_id == user], POLICY, SETTINGS, alone))
        assert alone == {user: state}


def test_fold_goes_on_from_given_states() -> None:
    """Folding in two parts equals folding at once: replay may start from a known state."""
    states: dict[str, LearnerState] = {}
    list(fold(RESULTS[:30], POLICY, SETTINGS, states))
    states = {user: LearnerState.from_json(state.to_json()) for user, state in states.items()}
    second = list(fold(RESULTS[30:], POLICY, SETTINGS, states))
    assert second == list(fold(RESULTS, POLICY, SETTINGS))[30:]
    assert replace(states["ada"]) == last(second)
