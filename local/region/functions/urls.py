"""URLs of functions: an address that this machine reaches, both permissions, the caller in the event.

The emulator makes URLs and calls the function; here they differ from AWS's in their address only. AWS Lambda
Developer Guide, "Control access to Lambda function URLs": since October 2025 a caller needs
`lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`. The sentence of a refusal is AWS's
(brikis98/devops-book#12).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, app, iam_evaluator, lambda_svc
from region.base.settings import current as settings

SERVICE = "ministack.services.lambda_svc"
APP = "ministack.app"
EVALUATOR = "ministack.core.iam_evaluator"

contract.expect(SERVICE, "_function_urls")
contract.expect(SERVICE, "_function_url_id", "(function_url)")
contract.expect(SERVICE, "_url_config_key", "(func_name, qualifier)")
contract.expect(SERVICE, "_create_function_url_config", "(func_name, data, qualifier)")
contract.expect(
    SERVICE,
    "_build_function_url_event",
    "(url_id, account_id, region, method, path, headers, body, query_params, source_ip='127.0.0.1', "
    "anonymous=False, trace_root='')",
)
contract.expect(
    APP,
    "_enforce_data_plane",
    "(service, iam_action, headers, query_params, request_id, resource_arn='*', service_context=None, "
    "auth_error_response=None, named_resource='')",
)
contract.expect(EVALUATOR, "resolve_caller_identity", "(access_key_id)")
contract.expect(APP, "extract_access_key_id", "(headers, query_params=None)")

BY_URL = "lambda:InvokeFunctionUrl"
FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


def _create(original: Callable[..., Response], name: str, data: dict[str, Any], qualifier: Any) -> Response:
    """Names below localhost lead to this machine, whatever program asks."""
    status, headers, body = original(name, data, qualifier)
    if status != 201:
        return status, headers, body
    made = lambda_svc._function_urls[lambda_svc._url_config_key(name, qualifier)]
    url_id = lambda_svc._function_url_id(made["FunctionUrl"])
    made["FunctionUrl"] = f"http://{url_id}.lambda-url.{settings.region}.localhost:{settings.port}/"
    return status, headers, json.dumps(made).encode()


def _enforce(
    original: Callable[..., Response | None],
    service: str,
    action: str,
    headers: dict[str, str],
    query: dict[str, Any],
    request_id: str,
    **more: Any,
) -> Response | None:
    if action != BY_URL:
        return original(service, action, headers, query, request_id, **more)
    if not app.extract_access_key_id(headers, query):
        return _forbidden()
    denied = original(service, action, headers, query, request_id, **more)
    if denied is None:
        given: dict[str, Any] = {
            **(more.get("service_context") or {}),
            "lambda:InvokedViaFunctionUrl": "true",
        }
        more = {**more, "service_context": given}
        denied = original(service, "lambda:InvokeFunction", headers, query, request_id, **more)
    return None if denied is None else _in_aws_words(denied)


def _in_aws_words(denied: Response) -> Response:
    """A caller without a permission, and one without a signature, learn the same; other faults are named."""
    status, headers, body = denied
    text = body.decode() if isinstance(body, bytes) else str(body)
    return _forbidden() if "AccessDenied" in text else (status, headers, body)


def _forbidden() -> Response:
    told = {"Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException"}
    return 403, told, json.dumps({"Message": FORBIDDEN}).encode()


def _event(original: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """What AWS tells of the caller ("Request payload format", `requestContext.authorizer.iam`)."""
    event = original(*args, **kwargs)
    headers: dict[str, str] = args[5]
    query: dict[str, Any] = args[7]
    who = iam_evaluator.resolve_caller_identity(app.extract_access_key_id(headers, query))
    if who is not None and not kwargs.get("anonymous"):
        event["requestContext"]["authorizer"] = {
            "iam": {
                "accessKey": who["accessKey"],
                "accountId": who["accountId"],
                "callerId": who["userId"],
                "cognitoIdentity": None,
                "principalOrgId": who["principalOrgId"] or None,
                "userArn": who["userArn"],
                "userId": who["userId"],
            }
        }
    return event


def install() -> None:
    patch.wrap(SERVICE, "_create_function_url_config", _create)
    patch.wrap(SERVICE, "_build_function_url_event", _event)
    patch.wrap(APP, "_enforce_data_plane", _enforce)
