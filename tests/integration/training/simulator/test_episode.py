"""Simulated classes through the state stage, with readings of a model that knows nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch

from emotionstream.inference.model.config import ModelConfig, ReadinessConfig
from emotionstream.inference.model.readiness import LearningReadinessNet
from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.schemas.checkpoint import GRAPH
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.features import FEATURE_INDEX
from emotionstream.training.datasets.corpus import TRAIN_FILES, read_messages
from emotionstream.training.graph import graph_predict
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import score
from emotionstream.training.simulator.choices import CorpusTutor, Fixed, Oracle, Threshold, always, at_random
from emotionstream.training.simulator.comparison import NEVER, ORACLE, compared, measure
from emotionstream.training.simulator.episode import Classroom, Episode, run
from emotionstream.training.simulator.likeness import distances, figures, simulated
from emotionstream.training.simulator.logs import decision_log, seen_rewards
from emotionstream.training.simulator.outcomes import UNASKED
from emotionstream.training.simulator.plot import draw
from emotionstream.training.simulator.readings import Reader, Said
from emotionstream.training.simulator.settings import SimulatorSettings
from emotionstream.training.simulator.texts import TextBank, read_bank
from emotionstream.training.simulator.world import World

ROOT = Path(__file__).parents[4]
CHECKPOINT = ROOT / "models" / "compact"
LEARNERS = 40
WORLD = World.of(SimulatorSettings.read())


def classroom() -> Classroom:
    """Five texts a class; the reading of each is its class, more or less."""
    generator = np.random.default_rng(0)
    emotion = np.repeat(np.arange(len(EMOTIONS)), 5)
    logits = generator.standard_normal((len(emotion), len(EMOTIONS)))
    logits[np.arange(len(emotion)), emotion] += 4
    pleasure = WORLD.pleasure[WORLD.mode_of[emotion]]
    pad = np.stack([pleasure, generator.random(len(emotion)), generator.random(len(emotion))], axis=1)
    bank = TextBank(
        tuple(np.flatnonzero(emotion == c) for c in range(len(EMOTIONS))), logits, pad, np.eye(len(EMOTIONS))
    )
    torch.manual_seed(0)
    reader = Reader(bank, LearningReadinessNet(ReadinessConfig(width=16, heads=4, dropout=0.0)), 1.0)
    return Classroom.of(WORLD, bank, reader, StateSettings())


@pytest.fixture(scope="module")
def room() -> Classroom:
    """One for all tests: nothing in it changes."""
    return classroom()


def test_a_seed_gives_the_same_class_again(room: Classroom) -> None:
    """Bit for bit; another seed gives another."""
    first, again, other = (run(room, at_random, LEARNERS, seed) for seed in (1, 1, 2))
    for name in Episode.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.mode, other.mode)


def test_policies_meet_the_same_learners(room: Classroom) -> None:
    """Until one of them helps, nothing differs."""
    never, mild = (run(room, always(Fixed(level)), LEARNERS, 3) for level in (LEVELS[0], LEVELS[2]))
    np.testing.assert_array_equal(never.mode[0], mild.mode[0])
    np.testing.assert_array_equal(never.vectors[0], mild.vectors[0])
    np.testing.assert_array_equal(never.active, mild.active)
    assert not np.array_equal(never.mode[1:], mild.mode[1:])


def test_the_state_stage_raises_as_it_does_live(room: Classroom) -> None:
    """`preventive` is below the least level; within the cooldown only a higher level is raised."""
    assert not run(room, always(Fixed(InterventionLevel.PREVENTIVE)), LEARNERS, 4).ranks.any()
    mild = run(room, always(Fixed(InterventionLevel.MILD)), LEARNERS, 4)
    assert (mild.ranks[0] == 2).all()
    assert 0 < (mild.ranks == 2).mean() < 1
    np.testing.assert_array_equal(mild.ranks > 0, mild.allowed[:, :, 2] > 0)
    np.testing.assert_array_equal(mild.helped == UNASKED, mild.ranks == 0)


def test_what_is_seen_is_what_the_features_say(room: Classroom) -> None:
    """Engagement as told, pleasure as read; unknown ones are unknown to the policy."""
    episode = run(room, at_random, LEARNERS, 5)
    known = ~np.isnan(episode.told_engagement)
    assert 0.95 < known.mean() < 1
    told = episode.vectors[..., FEATURE_INDEX["engagement.value"]]
    np.testing.assert_array_equal(episode.vectors[..., FEATURE_INDEX["engagement.known"]], known)
    np.testing.assert_allclose(told[known], episode.told_engagement[known])
    np.testing.assert_allclose(episode.vectors[..., FEATURE_INDEX["pad.pleasure"]], episode.pleasure, atol=1e-6)


def test_knowing_is_worth_more_than_a_rule_and_a_rule_more_than_chance(room: Classroom) -> None:
    """The oracle closes the gap, by definition; with clear texts the rule on pleasure closes part of it."""
    small = SimulatorSettings.read(changes={"run": _run(seeds=list(range(101, 107)))})
    here = Classroom.of(World.of(small), room.bank, room.reader, room.state)
    ways = {
        NEVER: always(Fixed(LEVELS[0])),
        "rule": always(Threshold(tuple(small.threshold.pleasure))),
        "random": at_random,
        ORACLE: Oracle(here.world),
    }
    told: list[str] = []
    table = compared(measure(here, ways, told.append), 0.95)
    assert told == list(ways)
    assert table[NEVER]["gap_closed"] == 0
    assert table[ORACLE]["gap_closed"] == 1
    assert table["random"]["gap_closed"] < table["rule"]["gap_closed"] < 1
    assert table["rule"]["gap_closed_low"] < table["rule"]["gap_closed"] < table["rule"]["gap_closed_high"]
    assert sum(table["random"]["raised"].values()) == pytest.approx(1)


def test_a_log_holds_what_could_be_seen_and_true_propensities(room: Classroom) -> None:
    """Rows that a message follows; what was done had a probability; rewards know nothing latent."""
    episode = run(room, at_random, LEARNERS, 6)
    log = decision_log(episode, WORLD.settings)
    assert len(log) == int(episode.active.sum()) - LEARNERS
    assert (log.propensities[np.arange(len(log)), log.levels] > 0).all()
    np.testing.assert_allclose(log.propensities.sum(axis=1), 1)
    blind = Episode(**{n: getattr(episode, n) for n in Episode.__dataclass_fields__} | _scrambled(episode))
    np.testing.assert_array_equal(seen_rewards(blind, WORLD.settings), seen_rewards(episode, WORLD.settings))


def test_likeness_is_complete_and_can_be_drawn(room: Classroom, tmp_path: Path) -> None:
    """Shares sum to 1, the same sessions have no distance, and the picture is a picture."""
    found = figures(simulated(room, [1, 2], LEARNERS), WORLD)
    assert sum(found["modes"].values()) == pytest.approx(1)
    assert sum(found["levels"]) == pytest.approx(1)
    assert distances(found, found) == {"modes": 0.0, "levels": 0.0, "follows": 0.0}
    other = figures(simulated(room, [3], LEARNERS), WORLD)
    assert all(value > 0 for value in distances(found, other).values())
    draw(found, other, tmp_path / "likeness.svg")
    assert "<svg" in (tmp_path / "likeness.svg").read_text(encoding="utf-8")


def test_tutors_as_in_the_corpus_answer_some_of_those_in_need(room: Classroom) -> None:
    """Never one who needs nothing."""
    episode = run(room, CorpusTutor(WORLD), LEARNERS, 7)
    helped = episode.ranks > 0
    assert helped.any()
    assert episode.need[helped].min() > 1


def test_readings_are_those_of_the_checkpoint(tmp_path: Path) -> None:
    """The shipped graph, given the context, says of a text what the reader says by readiness net alone."""
    bank = read_bank(CHECKPOINT, some_of_the_corpus(tmp_path), tmp_path)
    assert (read_bank(CHECKPOINT, tmp_path, tmp_path).logits == bank.logits).all()
    texts = [message.text for message in read_messages(tmp_path, "messages_train")][:12]
    known = np.linspace(0.1, 0.9, len(texts))
    context = torch.tensor([[e, 1 - e, 0, 1, 1, 0] for e in known], dtype=torch.float32)
    config = ModelConfig.read(CHECKPOINT)
    outputs = score(graph_predict(CHECKPOINT / GRAPH), TextEncoder.open(config, CHECKPOINT), texts, context)
    said = Said(np.arange(len(texts)), known, 1 - known, np.zeros(len(texts)), 0)
    scores = Reader.open(CHECKPOINT, bank).readiness(said)
    np.testing.assert_allclose(scores, outputs.readiness_score, atol=0.01)


def some_of_the_corpus(folder: Path) -> Path:
    """A data folder with every twentieth line of what the bank reads; all classes are there."""
    corpus = ROOT / "training" / "learner_corpus"
    (folder / "learner_corpus").mkdir()
    for name in (*TRAIN_FILES, "sessions", "sessions_2"):
        lines = (corpus / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / "learner_corpus" / f"{name}.jsonl").write_text("".join(lines[::20]), encoding="utf-8")
    return folder


def _run(**changes: object) -> dict[str, object]:
    return {**WORLD.settings.run.model_dump(), "learners": LEARNERS, **changes}


def _scrambled(episode: Episode) -> dict[str, np.ndarray]:
    """Everything latent, of somebody else."""
    return {name: getattr(episode, name)[::-1] for name in ("mode", "need", "engagement", "worth")}
