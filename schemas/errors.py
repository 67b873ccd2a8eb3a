"""Every error this project raises on purpose. Each says what happened and what to do."""

from typing import ClassVar, Final

RIGHTS: Final = "`emotionstream topics acl` shows the rights that each part needs"
"""What to do about a broker that knows who we are and refuses what we ask."""


class EmotionStreamError(Exception):
    """Root of all errors raised by this project. ``exit_code`` is what the command line ends with."""

    exit_code: ClassVar[int] = 1


class SettingsError(EmotionStreamError):
    """A setting is unknown or impossible. The message names the variable, its value and the fix."""

    exit_code = 3


class ServiceUnavailableError(EmotionStreamError):
    """Kafka or PostgreSQL does not answer. Start it, or correct the address in the settings."""

    exit_code = 4


class TopicMismatchError(EmotionStreamError):
    """A topic is missing or exists with other settings. Run ``emotionstream topics plan``."""

    exit_code = 5


class CheckpointError(EmotionStreamError):
    """A model checkpoint is missing, incomplete or of another format. The message names the file."""

    exit_code = 6


class MissingExtraError(EmotionStreamError):
    """A part needs packages that are not installed. The message names the extra to install."""

    exit_code = 7


class EmbeddedServiceError(EmotionStreamError):
    """An embedded Kafka or PostgreSQL cannot start. The message says what to do."""

    exit_code = 8


class StuckError(EmotionStreamError):
    """A part is alive but makes no progress. It ends itself so that the supervisor starts it anew."""

    exit_code = 70


class StageCrashedError(EmotionStreamError):
    """A part met an error that it cannot go on from. Nothing was committed: the next process does the work again."""

    exit_code = 71


class StalledError(EmotionStreamError):
    """A part stood still for so long that others may have its partitions. It ends before it writes over their work."""

    exit_code = 72


class PublishError(EmotionStreamError):
    """A record was not acknowledged by Kafka. It may be sent again with the same message id."""


class InvalidMessageError(EmotionStreamError):
    """A message does not fit its schema. It was not sent. Correct the fields that the message names."""


class DeviceError(EmotionStreamError):
    """The device that runs the model failed. The worker pauses, probes it, and goes on when it is back."""


class DeviceOutOfMemoryError(DeviceError):
    """A batch did not fit the device's memory. The worker splits it."""


class DeviceTimeoutError(DeviceError):
    """A batch did not come back from the device in time. The device may be hung: only a new process frees it."""


class ReplayError(EmotionStreamError):
    """A replay cannot be done as asked: no such session, or an empty range."""


class DataError(EmotionStreamError):
    """A training or evaluation data set is missing or broken. The message says where it comes from."""

    exit_code = 9


class IncompleteRunError(EmotionStreamError):
    """Not everything that was published came out exactly once. The message gives the counts."""


class BatchEffectError(EmotionStreamError):
    """A result depends on the texts that share its batch, so that a replay cannot be exact."""

    exit_code = 10


class ErasureUnprovenError(EmotionStreamError):
    """A learner was erased, and something could not be seen to be gone. The message says what, and what to do."""

    exit_code = 12
