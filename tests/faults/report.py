"""A line for each fault."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from faults.plan import Outcome

HEAD = (
    f"{'fault':44} seed {'in':>6} {'results':>8} {'rejects':>8} {'doubled':>8} {'progress':>9} {'table':>6} {'rows':>5}"
)


def line(outcome: Outcome) -> str:
    """One line, and what was found below it."""
    found = outcome.findings
    name = f"{outcome.number:>2} {outcome.name}"
    figures = f"{outcome.sent:>6} {outcome.results:>8} {outcome.rejects:>8} {outcome.doubled:>8}"
    progress = f"{outcome.progress:>7.1f} s"
    told = f"{name:44} {outcome.seed:>4} {figures} {progress} {found.table:>6} {found.rows:>5}"
    verdict = "ok" if outcome.clean else "FAILED"
    return f"{told}  {verdict} ({outcome.seconds:.0f} s)" + "".join(f"\n     {each}" for each in below(outcome))


def below(outcome: Outcome) -> list[str]:
    """What else there is to say."""
    told = [f"found: {outcome.findings.told()}"] if not outcome.findings.clean else []
    told += outcome.faults
    told += [f"ended by itself or was killed: {_exits(outcome.exits)}"] if outcome.exits else []
    raised = f"{outcome.interventions} interventions"
    told.append(raised + (f", {outcome.repeated} sent again under the same id" if outcome.repeated else ""))
    told += [f"stood still longest: {outcome.where}"] if outcome.where else []
    return told + outcome.notes


def _exits(exits: Mapping[str, list[int]]) -> str:
    return ", ".join(f"{name} {codes}" for name, codes in exits.items())


def as_json(outcome: Outcome) -> str:
    """The same for a program."""
    return json.dumps({**asdict(outcome), "clean": outcome.clean})
