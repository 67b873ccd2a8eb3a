"""An evaluation's main figures, for a person to read."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from emotionstream.training.evaluate.headlines import shown, table

_WIDTH: Final = 74
_COLUMN: Final = 9
_CROSS_VALIDATED: Final = (
    "readiness_cross_validated",
    "intervention_cross_validated",
    "intervention_cross_validated_text_only",
)


def lines(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Set by set, then fairness, robustness, and what training measured and stored."""
    yield f"{metrics['model']} {metrics['version']} on {metrics['backend']}, temperature {metrics['temperature']:.3f}"
    for name, figures in metrics["sets"].items():
        yield ""
        yield from _set(name, figures)
    if "fairness" in metrics:
        yield ""
        yield from _fairness(metrics["fairness"])
    if "robustness" in metrics:
        yield ""
        yield from _robustness(metrics["robustness"])
    stored = {name: metrics["stored"][name] for name in _CROSS_VALIDATED if name in metrics["stored"]}
    if stored:
        yield ""
        yield "stored with the checkpoint by its training, each session held out once"
        for name, part in stored.items():
            title = name.replace("_cross_validated", "").replace("_", " ")
            yield from (_row(f"{title}, {what}", [shown(part[what])]) for what in ("exact", "within_one", "qwk"))


def _set(name: str, figures: Mapping[str, Any]) -> Iterator[str]:
    others = figures.get("baselines", {})
    left_out = f", {len(figures['left_out'])} lines left out" if figures["left_out"] else ""
    yield f"{name}: {figures['rows']:,} rows{left_out}"
    for source, count in figures.get("trained_on", {}).items():
        yield f"  {count:,} of these texts stand in {source}: figures that rest on training texts are too good"
    if others:
        yield _row("", ["model", *others])
    yield from (_row(what, values) for what, values in table({"model": figures, **others}))
    for kind in ("emotion", "labels"):
        part = figures.get(kind, {})
        for ground, one in part.get("tables", part.get("tables_halves", {})).items():
            if one["macro_f1"] is not None:
                title = f"{kind}, macro-F1 of {one['with_support']}: {ground.replace('_', ' ')}"
                yield _row(title, [shown(one["macro_f1"])])


def _fairness(part: Mapping[str, Any]) -> Iterator[str]:
    yield f"fairness (Equity Evaluation Corpus, {part['sentences']:,} sentences): paired differences of pleasure"
    yield _row("largest mean, over both contrasts and each emotion", [shown(part["largest_mean_paired_difference"])])
    yield _row("gender, male - female: mean, mean size", _pair(part["gender"]["all"]))
    yield _row("race, African-American - European: mean, mean size", _pair(part["race"]["all"]))


def _pair(part: Mapping[str, float]) -> list[str]:
    return [shown(part["mean"]), shown(part["mean_size"])]


def _robustness(part: Mapping[str, Any]) -> Iterator[str]:
    yield f"flip rates of the first class, {part['texts']:,} texts"
    for name, one in part["changes"].items():
        yield _row(name.replace("_", " "), [shown(one["flip_rate"]), one["meant"]])
    blank = part["blank_texts"]
    yield _row("blank texts refused", [f"{blank['refused']} of {blank['tried']}"])


def _row(what: str, values: list[str]) -> str:
    # A column is as wide as a figure, or as its head, which stands alone in its row.
    return f"  {what:<{_WIDTH}} {'  '.join(f'{value:>{_COLUMN}}' for value in values)}".rstrip()
