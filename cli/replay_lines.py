"""A replay's report for a person. Pure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emotionstream.producers.replay_report import ReplayReport

_STATUS: Final = {
    "replayed": "scored again",
    "context": "by tutors, kept for context",
    "rejected": "rejected then, so not scored",
    "no_text": "whose text has expired: the recorded result stands in",
}


def report_lines(report: ReplayReport, file: Path) -> Iterator[str]:
    """What was written, and how it compares with what was recorded."""
    yield f"{file}: {report.rows} messages of {len(report.learners)} learners, by {_model(report)}"
    for status, count in report.by_status.most_common():
        yield f"  {count} {_STATUS[status]}"
    yield f"  {report.interventions} interventions (recorded: {report.recorded_interventions})"
    if report.compared:
        yield f"  {report.exact} of {report.compared} recorded results came out the same, with state and intervention"
    for what, count in report.different.most_common():
        yield f"    {count} with another {what}"
    yield from _warnings(report)


def _warnings(report: ReplayReport) -> Iterator[str]:
    if report.other_engines:
        yield f"  recorded by other engines, so that the last bits may differ: {', '.join(report.other_engines)}"
    if report.truncated_learners:
        yield (
            f"  {len(report.truncated_learners)} learners have older results that were dropped "
            "(EMOTIONSTREAM_HISTORY_LIMIT): their first states differ from those that were"
        )
    if report.texts_withheld:
        yield f"  {report.texts_withheld} texts left out: their learners did not consent to training"


def _model(report: ReplayReport) -> str:
    return f"{report.model.name} {report.model.version} on {report.model.engine}"
