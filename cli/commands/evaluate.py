"""``emotionstream evaluate``: a checkpoint's figures on any rows."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emotionstream.cli.checkpoint import chosen_checkpoint
from emotionstream.cli.choices import answers, one_of
from emotionstream.cli.evaluate_places import Places, check_data, is_there
from emotionstream.cli.writing import writing
from emotionstream.schemas.errors import CheckpointError, DataError

if TYPE_CHECKING:
    from emotionstream.training.evaluate.report import Report
    from emotionstream.training.evaluate.sources import Sources


class Backend(StrEnum):
    """What runs the model."""

    AUTO = "auto"
    OPENVINO = "openvino"
    TORCH = "torch"


def command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[CHECKPOINT] DATA...",
            help="A checkpoint, by name or path, then what to measure on: JSONL files (docs/evaluation.md has the form "
            "of a row), `-` for standard input, or data folders.",
        ),
    ],
    *,
    model: Annotated[str | None, typer.Option(help="The checkpoint, where the first argument is none.")] = None,
    backend: Annotated[
        Backend,
        typer.Option(
            parser=one_of(Backend),
            metavar=answers(Backend),
            help="The int8 graph, or the fp32 reference; auto: the graph if there is one.",
        ),
    ] = Backend.AUTO,
    to: Annotated[Path | None, typer.Option(help="Folder for metrics.json, a model card and pictures.")] = None,
    predictions: Annotated[Path | None, typer.Option(help="File to write every prediction to, as JSONL.")] = None,
    baselines: Annotated[
        list[Path] | None,
        typer.Option(help="Training rows (JSONL files or a data folder) for baselines in the same table; minutes."),
    ] = None,
    log: Annotated[Path | None, typer.Option(help="A training run's log.jsonl, for the learning curves.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out fairness and robustness.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at a bad line, instead of leaving it out.")] = False,
    set_thresholds: Annotated[
        bool,
        typer.Option(
            "--set-thresholds",
            help="Choose the abstention rule and the labels' thresholds on these rows, and store them in the "
            "checkpoint's calibration.json.",
        ),
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Store the figures in the checkpoint's metrics.json and its card.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as one JSON object on standard output.")] = False,
) -> None:
    """Measure a checkpoint on rows of your own, or on the dev sets of a data folder.

    The learner corpus was written for this project: figures on it are no proof about people.

    Exit codes: 0 every line was used, 1 some were left out (each is told), 2 the command line, 3 a setting, 6 the
    checkpoint, 7 a package is missing, 9 no data, or a bad line with --strict.
    """
    from emotionstream.schemas.settings.engine import BackendName
    from emotionstream.schemas.settings.evaluation import EvaluationSettings

    settings = EvaluationSettings.load()
    checkpoint, paths = split_words(words, model)
    places = Places(to, predictions, log)
    places.check()
    check_data([*paths, *(baselines or [])])
    places.keep_apart(checkpoint, [*paths, *(baselines or [])])
    sources, flawed = _read(paths, settings.shown_flaws, strict=strict)
    # Brings torch: whoever mistyped a path has heard of it by now.
    from emotionstream.training.evaluate.report import evaluate_checkpoint

    report = evaluate_checkpoint(checkpoint, sources, BackendName(backend.value), settings, whole=not quick)
    if set_thresholds:
        _store_thresholds(report)
    if baselines:
        from emotionstream.training.evaluate.baselines import add_baselines

        add_baselines(report, baselines)
    keep(report, places, write=write)
    show(report, as_json=as_json)
    if flawed:
        raise typer.Exit(1)


def split_words(words: list[str], model: str | None) -> tuple[Path, list[Path]]:
    """The checkpoint and the data: the first word is the checkpoint unless ``--model`` names it or it is data.

    Raises:
        CheckpointError: there is no such checkpoint.
        DataError: no data is named.
    """
    first, rest = words[0], words[1:]
    if model is None:
        try:
            checkpoint = chosen_checkpoint(first, "CHECKPOINT")
        except CheckpointError:
            if rest and first != "-" and not is_there(Path(first)):
                raise
        else:
            if not rest:
                raise DataError(f"{first} is a checkpoint: name what to measure it on, a JSONL file or a data folder")
            return checkpoint, [Path(word) for word in rest]
    return chosen_checkpoint(model), [Path(word) for word in words]


def _read(paths: list[Path], shown: int, *, strict: bool) -> "tuple[Sources, int]":
    """What ``paths`` hold, and how many bad lines were left out of it."""
    from emotionstream.training.evaluate.sources import read_sources

    sources = read_sources(paths)
    flawed = tell_flaws(sources, shown)
    if flawed and strict:
        raise DataError(f"{flawed} bad lines: mend them, or leave --strict out to go on without them")
    return sources, flawed


def tell_flaws(sources: "Sources", shown: int) -> int:
    """Name the bad lines on standard error, the first ``shown`` of each file; returns how many there are."""
    for part in sources.sets:
        for flaw in part.flaws[:shown]:
            typer.echo(f"{part.path} line {flaw.line}: {flaw.why}", err=True)
        if len(part.flaws) > shown:
            typer.echo(f"{part.path}: and {len(part.flaws) - shown} bad lines more", err=True)
        for note in part.notes:
            typer.echo(f"{part.path}: {note}", err=True)
    return sum(len(part.flaws) for part in sources.sets)


def keep(report: "Report", places: Places, *, write: bool) -> None:
    """Write whatever was asked for, and say on standard error where it is."""
    from emotionstream.training.evaluate.written import store_evaluation, write_folder, write_predictions

    if places.predictions is not None:
        with writing(places.predictions):
            count = write_predictions(places.predictions, report)
        typer.echo(f"{count:,} predictions written to {places.predictions}", err=True)
    if places.to is not None:
        with writing(places.to):
            write_folder(places.to, report, places.log)
        typer.echo(f"figures, card and pictures written to {places.to}", err=True)
    if write:
        store_evaluation(report)
        typer.echo(f"figures stored in {report.reader.folder}", err=True)


def show(report: "Report", *, as_json: bool) -> None:
    """The figures, on standard output."""
    from emotionstream.cli.evaluate_lines import lines

    if as_json:
        typer.echo(json.dumps(report.metrics, indent=1))
    else:
        for line in lines(report.metrics):
            typer.echo(line)


def _store_thresholds(report: "Report") -> None:
    from emotionstream.schemas.settings.abstention import AbstentionSettings
    from emotionstream.training.evaluate.written import store_thresholds

    settings = AbstentionSettings.load()
    found = store_thresholds(report, settings)
    rule = found.get("abstention")
    told = (
        f"uncertain below {rule['threshold']:.3f}: {rule['coverage']:.0%} are kept, {rule['risk']:.0%} of them wrong"
        if rule
        else f"no abstention rule: these rows give none that keeps the risk at {settings.target_risk:g}"
    )
    typer.echo(f"stored in {report.reader.folder}: {', '.join(found) or 'nothing'}; {told}", err=True)
