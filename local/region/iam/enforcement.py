"""IAM as strict and as permissive as AWS where a fleet depends on it.

ministack checks one resource per request. Here a request is checked for every permission that permissions.py
finds, with the tags of the resources it names, and the denial names the permission that is missing.
docs/iam-aws-only.md lists what cannot be checked here.
"""

from __future__ import annotations

import contextvars
import json
from collections.abc import Callable, Sequence
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, alb, autoscaling, dynamodb, get_region, iam_evaluator
from region.iam import base_resource, resources
from region.iam.permissions import needed
from region.iam.requests import Permission, Request
from region.iam.roles import Denial
from region.metadata import credentials

ACTIONS = "ministack.core.iam_actions"
EVALUATOR = "ministack.core.iam_evaluator"

contract.expect(
    ACTIONS,
    "extract_resource_arn",
    "(service, method, path, headers, body, query_params, region, account_id)",
)
contract.expect(ACTIONS, "dynamodb_service_context", "(body)")
contract.expect(
    ACTIONS,
    "access_denied_response",
    "(service, action, principal_arn, request_id, *, error_code='', message='', headers=None, "
    "resource_arn='*', explicit_deny=False, resource_policy_arn='')",
)
contract.expect(ACTIONS, "identity_denial_message", "(action, principal_arn, resource, explicit_deny)")
contract.expect(
    EVALUATOR,
    "enforce",
    "(access_key_id, iam_action, service, region, resource_arn='*', service_context=None)",
)
contract.expect(EVALUATOR, "evaluate", "(ctx, policies, *limits)")
contract.expect("ministack.core.lambda_runtime", "execution_credentials", "(config)")
contract.expect("ministack.services.tagging", "_RESOURCE_TAG_COLLECTORS")
contract.expect("ministack.services.autoscaling", "_asgs")
contract.expect("ministack.services.alb", "_tags")
contract.expect("ministack.services.dynamodb", "_tables")

# Services whose requests ministack already splits into all their permissions.
_LEFT_ALONE = {"s3", "dynamodb", "events", "iot", "ses", "bedrock-agentcore"}

# Whose resource policies count for a permission that another service's call needs as well.
_OWNERS = {"iam": "iam", "kms": "kms"}

_plan: contextvars.ContextVar[Sequence[Permission]] = contextvars.ContextVar("region_iam_plan", default=())
_denied: contextvars.ContextVar[Permission | None] = contextvars.ContextVar("region_iam_denied", default=None)
# Whether the last denial was that of a permissions boundary.
_bounded: contextvars.ContextVar[bool] = contextvars.ContextVar("region_iam_bounded", default=False)
# Whose request is being served; what a service does later for it runs in a copy of its context.
_key: contextvars.ContextVar[str] = contextvars.ContextVar("region_iam_key", default="")
# Access keys of functions; the credentials of a function carry its ARN ("Using source function ARN to control
# access").
_functions: dict[str, str] = {}


def install() -> None:
    base_resource.keep(patch.replace(ACTIONS, "extract_resource_arn", _extract_resource))
    patch.wrap(EVALUATOR, "enforce", _enforce)
    patch.wrap(EVALUATOR, "evaluate", _evaluate)
    patch.wrap(ACTIONS, "access_denied_response", _explain)
    patch.wrap(ACTIONS, "identity_denial_message", _explain_identity)
    patch.wrap(ACTIONS, "dynamodb_service_context", _leading_keys)
    patch.wrap("ministack.core.lambda_runtime", "execution_credentials", _remember_function)
    for service, collect in (("autoscaling", _group_tags), ("elasticloadbalancing", _balancer_tags)):
        patch.entry("ministack.services.tagging", "_RESOURCE_TAG_COLLECTORS", service, collect)


def _extract_resource(
    service: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query_params: dict[str, Any],
    region: str,
    account_id: str,
) -> str:
    """Finds all permissions of a request that has just arrived and returns the first one's resource."""
    request = Request(service, method, path, headers, body or b"", query_params, region, account_id)
    _denied.set(None)
    plan = [] if service in _LEFT_ALONE and not resources.of_backups(request) else needed(request)
    _plan.set(plan)
    return plan[0].resource if plan else base_resource.of(request)


