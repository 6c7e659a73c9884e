"""Attributes of load balancers that Elastic Load Balancing acts on: protection, and where access logs go."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, alb, get_account_id, s3
from region.base.partition import ARN

ALB = "ministack.services.alb"
contract.expect(ALB, "_lb_attrs")
contract.expect(ALB, "_error", "(code, message, status=400)")
contract.expect(ALB, "_p", "(params, key, default='')")
contract.expect_entry(ALB, "_ACTION_MAP", "DeleteLoadBalancer", "(params)")
contract.expect_entry(ALB, "_ACTION_MAP", "ModifyLoadBalancerAttributes", "(params)")
contract.expect("ministack.services.s3", "_buckets")
contract.expect("ministack.services.s3", "_bucket_policies")

LOG_DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"


def protection(arn: str) -> str | None:
    """Why this load balancer cannot be deleted; None when it can."""
    if _values(alb._lb_attrs.get(arn) or []).get("deletion_protection.enabled") != "true":
        return None
    return f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"


def log_problem(attributes: Iterable[dict[str, Any]]) -> str | None:
    """Why access logs cannot be delivered as these attributes want it; None when they can."""
    wanted = _values(attributes)
    if wanted.get("access_logs.s3.enabled") != "true":
        return None
    bucket = wanted.get("access_logs.s3.bucket", "")
    if not bucket:
        return "The value of 'access_logs.s3.bucket' cannot be empty when 'access_logs.s3.enabled' is true"
    prefix = wanted.get("access_logs.s3.prefix", "")
    place = f"{prefix}/" if prefix else ""
    name = f"{place}AWSLogs/{get_account_id()}/ELBAccessLogTestFile"
    if may_put(bucket, name, LOG_DELIVERY):
        return None
    return f"Access Denied for bucket: {bucket}. Please check S3bucket permission"


def may_put(bucket: str, key: str, service: str) -> bool:
    """Whether the bucket exists and its policy lets the service write this object."""
    if bucket not in s3._buckets:
        return False
    document = json.loads(s3._bucket_policies.get(bucket) or "{}")
    return any(
        statement.get("Effect") == "Allow"
        and service in _list((statement.get("Principal") or {}).get("Service"))
        and _matches(statement.get("Action"), "s3:PutObject")
        and _matches(statement.get("Resource"), f"{ARN}:s3:::{bucket}/{key}")
        for statement in _list(document.get("Statement"))
        if isinstance(statement.get("Principal"), dict)
    )


def _values(attributes: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {str(one["Key"]): str(one.get("Value", "")).strip() for one in attributes if one.get("Key")}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _matches(patterns: Any, value: str) -> bool:
    return any(fnmatch.fnmatchcase(value, str(pattern)) for pattern in _list(patterns))


def _delete(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    problem = protection(alb._p(params, "LoadBalancerArn"))
    return alb._error("OperationNotPermitted", problem) if problem else original(params)


def given(params: dict[str, Any]) -> list[dict[str, str]]:
    """The attributes of a request."""
    found: list[dict[str, str]] = []
    while key := alb._p(params, f"Attributes.member.{len(found) + 1}.Key"):
        found.append({"Key": key, "Value": alb._p(params, f"Attributes.member.{len(found) + 1}.Value")})
    return found


def _modify(original: Callable[..., Response], params: dict[str, Any]) -> Response:
    arn = alb._p(params, "LoadBalancerArn")
    problem = log_problem([*(alb._lb_attrs.get(arn) or []), *given(params)])
    return alb._error("InvalidConfigurationRequest", problem) if problem else original(params)


def install() -> None:
    patch.wrap_entry(ALB, "_ACTION_MAP", "DeleteLoadBalancer", _delete)
    patch.wrap_entry(ALB, "_ACTION_MAP", "ModifyLoadBalancerAttributes", _modify)
