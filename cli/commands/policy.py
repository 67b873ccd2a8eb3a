"""``emotionstream policy``: try policies on simulated learners, and judge or learn from logged decisions."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emotionstream.cli.checkpoint import chosen_checkpoint

if TYPE_CHECKING:
    from emotionstream.training.simulator.episode import Classroom

app = typer.Typer(no_args_is_help=True)
Model = Annotated[str | None, typer.Option(help="Checkpoint, by name or path; else from the settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="All figures as one JSON object.")]
Data = Annotated[Path, typer.Argument(help="Data folder with the learner corpus; `training` in a checkout.")]
Settings = Annotated[Path | None, typer.Option(help="Parameters (TOML); else training/simulator/simulator.toml.")]
Cache = Annotated[Path, typer.Option(help="Folder for what the checkpoint says of the corpus' texts: read once.")]
_CACHE = Path("runs/simulator")


@app.command("simulate")
def simulate(
    data: Data,
    *,
    model: Model = None,
    settings: Settings = None,
    cache: Cache = _CACHE,
    log: Annotated[Path | None, typer.Option(help="Also write the exploring policy's decisions there (JSONL).")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the checkpoint's policy with simple ones, an outcome-weighted one and the oracle, on simulated learners.

    The learners are made up: docs/simulator.md says from what. A few minutes on one core.

    \b
    Example:
      emotionstream policy simulate training --log runs/simulator/log.jsonl

    Exit codes: 0, 3 a setting, 6 the checkpoint, 7 a package is missing, 9 the data.
    """
    from emotionstream.cli.policy_lines import comparison_lines
    from emotionstream.schemas.checkpoint import POLICY
    from emotionstream.state.policy import InterventionPolicy
    from emotionstream.training.offpolicy.log import write_log
    from emotionstream.training.offpolicy.settings import OutcomeSettings
    from emotionstream.training.simulator.comparison import compared, contenders, measure, simulated_log

    _make_place_for("--log", log)
    classroom = _classroom(data, model, settings, cache)
    plan = classroom.world.settings.run
    policy = InterventionPolicy.load(chosen_checkpoint(model) / POLICY)
    _tell(f"logging: {len(plan.log_seeds)} classes under an exploring policy")
    decisions = simulated_log(classroom, policy, plan.log_seeds)
    if log is not None:
        write_log(decisions, log)
    choices = contenders(classroom, policy, decisions, OutcomeSettings())
    table = compared(measure(classroom, choices, _tell), plan.confidence)
    if as_json:
        typer.echo(json.dumps(table, indent=1))
        return
    for line in comparison_lines(table):
        typer.echo(line)


@app.command("likeness")
def likeness(
    data: Data,
    *,
    model: Model = None,
    settings: Settings = None,
    cache: Cache = _CACHE,
    picture: Annotated[Path | None, typer.Option(help="Write a picture there (.png or .svg).")] = None,
    as_json: AsJson = False,
) -> None:
    """Say how much simulated sessions look like the corpus' sessions.

    \b
    Example:
      emotionstream policy likeness training --picture likeness.png

    Exit codes: 0, 3 a setting, 6 the checkpoint, 7 a package is missing, 9 the data.
    """
    from emotionstream.cli.policy_lines import likeness_lines
    from emotionstream.training.datasets.sessions import read_sessions
    from emotionstream.training.simulator import likeness as alike
    from emotionstream.training.simulator.plot import draw

    _make_place_for("--picture", picture)
    if picture is not None and picture.suffix not in {".png", ".svg"}:
        raise typer.BadParameter(f"--picture {picture}: name a .png or .svg file")
    classroom = _classroom(data, model, settings, cache)
    world = classroom.world
    plan = world.settings.run
    theirs = alike.figures(alike.of_corpus(read_sessions(data), world), world)
    ours = alike.figures(alike.simulated(classroom, plan.log_seeds, plan.learners), world)
    if picture is not None:
        draw(theirs, ours, picture)
    found = {"corpus": theirs, "simulator": ours, "distance": alike.distances(ours, theirs)}
    for line in [json.dumps(found, indent=1)] if as_json else likeness_lines(found):
        typer.echo(line)


