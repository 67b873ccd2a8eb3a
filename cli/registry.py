"""Which commands there are, where each lives, and what it needs. Nothing here imports a command."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: a module ``emotionstream.cli.commands.<module>`` with ``command`` (a function) or ``app`` (Typer).

    ``extra`` is what ``pip install 'emotionstream[...]'`` needs for it, empty where the core packages do.
    """

    name: str
    about: str
    example: str
    extra: str = ""

    @property
    def module(self) -> str:
        """Full name of the module that holds the command."""
        return f"emotionstream.cli.commands.{self.name}"


COMMANDS: Final[tuple[Entry, ...]] = (
    Entry("up", "Run every part on this machine; starts Kafka and PostgreSQL where none is named.", "up", "demo"),
    Entry("demo", "A classroom chats, the stream scores it, interventions appear.", "demo --fast", "demo"),
    Entry(
        "publish", "Publish chat messages from --text, a JSONL file or standard input.", "publish chat.jsonl --follow"
    ),
    Entry("interventions", "Watch the interventions that the stream raises.", "interventions tail --level moderate"),
    Entry("outcome", "Answer whether an intervention helped.", "outcome 2f1c... --user ada --helped yes --by ms-lee"),
    Entry("worker", "Score chat messages: Kafka in, Kafka out.", "worker", "cpu"),
    Entry("state", "Keep each learner's state and raise interventions.", "state", "state"),
    Entry("recorder", "Record everything in PostgreSQL.", "recorder", "history"),
    Entry("sessions", "List recorded sessions.", "sessions list --user ada", "history"),
    Entry(
        "replay",
        "Run recorded sessions through any model and write a training table.",
        "replay --session s-1 --to s-1.parquet",
        "cpu,state,history",
    ),
    Entry("erase", "Remove a learner everywhere, and show that it is so.", "erase --user ada", "history"),
    Entry("topics", "Plan and create the Kafka topics; the least rights of each part.", "topics plan"),
    Entry("config", "Print every setting, with secrets hidden.", "config --json"),
    Entry("doctor", "Say what is installed, what answers, and what to do about the rest.", "doctor"),
    Entry("score", "Score texts without Kafka.", "score 'I am lost'", "cpu"),
    Entry("engine", "Measure the engine: agreement of backends, batch effect, speed.", "engine check", "cpu"),
    Entry("data", "List the data sets for training, and check a folder of them.", "data check data"),
    Entry(
        "train",
        "Train a checkpoint.",
        "train training/compact.toml --data data --to runs/mine --work runs/mine-work",
        "train",
    ),
    Entry("evaluate", "Measure a checkpoint on rows of your own or on dev sets.", "evaluate ./runs/mine data", "train"),
    Entry(
        "policy",
        "Try policies on simulated learners; judge and learn from logged decisions.",
        "policy simulate training",
        "train",
    ),
    Entry("db", "Create or migrate the PostgreSQL schema; the least rights of each part.", "db migrate", "history"),
    Entry("schemas", "Write the JSON Schemas and the AsyncAPI document.", "schemas export docs", "dev"),
)
