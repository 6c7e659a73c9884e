"""Tables to try backups and restores on."""

from __future__ import annotations

import uuid
from typing import Any

from regions import Region
from waiting import eventually

KEYS: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "time", "AttributeType": "N"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "time", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-time",
            "KeySchema": [{"AttributeName": "time", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


class Tables:
    def __init__(self, region: Region) -> None:
        self.client = region.client("dynamodb")

    def make(self, rows: int = 0, **more: Any) -> str:
        name = f"table-{uuid.uuid4().hex[:8]}"
        self.client.create_table(TableName=name, **{**KEYS, **more})
        for first in range(0, rows, 25):
            numbers = range(first, min(first + 25, rows))
            puts = [
                {"PutRequest": {"Item": {"id": {"S": f"row-{n}"}, "time": {"N": str(n)}}}} for n in numbers
            ]
            self.client.batch_write_item(RequestItems={name: puts})
        return name

    def rows(self, name: str) -> list[Any]:
        pages = self.client.get_paginator("scan").paginate(TableName=name)
        return sorted((item for page in pages for item in page["Items"]), key=str)

    def back_up(self, name: str) -> str:
        made = self.client.create_backup(TableName=name, BackupName=f"{name}-backup")["BackupDetails"]
        assert made["BackupStatus"] == "CREATING"
        return made["BackupArn"]

    def restore(self, backup: str) -> tuple[str, dict[str, Any]]:
        """The name of the new table and what was answered."""
        name = f"table-{uuid.uuid4().hex[:8]}"
        made = self.client.restore_table_from_backup(TargetTableName=name, BackupArn=backup)
        eventually(lambda: self.describe(name)["TableStatus"] == "ACTIVE")
        return name, made["TableDescription"]

    def describe(self, name: str) -> dict[str, Any]:
        return self.client.describe_table(TableName=name)["Table"]

    def tags(self, name: str) -> list[Any]:
        return self.client.list_tags_of_resource(ResourceArn=self.describe(name)["TableArn"])["Tags"]

    def recovery(self, name: str, enabled: bool) -> None:
        self.client.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
        )

    def recovers(self, name: str) -> str:
        found = self.client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]

    def backups(self, name: str, kind: str | None = None) -> list[dict[str, Any]]:
        given = {"BackupType": kind} if kind else {}
        return self.client.list_backups(TableName=name, **given)["BackupSummaries"]
