"""Turn a log of a help channel into chat messages that `emotionstream publish FILE` takes.

    python benchmarks/irc_to_jsonl.py irc_chat.jsonl.gz chat.jsonl --limit 25000

Reads one JSON object a line with `session_id`, `user_id`, `sent_at` and `text`, plain or gzipped. Every writer becomes
a learner. `--sent-at data` keeps the times of the log (years ago, which the program takes); `now` says that all was
written now; `shift` moves the log so that its last message is of now, which keeps its rhythm.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emotionstream.schemas.events import ChatMessage


def rows(path: Path, limit: int | None) -> Iterator[dict[str, Any]]:
    """The log's lines, as they come."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if limit is not None and number >= limit:
                return
            yield json.loads(line)


def chat_message(number: int, row: dict[str, Any], sent_at: datetime) -> ChatMessage:
    """One line as a message. Its id is unique to the file."""
    return ChatMessage(
        message_id=f"irc-{number}",
        user_id=row["user_id"],
        session_id=f"{row['session_id']}-{row['user_id']}",
        text=row["text"],
        sent_at=sent_at,
    )


def convert(source: Path, to: Path, *, limit: int | None, times: str, now: datetime) -> int:
    """Write the messages and return how many there are."""
    shift = now - max(written(row) for row in rows(source, limit)) if times == "shift" else None
    count = 0
    with to.open("wb") as out:
        for count, row in enumerate(rows(source, limit), start=1):
            at = now if times == "now" else written(row) + shift if shift is not None else written(row)
            out.write(chat_message(count, row, at).to_json() + b"\n")
    return count


def written(row: dict[str, Any]) -> datetime:
    """When the log says that a line was written."""
    return datetime.fromisoformat(row["sent_at"])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Turn a help channel's log into chat messages.")
    parser.add_argument("source", type=Path, help="JSONL, or JSONL gzipped")
    parser.add_argument("to", type=Path, help="JSONL to write")
    parser.add_argument("--limit", type=int, default=None, help="messages, at most; all by default")
    parser.add_argument("--sent-at", choices=("data", "now", "shift"), default="data", help="which times to give them")
    given = parser.parse_args()
    count = convert(given.source, given.to, limit=given.limit, times=given.sent_at, now=datetime.now(tz=UTC))
    print(f"{count} messages in {given.to}", file=sys.stderr)


if __name__ == "__main__":
    main()
