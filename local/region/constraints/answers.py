"""How each service refuses what its model does not allow: code, sentence and form."""

from __future__ import annotations

import json
import re
import uuid
from xml.sax import saxutils

from region.base.emulator import Response
from region.constraints.shapes import Found, Violation

_JSON_CODES = {
    "dynamodb": "com.amazon.coral.validate#ValidationException",
    # Reports of both: aws-embedded-metrics-java#65, grafana#79155.
    "logs": "InvalidParameterException",
    "codebuild": "InvalidInputException",
    "lambda": "ValidationException",
}
_XML_CODES = {"sns": "InvalidParameter"}


# XML 1.0 can hold no other control characters; a value that is refused may well be full of them.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    return saxutils.escape(_UNWRITABLE.sub("\ufffd", text))


def refuse(service: str, protocol: str, found: Found) -> Response:
    """Status 400 with the service's own error."""
    if protocol == "ec2":
        return _ec2(found[0])
    if service == "s3":
        return _s3(found[0])
    if service == "sqs":
        return _sqs(found[0])
    text = _sentence(found)
    if protocol == "query":
        return _query(_XML_CODES.get(service, "ValidationError"), text)
    code = _JSON_CODES.get(service, "ValidationException")
    kind = "application/json" if protocol == "rest-json" else "application/x-amz-json-1.1"
    headers = {"Content-Type": kind, "x-amzn-errortype": code.rpartition("#")[2]}
    return 400, headers, json.dumps({"__type": code, "message": text}).encode()


def _sentence(found: Found) -> str:
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(map(str, found))}"


def _query(code: str, text: str) -> Response:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
    body = f"<ErrorResponse>{error}<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    return 400, {"Content-Type": "text/xml"}, body.encode()


def _ec2(violation: Violation) -> Response:
    shown = f"({violation.value or ''})"
    code, text = _parameter(violation, shown, violation.rule)
    error = f"<Errors><Error><Code>{code}</Code><Message>{escape(text)}</Message></Error></Errors>"
    body = f"<Response>{error}<RequestID>{uuid.uuid4()}</RequestID></Response>"
    return 400, {"Content-Type": "text/xml"}, body.encode()


def _s3(violation: Violation) -> Response:
    code, text = "InvalidArgument", str(violation)
    if "." in violation.place or violation.missing:
        code = "MalformedXML"
        text = "The XML you provided was not well-formed or did not validate against our published schema"
    body = f"<Error><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
    return 400, {"Content-Type": "application/xml"}, body.encode()


def _sqs(violation: Violation) -> Response:
    code, text = _parameter(violation, str(violation.value), f"Reason: {violation.rule}.")
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-query-error": f"{code};Sender"}
    return 400, headers, json.dumps({"__type": f"com.amazonaws.sqs#{code}", "message": text}).encode()


def _parameter(violation: Violation, shown: str, reason: str) -> tuple[str, str]:
    """EC2 User Guide, "Error codes": MissingParameter and InvalidParameterValue; SQS has the same two."""
    name = violation.place[0].upper() + violation.place[1:]
    if violation.missing:
        return "MissingParameter", f"The request must contain the parameter {name}"
    return "InvalidParameterValue", f"Value {shown} for parameter {name} is invalid. {reason}"
