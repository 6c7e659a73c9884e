"""Backups of tables and what becomes of them, as far as the emulator leaves it out.

DynamoDB Developer Guide, "Backup and restore for DynamoDB": a deleted table with point-in-time recovery
leaves a system backup for 35 days, which nobody can delete and ListBackups shows when it is asked for. A
restored table is CREATING at first and remembers where it comes from. Sentences are those of recorded
answers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, dynamodb
from region.tables import counts

DYNAMODB = "ministack.services.dynamodb"
for _function in (
    "_create_backup",
    "_delete_backup",
    "_list_backups",
    "_delete_table",
    "_restore_table_from_backup",
    "_restore_table_to_point_in_time",
):
    contract.expect(DYNAMODB, _function, "(data)")
contract.expect(DYNAMODB, "_table_description", "(name)")
contract.expect(DYNAMODB, "_backups")
contract.expect(DYNAMODB, "_pitr_settings")
contract.expect(DYNAMODB, "_normalize_table_name", "(value)")
contract.expect(DYNAMODB, "error_response_json")

Record = dict[str, Any]
Call = Callable[[Record], Response]
SYSTEM_DAYS = 35
RESTORE_SECONDS = 0.5
"""Minutes on AWS."""
RECENT_SECONDS = 5.0
"""What a table was before is not kept: only the present can be restored to."""
MOST = 100
_PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion."
    " Disable deletion protection first."
)
# The error's description in the API's model; no answer with it was found.
_IN_USE = (
    "There is another ongoing conflicting backup control plane operation on the table."
    " The backup is either being created, deleted or restored to a table."
)
_RESTORED = "_region_restored"


def _create(original: Call, data: Record) -> Response:
    answer = original(data)
    if answer[0] != 200:
        return answer
    told = json.loads(answer[2])
    made = dynamodb._backups[told["BackupDetails"]["BackupArn"]]
    items, size = counts.counted(dynamodb._tables[made["SourceTableDetails"]["TableName"]])
    made["SourceTableDetails"].update(ItemCount=items, TableSizeBytes=size)
    made["BackupDetails"]["BackupSizeBytes"] = told["BackupDetails"]["BackupSizeBytes"] = size
    told["BackupDetails"]["BackupStatus"] = "CREATING"
    return _told(answer, told)


def _delete(original: Call, data: Record) -> Response:
    found = dynamodb._backups.get(data.get("BackupArn"))
    if found and found["BackupDetails"]["BackupType"] == "SYSTEM":
        until = time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(found["BackupDetails"]["BackupExpiryDateTime"])
        )
        return _refused(
            "ValidationException",
            "Invalid Request: User is not allowed to delete the system backup with arn"
            f" {data['BackupArn']}. It will automatically expire on {until}",
        )
    if found and _is_restored_now(data["BackupArn"]):
        return _refused("BackupInUseException", _IN_USE)
    return original(data)


def _is_restored_now(arn: str) -> bool:
    restored = [table[_RESTORED] for table in dynamodb._tables.values() if _RESTORED in table]
    return any(one.get("SourceBackupArn") == arn and _is_coming(one) for one in restored)


def _is_coming(restored: Record) -> bool:
    return time.time() - float(restored["RestoreDateTime"]) < RESTORE_SECONDS


def _list(original: Call, data: Record) -> Response:
    """By type, of which USER is the default; then by pages, as the emulator knows no types."""
    _expire()
    whole = {key: value for key, value in data.items() if key != "ExclusiveStartBackupArn"}
    answer = original({**whole, "Limit": len(dynamodb._backups) + 1})
    kind = data.get("BackupType", "USER")
    found = [
        {**one, **_expiry(one["BackupArn"])}
        for one in json.loads(answer[2])["BackupSummaries"]
        if kind in ("ALL", one["BackupType"])
    ]
    arns = [one["BackupArn"] for one in found]
    start = data.get("ExclusiveStartBackupArn")
    first = arns.index(start) + 1 if start in arns else 0
    page = found[first : first + int(data.get("Limit", MOST))]
    told: Record = {"BackupSummaries": page}
    if page and page[-1] is not found[-1]:
        told["LastEvaluatedBackupArn"] = page[-1]["BackupArn"]
    return _told(answer, told)


def _expiry(arn: str) -> Record:
    """What the emulator's summary leaves out of a backup that goes by itself."""
    details = dynamodb._backups[arn]["BackupDetails"]
    return {key: details[key] for key in ("BackupExpiryDateTime",) if key in details}


