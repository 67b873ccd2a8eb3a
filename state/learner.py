"""One learner's state, moved on by one result: pure, no clock, no Kafka."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import EmotionResult, Intervention, Reason
from emotionstream.schemas.position import intervention_id
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.decision import Decision, Policy
from emotionstream.state.emission import raises
from emotionstream.state.features import features
from emotionstream.state.observation import observe
from emotionstream.state.snapshot import LastIntervention, LearnerState
from emotionstream.state.source_log import seen_before
from emotionstream.state.trajectory import trajectory


@dataclass(frozen=True, slots=True)
class Step:
    """What one result did.

    ``seen_before``: a repeat, nothing changed. ``late``: older than the learner's last result, folded in with no
    elapsed time. ``new_log``: the chat topic was made anew. ``decision`` is None for a repeat.
    """

    learner: LearnerState
    intervention: Intervention | None = None
    decision: Decision | None = None
    seen_before: bool = False
    late: bool = False
    new_log: bool = False


def advance(learner: LearnerState | None, result: EmotionResult, policy: Policy, settings: StateSettings) -> Step:
    """Fold ``result`` into ``learner`` (None: never heard of) and decide whether to raise an intervention."""
    if learner is not None and seen_before(learner.folded, result.source):
        return Step(learner, seen_before=True)
    seen = observe(learner, result, settings)
    vector = features(result, seen.learner, settings)
    decision = policy.decide(vector)
    if not raises(decision.level, seen.learner.intervention, seen.learner.last_ms, settings):
        return Step(seen.learner, None, decision, late=seen.late, new_log=seen.new_log)
    reasons = policy.reasons(vector, settings)
    intervention = _intervention(result, seen.learner, decision, reasons, settings)
    noted = note_intervention(seen.learner, decision.level)
    return Step(noted, intervention, decision, late=seen.late, new_log=seen.new_log)


def fold(
    results: Iterable[EmotionResult],
    policy: Policy,
    settings: StateSettings,
    learners: dict[str, LearnerState] | None = None,
) -> Iterator[Step]:
    """One step per result, each learner's state carried on. ``learners`` (by user id) is read and updated."""
    known = {} if learners is None else learners
    for result in results:
        step = advance(known.get(result.user_id), result, policy, settings)
        known[result.user_id] = step.learner
        yield step


def note_intervention(learner: LearnerState, level: InterventionLevel) -> LearnerState:
    """``learner`` with an intervention of ``level`` raised at its last result."""
    return replace(learner, intervention=LastIntervention(level.rank, learner.last_ms))


def _intervention(
    result: EmotionResult,
    learner: LearnerState,
    decision: Decision,
    reasons: tuple[Reason, ...],
    settings: StateSettings,
) -> Intervention:
    previous = learner.intervention
    return Intervention(
        intervention_id=intervention_id(result.user_id, result.source),
        result_id=result.result_id,
        message_id=result.message_id,
        user_id=result.user_id,
        session_id=result.session_id,
        level=decision.level,
        previous_level=InterventionLevel.NONE if previous is None else previous.level,
        reasons=reasons,
        trajectory=trajectory(learner.points, settings),
        ema=learner.ema_pad,
        level_probabilities=decision.probabilities,
        policy_version=decision.policy_version,
        model=result.model,
        source=result.source,
        sent_at=result.sent_at,
        scored_at=result.scored_at,
    )
