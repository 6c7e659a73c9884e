"""Clusters, brokers and configurations as MSK's answers show them."""

from __future__ import annotations

from typing import Any

from region.base.emulator import msk
from region.kafka import clusters, members

Record = dict[str, Any]


def lower(value: Any) -> Any:
    """Names as the API writes them, `clusterArn` for a template's ClusterArn."""
    if isinstance(value, dict):
        return {f"{key[:1].lower()}{key[1:]}": lower(one) for key, one in value.items()}
    return [lower(one) for one in value] if isinstance(value, list) else value


def _software(record: Record) -> Record:
    own = record["Configuration"]
    given = {"configurationArn": own["Arn"], "configurationRevision": own["Revision"]} if own else {}
    return {"kafkaVersion": record["Properties"]["KafkaVersion"], **given}


def _common(record: Record) -> Record:
    return {
        "clusterArn": record["ClusterArn"],
        "clusterName": record["ClusterName"],
        "creationTime": record["CreationTime"],
        "currentVersion": record["CurrentVersion"],
        "state": record["State"],
        "tags": dict(msk._tags.get(record["ClusterArn"]) or {}),
    }


def _provisioned(record: Record) -> Record:
    asked = record["Properties"]
    names = ("BrokerNodeGroupInfo", "ClientAuthentication", "EncryptionInfo", "OpenMonitoring", "LoggingInfo")
    return {
        **{f"{name[:1].lower()}{name[1:]}": lower(asked[name]) for name in names if asked.get(name)},
        "currentBrokerSoftwareInfo": _software(record),
        "enhancedMonitoring": asked.get("EnhancedMonitoring") or "DEFAULT",
        "numberOfBrokerNodes": int(asked["NumberOfBrokerNodes"]),
        "storageMode": asked.get("StorageMode") or "LOCAL",
    }


def cluster(record: Record) -> Record:
    return _common(record) | _provisioned(record)


def cluster_v2(record: Record) -> Record:
    return _common(record) | {"clusterType": "PROVISIONED", "provisioned": _provisioned(record)}


def nodes(record: Record) -> list[Record]:
    """The brokers that run."""
    wanted = clusters.read_kept(record)
    return [
        {
            "nodeARN": f"{record['ClusterArn'].replace(':cluster/', ':broker/')}/{member.number}",
            "nodeType": "BROKER",
            "instanceType": wanted.machine,
            "addedToClusterTime": record["CreationTime"],
            "brokerNodeInfo": {
                "brokerId": float(member.number),
                "clientSubnet": wanted.subnets[(member.number - 1) % len(wanted.subnets)],
                "clientVpcIpAddress": member.address,
                "currentBrokerSoftwareInfo": _software(record),
                "endpoints": [member.address],
            },
        }
        for member in members.of(record, wanted)
    ]
