"""An evaluation in Markdown, and on the screen."""

import json
from typing import Any

import numpy as np

from emotionstream.cli.evaluate_lines import lines
from emotionstream.schemas.emotions import EMOTION_INDEX, EMOTIONS
from emotionstream.schemas.settings.evaluation import EvaluationSettings
from emotionstream.training.evaluate.card import evaluation_section
from emotionstream.training.evaluate.case import Case
from emotionstream.training.evaluate.evidence import TITLES, Evidence
from emotionstream.training.evaluate.headlines import headlines, table
from emotionstream.training.evaluate.measures import Rules, emotion_figures

RULES = Rules(1.0, 0.3, None, Evidence({"joy": 600}, {}, {}), EvaluationSettings(calibration_draws=10))
LOGITS = np.random.default_rng(0).normal(0, 1, (20, len(EMOTIONS)))
CASES = [Case(i, "secret", EMOTION_INDEX["joy"] if i % 2 else EMOTION_INDEX["awe"]) for i in range(20)]


def metrics(**more: Any) -> dict[str, Any]:
    """The figures of one small set."""
    figures = {"rows": 20, "left_out": [{"line": 3, "why": "x"}], "emotion": emotion_figures(LOGITS, CASES, RULES)}
    return {
        "model": "m", "version": "1", "backend": "torch", "temperature": 1.0, "abstain_below": 0.3, "thin_below": 500,
        "evidence_counted": True, "sets": {"mine": figures | more}, "stored": {},
    }  # fmt: skip


def test_the_card_has_the_tables_apart_and_says_what_they_rest_on() -> None:
    """Three tables, the constant's and the perfect calibration's figures, and lines that were left out."""
    text = evaluation_section(metrics(), ["pad.png"])
    assert all(title in text for title in TITLES.values() if "Thin" not in title)
    assert "ECE of a perfect calibration" in text
    assert "20 rows, 1 lines left out" in text
    assert "![PAD, true and said](pad.png)" in text
    assert "| joy |" in text
    assert "secret" not in text


def test_training_texts_are_warned_of() -> None:
    """Figures on what was trained on are too good, in the card and on the screen."""
    figures = metrics(trained_on={"learner corpus": 7})
    assert "7 of these texts stand in learner corpus" in evaluation_section(figures)
    assert any("7 of these texts" in line for line in lines(figures))


def test_a_baseline_stands_in_the_same_table() -> None:
    """A column of its own; what it does not have is a dash."""
    told = dict(table({"model": metrics()["sets"]["mine"], "majority": {"emotion": {"top1": 0.5, "acceptable": 0.5,
                "macro_f1": 0.1}}}))  # fmt: skip
    assert told["top-1"][1] == "0.500"
    assert told["NLL"][1] == "-"
    text = evaluation_section(metrics(baselines={"majority": {"emotion": {"top1": 0.5, "acceptable": 0.5,
                              "macro_f1": 0.1}}}))  # fmt: skip
    assert "| what | model | majority |" in text


def test_figures_are_plain_json() -> None:
    """No numpy number stays in what is written."""
    assert json.loads(json.dumps(metrics())) == metrics()
    assert headlines(metrics()["sets"]["mine"])["kept at confidence 0.30 or more"] is not None
