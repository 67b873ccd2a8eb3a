"""Giving rights on a broker."""

from collections.abc import Sequence
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest

from emotionstream.cli.acl import Operation, Resource, Right
from emotionstream.cli.topics_admin import admin
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.settings.kafka import KafkaSettings

# Codes of Kafka's protocol: org.apache.kafka.common.resource and .acl.
_RESOURCES: Final = {Resource.TOPIC: 2, Resource.GROUP: 3, Resource.TRANSACTIONAL_ID: 5}
_OPERATIONS: Final = {
    Operation.READ: 3,
    Operation.WRITE: 4,
    Operation.CREATE: 5,
    Operation.DESCRIBE: 8,
    Operation.DESCRIBE_CONFIGS: 10,
}
_LITERAL: Final = 3
_PREFIXED: Final = 4
_ALLOW: Final = 3
_ANY_HOST: Final = "*"


async def give_rights(kafka: KafkaSettings, given: Sequence[tuple[str, Right]]) -> None:
    """Give each right to its principal, such as ``User:worker``; one that it has already stays.

    Raises:
        ServiceUnavailableError: the broker does not answer, has no authoriser, or does not let us (Alter on Cluster).
    """
    async with admin(kafka) as client:
        for principal, right in given:
            await _give(client, principal, right)


async def _give(client: AIOKafkaAdminClient, principal: str, right: Right) -> None:
    request = CreateAclsRequest(
        resource_type=_RESOURCES[right.resource],
        resource_name=right.name,
        resource_pattern_type_filter=_PREFIXED if right.prefixed else _LITERAL,
        principal=principal,
        host=_ANY_HOST,
        operation=_OPERATIONS[right.operation],
        permission_type=_ALLOW,
    )
    # The client has no call of its own for it.
    answer = await client._send_to_controller(request)
    for code, message in answer.creation_responses:
        if code:
            raise ServiceUnavailableError(
                f"the broker does not take the rights ({for_code(code).__name__}): {message or 'it does not say why'}. "
                "Ask as a user with Alter on Cluster, of a broker that has an authoriser"
            )