def _expire() -> None:
    for arn, backup in list(dynamodb._backups.items()):
        if backup["BackupDetails"].get("BackupExpiryDateTime", time.time() + 1) < time.time():
            dynamodb._backups.pop(arn, None)


def _delete_table(original: Call, data: Record) -> Response:
    name = dynamodb._normalize_table_name(data.get("TableName"))
    table = dynamodb._tables.get(name)
    if table is not None and table.get("DeletionProtectionEnabled"):
        return _refused("ValidationException", _PROTECTED)
    kept = _keep(name) if table is not None and dynamodb._pitr_settings.get(name) else None
    answer = original(data)
    if kept and answer[0] != 200:
        dynamodb._backups.pop(kept, None)
    return answer


def _keep(name: str) -> str:
    """Makes the system backup of a table that is about to be deleted; its ARN."""
    answer = dynamodb._create_backup({"TableName": name, "BackupName": f"{name}$DeletedTableBackup"})
    arn = json.loads(answer[2])["BackupDetails"]["BackupArn"]
    expires = time.time() + SYSTEM_DAYS * 86400
    dynamodb._backups[arn]["BackupDetails"].update(BackupType="SYSTEM", BackupExpiryDateTime=expires)
    return arn


def _restore(original: Call, data: Record) -> Response:
    found = dynamodb._backups.get(data.get("BackupArn")) or {}
    source = {
        "SourceBackupArn": data.get("BackupArn"),
        "SourceTableArn": found.get("SourceTableDetails", {}).get("TableArn"),
    }
    return _coming(original(data), data, source)


def _restore_to_time(original: Call, data: Record) -> Response:
    name = data.get("SourceTableName") or dynamodb._normalize_table_name(data.get("SourceTableArn") or "")
    table = dynamodb._tables.get(name)
    if table is None:
        return original(data)
    if not dynamodb._pitr_settings.get(name):
        return _refused(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{name}'",
        )
    moment = data.get("RestoreDateTime")
    if moment is not None and abs(time.time() - float(moment)) > RECENT_SECONDS:
        return _refused(
            "InvalidRestoreTimeException",
            "An invalid restore time was specified. RestoreDateTime must be between"
            " EarliestRestorableDateTime and LatestRestorableDateTime.",
        )
    return _coming(original(data), data, {"SourceTableArn": table["TableArn"]})


def _coming(answer: Response, data: Record, source: Record) -> Response:
    """The answer of a restore that has begun."""
    if answer[0] != 200:
        return answer
    name = data["TargetTableName"]
    dynamodb._tables[name].pop("RestoreSummary", None)
    dynamodb._tables[name][_RESTORED] = {**source, "RestoreDateTime": time.time()}
    return _told(answer, {"TableDescription": dynamodb._table_description(name)})


def _describe(original: Callable[[str], Record], name: str) -> Record:
    told = original(name)
    restored = dynamodb._tables[name].get(_RESTORED)
    if restored:
        busy = _is_coming(restored)
        told["RestoreSummary"] = {**restored, "RestoreInProgress": busy}
        told["TableStatus"] = "CREATING" if busy else told["TableStatus"]
    return told


def _told(answer: Response, value: Record) -> Response:
    return answer[0], answer[1], json.dumps(value).encode()


def _refused(code: str, message: str) -> Response:
    return dynamodb.error_response_json(code, message, 400)


def install() -> None:
    patch.wrap(DYNAMODB, "_create_backup", _create)
    patch.wrap(DYNAMODB, "_delete_backup", _delete)
    patch.wrap(DYNAMODB, "_list_backups", _list)
    patch.wrap(DYNAMODB, "_delete_table", _delete_table)
    patch.wrap(DYNAMODB, "_restore_table_from_backup", _restore)
    patch.wrap(DYNAMODB, "_restore_table_to_point_in_time", _restore_to_time)
    patch.wrap(DYNAMODB, "_table_description", _describe)
