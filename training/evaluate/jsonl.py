"""A user's rows, one JSON object a line: see docs/evaluation.md for the form."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.inference.text import why_unscorable
from emotionstream.schemas.affect import InterventionLevel, ReadinessState, Unit
from emotionstream.schemas.emotions import EMOTION_INDEX, EMOTIONS, known_emotion
from emotionstream.schemas.errors import DataError
from emotionstream.schemas.flaws import in_words
from emotionstream.training.datasets.example import indices
from emotionstream.training.evaluate.case import Case, CaseSet, Flaw, LabelSet, PadScale

STDIN: Final = "-"
_DIMENSIONS: Final = ("pleasure", "arousal", "dominance")
_LABEL_NAMES: Final = frozenset(GOEMOTIONS_LABELS) | frozenset(EMOTIONS)
_SHOWN_FIELDS: Final = 20


def _label(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(GOEMOTIONS_LABELS):
        return GOEMOTIONS_LABELS[value]
    if isinstance(value, str) and value in _LABEL_NAMES:
        return value
    raise ValueError("must be one of the 41 emotions, one of GoEmotions' 28 labels, or such a label's number, 0 to 27")


def _triple(value: object) -> object:
    if isinstance(value, dict):
        return tuple(value.get(name) for name in _DIMENSIONS)
    if not isinstance(value, list):
        raise ValueError("must be [pleasure, arousal, dominance], or an object with these")  # noqa: TRY004  # pydantic's
    return tuple(value)


def _scorable(text: str) -> str:
    if reason := why_unscorable(text):
        raise ValueError(f"cannot be scored: {reason}")
    return text


Name = Annotated[str, AfterValidator(known_emotion)]
Pad = Annotated[tuple[Unit, Unit, Unit], BeforeValidator(_triple)]


class Row(BaseModel):
    """One line. Null is as good as left out; a field that is not named here is ignored."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    text: Annotated[str, AfterValidator(_scorable)]
    emotion: Name | None = None
    also: list[Name] | None = None
    labels: list[Annotated[str, BeforeValidator(_label)]] | None = None
    pad: Pad | None = None
    pad_scale: PadScale | None = None
    readiness: ReadinessState | None = None
    intervention: InterventionLevel | None = None
    session: Annotated[str | int, Field(union_mode="left_to_right")] | None = None
    t: Annotated[float, Field(ge=-1e11, le=1e11)] | None = None
    engagement: Unit | None = None
    cognitive_load: Unit | None = None
    time_factor: Unit | None = None

    @model_validator(mode="after")
    def _session_has_times(self) -> Self:
        if self.session is not None and self.t is None:
            raise ValueError("a row with `session` needs `t`, its seconds from the session's start")
        return self


def read_jsonl(path: Path) -> CaseSet:
    """The rows of ``path``; ``-`` is standard input. Lines that are no row are left out, and told as flaws.

    Raises:
        DataError: it cannot be read, no line of it is a row, or its labels or PAD scales are of two kinds.
    """
    standard_input = str(path) == STDIN
    try:
        lines = sys.stdin.buffer.read().splitlines() if standard_input else path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    return parse(lines, "standard input" if standard_input else path.stem, str(path))


def parse(lines: Sequence[bytes], name: str, told: str) -> CaseSet:
    """Rows of ``lines``; ``told`` is the file's name for messages. Blank lines are passed over.

    Raises:
        DataError: as ``read_jsonl``.
    """
    rows: list[tuple[int, Row]] = []
    flaws: list[Flaw] = []
    for number, line in enumerate(lines, 1):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not content.strip():
            continue
        try:
            rows.append((number, Row.model_validate_json(content)))
        except ValidationError as error:
            flaws.append(Flaw(number, why(error)))
    if not rows:
        first = f": line {flaws[0].line}: {flaws[0].why}" if flaws else ""
        raise DataError(f"{told} has no row to measure on{first}. docs/evaluation.md has the form of a row")
    return CaseSet(
        name=name,
        cases=tuple(_case(number, row) for number, row in rows),
        label_set=label_set(((number, row.labels or ()) for number, row in rows), told),
        pad_scale=_pad_scale([row for _, row in rows], told),
        flaws=tuple(flaws),
        notes=tuple(_notes([row for _, row in rows])),
        path=told,
    )


def why(error: ValidationError) -> str:
    """What is wrong with a line and how to mend it, in words that do not repeat it."""
    return "; ".join(dict.fromkeys(_told(item) for item in error.errors(include_url=False, include_input=False)))


def label_set(rows: Iterable[tuple[int, Sequence[str]]], told: str) -> LabelSet | None:
    """Which names the labels of a file are: GoEmotions' 28 where all are among them, else the 41.

    Raises:
        DataError: some are only among the 28 and some only among the 41.
    """
    numbered = [(number, name) for number, names in rows for name in names]
    only_28 = next(((n, name) for n, name in numbered if name not in EMOTION_INDEX), None)
    only_41 = next(((n, name) for n, name in numbered if name not in GOEMOTIONS_LABELS), None)
    if only_28 and only_41:
        raise DataError(
            f"{told} has labels of two kinds: line {only_28[0]} has {only_28[1]!r}, of GoEmotions' 28 labels only, and "
            f"line {only_41[0]} has {only_41[1]!r}, of the 41 emotions only. Put them into two files"
        )
    if not numbered:
        return None
    return LabelSet.EMOTIONS if only_41 else LabelSet.GOEMOTIONS


def _told(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"] if not str(part).startswith("function"))
    if item["type"] == "json_invalid":
        return 'is not JSON: each line is one object, such as {"text": "I am lost", "emotion": "confusion"}'
    if item["type"] == "model_type":
        return "is not a JSON object with `text`"
    hint = ". EmoBank's ratings of 1 to 5 become (x - 1) / 4" if place.startswith("pad.") else ""
    return f"{place} {in_words(item)}{hint}".strip()


def _case(number: int, row: Row) -> Case:
    return Case(
        line=number,
        text=row.text,
        emotion=None if row.emotion is None else EMOTION_INDEX[row.emotion],
        also=indices(row.also or ()) - (indices([row.emotion]) if row.emotion else frozenset()),
        labels=None if row.labels is None else tuple(dict.fromkeys(row.labels)),
        pad=row.pad,
        readiness=row.readiness,
        level=row.intervention,
        session=None if row.session is None else str(row.session),
        seconds=row.t,
        engagement=row.engagement,
        cognitive_load=row.cognitive_load,
        time_factor=row.time_factor,
    )


def _pad_scale(rows: Sequence[Row], told: str) -> PadScale | None:
    scales = {row.pad_scale for row in rows if row.pad_scale is not None}
    if len(scales) > 1:
        raise DataError(f"{told} has rows of both PAD scales: put them into two files")
    return next(iter(scales), None)


def _notes(rows: Sequence[Row]) -> list[str]:
    extra = Counter(name for row in rows for name in (row.model_extra or {}))
    if not extra:
        return []
    names = [name if name.isidentifier() else "(a field with an odd name)" for name, _ in extra.most_common()]
    shown = ", ".join(dict.fromkeys(names[:_SHOWN_FIELDS]))
    return [f"fields that are not read: {shown}" + (" and more" if len(names) > _SHOWN_FIELDS else "")]
