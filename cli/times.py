"""Times on the command line."""

from datetime import UTC, datetime

import typer


def parse_time(value: str) -> datetime:
    """An ISO 8601 date or time, such as ``2026-03-02`` or ``2026-03-02T09:00:00+01:00``. Without a zone it is UTC.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is no time: write 2026-03-02 or 2026-03-02T09:00:00+01:00") from error
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def check_range(since: datetime | None, until: datetime | None) -> None:
    """See that some time lies in [``since``, ``until``); None: no bound.

    Raises:
        typer.BadParameter: none does.
    """
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter(f"--since {since.isoformat()} must be before --until {until.isoformat()}")
