"""What must hold after every fault, and what does not. Pure."""

import signal
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from faults.load import Kind
from faults.tally import Place, Tally, place_of
from state_streams import EAGER, POLICY

from emotionstream.schemas.decode import decode_chat
from emotionstream.schemas.errors import ServiceUnavailableError, StageCrashedError, StalledError, StuckError
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention
from emotionstream.schemas.position import Record, rejection_id, result_id
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.state.learner import fold
from emotionstream.state.snapshot import LearnerState

EXPLAINED: Final = {
    0,
    -signal.SIGKILL,
    -signal.SIGTERM,
    *(kind.exit_code for kind in (ServiceUnavailableError, StuckError, StageCrashedError, StalledError)),
}
"""Ways for a part to end while things are broken: told to (also before it listens), killed, or by itself, to be started
anew."""

Rows = Mapping[str, Counter[str]]
"""Table -> id -> how many rows have it."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Each a number of things that are not as they must be: all 0, or the fault did harm."""

    unpublished: int
    """The bench's own: records that were acknowledged, and are not in the chat topic."""
    missing: int
    """Chat records without a result and without a dead letter."""
    extra: int
    """Answers to what no chat record is."""
    doubled: int
    """Chat records with more than one answer."""
    mistaken: int
    """Good records refused, bad ones scored, results that the state stage refused."""
    disordered: int
    """Results that stand after one of a later message of the same learner."""
    table: int
    """Learners whose state in the changelog is not the oracle's."""
    interventions: int
    """Interventions that the oracle does not raise, or raises and that are not there, or differ."""
    rows_missing: int
    rows_extra: int
    rows_doubled: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not any(getattr(self, each.name) for each in fields(self))

    @property
    def rows(self) -> int:
        """All that is wrong in PostgreSQL."""
        return self.rows_missing + self.rows_extra + self.rows_doubled

    def told(self) -> str:
        """What was found, by name."""
        return ", ".join(f"{each.name} {n}" for each in fields(self) if (n := getattr(self, each.name)))


@dataclass(frozen=True, slots=True)
class Expected:
    """What the results lead to, folded by the same pure function that the state stage calls."""

    table: dict[str, bytes]
    interventions: dict[str, Intervention]


def unexplained(exits: Mapping[str, Sequence[int]]) -> list[str]:
    """Parts that ended as no part may, such as with a traceback, or with a code after which ``up`` gives up."""
    odd = {name: [code for code in codes if code not in EXPLAINED] for name, codes in exits.items()}
    return [f"{name} ended with {', '.join(map(str, codes))}" for name, codes in odd.items() if codes]


def oracle(results: Iterable[EmotionResult]) -> Expected:
    """Fold ``results``, which are in order within each partition."""
    learners: dict[str, LearnerState] = {}
    raised = [step.intervention for step in fold(results, POLICY, EAGER, learners) if step.intervention]
    table = {user: state.to_json() for user, state in learners.items()}
    return Expected(table, {str(each.intervention_id): each for each in raised})


def judge(sent: Mapping[int, Kind], tally: Tally, rows: Rows) -> Findings:
    """Compare what was ``sent`` (number in the lesson -> kind) with the topics and the ``rows`` of PostgreSQL."""
    want = oracle(tally.results)
    wanted = _rows_wanted(tally, want)
    return Findings(
        unpublished=len(sent.keys() - set(tally.numbers.values())),
        missing=len(tally.chat.keys() - tally.answers.keys()),
        extra=sum(place not in tally.chat for place in tally.answers) + _foreign(tally),
        doubled=sum(count > 1 for count in tally.answers.values()),
        mistaken=_mistaken(sent, tally) + len(tally.refused),
        disordered=disordered(tally.results),
        table=len(differing(tally.table, want.table)),
        interventions=len(differing(_by_id(tally.interventions), want.interventions)) + _ambiguous(tally),
        rows_missing=sum(len(ids - rows[table].keys()) for table, ids in wanted.items()),
        rows_extra=sum(len(rows[table].keys() - ids) for table, ids in wanted.items()),
        rows_doubled=sum(count > 1 for table in wanted for count in rows[table].values()),
    )


def differing(found: Mapping[str, object], wanted: Mapping[str, object]) -> set[str]:
    """Keys that only one side has, or that have another value there."""
    return {key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key)}


def disordered(results: Sequence[EmotionResult]) -> int:
    """Results that stand after one of a later chat record of the same learner."""
    last: dict[str, int] = defaultdict(lambda: -1)
    count = 0
    for each in results:
        count += each.source.offset < last[each.user_id]
        last[each.user_id] = max(each.source.offset, last[each.user_id])
    return count


def _mistaken(sent: Mapping[int, Kind], tally: Tally) -> int:
    scored: set[Place] = {place_of(each.source) for each in tally.results}
    refused: set[Place] = {place_of(each) for each in tally.rejects}
    kinds = {place: sent.get(number) for place, number in tally.numbers.items()}
    good_refused = sum(kinds.get(place) is Kind.GOOD for place in refused)
    return good_refused + sum(kinds.get(place) is Kind.BAD for place in scored)


def _foreign(tally: Tally) -> int:
    """Results that carry another id than their chat record gives."""
    positions = {place: record.position for place, record in tally.chat.items()}
    known = ((each, positions.get(place_of(each.source))) for each in tally.results)
    return sum(position is not None and each.result_id != result_id(position) for each, position in known)


def _by_id(interventions: Iterable[Intervention]) -> dict[str, Intervention]:
    return {str(each.intervention_id): each for each in interventions}


def _ambiguous(tally: Tally) -> int:
    """Interventions that came again under their id with another content. The same again is allowed: it is known."""
    contents: dict[str, set[bytes]] = defaultdict(set)
    for each in tally.interventions:
        contents[str(each.intervention_id)].add(each.to_json())
    return sum(len(each) > 1 for each in contents.values())


def _rows_wanted(tally: Tally, want: Expected) -> dict[str, set[str]]:
    return {
        "messages": {str(result_id(record.position)) for record in tally.chat.values() if is_message(record)},
        "results": {str(each.result_id) for each in tally.results},
        "interventions": set(want.interventions),
        "rejections": {str(rejection_id(each, "worker")) for each in tally.rejects},
    }


def is_message(record: Record) -> bool:
    """Whether the recorder keeps this chat record as a message."""
    return isinstance(decode_chat(record, IntakeSettings()), ChatMessage)
