"""Amazon MSK's API, in place of the emulator's records without brokers."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from region.base import contract, loops, patch
from region.base.emulator import Response, msk, responses
from region.base.partition import ARN
from region.constraints import answers, gate, rest
from region.kafka import brokers, clusters, configurations, network, offered, shown, trust
from region.kafka.refusals import Refused

NAME = "kafka"
contract.expect_entry("ministack.app", "SERVICE_HANDLERS", NAME)
contract.expect("ministack.core.responses", "_service_model")

WATCH_SECONDS = 0.5
Asked = dict[str, Any]
# hypercorn hands on paths decoded; an ARN in one has slashes of its own.
_ARN = re.compile(rf"{ARN}:kafka:[\w-]*:\d*:(?:cluster|configuration)/[^/]+/[^/]+")


def encoded(path: str) -> str:
    """The path with each ARN as one step, as the client wrote it."""
    return _ARN.sub(lambda found: quote(found.group(), safe=""), path)


def _versions(_asked: Asked) -> Asked:
    return {"kafkaVersions": [{"version": one, "status": "ACTIVE"} for one in offered.VERSIONS]}


def _describe(asked: Asked) -> Asked:
    return {"clusterInfo": shown.cluster(clusters.require(asked["ClusterArn"]))}


def _describe_v2(asked: Asked) -> Asked:
    return {"clusterInfo": shown.cluster_v2(clusters.require(asked["ClusterArn"]))}


def _named(asked: Asked) -> list[dict[str, Any]]:
    prefix = str(asked.get("ClusterNameFilter") or "")
    return [one for one in clusters.every() if one["ClusterName"].startswith(prefix)]


def _list(asked: Asked) -> Asked:
    return {"clusterInfoList": [shown.cluster(one) for one in _named(asked)]}


def _list_v2(asked: Asked) -> Asked:
    return {"clusterInfoList": [shown.cluster_v2(one) for one in _named(asked)]}


def _bootstrap(asked: Asked) -> Asked:
    return dict(clusters.bootstrap(clusters.require(asked["ClusterArn"])))


def _nodes(asked: Asked) -> Asked:
    return {"nodeInfoList": shown.nodes(clusters.require(asked["ClusterArn"]))}


def _delete(asked: Asked) -> Asked:
    clusters.delete(asked["ClusterArn"])
    return {"clusterArn": asked["ClusterArn"], "state": "DELETING"}


def _delete_configuration(asked: Asked) -> Asked:
    configurations.delete(asked["Arn"])
    return {"arn": asked["Arn"], "state": "DELETING"}


def _configurations(_asked: Asked) -> Asked:
    return {"configurations": [shown.lower(one) for one in configurations.every()]}


def _configuration(asked: Asked) -> Asked:
    return shown.lower(configurations.require(asked["Arn"]))


def _revisions(asked: Asked) -> Asked:
    found = [shown.lower(one) for one in configurations.revisions(asked["Arn"])]
    return {"revisions": [{key: one[key] for key in one if key != "serverProperties"} for one in found]}


def _revision(asked: Asked) -> Asked:
    number = int(asked["Revision"])
    found = [one for one in configurations.revisions(asked["Arn"]) if one["Revision"] == number]
    if not found:
        raise Refused("NotFoundException", "The revision of the configuration doesn't exist.", "revision")
    text = base64.b64encode(found[0]["ServerProperties"].encode()).decode()
    return {**shown.lower(found[0]), "arn": asked["Arn"], "serverProperties": text}


def _tags(asked: Asked) -> Asked:
    return {"tags": dict(msk._tags.get(asked["ResourceArn"]) or {})}


_OPERATIONS: dict[str, Callable[[Asked], Asked]] = {
    "ListKafkaVersions": _versions,
    "DescribeCluster": _describe,
    "DescribeClusterV2": _describe_v2,
    "ListClusters": _list,
    "ListClustersV2": _list_v2,
    "GetBootstrapBrokers": _bootstrap,
    "ListNodes": _nodes,
    "DeleteCluster": _delete,
    "DeleteConfiguration": _delete_configuration,
    "ListConfigurations": _configurations,
    "DescribeConfiguration": _configuration,
    "ListConfigurationRevisions": _revisions,
    "DescribeConfigurationRevision": _revision,
    "ListTagsForResource": _tags,
}


async def _handle(
    method: str, path: str, headers: dict[str, str], body: Any, query: dict[str, Any]
) -> Response:
    data: bytes = body.encode() if isinstance(body, str) else body or b""
    path = encoded(path)
    found = gate.violations(NAME, method, path, headers, data, query)
    if found:
        return answers.refuse(NAME, "rest-json", found)
    model = responses._service_model(NAME)
    route = rest.find(model, method, path, query, headers)
    name, in_path = route or ("", {})
    if name not in _OPERATIONS:
        text = f"The local region does not know {name or f'{method} {path}'} of Amazon MSK"
        return Refused("BadRequestException", text).response()
    asked = rest.parameters(model.operation_model(name), in_path, query, headers, data)
    try:
        answer = await asyncio.to_thread(_OPERATIONS[name], asked)
    except Refused as refused:
        return refused.response()
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def stop_all() -> None:
    brokers.end_all()


def install() -> None:
    network.install()
    patch.entry("ministack.app", "SERVICE_HANDLERS", NAME, _handle)
    trust.tell_functions()
    loops.every(WATCH_SECONDS, clusters.watch)
