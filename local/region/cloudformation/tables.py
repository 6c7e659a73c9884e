"""CloudFormation's DynamoDB tables, with their time to live and their backups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import dynamodb
from region.cloudformation.resource import CREATE, PROVISIONERS, UPDATE, Created, Properties

contract.expect(PROVISIONERS, "_ddb_create", CREATE)
contract.expect(PROVISIONERS, "_ddb_update", UPDATE)
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


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (TABLE, "create", "_ddb_create", _create_table),
    (TABLE, "update", "_ddb_update", _update_table),
)
