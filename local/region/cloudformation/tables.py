"""CloudFormation's DynamoDB tables, with their time to live and their backups."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import dynamodb
from region.cloudformation.resource import (
    CREATE,
    DELETE,
    PROVISIONERS,
    UPDATE,
    Created,
    Properties,
    ResourceFailed,
)

contract.expect(PROVISIONERS, "_ddb_create", CREATE)
contract.expect(PROVISIONERS, "_ddb_update", UPDATE)
contract.expect(PROVISIONERS, "_ddb_delete", DELETE)
contract.expect("ministack.services.dynamodb", "_delete_table", "(data)")
contract.expect("ministack.services.dynamodb", "_tables")
contract.expect("ministack.services.dynamodb", "_update_ttl", "(data)")
contract.expect("ministack.services.dynamodb", "_update_continuous_backups", "(data)")

TABLE = "AWS::DynamoDB::Table"


def _create_table(
    original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str
) -> Created:
    made = original(logical_id, props, stack_name)
    _expire(made[0], props.get("TimeToLiveSpecification"))
    _back_up(made[0], props)
    return made


def _update_table(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    made = original(physical_id, old, new, *rest)
    before, after = old.get("TimeToLiveSpecification"), new.get("TimeToLiveSpecification")
    if before != after or made[0] != physical_id:
        _expire(made[0], after or {**(before or {}), "Enabled": False})
    _back_up(made[0], new)
    return made


def _expire(table: str, specification: Properties | None) -> None:
    """Turns time to live on or off, which the emulator leaves out of a template."""
    if not specification or not specification.get("AttributeName"):
        return
    enabled = str(specification.get("Enabled", True)).lower() == "true"
    wanted = {"AttributeName": specification["AttributeName"], "Enabled": enabled}
    dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": wanted})


def _back_up(table: str, props: Properties) -> None:
    """Turns point-in-time recovery on or off, which the emulator leaves out of a template."""
    wanted = props.get("PointInTimeRecoverySpecification") or {}
    enabled = str(wanted.get("PointInTimeRecoveryEnabled", False)).lower() == "true"
    dynamodb._update_continuous_backups(
        {"TableName": table, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled}}
    )


def _delete_table(original: Callable[..., None], physical_id: str, props: Properties) -> None:
    """As anybody else deletes a table: not a protected one, and with all that belongs to it."""
    if physical_id not in dynamodb._tables:
        original(physical_id, props)
        return
    status, _headers, body = dynamodb._delete_table({"TableName": physical_id})
    if status >= 400:
        problem = json.loads(body)
        message = problem.get("message") or problem.get("Message")
        raise ResourceFailed(
            f'Resource handler returned message: "{message}"'
            f" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: InvalidRequest)"
        )


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (TABLE, "create", "_ddb_create", _create_table),
    (TABLE, "update", "_ddb_update", _update_table),
    (TABLE, "delete", "_ddb_delete", _delete_table),
)