def _enforce(
    original: Callable[..., Any],
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    plan = _plan.get()
    _plan.set(())
    _key.set(access_key_id)
    caller = _caller(access_key_id)
    service_context = {**(service_context or {}), **caller}
    if not plan or plan[0].action != iam_action or plan[0].resource != resource_arn:
        return original(access_key_id, iam_action, service, region, resource_arn, service_context)
    for permission in plan:
        context = {**caller, **permission.context}
        if permission.action == iam_action and service != "ec2":
            context = {**service_context, **context}
        owner = _OWNERS.get(permission.action.split(":")[0], service)
        denial = original(access_key_id, permission.action, owner, region, permission.resource, context)
        if denial and not (permission.granted and getattr(denial, "decision", "") == "ImplicitDeny"):
            _denied.set(permission)
            return denial
    return None


def may(action: str) -> bool:
    """Whether the caller whose request is being served may do this, on all resources."""
    service = action.split(":", maxsplit=1)[0]
    return not _key.get() or iam_evaluator.enforce(_key.get(), action, service, get_region()) is None


def _caller(access_key_id: str) -> dict[str, Any]:
    """What a session carries: the function or the instance that it was given to. No service calls for it."""
    context: dict[str, Any] = {"aws:ViaAWSService": "false", **credentials.context(access_key_id)}
    if access_key_id in _functions:
        context["lambda:SourceFunctionArn"] = _functions[access_key_id]
    return context


def _evaluate(original: Callable[..., Any], request: Any, policies: Any, *limits: Any) -> Any:
    result = original(request, policies, *limits)
    refused = result.decision != "Allow" and bool(limits)
    _bounded.set(refused and original(request, policies).decision == "Allow")
    return result


def _remember_function(
    original: Callable[[dict[str, Any]], dict[str, str]], config: dict[str, Any]
) -> dict[str, str]:
    credentials = original(config)
    arn = str(config.get("FunctionArn", ""))
    if arn and credentials["AWS_ACCESS_KEY_ID"].startswith("ASIA"):
        _functions[credentials["AWS_ACCESS_KEY_ID"]] = ":".join(arn.split(":")[:7])
    return credentials


def _explain(
    original: Callable[..., Response],
    service: str,
    action: str,
    principal_arn: str,
    request_id: str,
    **details: Any,
) -> Response:
    """The denial names the permission that is missing, which need not be the call's own."""
    missing = _denied.get()
    if missing is not None and not details.get("error_code") and not details.get("resource_policy_arn"):
        action, details["resource_arn"] = missing.action, missing.resource
        details["message"] = str(
            Denial(
                principal_arn,
                action,
                missing.resource,
                bool(details.get("explicit_deny")),
                bounded=_bounded.get(),
            )
        )
    return original(service, action, principal_arn, request_id, **details)


def _explain_identity(
    original: Callable[..., str], action: str, principal_arn: str, resource: str, explicit_deny: bool
) -> str:
    """For the services that write their own sentence."""
    if not _bounded.get():
        return original(action, principal_arn, resource, explicit_deny)
    return str(Denial(principal_arn, action, resource, explicit_deny, bounded=True))


def _leading_keys(original: Callable[[bytes], dict[str, Any]], body: bytes) -> dict[str, Any]:
    """Adds `dynamodb:LeadingKeys`, the partition keys of the items that the request names."""
    context = original(body)
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return context
    keys = _partition_keys(request) if isinstance(request, dict) else []
    return {**context, "dynamodb:LeadingKeys": keys} if keys else context


def _partition_keys(request: dict[str, Any]) -> list[str]:
    entries = [(str(request.get("TableName", "")), request.get("Key") or request.get("Item"))]
    for item in request.get("TransactItems") or []:
        entries += [
            (str(part.get("TableName", "")), part.get("Key") or part.get("Item")) for part in item.values()
        ]
    found = []
    for table, item in entries:
        record = dynamodb._tables.get(table.rsplit("/", 1)[-1]) or {}
        name = next(
            (key["AttributeName"] for key in record.get("KeySchema", []) if key["KeyType"] == "HASH"), ""
        )
        if isinstance(item, dict) and isinstance(item.get(name), dict):
            found += [str(value) for value in item[name].values()]
    return found


def _balancer_tags() -> list[tuple[str, list[dict[str, str]]]]:
    """Of load balancers, target groups, listeners and rules; those of their stack are among them."""
    return list(alb._tags.items())


def _group_tags() -> list[tuple[str, list[dict[str, str]]]]:
    return [
        (
            group["AutoScalingGroupARN"],
            [{"Key": tag["Key"], "Value": tag["Value"]} for tag in autoscaling._asgs[name].get("Tags", [])],
        )
        for name, group in list(autoscaling._asgs.items())
    ]
