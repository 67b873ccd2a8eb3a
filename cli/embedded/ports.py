"""Free ports on 127.0.0.1, the same again at the next start where they are still free."""

import random
import socket
from collections.abc import Sequence
from typing import Final

from emotionstream.schemas.errors import EmbeddedServiceError

LOCALHOST: Final = "127.0.0.1"
# Below what systems hand out to outgoing connections: else a client that reconnects to a stopped broker
# can be given the broker's own port, and the broker cannot come back.
_CHOICE: Final = range(20_000, 32_000)
_TRIES: Final = 200


def is_free(port: int) -> bool:
    """Whether a server can listen on ``port`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections of the last run that linger in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def free_ports(wanted: int, remembered: Sequence[int] = (), dice: random.Random | None = None) -> list[int]:
    """``wanted`` different free ports: the remembered ones where they still are.

    Raises:
        EmbeddedServiceError: no free port was found.
    """
    # Not a secret: any free port will do.
    tries = (dice or random.Random()).sample(_CHOICE, _TRIES)  # noqa: S311
    ports: list[int] = []
    for port in [*remembered, *tries]:
        if len(ports) == wanted:
            break
        if port not in ports and is_free(port):
            ports.append(port)
    if len(ports) < wanted:
        raise EmbeddedServiceError(f"no free port on {LOCALHOST}: close programs that listen on many ports")
    return ports


def require_free(port: int, variable: str) -> None:
    """Raise EmbeddedServiceError where ``port``, which ``variable`` asks for, is taken."""
    if not is_free(port):
        raise EmbeddedServiceError(
            f"port {port} of {LOCALHOST} is taken. Stop the program that listens on it, "
            f"or set {variable} to another port (0: a free one)"
        )
