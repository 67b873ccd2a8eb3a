"""``emotionstream doctor``: what is installed, what answers, what to do about the rest."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Final

import typer

from emotionstream.cli.doctor_here import (
    look_at_embedded,
    look_at_extras,
    look_at_model,
    look_at_python,
    look_at_settings,
)
from emotionstream.cli.doctor_there import look_at_kafka, look_at_parts, look_at_postgres
from emotionstream.cli.findings import Finding, Health

_SIGNS: Final = {Health.OK: "ok", Health.NOTE: "-", Health.PROBLEM: "PROBLEM"}


def command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Say what is installed, which device and backend would score, what answers, and what to do about the rest.

    Exit code 0 where there is no problem, else 1.
    """
    findings = asyncio.run(_look(os.environ))
    problems = sum(finding.health is Health.PROBLEM for finding in findings)
    if as_json:
        typer.echo(json.dumps({"problems": problems, "findings": [asdict(finding) for finding in findings]}))
    else:
        _print(findings, problems)
    raise typer.Exit(1 if problems else 0)


async def _look(environ: Mapping[str, str]) -> list[Finding]:
    settings = look_at_settings(environ)
    here = [look_at_python(), *look_at_extras(), settings]
    if settings.health is Health.PROBLEM:
        return here  # What the settings lead to cannot be looked at.
    here += [*look_at_model(environ), look_at_embedded(environ)]
    there = [finding async for finding in look_at_kafka(environ)]
    there.append(await look_at_postgres(environ))
    return [*here, *there, *[finding async for finding in look_at_parts(environ)]]


def _print(findings: Sequence[Finding], problems: int) -> None:
    for finding in findings:
        typer.echo(f"{_SIGNS[finding.health]:<8} {finding.subject:<18} {finding.found}")
        if finding.advice:
            typer.echo(f"{'':<27} -> {finding.advice}")
    typer.echo("no problem found" if not problems else f"{problems} problem{'s' if problems > 1 else ''} found")
