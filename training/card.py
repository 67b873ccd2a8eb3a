"""The model card that stands beside a checkpoint."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from emotionstream.inference.model.config import ModelConfig
from emotionstream.training.evaluate.card import evaluation_section

EVALUATION: Final = "evaluation"
"""The key of a checkpoint's metrics under which `evaluate --write` stores its figures."""

_TEXT = """# {name} {version}

{parameters}
Licence: {license}. Weights: `model.safetensors` (fp16). CPU graph: `openvino/model.xml` (int8, static).

## What it says
- 41 emotions of a learner's chat message (a softmax; `confidence` is the calibrated probability of the first).
- Pleasure, arousal, dominance in [0, 1], in the **learner scale** of this project's annotation guide: 0.5 is neither
  pleasant nor unpleasant. It is not EmoBank's scale; the model has a second head for that, used in evaluation only.
- Learning readiness: a score in [0, 1] and one of five states, from emotion, PAD, engagement and cognitive load. What
  is not known of the last two is a learned 'unknown'.
- `policy.safetensors`: which of six levels of help a tutor would give, from all this and the learner's recent past.

## Made for, and not
For pointing a tutor to a learner who may need help. Not for grading, discipline, diagnosis or any decision without a
person. Typed English text only; short chat messages. Text beyond {max_tokens} tokens is cut: its first quarter of the
window and its end stay.
"""

STARTED_FROM: Final = "started_from"
"""In the metrics: the checkpoint that the run began with, by name and version; absent where it began with none."""

_TRAINED = """
## Trained on
{data}

Each column is a stage: rows drawn in one of its epochs, and how many times the data set that is. Below 1 it is a random
part, a new one in every epoch; above 1, texts come again. A stage ends early where dev stops getting better.

The learner corpus was written and rated for this project by its authors with language models; it was not collected
from learners. Figures that rest on it (21 of the 41 classes, PAD in the learner scale, readiness, interventions) say
how well the model follows that guide, and are no proof about people. Texts of dev and of the sessions are kept out of
training. Temperature is fitted on the dev sets that the calibration figures are given for (one number). The recorded
engagement and load of the sessions are given to the readiness net in its figures.
"""


def write_card(path: Path, config: ModelConfig, metrics: dict[str, Any]) -> None:
    """Write the card from the checkpoint's configuration and metrics, as training and `evaluate --write` left them."""
    path.write_text(card(config, metrics), encoding="utf-8")


def card(config: ModelConfig, metrics: Mapping[str, Any], evaluation: str | None = None) -> str:
    """The card's text. ``evaluation`` stands instead of the figures that training and `--write` stored.

    What ``metrics`` do not hold, such as the training data of another program's checkpoint, is left out.
    """
    encoders = ", ".join(f"{e.name} ({e.layers} layers, {e.hidden} wide)" for e in config.encoders)
    text = _TEXT.format(
        name=config.name,
        version=config.version,
        license=config.license,
        parameters=f"Encoders: {encoders}; 8-head attention fusion; heads for emotion, PAD and readiness.",
        max_tokens=config.encoders[0].max_tokens,
    )
    if "training" in metrics:
        text += _TRAINED.format(data=data_table(metrics["training"], metrics["settings"]["stages"]))
        if start := metrics.get(STARTED_FROM):
            text += f"\nIt began with the weights of {start}, and so rests on what that one was trained on too.\n"
        if note := metrics["settings"].get("note"):
            text += f"\n{note}\n"
    if evaluation is not None:
        return f"{text}\n{evaluation}"
    if "dev" in metrics:
        text += f"\n## Figures (dev sets)\n{figure_table(metrics)}\n"
    if EVALUATION in metrics:
        text += f"\n{evaluation_section(metrics[EVALUATION])}"
    return text


def data_table(rows: Mapping[str, int], stages: Sequence[Mapping[str, Any]]) -> str:
    """What each data set gave to each stage, as a Markdown table: ``rows`` are texts by data set."""
    heads = [f"`{stage['name']}`, epochs: {stage['epochs']}" for stage in stages]
    lines = [f"| data set | texts | {' | '.join(heads)} |", "|---" * (2 + len(stages)) + "|"]
    for name, count in rows.items():
        times = [stage["mix"].get(name, 0) for stage in stages]
        drawn = [f"{round(count * share):,} (x {share:g})" if share else "-" for share in times]
        lines.append(f"| {name} | {count:,} | {' | '.join(drawn)} |")
    return "\n".join(lines)


def figure_table(metrics: Mapping[str, Any]) -> str:
    """The main figures as a Markdown table."""
    lines = ["| what | int8 | fp32 |", "|---|---|---|"]
    for what, value in headline(metrics["dev"]["int8"]).items():
        lines.append(f"| {what} | {value:.3f} | {headline(metrics['dev']['fp32'])[what]:.3f} |")
    agreed, effect = metrics["int8_against_fp32"], metrics["batch_effect_int8"]
    ready, levels = metrics["readiness_cross_validated"], metrics["intervention_cross_validated"]
    alone = metrics["intervention_cross_validated_text_only"]
    lines += [
        "",
        *(
            f"- int8 against fp32 on {name}: same top class {part['same_top_class']:.3f} of {part['texts']:,} texts, "
            f"mean difference of a probability {part['mean_probability_difference']:.4f}."
            for name, part in agreed.items()
        ),
        f"- Batch effect of int8: largest change of a probability {effect['mixed_largest_probability_change']:.1e}.",
        f"- Temperature {metrics['temperature']:.3f}.",
        f"- Readiness, cross-validated by session: exact {ready['exact']:.3f}, within one {ready['within_one']:.3f}, "
        f"QWK {ready['qwk']:.3f} (always the commonest: exact {ready['majority_exact']:.3f}).",
        f"- Intervention level, cross-validated by session, on its own decisions: exact {levels['exact']:.3f}, "
        f"within one {levels['within_one']:.3f}, QWK {levels['qwk']:.3f} "
        f"(always the commonest: exact {levels['majority_exact']:.3f}).",
        f"- The same where only the text is known, neither engagement nor load: exact {alone['exact']:.3f}, "
        f"within one {alone['within_one']:.3f}, QWK {alone['qwk']:.3f}.",
    ]
    return "\n".join(lines)


def headline(dev: Mapping[str, Any]) -> dict[str, float]:
    """The few figures that a reader asks for first."""
    found: dict[str, float] = {}
    if "goemotions" in dev:
        found["GoEmotions, 28 labels, macro-F1 (crossed thresholds)"] = dev["goemotions"]["macro_f1_28"]
        found["GoEmotions, 41-way over its own classes, ECE"] = dev["goemotions"]["ece_41_partial"]
    if "emobank" in dev:
        for dimension, values in dev["emobank"]["pad"].items():
            found[f"EmoBank {dimension}, Pearson r"] = values["r"]
    for name, title in (("messages_dev", "learner dev (near misses)"), ("messages_dev_2", "learner dev 2")):
        if name in dev:
            part = dev[name]
            found |= {f"{title}, top-1": part["top1"], f"{title}, acceptable": part["acceptable"]}
            found |= {f"{title}, macro-F1": part["macro_f1_41"], f"{title}, ECE": part["ece"]}
            found |= {f"{title}, {d} r": v["r"] for d, v in part["pad"].items()}
    return found
