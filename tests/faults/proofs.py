"""Rules taken out one at a time: with each of them off the bench must find harm, or it proves nothing with it on."""

from typing import Final

from faults import strikes, strikes_around, strikes_kafka
from faults.plan import Fault
from faults.scene import WORKER, Cast
from faults.switches import SWITCHED_OFF, Switch

from emotionstream.schemas.settings.worker import Delivery

_PLAIN: Final = Cast(worker=WORKER.model_copy(update={"delivery": Delivery.AT_LEAST_ONCE}))
_HASTY: Final = Cast(more={"state": {SWITCHED_OFF: Switch.FLUSH.value}})
_FORGETFUL: Final = Cast(
    more={"recorder": {SWITCHED_OFF: Switch.CONFLICT.value}}, first=strikes_around.DIES_UNCOMMITTED, keyless=True
)
PROOFS: Final = {
    "transactions": Fault(4, "without transactions", strikes.die_acknowledged, lambda seed, short: _PLAIN),
    "flush": Fault(5, "without the strict flush", strikes_kafka.refuse_changelog, lambda seed, short: _HASTY),
    "conflict": Fault(11, "without the conflict rule", strikes.nothing, lambda seed, short: _FORGETFUL),
}
"""Rule -> the fault that it is there for, without it."""
