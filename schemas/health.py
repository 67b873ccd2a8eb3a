"""Whether a part is well, and if not, why."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Check:
    """An answer to ``/live`` or ``/ready``. ``why`` is one sentence for a person; empty where all is well."""

    ok: bool
    why: str = ""


WELL: Final = Check(ok=True)
