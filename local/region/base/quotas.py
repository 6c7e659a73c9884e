"""The account's quotas: Service Quotas, and the numbers that the region holds its own calls against.

`NANOFLEET_QUOTAS=L-2DC20C30=1,L-1216C47A=5` sets some of them; the others have the value that AWS gives by
default. Processors, addresses and builds at once are held against them only when they are set. What functions
leave unreserved is always held against Lambda's quota.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, get_account_id, get_region, responses
from region.base.partition import ARN
from region.base.settings import CONCURRENT_EXECUTIONS
from region.base.settings import current as settings

APP, ROUTER, ACTIONS = "ministack.app", "ministack.core.router", "ministack.core.iam_actions"
contract.expect(APP, "SERVICE_HANDLERS")
contract.expect(ROUTER, "SERVICE_PATTERNS")
contract.expect(ACTIONS, "SERVICE_TO_IAM_NAMESPACE")
contract.expect("ministack.core.responses", "json_response")

MOST = 100


@dataclass(frozen=True)
class Quota:
    service: str
    code: str
    name: str
    default: float


# Service Quotas console, in a region of an account; the code is how a quota is asked for.
BUILDS = "L-2DC20C30"
PROCESSORS = "L-1216C47A"
ADDRESSES = "L-0263D0A3"
QUOTAS = (
    Quota("codebuild", BUILDS, "Concurrently running builds for Linux/Medium environment", 300),
    Quota("ec2", PROCESSORS, "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 1152),
    Quota("ec2", ADDRESSES, "EC2-VPC Elastic IPs", 5),
    Quota("lambda", CONCURRENT_EXECUTIONS, "Concurrent executions", 1000),
    Quota("vpc", "L-F678F1CE", "VPCs per Region", 5),
    Quota("vpc", "L-0EA8095F", "Inbound or outbound rules per security group", 60),
)


def imposed(code: str) -> float | None:
    """The value that was set for the region; None when nothing was."""
    return settings.quotas.get(code)


def value(code: str) -> float:
    """The value that was set, else AWS's own."""
    return next(_value(quota) for quota in QUOTAS if quota.code == code)


def _value(quota: Quota) -> float:
    return settings.quotas.get(quota.code, quota.default)


def _shown(quota: Quota) -> dict[str, Any]:
    return {
        "ServiceCode": quota.service,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "QuotaArn": f"{ARN}:servicequotas:{get_region()}:{get_account_id()}:{quota.service}/{quota.code}",
        "Value": float(_value(quota)),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _refuse(code: str, message: str) -> Response:
    return responses.error_response_json(code, message, 400)


def _get(asked: dict[str, Any]) -> Response:
    service, code = asked.get("ServiceCode"), asked.get("QuotaCode")
    if not service or not code:
        return _refuse("IllegalArgumentException", "ServiceCode and QuotaCode are required.")
    found = next((one for one in QUOTAS if (one.service, one.code) == (service, code)), None)
    if found is None:
        return _refuse(
            "NoSuchResourceException", "The request failed because the specified quota does not exist."
        )
    return responses.json_response({"Quota": _shown(found)})


def _list(asked: dict[str, Any]) -> Response:
    found = [one for one in QUOTAS if one.service == asked.get("ServiceCode")]
    if not found:
        return _refuse(
            "NoSuchResourceException", "The request failed because the specified service does not exist."
        )
    try:
        start = int(asked.get("NextToken") or 0)
        size = int(asked.get("MaxResults") or MOST)
    except ValueError:
        return _refuse("InvalidPaginationTokenException", "Invalid input was provided.")
    if not 1 <= size <= MOST:
        return _refuse("IllegalArgumentException", "MaxResults must be between 1 and 100.")
    answer: dict[str, Any] = {"Quotas": [_shown(one) for one in found[start : start + size]]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return responses.json_response(answer)


_CALLS = {"GetServiceQuota": _get, "ListServiceQuotas": _list}


async def _serve(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Response:
    name = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    call = _CALLS.get(name)
    if call is None:
        return _refuse(
            "UnknownOperationException", f"The local region does not know {name} of Service Quotas"
        )
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return _refuse("SerializationException", "The request body is not JSON")
    return call(asked)


def install() -> None:
    patterns = {"target_prefixes": ["ServiceQuotasV20190624"], "host_patterns": [r"servicequotas\."]}
    patch.entry(ROUTER, "SERVICE_PATTERNS", "servicequotas", patterns)
    patch.entry(ACTIONS, "SERVICE_TO_IAM_NAMESPACE", "servicequotas", "servicequotas")
    patch.entry(APP, "SERVICE_HANDLERS", "servicequotas", _serve)
