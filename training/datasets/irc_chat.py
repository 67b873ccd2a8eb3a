"""Real chat of many people who help each other (Kummerfeld et al., 2019), under pseudonyms, with times."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from emotionstream.training.datasets.catalogue import IRC
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import RowError, Table, json_lines

FILE: Final = "irc_chat.jsonl.gz"


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of chat. Times are to the minute in the source; within a minute they are spread evenly."""

    session_id: str
    user_id: str
    sent_at: datetime
    text: str


def read_irc_chat(folder: Path) -> list[ChatLine]:
    """All lines, in file order: by session, and in a session by time.

    Raises:
        DataError: the file is missing or a line lacks a field.
    """
    return TABLE.read(locate(folder, IRC, FILE))


def _parse(row: dict[str, Any]) -> ChatLine:
    try:
        # A line without text stays: a teacher's labels go by the row.
        sent_at = datetime.fromisoformat(row["sent_at"])
        return ChatLine(str(row["session_id"]), str(row["user_id"]), sent_at, str(row["text"]))
    except KeyError as error:
        raise RowError(f"the field {error} is missing", "write session_id, user_id, sent_at and text") from error
    except (TypeError, ValueError) as error:
        raise RowError("sent_at is no time", "write it in ISO 8601, with a zone") from error


TABLE: Final = Table(json_lines, _parse)
