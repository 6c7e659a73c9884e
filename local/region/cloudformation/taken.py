"""Names that exist: what holds data is never made over something else of that name.

The sentences are those of resource handlers (`AlreadyExists` in the CloudFormation CLI User Guide, "Handler
error codes") and of CloudFormation itself for what another stack holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import (
    change_sets,
    cloudwatch_logs,
    dynamodb,
    get_account_id,
    get_region,
    s3,
    sns,
    sqs,
)
from region.base.partition import ARN
from region.cloudformation.buckets import BUCKET
from region.cloudformation.resource import CREATE, PROVISIONERS, Created, Properties, ResourceFailed
from region.cloudformation.tables import TABLE

contract.expect("ministack.services.cloudformation.changesets", "_import_owner", "(resources_to_import)")
contract.expect("ministack.services.dynamodb", "_tables")
contract.expect("ministack.services.s3", "_buckets")
contract.expect("ministack.services.sqs", "_queue_name_to_url")
contract.expect("ministack.services.sns", "_topics")
contract.expect("ministack.services.cloudwatch_logs", "_log_groups")
for _name in ("_sqs_create", "_sns_create", "_cwlogs_create"):
    contract.expect(PROVISIONERS, _name, CREATE)

QUEUE, TOPIC, LOG_GROUP = "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Logs::LogGroup"
NAMES = {
    TABLE: "TableName",
    BUCKET: "BucketName",
    QUEUE: "QueueName",
    TOPIC: "TopicName",
    LOG_GROUP: "LogGroupName",
}


def exists(kind: str, name: str) -> bool:
    if kind == TABLE:
        return name in dynamodb._tables
    if kind == BUCKET:
        return name in s3._buckets
    if kind == QUEUE:
        return name in sqs._queue_name_to_url
    if kind == TOPIC:
        return f"{ARN}:sns:{get_region()}:{get_account_id()}:{name}" in sns._topics
    return kind == LOG_GROUP and name in cloudwatch_logs._log_groups


def conflict(kind: str, name: str) -> str:
    return f"Resource of type '{kind}' with identifier '{name}' already exists."


def _guarded(kind: str) -> Callable[..., Created]:
    def create(
        original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str
    ) -> Created:
        name = props.get(NAMES[kind])
        if name and exists(kind, str(name)):
            raise ResourceFailed(_held(kind, str(name)) or _handler_says(conflict(kind, str(name))))
        return original(logical_id, props, stack_name)

    return create


def _held(kind: str, name: str) -> str | None:
    """What CloudFormation says of what another stack holds, for types that are known by their names."""
    if kind not in (TABLE, BUCKET, LOG_GROUP):
        return None
    return change_sets._import_owner(
        [{"ResourceType": kind, "ResourceIdentifier": {NAMES[kind]: name}, "LogicalResourceId": ""}]
    )


def _handler_says(message: str) -> str:
    return (
        f'Resource handler returned message: "{message}"'
        f" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: AlreadyExists)"
    )


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (TABLE, "create", "_ddb_create", _guarded(TABLE)),
    (QUEUE, "create", "_sqs_create", _guarded(QUEUE)),
    (TOPIC, "create", "_sns_create", _guarded(TOPIC)),
    (LOG_GROUP, "create", "_cwlogs_create", _guarded(LOG_GROUP)),
)
