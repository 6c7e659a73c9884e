"""Which calls change something that has to be on disk before they are answered, and in which service."""

from __future__ import annotations

import re
from typing import Any

_SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/[^/]+/([a-z0-9-]+)/aws4_request")
_PRESIGNED = re.compile(r"[^/]+/\d{8}/[^/]+/([a-z0-9-]+)/aws4_request")
_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z0-9]+)")

# The emulator's names where the scope of a signature has another one.
_MODULES = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "logs": "cloudwatch_logs",
    "events": "eventbridge",
    "elasticloadbalancing": "alb",
    "wafv2": "waf",
    "ebs": "ec2",
}
_READS = re.compile(
    "(Describe|Get|List|BatchGet|Query|Scan|Lookup|Filter|Head|Test|Validate|Simulate|Estimate|Search|Assume)"
    "(?![a-z])"
)
# Lines and points are written every few seconds, who looks at a message too; an invocation changes nothing.
_LATER = frozenset({"PutLogEvents", "PutMetricData", "ReceiveMessage", "ChangeMessageVisibility", "Invoke"})


def changed_by(
    method: str, path: str, headers: dict[str, str], body: Any, query: dict[str, Any]
) -> str | None:
    """The emulator's name of the service that the call changes; None for one that changes nothing."""
    service = _service(headers, query)
    action = _action(headers, body, query)
    if action == "":
        reads = method in ("GET", "HEAD", "OPTIONS") or path.endswith("/invocations")
    else:
        reads = bool(_READS.match(action)) or action in _LATER
    return None if reads else service


def _service(headers: dict[str, str], query: dict[str, Any]) -> str:
    match = _SCOPE.search(headers.get("authorization", ""))
    if match is None:
        match = _PRESIGNED.match(_first(query, "X-Amz-Credential"))
    name = match[1] if match else ""
    return _MODULES.get(name, name)


def _action(headers: dict[str, str], body: Any, query: dict[str, Any]) -> str:
    target = headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2]
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        data: bytes = body.encode() if isinstance(body, str) else body or b""
        match = _ACTION.search(data)
        return match[1].decode() if match else ""
    return _first(query, "Action")


def _first(query: dict[str, Any], name: str) -> str:
    """A parameter of the query, which the emulator keeps as a list or as text."""
    given: Any = query.get(name) or ""
    return given if isinstance(given, str) else str(given[0])
