"""DescribeType: what CloudFormation's registry tells of a resource type of AWS's own.

API reference, "DescribeType": `Type` and `TypeName` are needed when there is no `Arn`. The sentence of a type
that does not exist is that of public threads (hashicorp/terraform-provider-awscc#3105).
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from region.base import contract, patch
from region.base.emulator import Response, cloudformation_helpers, get_region
from region.base.partition import ARN
from region.cloudformation import registry

HANDLERS = "ministack.services.cloudformation.handlers"
HELPERS = "ministack.services.cloudformation.helpers"
contract.expect(HANDLERS, "_ACTION_HANDLERS")
contract.expect(HELPERS, "_error", "(code, message, status=400)")
contract.expect(HELPERS, "_xml", "(status, root_tag, inner)")
contract.expect(HELPERS, "_p", "(params, key, default='')")


def _describe(params: dict[str, Any]) -> Response:
    arn = _given(params, "Arn")
    name = arn.rsplit("/", 1)[-1].replace("-", "::") if arn else _given(params, "TypeName")
    kind = "RESOURCE" if arn else _given(params, "Type")
    if not name or not kind:
        return cloudformation_helpers._error(
            "ValidationError", "Either Arn or the combination of Type and TypeName must be specified"
        )
    text = registry.text(name) if kind == "RESOURCE" else None
    if text is None:
        return cloudformation_helpers._error(
            "TypeNotFoundException", f"The type '{name}' cannot be found.", 404
        )
    own = registry.schema(name) or {}
    values = {
        "Arn": f"{ARN}:cloudformation:{get_region()}::type/resource/{name.replace('::', '-')}",
        "Type": "RESOURCE",
        "TypeName": name,
        "IsDefaultVersion": "true",
        "Description": str(own.get("description", "")),
        "Schema": text,
        "ProvisioningType": "FULLY_MUTABLE" if "update" in own.get("handlers", {}) else "IMMUTABLE",
        "DeprecatedStatus": "LIVE",
        "Visibility": "PUBLIC",
    }
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in values.items())
    result = f"<DescribeTypeResult>{inner}</DescribeTypeResult>"
    return cloudformation_helpers._xml(200, "DescribeTypeResponse", result)


def _given(params: dict[str, Any], name: str) -> str:
    return str(cloudformation_helpers._p(params, name))


def install() -> None:
    patch.entry(HANDLERS, "_ACTION_HANDLERS", "DescribeType", _describe)