@app.command("evaluate")
def evaluate(
    log: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Logged decisions (JSONL or Parquet).")],
    *,
    policy: Annotated[
        Path | None, typer.Option(help="policy.safetensors to judge; else the log's target_probabilities.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a policy would have been worth, from what another one did: IPS, self-normalised, doubly robust.

    A row holds user_id, level, propensities and reward (or helped); features and target_probabilities where known:
    docs/simulator.md. Propensities must be those by which the level was drawn: a policy that never explores has none.

    \b
    Example:
      emotionstream policy evaluate runs/simulator/log.jsonl --policy models/compact/policy.safetensors

    Exit codes: 0, 6 the policy, 9 the log.
    """
    from emotionstream.cli.policy_lines import evaluation_lines
    from emotionstream.training.offpolicy.evaluation import evaluate_log, target_of
    from emotionstream.training.offpolicy.log import read_log
    from emotionstream.training.offpolicy.settings import EvaluationSettings

    settings = EvaluationSettings()
    decisions = read_log(log, settings.rewards)
    found = evaluate_log(decisions, target_of(decisions, policy), settings)
    for line in [json.dumps(found, indent=1)] if as_json else evaluation_lines(found):
        typer.echo(line)


@app.command("learn")
def learn(
    log: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Logged decisions with features.")],
    *,
    to: Annotated[Path, typer.Option(dir_okay=False, help="The policy to write (policy.safetensors).")],
    model: Model = None,
    weight: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of outcomes in the costs; the rest is the tutors' labels.")
    ] = None,
) -> None:
    """Weight a checkpoint's policy by outcomes: what it costs to give each level is learned from a log.

    \b
    Example:
      emotionstream policy learn runs/simulator/log.jsonl --to runs/simulator/policy.safetensors

    Exit codes: 0, 6 the checkpoint, 9 the log.
    """
    from dataclasses import replace

    from emotionstream.schemas.checkpoint import POLICY
    from emotionstream.state.policy import InterventionPolicy
    from emotionstream.training.offpolicy.learning import outcome_weighted
    from emotionstream.training.offpolicy.log import read_log
    from emotionstream.training.offpolicy.settings import EvaluationSettings, OutcomeSettings

    base = InterventionPolicy.load(chosen_checkpoint(model) / POLICY)
    settings = OutcomeSettings() if weight is None else OutcomeSettings(weight=weight)
    decisions = read_log(log, EvaluationSettings().rewards)
    learned = outcome_weighted(base, decisions, settings)
    replace(learned, version=f"{base.version}-outcomes").save(to)
    typer.echo(f"{to}: {base.version}, weighted by {len(decisions)} decisions")


def _classroom(data: Path, model: str | None, settings: Path | None, cache: Path) -> "Classroom":
    from emotionstream.schemas.errors import DataError
    from emotionstream.schemas.settings.state import StateSettings
    from emotionstream.training.simulator.episode import Classroom
    from emotionstream.training.simulator.readings import Reader
    from emotionstream.training.simulator.settings import DEFAULT, SimulatorSettings
    from emotionstream.training.simulator.texts import read_bank
    from emotionstream.training.simulator.world import World

    if not data.is_dir():
        raise DataError(f"{data}: there is no such folder; in a checkout it is `training`")
    world = World.of(SimulatorSettings.read(settings or DEFAULT))
    checkpoint = chosen_checkpoint(model)
    bank = read_bank(checkpoint, data, cache)
    return Classroom.of(world, bank, Reader.open(checkpoint, bank), StateSettings())


def _make_place_for(option: str, path: Path | None) -> None:
    """Make the folder of ``path``, or say that there can be none: before minutes of work, not after them."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"{option} {path}: no folder {path.parent} can be made: {error.strerror}") from error
    if path.is_dir():
        raise typer.BadParameter(f"{option} {path} is a folder: name a file")


def _tell(what: Any) -> None:
    typer.echo(f"  {what}", err=True)
