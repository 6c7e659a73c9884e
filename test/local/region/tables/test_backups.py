"""Tables that are backed up, deleted and restored keep their rows."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backed_tables import KEYS, Tables
from botocore.exceptions import ClientError
from regions import Region
from roles import Actor, allow, arn
from waiting import eventually


@pytest.fixture
def tables(region: Region) -> Tables:
    return Tables(region)


def test_a_deleted_table_comes_back_from_its_backup_row_for_row(tables: Tables) -> None:
    name = tables.make(1000, Tags=[{"Key": "App", "Value": "shop"}])
    client = tables.client
    client.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    tables.recovery(name, True)
    before, backup = tables.rows(name), tables.back_up(name)
    client.put_item(TableName=name, Item={"id": {"S": "later"}, "time": {"N": "1"}})
    source = tables.describe(name)["TableArn"]
    client.delete_table(TableName=name)

    restored, told = tables.restore(backup)
    assert told["TableStatus"] == "CREATING"
    assert told["RestoreSummary"]["RestoreInProgress"] is True
    assert tables.rows(restored) == before
    found = tables.describe(restored)
    assert found["KeySchema"] == KEYS["KeySchema"]
    assert [one["IndexName"] for one in found["GlobalSecondaryIndexes"]] == ["by-time"]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    summary = found["RestoreSummary"]
    assert (summary["SourceBackupArn"], summary["SourceTableArn"]) == (backup, source)
    assert summary["RestoreInProgress"] is False
    # What a restore leaves to its owner.
    assert tables.tags(restored) == []
    assert tables.recovers(restored) == "DISABLED"
    expiry = client.describe_time_to_live(TableName=restored)["TimeToLiveDescription"]
    assert expiry["TimeToLiveStatus"] == "DISABLED"


def test_a_restore_makes_a_new_table_and_never_takes_one_that_exists(tables: Tables) -> None:
    name = tables.make(3)
    backup = tables.back_up(name)
    tables.client.put_item(TableName=name, Item={"id": {"S": "later"}, "time": {"N": "1"}})
    with pytest.raises(ClientError) as error:
        tables.client.restore_table_from_backup(TargetTableName=name, BackupArn=backup)
    assert error.value.response["Error"]["Code"] == "TableAlreadyExistsException"
    assert len(tables.rows(name)) == 4


def test_a_backup_is_listed_described_and_deleted(tables: Tables) -> None:
    name = tables.make(3)
    arns = [tables.back_up(name) for _time in range(3)]
    assert [one["BackupArn"] for one in tables.backups(name)] == arns
    first = tables.client.list_backups(TableName=name, Limit=2)
    assert [one["BackupArn"] for one in first["BackupSummaries"]] == arns[:2]
    rest = tables.client.list_backups(
        TableName=name, Limit=2, ExclusiveStartBackupArn=first["LastEvaluatedBackupArn"]
    )
    assert [one["BackupArn"] for one in rest["BackupSummaries"]] == arns[2:]
    assert "LastEvaluatedBackupArn" not in rest
    details = tables.client.describe_backup(BackupArn=arns[0])["BackupDescription"]["BackupDetails"]
    assert (details["BackupStatus"], details["BackupType"]) == ("AVAILABLE", "USER")
    tables.client.delete_backup(BackupArn=arns[0])
    # The sentence is AWS's, as turbot/steampipe-plugin-aws#1913 quotes it.
    gone = {"Code": "BackupNotFoundException", "Message": f"Backup not found: {arns[0]}"}
    for call in (tables.client.describe_backup, tables.client.delete_backup):
        with pytest.raises(ClientError) as error:
            call(BackupArn=arns[0])
        assert error.value.response["Error"] == gone


def test_a_backup_is_not_deleted_while_a_table_is_restored_from_it(tables: Tables) -> None:
    name = tables.make(1)

    def in_use() -> tuple[str, dict[str, Any]] | None:
        backup = tables.back_up(name)
        tables.client.restore_table_from_backup(
            TargetTableName=f"table-{uuid.uuid4().hex[:8]}", BackupArn=backup
        )
        try:
            tables.client.delete_backup(BackupArn=backup)
        except ClientError as error:
            return backup, dict(error.response["Error"])
        # On a busy machine the restore was over first.
        return None

    backup, refusal = eventually(in_use, 60)
    assert refusal["Code"] == "BackupInUseException"
    # The sentence is the error's description in the API's model.
    assert "The backup is either being created, deleted or restored to a table." in refusal["Message"]

    def deleted() -> bool:
        try:
            tables.client.delete_backup(BackupArn=backup)
        except tables.client.exceptions.BackupInUseException:
            return False
        return True

    eventually(deleted, 60)


def test_a_deleted_table_with_point_in_time_recovery_leaves_a_system_backup(tables: Tables) -> None:
    name = tables.make(3)
    tables.recovery(name, True)
    before = tables.rows(name)
    tables.client.delete_table(TableName=name)
    assert tables.backups(name) == []
    kept = tables.backups(name, "SYSTEM")
    assert [one["BackupName"] for one in kept] == [f"{name}$DeletedTableBackup"]
    assert (kept[0]["BackupExpiryDateTime"].timestamp() - time.time()) / 86400 == pytest.approx(35, abs=0.1)
    assert tables.backups(name, "ALL") == kept
    details = tables.client.describe_backup(BackupArn=kept[0]["BackupArn"])["BackupDescription"][
        "BackupDetails"
    ]
    days = (details["BackupExpiryDateTime"].timestamp() - time.time()) / 86400
    assert days == pytest.approx(35, abs=0.1)
    with pytest.raises(ClientError, match="User is not allowed to delete the system backup with arn"):
        tables.client.delete_backup(BackupArn=kept[0]["BackupArn"])
    assert tables.rows(tables.restore(kept[0]["BackupArn"])[0]) == before


def test_a_table_without_it_leaves_none(tables: Tables) -> None:
    name = tables.make(3)
    tables.client.delete_table(TableName=name)
    assert tables.backups(name, "ALL") == []


def test_a_table_is_restored_to_the_present(tables: Tables) -> None:
    name, target = tables.make(3), f"table-{uuid.uuid4().hex[:8]}"
    given = {"SourceTableName": name, "TargetTableName": target}
    with pytest.raises(ClientError) as error:
        tables.client.restore_table_to_point_in_time(**given, UseLatestRestorableTime=True)
    assert error.value.response["Error"]["Code"] == "PointInTimeRecoveryUnavailableException"
    tables.recovery(name, True)
    with pytest.raises(ClientError) as error:
        tables.client.restore_table_to_point_in_time(**given, RestoreDateTime=time.time() - 3600)
    assert error.value.response["Error"]["Code"] == "InvalidRestoreTimeException"
    tables.client.restore_table_to_point_in_time(**given, UseLatestRestorableTime=True)
    assert tables.rows(target) == tables.rows(name)


def test_a_protected_table_is_not_deleted(tables: Tables) -> None:
    name = tables.make(3, DeletionProtectionEnabled=True)
    with pytest.raises(ClientError) as error:
        tables.client.delete_table(TableName=name)
    assert error.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Resource cannot be deleted as it is currently protected against deletion."
        " Disable deletion protection first.",
    }
    assert len(tables.rows(name)) == 3


def test_a_restore_takes_the_permission_to_write_the_rows(tables: Tables, actor: Actor) -> None:
    backup = tables.back_up(tables.make(3))
    target = f"table-{uuid.uuid4().hex[:8]}"

    def restore() -> None:
        actor("dynamodb").restore_table_from_backup(TargetTableName=target, BackupArn=backup)

    table = arn("dynamodb", f"table/{target}")
    actor.may(allow("dynamodb:RestoreTableFromBackup", table))
    with pytest.raises(ClientError, match=f"RestoreTableFromBackup on resource: {backup}"):
        restore()
    actor.may(allow("dynamodb:RestoreTableFromBackup", [table, backup]))
    with pytest.raises(ClientError, match=f"BatchWriteItem on resource: {table}"):
        restore()
    rows = ["BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"]
    actor.may(
        allow("dynamodb:RestoreTableFromBackup", [table, backup]),
        allow([f"dynamodb:{one}" for one in rows], table),
    )
    restore()


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Tables]:
    """A region whose tables are counted every second."""
    region = Region(tmp_path, {"NANOFLEET_COUNT_SECONDS": "1"})
    region.start()
    yield Tables(region)
    region.stop()


def test_the_counts_of_a_table_are_old(tables: Tables, counting: Tables) -> None:
    name = tables.make(30)
    assert (tables.describe(name)["ItemCount"], tables.describe(name)["TableSizeBytes"]) == (0, 0)
    name = counting.make(30)
    eventually(lambda: counting.describe(name)["ItemCount"] == 30)
    assert counting.describe(name)["TableSizeBytes"] > 30
