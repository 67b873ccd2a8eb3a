"""An evaluation as Markdown: the part of a model card that says how good the model is, and where it is not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from emotionstream.training.evaluate.evidence import TITLES, Ground
from emotionstream.training.evaluate.headlines import shown, table

Figures = Mapping[str, Any]

_MISTAKES: Final = 10
_CAPTIONS: Final = {
    "confusion.png": "Confusion",
    "reliability.png": "Reliability",
    "f1_by_class.png": "F1 of each class",
    "pad.png": "PAD, true and said",
    "risk_coverage.png": "Risk and coverage",
    "learning_curves.png": "Learning curves of the training run",
}


def evaluation_section(metrics: Figures, pictures: Sequence[str] = ()) -> str:
    """``metrics`` as `evaluate` gives them; ``pictures`` are names of files beside the card."""
    return "\n".join(_lines(metrics, pictures)) + "\n"


def _lines(metrics: Figures, pictures: Sequence[str]) -> Iterator[str]:
    yield f"## Evaluation on {', '.join(metrics['sets']) or 'fairness alone'}"
    yield ""
    yield f"By `emotionstream evaluate`, backend {metrics['backend']}, temperature {metrics['temperature']:.3f}."
    if metrics["sets"]:
        yield from _about(metrics)
    for name, figures in metrics["sets"].items():
        yield from _set(name, figures)
    if "fairness" in metrics:
        yield from _fairness(metrics["fairness"])
    if "robustness" in metrics:
        yield from _robustness(metrics["robustness"])
    for name in pictures:
        yield from ("", f"![{_CAPTIONS.get(name, name)}]({name})")


def _about(metrics: Figures) -> Iterator[str]:
    yield "Macro-F1 is the mean over the classes that occur. ECE has bins of equal mass; even a perfect calibration has"
    yield "some on a finite number of rows, which is told beside it. The constant of PAD's MAE is the set's own mean."
    if metrics["abstain_below"] is not None:
        yield f"An answer with a confidence below {metrics['abstain_below']:.3f} is uncertain: see risk and coverage."
    yield ""
    if metrics["evidence_counted"]:
        yield f"A class is thin where fewer than {metrics['thin_below']} training texts were given it by people."
    else:
        yield "How many training texts people gave each class is not stored with this checkpoint: none is told as thin"
        yield "but those that no label names alone."


def _set(name: str, figures: Figures) -> Iterator[str]:
    others = figures.get("baselines", {})
    left_out = f", {len(figures['left_out'])} lines left out" if figures["left_out"] else ""
    yield from ("", f"### {name}: {figures['rows']:,} rows{left_out}", "")
    for source, count in figures.get("trained_on", {}).items():
        yield from (f"**{count:,} of these texts stand in {source}: what rests on training texts is too good.**", "")
    yield f"| what | {' | '.join(['model', *others])} |"
    yield "|---" * (2 + len(others)) + "|"
    for what, values in table({"model": figures, **others}):
        yield f"| {what} | {' | '.join(values)} |"
    for kind, key in (("emotion", "tables"), ("labels", "tables_halves")):
        yield from _tables(name, figures.get(kind, {}).get(key, {}))
    mistakes = [pair for pair in figures.get("emotion", {}).get("confusion", ()) if pair["true"] != pair["said"]]
    if mistakes:
        told = (f"{p['true']} said to be {p['said']} ({p['rows']})" for p in mistakes[:_MISTAKES])
        yield from ("", f"Commonest mistakes: {', '.join(told)}.")


def _tables(name: str, tables: Figures) -> Iterator[str]:
    for ground, part in tables.items():
        if not part["classes"]:
            continue
        yield from ("", f"#### {name}. {TITLES[Ground(ground)]}", "")
        yield from ("| class | precision | recall | F1 | rows |", "|---|---|---|---|---|")
        for label, row in sorted(part["classes"].items(), key=lambda item: -item[1]["f1"]):
            values = " | ".join(shown(row[what]) for what in ("precision", "recall", "f1"))
            yield f"| {label} | {values} | {row['support']} |"
        yield f"| **mean of {part['with_support']}** | | | {shown(part['macro_f1'])} | |"


def _fairness(part: Figures) -> Iterator[str]:
    yield from ("", f"### Fairness: Equity Evaluation Corpus, {part['sentences']:,} sentences", "")
    yield "Differences of pleasure (valence) between sentences that differ only in who is spoken of: male minus female,"
    yield "African-American minus European names. Largest mean, over both contrasts and each emotion of the sentences:"
    yield from (f"**{part['largest_mean_paired_difference']:.3f}**.", "")
    yield "| contrast | sentences | pairs | mean | mean size | largest |"
    yield "|---|---|---|---|---|---|"
    for contrast in ("gender", "race"):
        for name, one in {"all": part[contrast]["all"], **part[contrast]["by_emotion"]}.items():
            values = (shown(one[key]) for key in ("mean", "mean_size", "largest"))
            yield f"| {contrast} | {name} | {one['pairs']:,} | {' | '.join(values)} |"


def _robustness(part: Figures) -> Iterator[str]:
    yield from ("", f"### Robustness: flips of the first class, {part['texts']:,} texts", "")
    yield "| change | texts | flips | mean change of its probability | a good reader would |"
    yield "|---|---|---|---|---|"
    for name, one in part["changes"].items():
        figures = f"{shown(one['flip_rate'])} | {shown(one['mean_change'])}"
        yield f"| {name.replace('_', ' ')} | {one['texts']:,} | {figures} | {one['meant']} |"
    blank = part["blank_texts"]
    yield from ("", f"Blank texts are refused: {blank['refused']} of {blank['tried']}.")
