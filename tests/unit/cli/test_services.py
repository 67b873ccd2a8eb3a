"""What the services for the parts are asked for, before anything starts."""

import pytest

from emotionstream.cli.say import say_nothing
from emotionstream.cli.services import Services
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.supervisor import SupervisorSettings


def test_a_guarded_broker_must_be_named() -> None:
    """The embedded one has no TLS: nobody who asks for TLS may get it by leaving the address out."""
    with pytest.raises(SettingsError, match="KAFKA_SECURITY_PROTOCOL is SSL, and KAFKA_BOOTSTRAP_SERVERS names no"):
        Services(EmbeddedSettings(), SupervisorSettings(), {"KAFKA_SECURITY_PROTOCOL": "SSL"}, say_nothing)
