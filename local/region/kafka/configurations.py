"""Configurations and their revisions, in the emulator's own stores."""

from __future__ import annotations

import json
import uuid
from typing import Any

from region.base import contract
from region.base.emulator import get_account_id, get_region, msk, now_iso
from region.base.partition import ARN
from region.kafka import offered
from region.kafka.refusals import Refused, bad

MSK = "ministack.services.msk"
for _store in ("_clusters", "_configurations", "_config_revisions", "_tags"):
    contract.expect(MSK, _store)

Record = dict[str, Any]


def parse(text: str) -> dict[str, str]:
    """The lines `name=value` of a properties file; Refused for one that MSK does not let anybody set."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith(("#", "!")):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise bad("Invalid request body", "serverProperties")
        found[name.strip()] = value.strip()
    wrong = [(name, value) for name, value in found.items() if name not in offered.PROPERTIES]
    if wrong:
        # hashicorp/terraform-provider-aws#15797 shows the form.
        told = [
            {"name": name, "value": value, "errorMessages": [f"Key '{name}' is not supported."]}
            for name, value in wrong
        ]
        raise bad(json.dumps(told, indent=2), "serverProperties")
    return found


def create(name: str, properties: str, versions: list[str], description: str) -> str:
    """The ARN of a new configuration; Refused when the name is taken."""
    parse(properties)
    if any(one["Name"] == name for one in msk._configurations.values()):
        raise Refused("ConflictException", "A configuration with this name already exists.", "name")
    _check_versions(versions)
    identity = f"{uuid.uuid4()}-1"
    arn = f"{ARN}:kafka:{get_region()}:{get_account_id()}:configuration/{name}/{identity}"
    revision = _revision(1, properties, description)
    msk._configurations[arn] = {
        "Arn": arn,
        "CreationTime": revision["CreationTime"],
        "Description": description,
        "KafkaVersions": versions,
        "LatestRevision": _short(revision),
        "Name": name,
        "State": "ACTIVE",
    }
    msk._config_revisions[arn] = [revision]
    return arn


def _check_versions(versions: list[str]) -> None:
    for version in versions:
        if version not in offered.VERSIONS:
            raise unsupported(version)


def unsupported(version: str) -> Refused:
    return bad(
        f"Unsupported KafkaVersion [{version}]. Valid values: [{', '.join(offered.VERSIONS)}]", "kafkaVersion"
    )


def revise(arn: str, properties: str, description: str) -> None:
    parse(properties)
    record = require(arn)
    revisions: list[Record] = msk._config_revisions[arn]
    revision = _revision(revisions[-1]["Revision"] + 1, properties, description)
    msk._config_revisions[arn] = [*revisions, revision]
    msk._configurations[arn] = {**record, "LatestRevision": _short(revision)}


def delete(arn: str) -> None:
    require(arn)
    used = [one["ClusterName"] for one in msk._clusters.values() if one["Configuration"].get("Arn") == arn]
    if used:
        raise bad(f"The configuration is in use by clusters: [{', '.join(used)}].", "arn")
    msk._configurations.pop(arn, None)
    msk._config_revisions.pop(arn, None)


def every() -> list[Record]:
    return list(msk._configurations.values())


def require(arn: str) -> Record:
    record = msk._configurations.get(arn)
    if record is None:
        raise Refused("NotFoundException", "The configuration ARN isn't valid.", "arn")
    return record


def revisions(arn: str) -> list[Record]:
    require(arn)
    return list(msk._config_revisions[arn])


def properties(arn: str, number: int) -> dict[str, str]:
    """What a revision sets; Refused when there is no such revision."""
    found = [one for one in revisions(arn) if one["Revision"] == number]
    if not found:
        raise Refused("NotFoundException", "The revision of the configuration doesn't exist.", "revision")
    return parse(found[0]["ServerProperties"])


def _revision(number: int, properties: str, description: str) -> Record:
    return {
        "Revision": number,
        "CreationTime": now_iso(),
        "Description": description,
        "ServerProperties": properties,
    }


def _short(revision: Record) -> Record:
    return {name: value for name, value in revision.items() if name != "ServerProperties"}
