"""What a data set's licence allows it to be used for."""

from collections.abc import Iterable
from typing import Final

from emotionstream.schemas.errors import DataError, SettingsError
from emotionstream.training.datasets.catalogue import PLACES, Part

NON_COMMERCIAL: Final = "non-commercial, for research only: trained on data with such terms"
"""Licence of a checkpoint whose settings say ``non_commercial``."""


def require_terms(names: Iterable[str], *, non_commercial: bool) -> None:
    """Check that a checkpoint may be trained on the data sets ``names``.

    Raises:
        SettingsError: some are for research only, and the checkpoint is not marked ``non_commercial``.
        DataError: some are not to be trained on at all.
    """
    known = [name for name in sorted(names) if name in PLACES]
    if measured := [name for name in known if PLACES[name].part is Part.MEASURE]:
        raise DataError(f"{', '.join(measured)} may not be trained on: take it out of the mix, it is for measuring")
    research = [f"{name} ({PLACES[name].license})" for name in known if not PLACES[name].commercial]
    if research and not non_commercial:
        raise SettingsError(
            f"the mix names data for research only: {', '.join(research)}. Take it out, or write "
            "`non_commercial = true` into the settings file: the checkpoint is then marked, and must not be sold, "
            "nor be used in a business"
        )
