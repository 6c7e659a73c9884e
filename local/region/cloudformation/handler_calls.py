"""What CloudFormation's handler of a type calls, each call as the permission that it needs.

The calls are those of handlers.json, drawn from the registry schemas: what a role of ours is not given, and
why, is marked there. A call on a resource that is being made has its tags in the request; any other finds
those of the resource.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from region.authorities import issuing
from region.base import contract
from region.base.emulator import alb, ec2, provisioners
from region.base.partition import ARN
from region.cloudformation.change import Change, tags
from region.cloudformation.resource import PROVISIONERS
from region.iam.kafka_permissions import authority_tags
from region.iam.requests import Permission

contract.expect(
    PROVISIONERS, "_physical_name", "(stack_name, logical_id, *, lowercase=False, max_len=128, seeded=True)"
)
contract.expect("ministack.services.ec2", "_tags")
contract.expect("ministack.services.alb", "_tags")

# Whose tags and name count, for a type that changes something else.
_TARGETS = {
    "AWS::ACMPCA::Certificate": "CertificateAuthorityArn",
    "AWS::ACMPCA::CertificateAuthorityActivation": "CertificateAuthorityArn",
    "AWS::EC2::SecurityGroupIngress": "GroupId",
    "AWS::EC2::SecurityGroupEgress": "GroupId",
    "AWS::EC2::Route": "RouteTableId",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::WAFv2::WebACLAssociation": "ResourceArn",
}
_NAMES = {
    "AWS::AutoScaling::AutoScalingGroup": "AutoScalingGroupName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::MSK::Cluster": "ClusterName",
    "AWS::MSK::Configuration": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}
_LOOKS = ("Describe", "Get", "List")
_MAKES = re.compile(r"Create(?!Tags)|Allocate")
_NO_RESOURCE = ("sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe")
# Handed on or looked up beside the resource itself; the roles are checked where they are put into profiles.
_BESIDE = ("iam:", "ec2:RunInstances")


@cache
def _handlers() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "handlers.json").read_text())["types"]


def needed(change: Change) -> list[Permission]:
    """The calls of the handler; one of the type's own name when there is no schema of it here."""
    entry = _handlers().get(change.type)
    if entry is None:
        _aws, service, name = change.type.split("::")
        verb = {"create": "Create", "read": "Describe", "update": "Update", "delete": "Delete"}[change.verb]
        return [Permission(f"{service.lower()}:{verb}{name}", "*")]
    listed = entry["handlers"].get(change.verb, {})
    calls = [action for action, reason in listed.items() if reason is None]
    operations = [call.split(":")[1] for call in calls if not call.startswith(_BESIDE)]
    made = next((one for one in operations if _MAKES.match(one)), "")
    return [
        _permission(change, entry["taggable"], action, made)
        for action in calls
        if not action.startswith(_BESIDE)
    ]


def _permission(change: Change, taggable: bool, action: str, made: str) -> Permission:
    if change.type == "AWS::MSK::Cluster" and action.startswith("acm-pca:"):
        arn = _trusted(change)
        return Permission(action, arn, _keys(authority_tags(arn), "Resource"))
    permission = _found(change, taggable, action, made)
    if action != "acm-pca:IssueCertificate":
        return permission
    template = change.properties.get("TemplateArn") or issuing.DEFAULT_TEMPLATE
    return Permission(action, permission.resource, {**permission.context, "acm-pca:TemplateArn": template})


def _trusted(change: Change) -> str:
    """The authority whose certificates a cluster lets in."""
    tls = (change.properties.get("ClientAuthentication") or {}).get("Tls") or {}
    return str(next(iter(tls.get("CertificateAuthorityArnList") or []), "*"))


def _found(change: Change, taggable: bool, action: str, made: str) -> Permission:
    service, call = action.split(":")
    if service in ("ec2", "autoscaling", "elasticloadbalancing") and call.startswith(_LOOKS):
        return Permission(action, "*")
    if action in _NO_RESOURCE:
        return Permission(action, "*")
    own = _tags(change, taggable)
    if change.verb == "create" and call in ("CreateTags", "AddTags", "TagResource"):
        return Permission(action, _arn(change), _keys(own, "Request") | {f"{service}:CreateAction": made})
    if change.verb == "create" and call == made and change.type not in _TARGETS:
        return Permission(action, _arn(change), _keys(own, "Request"))
    return Permission(action, _arn(change), _keys(own, "Resource"))


def _keys(values: dict[str, str], kind: str) -> dict[str, Any]:
    return {f"aws:{kind}Tag/{key}": value for key, value in values.items()}


def _tags(change: Change, taggable: bool) -> dict[str, str]:
    """Of the target if it is another resource, else its own, with the stack's where a type takes tags."""
    if change.type in _TARGETS:
        identifier = str(change.properties.get(_TARGETS[change.type], ""))
        if change.type.startswith("AWS::ACMPCA::"):
            return authority_tags(identifier or change.physical_id.partition("/certificate/")[0])
        return {
            tag["Key"]: tag["Value"] for tag in ec2._tags.get(identifier) or alb._tags.get(identifier) or []
        }
    if change.type == "AWS::ACMPCA::CertificateAuthority" and change.physical_id:
        return authority_tags(change.physical_id)
    if change.type == "AWS::EC2::LaunchTemplate":
        given = change.properties.get("TagSpecifications") or []
        return {key: value for part in given for key, value in tags(part).items()}
    return (change.stack_tags if taggable else {}) | tags(change.properties)


def _arn(change: Change) -> str:
    service, kind = change.type.split("::")[1:]
    if change.type in _TARGETS:
        target = change.properties.get(_TARGETS[change.type], "")
        if change.type.startswith("AWS::ACMPCA::"):
            return str(target or change.physical_id.partition("/certificate/")[0])
        return _target_arn(change, service, str(target[0] if isinstance(target, list) and target else target))
    if change.physical_id.startswith("arn:"):
        return change.physical_id
    name = str(change.properties.get(_NAMES.get(change.type, ""), "") or _generated(change))
    group = f"autoScalingGroup:*:autoScalingGroupName/{name}"
    places = {
        "S3": f"{ARN}:s3:::{name}",
        "AutoScaling": change.arn("autoscaling", group),
        "DynamoDB": change.arn("dynamodb", f"table/{name}"),
        "SNS": change.arn("sns", name),
        "SQS": change.arn("sqs", name),
        "Scheduler": change.arn("scheduler", f"schedule/default/{name}"),
        "EC2": change.arn("ec2", f"{kind.lower()}/*"),
        "MSK": change.arn("kafka", f"{kind.lower()}/{name}/*"),
        "ACMPCA": change.arn("acm-pca", "certificate-authority/*"),
    }
    return places.get(service, change.arn(service.lower(), f"{kind.lower()}/*"))


def _target_arn(change: Change, service: str, target: str) -> str:
    if target.startswith("arn:"):
        return target
    if service == "S3":
        return f"{ARN}:s3:::{target}"
    if service == "SQS":  # by its URL
        return change.arn("sqs", target.rsplit("/", 1)[-1])
    kind = "route-table" if target.startswith("rtb-") else "security-group"
    return change.arn(service.lower(), f"{kind}/{target}")


def _generated(change: Change) -> str:
    if change.physical_id:
        return change.physical_id.rsplit("/", 1)[-1]
    if change.type == "AWS::Scheduler::Schedule":
        return str(provisioners._physical_name(change.stack, change.logical_id, max_len=64))
    lower = change.type == "AWS::S3::Bucket"
    return str(provisioners._physical_name(change.stack, change.logical_id, lowercase=lower))
